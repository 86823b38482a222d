import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import csls_table, unit
from wordrel import csls, topk
from wordrel.csls import CslsSearch
from wordrel.errors import InvalidParameter
from wordrel.search import SearchIndex, csls_top


def clustered(seed: int, n: int, d: int, k: int = 7) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return unit(rng.normal(size=(k, d))[rng.integers(k, size=n)] + 0.6 * rng.normal(size=(n, d))).astype(np.float32)


def assert_best(rows: np.ndarray, scores: np.ndarray, table: np.ndarray) -> None:
    """The rows are those of a full sort, but for scores that float32 cannot tell apart."""
    k = rows.shape[1]
    expected = np.sort(table, axis=1)[:, ::-1][:, :k]
    np.testing.assert_allclose(scores, expected, atol=5e-6)
    np.testing.assert_allclose(np.take_along_axis(table, rows, axis=1), expected, atol=5e-6)
    assert all(len(set(row)) == k for row in rows.tolist())


@pytest.mark.parametrize(("n_source", "n_target", "d"), [(900, 1200, 20), (40, 1000, 12), (1500, 30, 5), (8, 9, 3)])
@pytest.mark.parametrize("k", [1, 5, 10])
@pytest.mark.parametrize("scores", [1 << 20, 700])
def test_csls_is_that_of_the_full_computation(n_source, n_target, d, k, scores, monkeypatch):
    # With few scores at a time it is the targets that come in blocks.
    monkeypatch.setattr(csls, "_QUERY_BLOCK", scores)
    source, target = clustered(1, n_source, d), clustered(2, n_target, d)
    queries = np.random.default_rng(3).permutation(n_source)[:50]
    rows, scores = csls_top(source, target, queries=queries, k=k)
    assert rows.shape == (len(queries), min(k, n_target))
    assert_best(rows, scores, csls_table(source, target, queries))


@given(st.integers(0, 10_000), st.integers(1, 80), st.integers(1, 80), st.integers(1, 12), st.integers(1, 12))
@settings(deadline=None, max_examples=60)
def test_csls_of_any_sizes(seed, n_source, n_target, k, neighbourhood):
    source, target = clustered(seed, n_source, 4), clustered(seed + 1, n_target, 4)
    rows, scores = csls_top(source, target, k=k, neighbourhood=neighbourhood)
    assert_best(rows, scores, csls_table(source, target, np.arange(n_source), neighbourhood))


@pytest.mark.parametrize("scores", [1 << 20, 50])
def test_equal_scores_come_in_the_order_of_their_rows(scores, monkeypatch):
    monkeypatch.setattr(csls, "_QUERY_BLOCK", scores)
    target = np.repeat(np.eye(3, dtype=np.float32), 40, axis=0)
    rows, _ = csls_top(np.eye(3, dtype=np.float32), target, k=40)
    assert rows.tolist() == [list(range(40 * i, 40 * i + 40)) for i in range(3)]


def test_only_a_part_of_the_targets_is_computed_in_full():
    source, target = clustered(1, 3000, 30, k=60), clustered(2, 4000, 30, k=60)
    search = CslsSearch(source, target)
    rows, scores = search.top(source[:20], 1)
    assert 0 < search.exact_share < 0.5
    assert_best(rows, scores, csls_table(source, target, np.arange(20)))


def test_bounds_are_below_and_can_be_handed_on():
    source, target = clustered(1, 2000, 16), clustered(2, 900, 16)
    first = CslsSearch(source, target)
    exact = np.sort(target @ source.T, axis=1)[:, -10:].mean(axis=1)
    assert (first.lower_bounds <= exact).all()
    assert np.mean(exact - first.lower_bounds) < 0.05
    expected = first.top(source[:30], 5)
    again = CslsSearch(source, target, bounds=first.lower_bounds).top(source[:30], 5)
    np.testing.assert_array_equal(again[0], expected[0])


def test_a_few_queries_and_then_many_get_the_same_answers():
    source, target = clustered(1, 2000, 16), clustered(2, 900, 16)
    search = CslsSearch(source, target)
    few = search.top(source[:3], 5)
    assert not search.has_close_bounds
    many = search.top(source[:200], 5)
    assert search.has_close_bounds
    np.testing.assert_array_equal(few[0], many[0][:3])
    assert_best(*many, csls_table(source, target, np.arange(200)))


