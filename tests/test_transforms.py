import math
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import unit
from wordrel.errors import InvalidParameter
from wordrel.methods.projection import RelativeProjection
from wordrel.similarities import similarity_blocks
from wordrel.sparse import is_sparse
from wordrel.transforms import (
    TRANSFORMS,
    Chain,
    Softmax,
    Standardised,
    TopkPower,
    Whiten,
    ZScore,
    make_transform,
)

seeds = st.integers(0, 10_000)


def blocks(table: np.ndarray, size: int = 4):
    """Passes over a table, as a space gives them."""
    return lambda: (table[i : i + size].astype(np.float32) for i in range(0, len(table), size))


def tables(seed: int, n: int = 20, m: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """Cosines of some rows with anchors, and of the anchors with each other."""
    rng = np.random.default_rng(seed)
    A = unit(rng.normal(size=(m, 6)))
    return unit(rng.normal(size=(n, 6))) @ A.T, A @ A.T


def apply(transform, rows: np.ndarray, anchors: np.ndarray, size: int = 4) -> np.ndarray:
    step = make_transform(transform).learn(blocks(rows, size), blocks(anchors, size))
    found = step(rows.astype(np.float32))
    assert found.dtype == np.float32
    return found.toarray() if is_sparse(found) else found


@given(seeds, st.integers(1, 30))
@settings(deadline=None, max_examples=30)
def test_zscore_is_by_mean_and_deviation_of_each_anchor_over_all_rows(seed, size):
    R, K = tables(seed)
    expected = np.empty_like(R)
    for j in range(R.shape[1]):
        column = [float(np.float32(x)) for x in R[:, j]]
        mean = sum(column) / len(column)
        deviation = math.sqrt(sum((x - mean) ** 2 for x in column) / len(column))
        expected[:, j] = [(x - mean) / deviation for x in column]
    np.testing.assert_allclose(apply("zscore", R, K, size), expected, atol=1e-5)


def test_zscore_of_a_column_that_is_the_same_everywhere_is_zero():
    R, K = tables(1)
    R[:, 2] = 0.3
    R[::2, 2] += 3e-8
    R[:, 4] = 0
    scores = apply("zscore", R, K)
    assert not scores[:, [2, 4]].any() and scores[:, [0, 1, 3]].all()


def test_zscore_of_numbers_far_from_zero_stays_exact():
    R, K = tables(2)
    far = np.round(R * 256) / 256 + 4096
    expected = (far - far.mean(axis=0)) / far.std(axis=0)
    np.testing.assert_allclose(apply("zscore", far, K), expected, atol=1e-5)


@given(seeds, st.integers(1, 12), st.sampled_from([0.5, 1.0, 2.0, 8.0]))
@settings(deadline=None, max_examples=40)
def test_topk_power_keeps_the_highest_and_scales_them(seed, k, power):
    R, K = tables(seed)
    expected = np.zeros_like(R)
    for i, row in enumerate(R):
        for j in sorted(range(len(row)), key=lambda j: -row[j])[:k]:
            if row[j] > 0:
                expected[i, j] = row[j] ** power
        length = math.sqrt(sum(x * x for x in expected[i]))
        expected[i] /= length or 1
    np.testing.assert_allclose(apply(TopkPower(k, power), R, K), expected, atol=1e-5)


def test_topk_power_gives_sparse_rows_with_ordered_columns_and_empty_ones_where_nothing_is_positive():
    R, K = tables(3)
    R[5] = -np.abs(R[5])
    rows = TopkPower(3).learn(blocks(R), blocks(K))(R.astype(np.float32))
    assert is_sparse(rows) and rows.shape == R.shape and rows.has_sorted_indices
    stored = np.diff(rows.indptr)
    assert stored.max() == 3 and stored[5] == 0 and (rows.data > 0).all()


def test_topk_power_survives_high_powers_of_small_numbers():
    R = np.array([[1e-6, 5e-7, -1.0]])
    np.testing.assert_allclose(
        apply(TopkPower(2, 8.0), R, np.eye(3)), unit(np.array([[1, 0.5**8, 0]])), rtol=1e-5, atol=1e-9
    )


@given(seeds, st.sampled_from([0.02, 0.1, 1.0, 30.0]))
@settings(deadline=None, max_examples=30)
def test_softmax_is_its_definition(seed, temperature):
    R, K = tables(seed)
    powers = [[math.exp(x / temperature) for x in row] for row in R]
    expected = [[p / sum(row) for p in row] for row in powers]
    np.testing.assert_allclose(apply(Softmax(temperature), R, K), expected, atol=1e-5)
    # Numbers whose exponential is infinite.
    assert np.isfinite(apply(Softmax(1e-6), 1000 * R, K)).all()


@given(seeds, st.sampled_from([0.01, 0.3]))
@settings(deadline=None, max_examples=20)
def test_whitening_is_the_inverse_root_of_the_anchors_similarities(seed, ridge):
    R, K = tables(seed)
    values, vectors = np.linalg.eigh(K)
    powered = (np.maximum(values, 0) + ridge * values[-1]) ** -0.5
    np.testing.assert_allclose(apply(Whiten(ridge), R, K), R @ (vectors * powered) @ vectors.T, atol=2e-4)


def test_whitening_with_little_ridge_makes_the_similarities_of_many_anchors_uncorrelated():
    X = np.random.default_rng(4).normal(size=(30, 40))
    K = unit(X) @ unit(X).T
    white = apply(Whiten(1e-9), K, K)
    np.testing.assert_allclose(white @ white.T, K, atol=1e-4)
    # |K| takes the place of a K that has negative eigenvalues.
    Q = np.linalg.qr(X[:, :30])[0]
    D = np.linspace(-1, 2, 30)
    expected = (Q * (np.abs(D) + 0.2) ** -0.5) @ Q.T
    np.testing.assert_allclose(apply(Whiten(0.1), np.eye(30), (Q * D) @ Q.T), expected, atol=1e-4)


def test_whitened_cosines_are_those_of_the_linear_form():
    X = np.random.default_rng(5).normal(size=(25, 6))
    expected = RelativeProjection(exponent=0.5, ridge=0.05).fit_transform(X)
    K = unit(X) @ unit(X).T
    np.testing.assert_allclose(apply("whiten", K, K), expected, atol=1e-4)


def test_a_chain_learns_each_transform_from_what_those_before_give():
    R, K = tables(6)
    mean, deviation = R.mean(axis=0), R.std(axis=0)
    Z, ZK = (R - mean) / deviation, (K - mean) / deviation
    _, values, vectors = np.linalg.svd(ZK)
    W = vectors.T @ np.diag((values + 0.05 * values[0]) ** -0.5) @ vectors
    np.testing.assert_allclose(apply(["zscore", "whiten"], R, K), Z @ W, atol=1e-3)
    highest = apply(["zscore", TopkPower(2, 1.0)], R, K)
    for row, scores in zip(highest, Z, strict=True):
        best = np.argsort(-scores)[:2]
        np.testing.assert_allclose(row[best], unit(np.maximum(scores[best], 0)[None])[0], atol=1e-5)
        assert np.count_nonzero(row) <= 2
    np.testing.assert_array_equal(apply(Chain(()), R, K), R.astype(np.float32))
    np.testing.assert_array_equal(apply(None, R, K), R.astype(np.float32))


@pytest.mark.parametrize("transform", [*TRANSFORMS, ["zscore", "softmax", "topk_power"]])
@pytest.mark.parametrize("table", [np.zeros((6, 4)), np.full((6, 4), 0.5), np.empty((0, 4))])
def test_degenerate_rows_give_finite_numbers_and_steps_can_be_pickled(transform, table):
    anchors = np.full((4, 4), 0.5)
    step = make_transform(transform).learn(blocks(table), blocks(anchors))
    found = pickle.loads(pickle.dumps(step))(table.astype(np.float32))
    assert found.shape == table.shape
    assert np.isfinite(found.toarray() if is_sparse(found) else found).all()


def test_learning_holds_a_few_blocks_and_never_the_whole_table():
    rng = np.random.default_rng(7)
    X, A = rng.normal(size=(8000, 5)).astype("f4"), rng.normal(size=(100, 5)).astype("f4")

    def rows():
        return (block for _, block in similarity_blocks(X, A, block_rows=100))

    tracemalloc.start()
    step = ZScore().learn(rows, rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    whole = (unit(X) @ unit(A).T).astype(np.float64)
    assert isinstance(step, Standardised)
    np.testing.assert_allclose(step.deviation, whole.std(axis=0), rtol=1e-4)
    assert peak < whole.nbytes / 8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: make_transform("magic"),
            "unknown transform 'magic'; choose one of: none, zscore, topk_power, softmax, whiten",
        ),
        (
            lambda: make_transform(["topk_power", "zscore"]),
            "topk_power gives sparse rows and must be the last of the transforms",
        ),
        (lambda: TopkPower(0), "k must be 1 or more, not 0"),
        (lambda: TopkPower(5, 0), "the power must be a finite number above 0, not 0"),
        (lambda: Softmax(-1), "the temperature must be a finite number above 0, not -1"),
        (lambda: Whiten(0), "the ridge must be a finite number above 0, not 0"),
        (
            lambda: apply("topk_power", -np.ones((3, 3)), np.eye(3) - 1),
            "topk_power keeps positive similarities, and these have none; "
            "choose cosine, angular, rbf, rank or quantised, or put zscore or softmax before it",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidParameter) as error:
        call()
    assert str(error.value) == message


def test_a_power_next_to_nothing_keeps_what_is_positive_and_nothing_else():
    rows = TopkPower(3, 1e-300)(np.array([[0.5, -1.0, 0.0, 0.2]], dtype=np.float32)).toarray()
    np.testing.assert_allclose(rows, [[0.5**0.5, 0, 0, 0.5**0.5]], atol=1e-6)
