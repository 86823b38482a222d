import os
import tracemalloc

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from tests.test_csls import clustered
from wordrel.budget import BYTES_PER_SCORE, binary_size, block_rows, limits
from wordrel.csls import CslsSearch, csls_top
from wordrel.errors import InvalidParameter
from wordrel.nearest import nearest
from wordrel.topk import mean_similarity


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (1, "1 byte"),
        (2, "2 bytes"),
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (1025, "1.1 KiB"),
        (6_400_000, "6.2 MiB"),
        (3 << 30, "3 GiB"),
        (5000 << 30, "5,000 GiB"),
    ],
)
def test_sizes_are_rounded_up_so_that_they_are_enough(n_bytes, text):
    assert binary_size(n_bytes, up=True) == text


def test_a_size_that_is_too_small_is_never_written_as_the_least():
    assert (binary_size(1919), binary_size(1920, up=True)) == ("1.8 KiB", "1.9 KiB")
    assert (binary_size(1920), binary_size((1 << 20) - 1)) == ("1.8 KiB", "1,023.9 KiB")


def test_a_block_has_as_many_rows_as_the_budget_and_the_cache_allow():
    assert block_rows(100, 1000) == 10 and block_rows(100, 10) == 1
    with limits(memory=100 * BYTES_PER_SCORE * 3):
        assert block_rows(100, 1000) == 3 and block_rows(100, 200) == 2
        with limits(memory=100 * BYTES_PER_SCORE):
            assert block_rows(100, 1000) == 1
        assert block_rows(100, 1000) == 3
    assert block_rows(100, 1000) == 10


@pytest.mark.parametrize("name", ["threads", "memory"])
def test_limits_below_one_are_refused(name):
    with pytest.raises(InvalidParameter, match=f"^{name} must be 1 or more, not 0$"), limits(**{name: 0}):
        pass


def test_a_budget_too_small_for_one_row_is_refused_with_the_least():
    source, target = clustered(1, 40, 4), clustered(2, 1000, 4)
    message = "^a memory budget of 31 KiB is too small for the scores of one word against 1,000; the least is 31.3 KiB$"
    with limits(memory=31 << 10):
        for search in (nearest, lambda X, Y, k: csls_top(X, Y, k=k), lambda X, Y, k: csls_top(Y, X, k=k)):
            with pytest.raises(InvalidParameter, match=message):
                search(source, target, 3)
    with limits(memory=1000 * BYTES_PER_SCORE):
        rows, _ = nearest(source, target, 3)
    np.testing.assert_array_equal(rows, nearest(source, target, 3)[0])


@pytest.mark.parametrize("memory", [1200 * BYTES_PER_SCORE, 5000 * BYTES_PER_SCORE, 1 << 40])
def test_answers_are_the_same_whatever_the_budget(memory):
    source, target = clustered(1, 900, 12), clustered(2, 1200, 12)
    rows, scores = csls_top(source, target, k=5)
    with limits(memory=memory):
        again, again_scores = csls_top(source, target, k=5)
        means = mean_similarity(source, target, 10)
    np.testing.assert_allclose(again_scores, scores, atol=2e-6)
    assert (again == rows).mean() > 0.999
    np.testing.assert_allclose(means, mean_similarity(source, target, 10), atol=2e-6)


def test_tables_of_scores_stay_within_the_budget():
    source, target = clustered(1, 600, 6), clustered(2, 20_000, 6)
    search = CslsSearch(source, target)

    def peak(memory: int | None) -> int:
        with limits(memory=memory):
            tracemalloc.start()
            try:
                search.top(source, 10)
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    assert peak(4 << 20) < (4 << 20) + target.nbytes + source.nbytes
    assert peak(None) > 8 << 20


def test_threads_hold_inside_the_block_only():
    def blas() -> set[int]:
        return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    before, variables = blas(), {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    with limits(threads=2):
        assert blas() == {2} and os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "2"
        with limits(threads=1):
            assert blas() == {1}
        assert blas() == {2}
    assert blas() == before
    assert {name: os.environ.get(name) for name in variables} == variables