def test_nearest_comes_from_the_same_pass():
    source, target = clustered(1, 300, 8), clustered(2, 400, 8)
    _, _, near = CslsSearch(source, target).top_and_nearest(source[:20], 4)
    np.testing.assert_array_equal(near, np.argsort(-(source[:20] @ target.T), axis=1, kind="stable")[:, :4])


def test_zero_and_nan_rows_are_never_found_and_count_for_nothing():
    source, target = clustered(1, 60, 6), clustered(2, 50, 6)
    spoilt_source, spoilt_target = source.copy(), target.copy()
    spoilt_source[[3, 9]] = 0
    spoilt_source[4] = np.nan
    spoilt_target[[0, 49]] = 0
    spoilt_target[7, 2] = np.inf
    rows, scores = csls_top(spoilt_source, spoilt_target, k=100)
    assert rows.shape == (60, 47)
    assert (rows[[3, 4, 9]] == -1).all() and np.isneginf(scores[[3, 4, 9]]).all()
    good = np.setdiff1d(np.arange(60), [3, 4, 9])
    kept = np.setdiff1d(np.arange(50), [0, 7, 49])
    table = csls_table(source[good], target[kept], np.arange(len(good)))
    assert set(rows[good].ravel()) == set(kept)
    assert_best(np.searchsorted(kept, rows[good]), scores[good], table)


def test_nothing_to_find_gives_no_columns():
    rows, scores = csls_top(np.zeros((3, 2)), np.zeros((4, 2)))
    assert rows.shape == scores.shape == (3, 0)


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(k):
    with pytest.raises(InvalidParameter, match=f"^k must be 1 or more, not {k}$"):
        csls_top(np.eye(2), np.eye(2), k=k)
    with pytest.raises(InvalidParameter, match=f"^the neighbourhood must be 1 or more, not {k}$"):
        csls_top(np.eye(2), np.eye(2), neighbourhood=k)
    with pytest.raises(InvalidParameter, match=f"^k must be 1 or more, not {k}$"):
        SearchIndex(np.eye(2)).search(np.eye(2), k)


def test_the_index_finds_what_a_full_sort_finds():
    vectors, queries = clustered(1, 500, 8), clustered(2, 30, 8)
    rows, scores = SearchIndex(vectors).search(queries, 7)
    table = queries @ vectors.T
    np.testing.assert_array_equal(rows, np.argsort(-table, axis=1)[:, :7])
    np.testing.assert_allclose(scores, np.sort(table, axis=1)[:, ::-1][:, :7], atol=1e-6)


def test_the_index_never_returns_the_last_row_for_nothing():
    vectors = np.eye(4, dtype=np.float32)
    vectors[1] = 0
    vectors[2] = np.nan
    index = SearchIndex(vectors)
    assert len(index) == 2
    rows, scores = index.search([[0, 0, 0, 1], [0, 0, 0, 0], [np.nan, 0, 0, 1]], k=10**9)
    assert rows.tolist() == [[3, 0], [-1, -1], [-1, -1]]
    assert scores[0].tolist() == [1, 0] and np.isneginf(scores[1:]).all()


@pytest.mark.parametrize("k", [1, 3, 10, 64, 500, 600])
def test_top_columns_are_those_of_a_sort(k):
    scores = np.random.default_rng(k).normal(size=(20, 577)).astype(np.float32)
    columns = topk.top_columns(scores, k)
    expected = np.argsort(-scores, axis=1)[:, :k]
    np.testing.assert_array_equal(np.sort(columns, axis=1), np.sort(expected, axis=1))
    assert topk.top_mean(scores, k)[0] == pytest.approx(np.sort(scores[0])[::-1][:k].mean(), abs=1e-6)


def test_top_columns_of_a_wide_table_use_the_groups():
    scores = np.random.default_rng(0).normal(size=(5, 10_007)).astype(np.float32)
    np.testing.assert_array_equal(topk.sorted_top(scores, 10)[0], np.argsort(-scores, axis=1)[:, :10])
