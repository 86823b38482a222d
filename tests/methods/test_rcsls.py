import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wordrel
from tests.reference import csls_table, unit
from wordrel.methods import make_aligner
from wordrel.methods.rcsls import cut_singular_values, distinct_side, relaxed_csls

K = 4


def problem(seed=0, n=25, d=5, e=4):
    """Pairs in float64, some words of which stand in several, weights, and vocabularies around them."""
    rng = np.random.default_rng(seed)
    X, Y = unit(rng.normal(size=(n, d))), unit(rng.normal(size=(n, e)))
    X[1], Y[4] = X[0], Y[3]
    share = rng.uniform(0.2, 1, n)
    pools = unit(rng.normal(size=(40, d))), unit(rng.normal(size=(30, e)))
    return X, Y, share / share.sum(), pools, rng.normal(size=(d, e))


def by_loops(M, X, Y, share, pools, k):
    total = 0.0
    for x, y, w in zip(X, Y, share, strict=True):
        to_targets = sorted((float(x @ M @ z) for z in pools[1]), reverse=True)[:k]
        to_sources = sorted((float(z @ M @ y) for z in pools[0]), reverse=True)[:k]
        total += w * (-2 * float(x @ M @ y) + sum(to_targets) / len(to_targets) + sum(to_sources) / len(to_sources))
    return total


def criterion(M, X, Y, share, pools, k=K):
    sides = distinct_side(X, share, pools[0]), distinct_side(Y, share, pools[1])
    return relaxed_csls(M, (X * share[:, None]).T @ Y, *sides, k)


@pytest.mark.parametrize("k", [1, 4, 35, 100])
def test_the_criterion_is_what_the_loops_give(k):
    X, Y, share, pools, M = problem()
    assert criterion(M, X, Y, share, pools, k).value == pytest.approx(by_loops(M, X, Y, share, pools, k), abs=1e-12)


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=15)
def test_the_gradient_is_that_of_finite_differences(seed):
    X, Y, share, pools, M = problem(seed)
    gradient = criterion(M, X, Y, share, pools).gradient
    step = 1e-7
    for i in range(5):
        for j in range(4):
            beside = [M.copy(), M.copy()]
            beside[0][i, j] += step
            beside[1][i, j] -= step
            up, down = (criterion(one, X, Y, share, pools).value for one in beside)
            assert gradient[i, j] == pytest.approx((up - down) / (2 * step), abs=1e-6)


@given(st.integers(0, 10_000), st.floats(0, 1))
@settings(deadline=None, max_examples=25)
def test_the_criterion_is_convex_and_its_gradient_supports_it(seed, t):
    X, Y, share, pools, M = problem(seed)
    other = np.random.default_rng(seed + 1).normal(size=M.shape)
    here, there = criterion(M, X, Y, share, pools), criterion(other, X, Y, share, pools)
    between = criterion(t * M + (1 - t) * other, X, Y, share, pools).value
    assert between <= t * here.value + (1 - t) * there.value + 1e-12
    assert there.value >= here.value + np.vdot(here.gradient, other - M) - 1e-12


def test_words_of_several_pairs_are_looked_up_once():
    X, _, share, pools, _ = problem()
    side = distinct_side(X, share, pools[0])
    assert len(side.rows) == 24 and side.share.sum() == pytest.approx(1)
    assert side.share[(side.rows == X[0]).all(axis=1)] == pytest.approx([share[0] + share[1]])


def test_cutting_singular_values_is_the_nearest_map_that_lengthens_nothing():
    M = np.random.default_rng(0).normal(size=(5, 4))
    cut = cut_singular_values(M)
    assert np.linalg.svd(cut)[1].max() <= 1 + 1e-12
    for seed in range(50):
        other = np.random.default_rng(seed).normal(size=(5, 4))
        other /= max(1, np.linalg.svd(other)[1].max())
        assert np.linalg.norm(M - cut) <= np.linalg.norm(M - other)
    np.testing.assert_allclose(cut_singular_values(0.1 * M / np.linalg.norm(M)), 0.1 * M / np.linalg.norm(M))


