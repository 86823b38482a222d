import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import csls_table, few_different
from tests.test_csls import assert_best, clustered
from wordrel import crowding, csls
from wordrel.crowding import Crowd
from wordrel.csls import CslsSearch


def mean_of_the_highest(rows: np.ndarray, pool: np.ndarray, k: int) -> np.ndarray:
    table = rows.astype(np.float64) @ pool.astype(np.float64).T
    return np.sort(table, axis=1)[:, ::-1][:, :k].mean(axis=1)


@pytest.mark.parametrize(("n", "d", "k"), [(3000, 20, 10), (700, 40, 3), (50, 5, 10), (6, 4, 10), (1, 1, 1)])
def test_exact_is_the_mean_of_the_highest_and_lower_is_below_it(n, d, k, monkeypatch):
    monkeypatch.setattr(crowding, "_TABLE", crowding._BLOCK_ROWS * 256)
    monkeypatch.setattr(crowding, "_AROUND_ROWS", 100)
    monkeypatch.setattr(crowding, "CACHED_ROWS", 64)
    pool, rows = clustered(1, n, d, k=30), clustered(2, 640, d, k=30)
    crowd = Crowd(pool, k)
    expected = mean_of_the_highest(rows, pool, k)
    np.testing.assert_allclose(crowd.exact(rows), expected, atol=1e-6)
    few, many = crowd.lower(rows, 2), crowd.lower(rows, 10**6)
    assert (few <= expected + 1e-6).all()
    np.testing.assert_allclose(many, expected, atol=1e-6)


def test_more_lists_give_closer_bounds():
    pool, rows = clustered(1, 4000, 30, k=60), clustered(2, 500, 30, k=60)
    crowd = Crowd(pool, 10)
    gaps = [float(np.mean(mean_of_the_highest(rows, pool, 10) - crowd.lower(rows, n))) for n in (1, 4, 16)]
    assert gaps[0] > gaps[1] > gaps[2] > 0


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 60),
    st.integers(1, 6),
    st.sampled_from([1e-8, 1e-3, 1.0, 1e4]),
    st.integers(1, 12),
)
def test_rows_of_any_length_repeated_and_zero_count_as_they_should(seed, n, d, scale, k):
    rng = np.random.default_rng(seed)
    pool, rows = few_different(rng, n, d, scale), few_different(rng, 9, d)
    crowd = Crowd(pool, k)
    expected = mean_of_the_highest(rows, pool, min(k, n))
    np.testing.assert_allclose(crowd.exact(rows), expected, atol=1e-5 * scale)
    assert (crowd.lower(rows, 1) <= expected + 1e-5 * scale).all()


@pytest.mark.parametrize("k", [1, 5, 20])
def test_csls_of_large_spaces_is_that_of_the_full_computation(k, monkeypatch):
    monkeypatch.setattr(csls, "_LARGE_POOL", 1000)
    monkeypatch.setattr(csls, "_MANY_TARGETS", 1)
    source, target = clustered(1, 2500, 24, k=50), clustered(2, 2000, 24, k=50)
    target[[5, 9]] = target[700]  # ties
    search = CslsSearch(source, target)
    rows, scores = search.top(source[:300], k)
    assert search._crowd is not None
    assert_best(rows, scores, csls_table(source, target, np.arange(300)))


def test_csls_makes_more_candidates_when_ties_go_beyond_them(monkeypatch):
    monkeypatch.setattr(csls, "_LARGE_POOL", 1)
    target = np.repeat(np.eye(3, dtype=np.float32), 300, axis=0)
    source = np.repeat(np.eye(3, dtype=np.float32), 40, axis=0)
    rows, _ = CslsSearch(source, target).top(source, 20)
    for query, found in enumerate(rows.tolist()):
        first = 300 * (query // 40)
        assert found == list(range(first, first + 20))
