"""Rows around pivots, against all products."""

import numpy as np

from wordrel.pivots import near_rows, neighbourhoods
from wordrel.relative import unit_rows


def made(n, d=12, seed=0):
    """Rows in clusters, as words are."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(40, d))
    return unit_rows(centres[rng.integers(40, size=n)] + 0.7 * rng.normal(size=(n, d)))


def test_a_small_pool_is_looked_at_as_a_whole():
    queries, pool = made(300), made(1000, seed=1)
    rows, cosines = near_rows(queries, pool, 7)
    table = queries @ pool.T
    expected = np.argsort(-table, axis=1, kind="stable")[:, :7]
    assert (rows == expected).all()
    np.testing.assert_allclose(cosines, np.take_along_axis(table, expected, axis=1), atol=1e-6)
    assert near_rows(queries, pool[:3], 7)[0].shape == (300, 3)


def test_most_of_the_nearest_are_found_and_no_cosine_is_made_up():
    queries, pool = made(900), made(6000, seed=1)
    rows, cosines = near_rows(queries, pool, 10)
    table = queries @ pool.T
    np.testing.assert_allclose(cosines, np.take_along_axis(table, rows, axis=1), atol=1e-6)
    assert (np.diff(cosines, axis=1) <= 0).all()
    assert all(len(set(line)) == 10 for line in rows.tolist())
    best = np.argsort(-table, axis=1)[:, :10]
    assert np.mean([len(set(a) & set(b)) for a, b in zip(rows.tolist(), best.tolist(), strict=True)]) > 8.5


def test_each_query_has_the_rows_around_the_pivot_that_is_nearest():
    queries, pool = made(70), made(400, seed=1)
    pivots = pool[::5]  # 20, the square root of 400, by 4
    seen = []
    for asked, found in neighbourhoods(queries, pool, 4.0, 30):
        seen += asked.tolist()
        for query in asked:
            pivot = pivots[(pivots @ queries[query]).argmax()]
            assert found.tolist() == sorted(np.argsort(-(pool @ pivot))[:30].tolist())
    assert sorted(seen) == list(range(70))