def noisy(n=700, d=20, seed=3):
    """A turned copy, but four directions of the source say nothing: the best map is no rotation, it mutes them."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, d))
    X, Y = (Z + 0.5 * rng.normal(size=(n, d)) for _ in range(2))
    X[:, :4] += 2 * rng.normal(size=(n, 4))
    return unit(X).astype(np.float32), unit(Y @ np.linalg.qr(rng.normal(size=(d, d)))[0]).astype(np.float32)


def held_out(aligner, X, Y):
    """P@1 by CSLS of the rows that were no anchors."""
    queries = np.arange(300, len(X))
    table = csls_table(aligner.transform(X), aligner.transform(Y, 1), queries)
    return float((table.argmax(axis=1) == queries).mean())


@pytest.mark.parametrize("spectral", [False, True])
def test_it_retrieves_words_held_out_better_than_its_procrustes_start(spectral):
    X, Y = noisy()
    start = make_aligner("procrustes").fit(X[:300], Y[:300])
    aligner = make_aligner("rcsls", spectral=spectral).fit(X[:300], Y[:300], vocabulary=(X, Y))
    assert held_out(aligner, X, Y) > held_out(start, X, Y) + 0.1
    largest = np.linalg.svd(aligner.maps_.source)[1].max()
    assert largest <= 1 + 1e-9 if spectral else largest > 1


def test_the_criterion_falls_with_every_step_that_is_taken_even_from_a_rate_far_too_long():
    X, Y = noisy(n=300)
    share, start = np.full(300, 1 / 300), make_aligner("procrustes").fit(X, Y).maps_
    values = [criterion(start.source @ start.target.T, X, Y, share, (X, Y), 10).value]
    for n_iter in (1, 4, 16):
        # The first steps would raise the criterion: they are not taken, and the rate is halved.
        M = make_aligner("rcsls", learning_rate=1e4, n_iter=n_iter, spectral=True).fit(X, Y).maps_.source
        values.append(criterion(M, X, Y, share, (X, Y), 10).value)
    assert values[1] == pytest.approx(values[0], abs=1e-6)
    assert values == sorted(values, reverse=True) and values[3] < values[0] - 0.01


def test_neighbours_come_from_the_first_rows_of_the_vocabularies_and_from_the_anchors_without():
    X, Y = noisy(n=300)

    def fitted(vocabulary=None, **parameters):
        return make_aligner("rcsls", **parameters).fit(X[:80], Y[:80], vocabulary=vocabulary).maps_.source

    np.testing.assert_array_equal(fitted((X, Y), negatives=80), fitted((X[:80], Y[:80])))
    np.testing.assert_allclose(fitted(), fitted((X[:80], Y[:80])), atol=1e-6)
    assert np.abs(fitted((X, Y)) - fitted()).max() > 1e-3
    assert np.abs(fitted((X, Y), k=3) - fitted((X, Y))).max() > 1e-3
    # Rows without a direction are no neighbours; a vocabulary of nothing else leaves the anchors.
    padded = [np.vstack([np.zeros_like(Z[:5]), Z]) for Z in (X, Y)]
    np.testing.assert_allclose(fitted(tuple(padded)), fitted((X, Y)), atol=1e-6)
    np.testing.assert_allclose(fitted((0 * X, 0 * Y)), fitted(), atol=1e-6)


def test_align_hands_the_vocabularies_over(toy):
    source, target, pairs = toy
    made = wordrel.align(source, target, pairs, method="rcsls", parameters={"learning_rate": 1.0})
    steps = [made.projections[name].preprocessing.transform(space.vectors) for name, space in (("xx", source), ("yy", target))]  # fmt: skip
    expected = make_aligner("rcsls", learning_rate=1.0)
    expected.fit(steps[0][:40], steps[1][:40], np.ones(40), vocabulary=(steps[0], steps[1]))
    np.testing.assert_allclose(made.projections["xx"].row_map.matrix, expected.maps_.source, atol=1e-6)
    assert made.info["parameters"] == {
        "learning_rate": 1.0, "n_iter": 10, "k": 10, "negatives": 10_000, "spectral": False
    }  # fmt: skip
