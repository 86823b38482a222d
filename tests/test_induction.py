import numpy as np

from tests.reference import csls_table, unit
from wordrel.induction import best_both_ways, mutual_nearest


def noisy(n=400, d=10, noise=0.15, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * np.linspace(2, 0.7, d)
    Y = X @ np.linalg.qr(rng.normal(size=(d, d)))[0] + noise * rng.normal(size=(n, d))
    return unit(X).astype(np.float32), unit(Y).astype(np.float32)


def test_mutual_nearest_are_those_of_the_full_tables():
    X, Y = noisy(noise=1.0)
    Y = Y[:300]
    table = csls_table(X, Y, np.arange(400))
    forward, backward = table.argmax(axis=1), table.argmax(axis=0)
    expected = [(i, j) for i, j in enumerate(forward) if backward[j] == i]
    found = mutual_nearest(X, Y)
    assert list(zip(found.rows.tolist(), found.columns.tolist(), strict=True)) == expected and 0 < len(expected) < 300
    cosines = [X[i].astype(float) @ Y[j] for i, j in expected]
    np.testing.assert_allclose(found.objective, np.mean(cosines), rtol=1e-5)


def test_best_both_ways_are_those_of_the_full_table():
    X, Y = noisy(noise=1.0)
    Y = Y[:300]
    table = csls_table(X, Y, np.arange(400))
    found = best_both_ways(X, Y)
    pairs = set(zip(found.rows.tolist(), found.columns.tolist(), strict=True))
    forward = {(i, int(j)) for i, j in enumerate(table.argmax(axis=1))}
    backward = {(int(i), j) for j, i in enumerate(table.argmax(axis=0))}
    assert pairs == forward | backward and len(found.rows) == 700
    cosines = X.astype(float) @ Y.T
    expected = (cosines.max(axis=1).mean() + cosines.max(axis=0).mean()) / 2
    np.testing.assert_allclose(found.objective, expected, rtol=1e-5)


def test_omissions_are_at_random_by_the_generator_and_leave_the_objective_alone():
    X, Y = noisy()
    whole = best_both_ways(X, Y)
    one, same, other = (best_both_ways(X, Y, 0.3, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one.columns == same.columns).all() and (one.columns != other.columns).any()
    assert one.objective == whole.objective
    # Three pairs in ten are looked at: about so many of a row's best remain.
    kept = (one.columns[:400] == whole.columns[:400]).mean()
    assert 0.2 < kept < 0.4
    # With next to none looked at, rows without any similarity are in no pair.
    assert 0 < len(best_both_ways(X[:20], Y[:20], 0.02, np.random.default_rng(0)).rows) < 40


def test_rows_without_a_direction_are_in_no_pair():
    X, Y = noisy(n=40)
    X[3] = 0
    Y[5] = 0
    for induce in (mutual_nearest, best_both_ways):
        found = induce(X, Y)
        assert 3 not in found.rows and 5 not in found.columns and len(found.rows) > 20
        for nothing in (induce(X, 0 * Y), induce(0 * X, Y)):
            assert len(nothing.rows) == len(nothing.columns) == 0 and nothing.objective == 0
