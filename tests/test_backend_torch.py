"""Searches on torch's CPU device against numpy and the definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import csls_table, unit
from tests.test_csls import assert_best, clustered
from wordrel.backend import STORAGE, DeviceMemoryError, TorchBackend, choose
from wordrel.budget import BYTES_PER_SCORE, limits
from wordrel.csls import CslsSearch, csls_top
from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.nearest import nearest
from wordrel.relative import map_rows, relative_representation
from wordrel.topk import mean_similarity

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")
CPU = TorchBackend("cpu")


class Small(TorchBackend):
    """A device whose memory ends at so many elements of a table, and which says that it has more."""

    def __init__(self, room: int, error: type[Exception], words: str = "", storage: str = "float32") -> None:
        super().__init__("cpu", storage)
        self.room, self._words, self._kind = room, words, error
        self.refused, self.largest = 0, 0

    def free_memory(self):
        return 10 * BYTES_PER_SCORE * 100_000

    def product(self, rows, columns):
        size = rows.shape[0] * columns.shape[1]
        if size > self.room:
            self.refused += 1
            raise self._kind(self._words)
        self.largest = max(self.largest, size)
        return super().product(rows, columns)


LACKS = [
    (torch.cuda.OutOfMemoryError, "CUDA out of memory. Tried to allocate 2.00 GiB."),
    (RuntimeError, "MPS backend out of memory (MPS allocated: 18.00 GB)"),
    (RuntimeError, "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4503599627370496 bytes."),
    (RuntimeError, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    (MemoryError, ""),
]


@pytest.mark.parametrize(("n_source", "n_target", "d"), [(900, 1200, 20), (40, 5000, 12), (1500, 30, 5), (8, 9, 3)])
@pytest.mark.parametrize("k", [1, 10])
def test_csls_is_that_of_the_full_computation(n_source, n_target, d, k):
    source, target = clustered(1, n_source, d), clustered(2, n_target, d)
    queries = np.random.default_rng(3).permutation(n_source)[:50]
    rows, scores = csls_top(source, target, queries=queries, k=k, backend=CPU)
    assert rows.dtype == np.int64 and scores.dtype == np.float32
    assert_best(rows, scores, csls_table(source, target, queries))
    expected, expected_scores = csls_top(source, target, queries=queries, k=k)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)
    assert (rows == expected).mean() > 0.999


@given(st.integers(0, 10_000), st.integers(1, 80), st.integers(1, 80), st.integers(1, 12), st.integers(1, 12))
@settings(deadline=None, max_examples=30)
def test_csls_of_any_sizes(seed, n_source, n_target, k, neighbourhood):
    source, target = clustered(seed, n_source, 4), clustered(seed + 1, n_target, 4)
    rows, scores = csls_top(source, target, k=k, neighbourhood=neighbourhood, backend=CPU)
    assert_best(rows, scores, csls_table(source, target, np.arange(n_source), neighbourhood))


def spoilt(n: int, seed: int) -> np.ndarray:
    X = clustered(seed, n, 6)
    X[[0, n // 2]] = 0
    X[3, 1] = np.nan
    X[5, 2] = np.inf
    X.flags.writeable = False
    return X


@pytest.mark.filterwarnings("error")
def test_rows_without_a_direction_are_treated_alike():
    source, target = spoilt(60, 1), spoilt(50, 2)
    for search in (csls_top, nearest):
        rows, scores = search(source, target, k=100, backend=CPU)
        expected, expected_scores = search(source, target, k=100)
        np.testing.assert_array_equal(rows == -1, expected == -1)
        assert (rows[[0, 3, 5, 30]] == -1).all() and rows.shape == (60, 46)
        np.testing.assert_allclose(scores, expected_scores, atol=1e-5)
    nothing = csls_top(np.zeros((3, 2)), np.zeros((4, 2)), backend=CPU)
    assert nothing[0].shape == nothing[1].shape == (3, 0)
    assert mean_similarity(source[6:9], target[:0], 3, CPU).tolist() == [0, 0, 0]


@pytest.mark.parametrize("storage", STORAGE)
@pytest.mark.parametrize("k", [1, 7, 40, 100])
def test_equal_scores_come_in_the_order_of_their_rows_also_at_the_end_of_the_list(storage, k):
    target = np.tile(np.eye(3, dtype=np.float32), (60, 1))
    expected = [
        np.concatenate([np.arange(i, 180, 3), np.delete(np.arange(180), np.arange(i, 180, 3))])[:k] for i in range(3)
    ]
    for search in (csls_top, nearest):
        rows, _ = search(np.eye(3, dtype=np.float32), target, k=k, backend=TorchBackend("cpu", storage))
        np.testing.assert_array_equal(rows, expected)


def test_ties_of_a_wide_table_are_found_in_its_groups():
    scores = np.random.default_rng(0).integers(0, 40, size=(6, 10_007)).astype(np.float32)
    columns, values = CPU.sorted_top(torch.from_numpy(scores), 30)
    np.testing.assert_array_equal(columns, np.argsort(-scores, axis=1, kind="stable")[:, :30])
    np.testing.assert_array_equal(values, np.take_along_axis(scores, columns, axis=1))
    few, _ = CPU.top(CPU.take(torch.from_numpy(scores), np.array([4, 1])), 30)
    assert (np.take_along_axis(scores[[4, 1]], few, axis=1) == 39).all()


@pytest.mark.parametrize(("storage", "tolerance"), [("float16", 2.0**-10), ("bfloat16", 2.0**-7)])
def test_sixteen_bits_are_summed_in_float32(storage, tolerance):
    """The table is that of the rounded numbers, as exact as float32 can be, and near to that of all digits."""
    backend = TorchBackend("cpu", storage)
    X, Y = clustered(1, 30, 300), clustered(2, 40, 300)
    held = backend.hold(Y)
    assert held.dtype == getattr(torch, storage) and backend.hold(held) is held
    table = backend.product(backend.hold(X), backend.columns(held))
    assert table.dtype == torch.float32
    rounded = [backend.hold(Z).double().numpy() for Z in (X, Y)]
    np.testing.assert_allclose(table.numpy(), rounded[0] @ rounded[1].T, atol=2e-6)
    np.testing.assert_allclose(table.numpy(), X.astype(float) @ Y.T.astype(float), atol=tolerance)
    assert np.abs(table.numpy() - X.astype(float) @ Y.T.astype(float)).max() > 2e-6


def test_sixteen_bits_are_widened_in_parts(monkeypatch):
    X, Y = clustered(1, 20, 5), clustered(2, 90, 5)
    backend = TorchBackend("cpu", "float16")
    whole = backend.products(X, backend.columns(backend.hold(Y)))
    monkeypatch.setattr("wordrel.backend._WIDENED", 17)
    np.testing.assert_allclose(backend.products(X, backend.columns(backend.hold(Y))), whole, atol=1e-6)


@pytest.mark.parametrize("storage", STORAGE)
def test_csls_of_stored_rows_is_exact_for_them_with_bounds_of_anywhere(storage):
    source, target = clustered(1, 2000, 16), clustered(2, 900, 16)
    backend = TorchBackend("cpu", storage)
    stored = [backend.hold(X).double().numpy() for X in (source, target)]
    table = csls_table(*stored, np.arange(100))
    for bounds in (None, CslsSearch(source, target).lower_bounds):
        search = CslsSearch(source, target, bounds=bounds, backend=backend)
        rows, scores = search.top(source[:100], 5)
        assert_best(rows, scores, table)
    exact = csls_table(source, target, np.arange(100))
    # 2 cos, r_T and r_S each may be off by the error of a cosine.
    np.testing.assert_allclose(scores, np.sort(exact)[:, ::-1][:, :5], atol=4 * backend.error)
    full = np.sort(target.astype(float) @ source.T.astype(float), axis=1)[:, -10:].mean(axis=1)
    assert (search.lower_bounds <= full + 2e-7).all()


def test_numbers_too_large_for_float16_are_refused():
    message = "^these vectors have numbers that float16 cannot hold; store them as bfloat16$"
    with pytest.raises(InvalidParameter, match=message):
        TorchBackend("cpu", "float16").hold(np.array([[1e5]]))
    assert float(TorchBackend("cpu", "bfloat16").hold(np.array([[1e5]]))[0, 0]) == pytest.approx(1e5, rel=2**-8)


@pytest.mark.parametrize(("error", "words"), LACKS)
def test_where_memory_runs_out_blocks_are_halved_and_the_answers_are_the_same(error, words):
    source, target = clustered(1, 300, 8), clustered(2, 400, 8)
    backend = Small(7000, error, words)
    rows, scores, near = CslsSearch(source, target, backend=backend).top_and_nearest(source, 5)
    assert backend.refused and 3500 < backend.largest <= 7000
    expected, expected_scores, expected_near = CslsSearch(source, target).top_and_nearest(source, 5)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)
    assert (rows == expected).mean() > 0.999 and (near == expected_near).mean() > 0.999
    np.testing.assert_allclose(
        mean_similarity(source, target, 10, backend), mean_similarity(source, target, 10), atol=1e-6
    )


def test_every_row_is_done_once_in_halved_blocks():
    backend = Small(10, RuntimeError, "out of memory")
    done: list[int] = []

    def work(rows: slice) -> None:
        if rows.stop - rows.start > 3:
            raise RuntimeError("out of memory")
        done.extend(range(rows.start, rows.stop))

    backend.in_blocks(20, 5, 1 << 20, work)
    assert done == list(range(20))


def test_one_row_that_does_not_fit_is_an_error_with_a_remedy():
    backend = Small(99, torch.cuda.OutOfMemoryError, "CUDA out of memory.")
    message = (
        "^cpu has too little memory for the scores of one word against 100; use fewer words, or leave the device out$"
    )
    with pytest.raises(DeviceMemoryError, match=message):
        nearest(clustered(1, 10, 3), clustered(2, 100, 3), 3, backend)


def test_vectors_that_do_not_fit_are_an_error_with_a_remedy(monkeypatch):
    def fail(array):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(torch, "from_numpy", fail)
    message = "^1,000 vectors of 3 numbers do not fit into the memory of cpu; use fewer words, or leave the device out$"
    with pytest.raises(DeviceMemoryError, match=message):
        CPU.hold(clustered(1, 1000, 3))


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    with pytest.raises(RuntimeError, match="^illegal instruction$"):
        nearest(clustered(1, 5, 3), clustered(2, 5, 3), 1, Small(0, RuntimeError, "illegal instruction"))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        nearest(clustered(1, 5, 3), clustered(2, 5, 4), 1, CPU)


def test_blocks_are_sized_to_free_memory_and_to_the_budget():
    class Card(TorchBackend):
        def free_memory(self):
            return 1000 * BYTES_PER_SCORE

    def sizes(backend, **memory):
        seen: list[int] = []
        with limits(**memory):
            backend.in_blocks(40, 100, 2000, lambda rows: seen.append(rows.stop - rows.start))
        return seen

    assert sizes(CPU) == [20, 20]
    assert sizes(Card("cpu")) == [8] * 5
    assert sizes(CPU, memory=500 * BYTES_PER_SCORE) == [5] * 8
    assert sizes(Card("cpu"), memory=500 * BYTES_PER_SCORE) == [5] * 8


def test_free_memory_is_asked_of_the_kind_of_device(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (700, 1000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 200)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 150)
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 900)
    monkeypatch.setattr(torch.mps, "current_allocated_memory", lambda: 300)
    assert [TorchBackend(device).free_memory() for device in ("cuda", "cuda:1", "mps", "cpu")] == [750, 750, 600, None]


def test_nothing_is_left_on_the_cpu(monkeypatch):
    """The meta device computes shapes alone, and refuses to be mixed with the CPU as cuda and mps do."""
    came: list[tuple] = []

    def host(tensor):
        came.append((tensor.device.type, tensor.dtype))
        return np.zeros(tuple(tensor.shape), dtype=str(tensor.dtype).removeprefix("torch."))

    monkeypatch.setattr("wordrel.backend._host", host)
    with pytest.raises(RuntimeError, match="device"):
        torch.ones(3, device="meta") + torch.ones(3)
    numbers = np.array([4, 1])
    for storage in STORAGE:
        backend = TorchBackend("meta", storage)
        rows, columns = backend.hold(np.ones((50, 8))), backend.columns(backend.hold(np.ones((3000, 8))))
        table = backend.product(rows, columns)
        backend.double_less(table, np.ones(3000, dtype=np.float32))
        assert backend.top(table, 5)[0].shape == (50, 5) and backend.top(backend.take(table, numbers), 900)[
            1
        ].shape == (2, 900)
        assert backend.sorted_top(table, 5)[0].shape == (50, 5)
        assert backend.top_mean(table, 5).shape == backend.argmax(table).shape == (50,)
        assert backend.take(rows, numbers).shape == (2, 8)
        assert backend.products(np.ones((9, 8)), columns).shape == (9, 3000)
    assert {device for device, _ in came} == {"meta"} and {kind for _, kind in came} == {torch.float32, torch.int64}


@pytest.mark.parametrize("precision", ["high", "medium"])
def test_products_have_all_bits_whatever_a_program_allows_for_its_own(precision):
    X = clustered(1, 64, 300)
    half = TorchBackend("cpu", "float16")
    torch.set_float32_matmul_precision(precision)
    torch.set_default_dtype(torch.float64)
    try:
        table = CPU.products(X, CPU.columns(CPU.hold(X)))
        assert half.product(half.hold(X), half.columns(half.hold(X))).dtype == torch.float32
        assert torch.get_float32_matmul_precision() == precision
    finally:
        torch.set_float32_matmul_precision("highest")
        torch.set_default_dtype(torch.float32)
    np.testing.assert_allclose(table, X.astype(float) @ X.T.astype(float), atol=1e-6)


def test_sparse_rows_are_compared_without_a_device():
    from scipy.sparse import csr_array

    source, target = unit(np.eye(5, 8) + np.eye(5, 8, 1)), unit(np.eye(6, 8) + np.eye(6, 8, 2))
    message = "^sparse vectors are compared without a device; leave the device out, or make them dense$"
    with pytest.warns(WordrelWarning, match=message):
        rows, _ = csls_top(csr_array(source), csr_array(target), k=2, backend=CPU)
    np.testing.assert_array_equal(rows, csls_top(csr_array(source), csr_array(target), k=2)[0])


def test_relative_vectors_are_the_same():
    X, A = 3 * clustered(1, 500, 20), clustered(2, 70, 20)
    X[4] = 0
    np.testing.assert_allclose(relative_representation(X, A, backend=CPU), unit(X) @ unit(A).T, atol=1e-5)
    assert relative_representation(X, A[:0], backend=CPU).shape == (500, 0)
    M = np.random.default_rng(0).normal(size=(20, 9))
    np.testing.assert_allclose(map_rows(X, M, CPU), unit(X @ M), atol=1e-5)
    np.testing.assert_allclose(map_rows(X, M, Small(900, RuntimeError, "out of memory")), unit(X @ M), atol=1e-5)


def test_the_device_cpu_is_torchs():
    backend = choose("cpu", "bfloat16")
    assert repr(backend) == "TorchBackend('cpu', 'bfloat16')"
