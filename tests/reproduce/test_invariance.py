import numpy as np
import pytest
from scipy.spatial import procrustes

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from tests.reference import unit  # noqa: E402
from wordrel.reproduce import invariance, reproduce  # noqa: E402
from wordrel.reproduce.autoencoder import train  # noqa: E402
from wordrel.reproduce.base import Measured, Row  # noqa: E402
from wordrel.reproduce.images import digits, plane  # noqa: E402


@pytest.fixture(scope="module")
def drawn():
    """The latents that pictures were made of."""
    return []


@pytest.fixture(scope="module")
def finding(drawn):
    draw = invariance._picture

    def keep(setting, spaces, seed):
        drawn.append(spaces)
        return draw(setting, spaces, seed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(invariance, "_picture", keep)
        return reproduce("invariance", quick=True)


def test_the_table_is_that_of_the_latents(finding, drawn):
    assert [picture.title for picture in finding.pictures] == [row.label for row in finding.rows]
    assert finding.pictures[0].chart.titles == (
        "latents, first seed", "latents, second seed", "relative, first seed", "relative, second seed",
    )  # fmt: skip
    first = finding.pictures[0].chart.charts[0].groups[0]
    assert (first.xs[0], first.ys[0]) in {tuple(map(float, point)) for point in drawn[0][0]}
    for row, (one, other) in zip(finding.rows[:2], drawn[:2], strict=True):
        X, Y = one.astype(float), other.astype(float)
        cells = {name: cell.values[0] for name, cell in row.cells.items()}
        assert cells["Procrustes residual"] ** 2 == pytest.approx(procrustes(X, Y)[2], abs=1e-5)
        assert cells["absolute cosine"] == pytest.approx((unit(X) * unit(Y)).sum(axis=1).mean(), abs=1e-5)
        anchors = np.random.default_rng(0).permutation(len(X))[:50]
        for name, (A, B) in {
            "relative cosine": (X, Y),
            "relative cosine, centred": (X - X.mean(axis=0), Y - Y.mean(axis=0)),
        }.items():
            R, S = unit(unit(A) @ unit(A[anchors]).T), unit(unit(B) @ unit(B[anchors]).T)
            assert cells[name] == pytest.approx((R * S).sum(axis=1).mean(), abs=1e-5)


def test_a_plane_and_wide_enough_digits_coincide_relatively_and_other_items_do_not(finding):
    means = {row.label: {name: cell.mean for name, cell in row.cells.items()} for row in finding.rows}
    for label in ("points of a plane, latents of 2", "digits, latents of 8"):
        assert means[label]["relative cosine, centred"] > 0.85 > 0.4 > means[label]["absolute cosine"]
    assert all(abs(row["the same, items shuffled"]) < 0.15 for row in means.values())
    assert finding.seeds == (0, 1) and all(len(cell.values) == 2 for row in finding.rows for cell in row.cells.values())


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
