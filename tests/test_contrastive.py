import numpy as np
import pytest

from tests.reference import csls_table, unit
from wordrel import contrastive
from wordrel.contrastive import TEMPERATURE, contrast, loss_and_gradients
from wordrel.errors import InvalidParameter
from wordrel.methods import make_aligner


def reference_loss(left, right, n_pairs, hubs, own):
    """The definition, pair by pair."""
    total = 0.0
    for here, there, hub, mine in ((left, right, hubs[1], own[1]), (right, left, hubs[0], own[0])):
        pool = [row / np.linalg.norm(row) for row in there[n_pairs:]]
        for i in range(n_pairs):
            x, y = here[i] / np.linalg.norm(here[i]), there[i] / np.linalg.norm(there[i])
            penalty = hub[mine[i]] if mine[i] < len(pool) else np.mean(hub)
            answer = (x @ y - penalty / 2) / TEMPERATURE
            others = [
                (x @ z - h / 2) / TEMPERATURE for k, (z, h) in enumerate(zip(pool, hub, strict=True)) if k != mine[i]
            ]
            total -= answer - np.log(np.exp(answer) + np.exp(others).sum())
    return total / n_pairs


def example(seed=0):
    rng = np.random.default_rng(seed)
    left, right = rng.normal(size=(4 + 9, 3)), rng.normal(size=(4 + 7, 3))
    hubs = rng.uniform(0, 0.5, 9), rng.uniform(0, 0.5, 7)
    own = np.array([0, 3, 100, 8]), np.array([6, 100, 2, 2])
    return left, right, 4, hubs, own


def test_the_loss_is_the_one_that_is_defined():
    loss, _, _ = loss_and_gradients(*example())
    np.testing.assert_allclose(loss, reference_loss(*example()), rtol=1e-6)


def test_the_gradient_is_that_of_the_loss():
    left, right, n, hubs, own = example()
    _, by_left, by_right = loss_and_gradients(left, right, n, hubs, own)
    for side, gradient in ((left, by_left), (right, by_right)):
        for i in range(len(side)):
            for k in range(3):
                before = side[i, k]
                values = []
                for shift in (1e-5, -1e-5):
                    side[i, k] = before + shift
                    values.append(reference_loss(left, right, n, hubs, own))
                side[i, k] = before
                np.testing.assert_allclose(gradient[i, k], (values[0] - values[1]) / 2e-5, rtol=1e-4, atol=1e-6)


def crowded(seed=0, n=600, d=12):
    """Words in tight clusters and a stretched copy: the nearest word of a rotation is often the wrong one."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, d))[rng.integers(0, 30, n)] + 0.3 * rng.normal(size=(n, d))
    Y = (X * np.geomspace(1, 8, d)) @ np.linalg.qr(rng.normal(size=(d, d)))[0] + 0.2 * rng.normal(size=(n, d))
    return unit(X).astype(np.float32), unit(Y).astype(np.float32)


def test_words_that_were_no_pairs_are_found_better():
    X, Y = crowded()
    train, test = np.arange(300), np.arange(300, 600)
    aligner = make_aligner("procrustes").fit(X[train], Y[train])

    def accuracy():
        table = csls_table(aligner.transform(X), aligner.transform(Y, 1), test)
        return (table.argmax(axis=1) == test).mean()

    before = accuracy()
    steps = []
    aligner.set_maps(contrast(aligner.maps_, X, Y, train, train, np.ones(300), 40, progress=steps.append))
    assert before < 0.75 and accuracy() > before + 0.15 and steps == ["contrastive tuning"]


def test_the_same_seed_gives_the_same_maps_and_steps_are_counted():
    X, Y = crowded(n=100)
    rows, maps = np.arange(100), make_aligner("procrustes").fit(*crowded(n=100)).maps_
    one, same, other = (contrast(maps, X, Y, rows, rows, np.ones(100), 3, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.source, same.source)
    assert (one.source != other.source).any() and np.isfinite(one.target).all()
    with pytest.raises(InvalidParameter, match="^the number of steps must be 1 or more, not 0$"):
        contrast(maps, X, Y, rows, rows, np.ones(100), 0)


def test_zero_rows_stay_harmless():
    X, Y = crowded(n=100)
    X[:10] = 0
    Y[5:20] = 0
    rows = np.arange(100)
    maps = contrast(make_aligner("procrustes").fit(X, Y).maps_, X, Y, rows, rows, np.ones(100), 5)
    assert all(np.isfinite(one).all() for one in maps) and contrastive.BATCH > 100
