import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array

from tests.reference import csls_table, unit
from wordrel import sparse
from wordrel.csls import CslsSearch, csls_top
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter
from wordrel.nearest import nearest
from wordrel.preprocessing import Preprocessing
from wordrel.search import SearchIndex
from wordrel.topk import has_direction, mean_similarity, product_blocks

seeds = st.integers(0, 10_000)


def table(seed: int, n: int = 40, m: int = 30, kept: float = 0.3) -> np.ndarray:
    """Dense rows of which most numbers are zero, and some rows wholly."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(0.1, 1, (n, m)) * (rng.random((n, m)) < kept)
    X[rng.integers(n)] = 0
    return X.astype(np.float32)


def test_entries_become_rows_without_their_zeros():
    rows = sparse.from_entries(np.array([[0, 3], [1, 2]]), np.array([[1, 2], [0, 4]], dtype=np.float32), 5)
    assert rows.toarray().tolist() == [[1, 0, 0, 2, 0], [0, 0, 4, 0, 0]]
    assert rows.nnz == 3 and rows.dtype == np.float32
    assert {part.dtype for part in (rows.indices, sparse.stack([rows, rows]).indptr)} == {np.dtype(np.int32)}
    none = sparse.from_entries(np.empty((2, 0), dtype=np.int64), np.empty((2, 0), dtype=np.float32), 3)
    assert none.toarray().tolist() == [[0, 0, 0], [0, 0, 0]]


def test_any_sparse_format_becomes_rows_with_ordered_columns():
    twice = coo_array((np.array([1.0, 2.0, 4.0]), (np.array([0, 0, 0]), np.array([2, 0, 2]))), shape=(1, 3))
    rows = sparse.as_matrix(twice)
    assert rows.indices.tolist() == [0, 2] and rows.data.tolist() == [2, 5] and rows.dtype == np.float32
    unordered = csr_array((np.array([1, 2, 4], dtype=np.float32), np.array([2, 0, 2]), np.array([0, 3])), shape=(1, 3))
    rows = sparse.as_matrix(unordered)
    assert rows.indices.tolist() == [0, 2] and rows.data.tolist() == [2, 5]
    assert unordered.indices.tolist() == [2, 0, 2], "what was given is not changed"
    assert not sparse.is_sparse(sparse.as_matrix([[1, 2]])) and sparse.is_sparse(twice)


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_every_helper_does_to_sparse_rows_what_it_does_to_dense_ones(seed):
    X, Y = table(seed), table(seed + 1, n=25)
    S, T = csr_array(X), csr_array(Y)
    factors = np.random.default_rng(seed).uniform(0, 2, 30).astype(np.float32)
    np.testing.assert_allclose(sparse.unit(S).toarray(), unit(X), atol=1e-6)
    np.testing.assert_allclose(sparse.unit(X), unit(X), atol=1e-6)
    np.testing.assert_array_equal(sparse.times_columns(S, factors).toarray(), X * factors)
    np.testing.assert_array_equal(sparse.times_columns(X, factors), X * factors)
    np.testing.assert_allclose(sparse.squared_norms(S), (X.astype(float) ** 2).sum(axis=1), rtol=1e-5)
    np.testing.assert_array_equal(sparse.stack([S[:7], S[7:]]).toarray(), X)
    np.testing.assert_array_equal(sparse.stack([X[:7], X[7:]]), X)
    np.testing.assert_array_equal(sparse.dense_row(S, 3), X[3])
    np.testing.assert_array_equal(has_direction(S), X.any(axis=1))
    expected = X.astype(float) @ Y.astype(float).T
    np.testing.assert_allclose(sparse.product(S, sparse.transposed(T)), expected, atol=1e-5)
    np.testing.assert_allclose(mean_similarity(S, T, 4), np.sort(expected)[:, -4:].mean(axis=1), atol=1e-5)


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_an_inner_product_is_the_same_number_in_every_block_and_from_either_side(seed):
    S, T = csr_array(table(seed)), csr_array(table(seed + 1))
    whole = sparse.product(S, sparse.transposed(T))
    np.testing.assert_array_equal(sparse.product(T, sparse.transposed(S)).T, whole)
    np.testing.assert_array_equal(sparse.product(S[5:8], sparse.transposed(T[[9, 2]])), whole[5:8][:, [9, 2]])


def test_blocks_of_sparse_products_cover_every_row_once(monkeypatch):
    monkeypatch.setattr("wordrel.topk.BLOCK_ELEMENTS", 100)
    X = table(1)
    blocks = list(product_blocks(csr_array(X), csr_array(X)))
    assert len(blocks) == 20
    np.testing.assert_allclose(np.concatenate([block for _, block in blocks]), X @ X.T, atol=1e-5)


@given(seeds, st.integers(1, 6))
@settings(deadline=None, max_examples=30)
def test_csls_of_sparse_rows_is_csls(seed, k):
    X, Y = unit(table(seed, n=60)), unit(table(seed + 1, n=50))
    kept, found = np.flatnonzero(X.any(axis=1)), np.flatnonzero(Y.any(axis=1))
    expected = csls_table(X[kept], Y[found], np.arange(len(kept)))
    rows, scores = csls_top(csr_array(X), csr_array(Y), k=k)
    assert (rows[~X.any(axis=1)] == -1).all() and np.isin(rows[kept], found).all()
    np.testing.assert_allclose(scores[kept], -np.sort(-expected, axis=1)[:, :k], atol=1e-5)
    places = np.searchsorted(found, rows[kept])
    np.testing.assert_allclose(np.take_along_axis(expected, places, axis=1), scores[kept], atol=1e-5)


def test_close_bounds_of_sparse_rows_stay_below_the_exact_means():
    X, Y = (sparse.unit(csr_array(table(seed, n=2000, kept=0.2))) for seed in (1, 2))
    exact = mean_similarity(Y, X, 10)
    bounds = CslsSearch(X, Y).lower_bounds
    assert (bounds <= exact).all() and (exact - bounds).mean() < 0.1


def test_nearest_sparse_rows_are_the_nearest():
    X, Y = unit(table(3)).astype(np.float32), unit(table(4)).astype(np.float32)
    rows, scores = nearest(csr_array(X), csr_array(Y), 3)
    kept = X.any(axis=1)
    found = np.flatnonzero(Y.any(axis=1))
    expected = X[kept].astype(float) @ Y[found].T
    np.testing.assert_array_equal(rows[kept], found[np.argsort(-expected, axis=1, kind="stable")[:, :3]])
    np.testing.assert_allclose(scores[kept], -np.sort(-expected, axis=1)[:, :3], atol=1e-6)
    assert (rows[~kept] == -1).all()


def test_arrays_hold_the_matrix():
    X = table(5)
    for matrix in (X, csr_array(X)):
        arrays = sparse.to_arrays("v", matrix)
        again = sparse.from_arrays("v", sparse.is_sparse(matrix), arrays.__getitem__)
        assert sparse.is_sparse(again) == sparse.is_sparse(matrix)
        np.testing.assert_array_equal(again.toarray() if sparse.is_sparse(again) else again, X)


def test_embeddings_hold_sparse_rows_read_only_and_share_their_memory():
    X = csr_array(table(6, n=3))
    space = Embeddings(["a", "b", "c"], X, "xx")
    np.testing.assert_array_equal(space["b"], X.toarray()[1])
    assert space.dimensions == 30 and np.shares_memory(space.vectors.data, X.data)
    np.testing.assert_array_equal(space.head(2).vectors.toarray(), X.toarray()[:2])
    with pytest.raises(ValueError, match="read-only"):
        space.vectors.data[0] = 1
    broken = X.copy()
    broken.data[-1] = np.nan
    last = np.flatnonzero(X.toarray().any(axis=1))[-1]
    with pytest.raises(InvalidParameter) as error:
        Embeddings(["a", "b", "c"], broken, "xx")
    assert str(error.value) == f"the vector of '{'abc'[last]}' has a NaN or infinite number; leave it out"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (SearchIndex, "sparse rows cannot be indexed by FAISS; make them dense first, with rows.toarray()"),
        (
            Preprocessing().fit_transform,
            "sparse rows cannot be prepared for an alignment; make them dense first, with rows.toarray()",
        ),
        (
            lambda rows: SearchIndex(rows.toarray()).search(rows, 1),
            "sparse rows cannot be asked of FAISS; make them dense first, with rows.toarray()",
        ),
    ],
)
def test_where_rows_have_to_be_dense(call, message):
    with pytest.raises(InvalidParameter) as error:
        call(csr_array(table(7)))
    assert str(error.value) == message


def test_one_row_against_many_is_a_row_of_the_table():
    rng = np.random.default_rng(4)
    X, Y = rng.normal(size=(3, 7)).astype(np.float32), rng.normal(size=(50, 7)).astype(np.float32)
    for row in range(3):
        one = sparse.product(X[row : row + 1], sparse.transposed(Y))
        np.testing.assert_allclose(one, (X[row : row + 1].astype(np.float64) @ Y.T), atol=2e-6)
