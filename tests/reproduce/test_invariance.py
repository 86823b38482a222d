import numpy as np
import pytest
from scipy.spatial import procrustes

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from tests.reference import unit  # noqa: E402
from wordrel.reproduce import invariance  # noqa: E402
from wordrel.reproduce.autoencoder import train  # noqa: E402
from wordrel.reproduce.base import Measured, Row  # noqa: E402
from wordrel.reproduce.images import digits, plane  # noqa: E402


def spaces(n=120, d=2):
    """Latents of the same items: one space, and it turned, scaled, moved and with noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d)) + 0.5
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return [X.astype(np.float32), (3 * X @ turn + 1 + rng.normal(0, 0.3, (n, d))).astype(np.float32)]


def test_a_row_is_what_scipy_and_the_definitions_say_of_the_latents():
    X, Y = (Z.astype(float) for Z in spaces())
    cells = invariance._compare(spaces(), seed=4)
    assert cells["Procrustes residual"] ** 2 == pytest.approx(procrustes(X, Y)[2], abs=1e-5)
    assert cells["absolute cosine"] == pytest.approx((unit(X) * unit(Y)).sum(axis=1).mean(), abs=1e-5)
    anchors = np.random.default_rng(4).permutation(len(X))[:50]

    def alike(A, B, A_anchors, B_anchors):
        return (unit(unit(A) @ unit(A_anchors).T) * unit(unit(B) @ unit(B_anchors).T)).sum(axis=1).mean()

    A, B = X - X.mean(axis=0), Y - Y.mean(axis=0)
    order = np.random.default_rng(4).permutation(len(B))
    assert cells["relative cosine"] == pytest.approx(alike(X, Y, X[anchors], Y[anchors]), abs=1e-5)
    assert cells["relative cosine, centred"] == pytest.approx(alike(A, B, A[anchors], B[anchors]), abs=1e-5)
    shuffled = alike(A, B[order], A[anchors], B[anchors])
    assert cells["the same, items shuffled"] == pytest.approx(shuffled, abs=1e-5)


@pytest.mark.parametrize(("d", "titles"), [(2, ["latents", "latents", "relative", "relative"]), (5, ["relative"] * 2)])
def test_the_picture_shows_latents_of_two_numbers_and_both_relative_spaces(d, titles):
    X, Y = spaces(d=d)
    items = invariance.Items(X, np.arange(len(X)) % 3)
    figure = invariance._picture(invariance.Setting("label", items, d), [X, Y], 4)
    seeds = ("first seed", "second seed")
    assert figure.title == "label"
    assert figure.chart.titles == tuple(f"{title}, {seeds[i % 2]}" for i, title in enumerate(titles))
    shown = [np.column_stack([chart.groups[1].xs, chart.groups[1].ys]) for chart in figure.chart.charts]
    if d == 2:
        np.testing.assert_allclose(shown[0], X[1::3], rtol=1e-6)
        np.testing.assert_allclose(shown[1], Y[1::3], rtol=1e-6)
    # The axes are those of the first relative space: as far from one another there as in the plane that fits it best.
    anchors = np.random.default_rng(4).permutation(len(X))[:50]
    R = unit(X.astype(float)) @ unit(X.astype(float)[anchors]).T
    R -= R.mean(axis=0)
    U, S, _ = np.linalg.svd(R, full_matrices=False)
    expected = (U[:, :2] * S[:2])[1::3]
    np.testing.assert_allclose(np.abs(shown[-2]), np.abs(expected), atol=1e-3)


@pytest.mark.parametrize(
    ("residual", "centred", "chance", "holds"),
    [(0.4, 0.95, 0.1, True), (0.5, 0.95, 0.1, False), (0.4, 0.89, 0.1, False), (0.4, 0.95, 0.46, False)],
)
def test_what_holds_keeps_all_three_limits(residual, centred, chance, holds):
    names = ("Procrustes residual", "relative cosine, centred", "the same, items shuffled")
    cells = {name: Measured((value,)) for name, value in zip(names, (residual, centred, chance), strict=True)}
    assert invariance._holds(Row("x", cells)) is holds


def test_a_seed_is_a_training_and_leaves_the_global_one_alone():
    items = torch.from_numpy(plane(60, 0).values)
    torch.manual_seed(1)
    state = torch.get_rng_state()
    one, again, other = (train(items, 2, seed, steps=3).encoder(items) for seed in (4, 4, 5))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(one, again) and not torch.allclose(one, other)


def test_the_data():
    images = digits()
    # The first image of the set is a nought, and each pixel counts 0 to 16 dark dots.
    assert images.values.shape == (1797, 64) and images.groups[:10].tolist() == list(range(10))
    assert (
        images.values.min() == 0
        and images.values.max() == 1
        and images.values[0, :4].tolist() == [0, 0, 0.3125, 0.8125]
    )
    points = plane(500, 1)
    assert sorted(set(points.groups)) == list(range(6))
    # A clump is nearer to its own mean than to that of any other.
    means = np.array([points.values[points.groups == g].mean(axis=0) for g in range(6)])
    nearest = np.linalg.norm(points.values[:, None] - means, axis=2).argmin(axis=1)
    assert (nearest == points.groups).mean() > 0.9
