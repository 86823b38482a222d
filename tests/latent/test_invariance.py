import numpy as np
import pytest

from tests.reference import unit
from wordrel.errors import InvalidParameter
from wordrel.latent import CHANGES, changed, survives
from wordrel.similarities import SIMILARITIES, TRANSFORMATIONS, make_similarity

# Dimensions of different sizes, and away from the origin, as real latents are.
X = np.random.default_rng(0).normal(1, 1, size=(80, 6)) * [1, 2, 1, 0.5, 1, 3]
ANCHORS = range(15)


def test_every_transformation_that_similarities_speak_of_is_there_and_two_more():
    assert set(CHANGES) - set(TRANSFORMATIONS) == {"general linear map", "monotone distortion of each dimension"}
    assert set(TRANSFORMATIONS) < set(CHANGES)


@pytest.mark.parametrize("name", SIMILARITIES)
@pytest.mark.parametrize("transformation", CHANGES)
def test_what_a_similarity_is_invariant_to_survives_and_nothing_else(name, transformation):
    kept = min(survives(name, None, X, ANCHORS, transformation, seed) for seed in range(3))
    if transformation in make_similarity(name).invariances:
        # Rounding can move a rank or a bin; nothing else differs.
        assert kept > (0.98 if name in ("rank", "quantised") else 1 - 1e-6)
    else:
        assert kept < 0.97


def test_the_measure_by_hand():
    A, moved = X[:15].astype("f4"), changed(X, "translation", 4)
    before = unit(X) @ unit(A).T
    after = unit(moved) @ unit(moved[:15]).T
    expected = 1 - ((after - before) ** 2).sum() / ((before - before.mean(axis=0)) ** 2).sum()
    assert survives("cosine", "none", X, ANCHORS, "translation", 4) == pytest.approx(max(expected, 0), abs=1e-4)
    assert 0 < expected < 1


def test_a_transform_adds_invariances():
    for transform, survived in ((None, 0.0), ("zscore", 1.0)):
        assert survives("euclidean", transform, X, ANCHORS, "uniform rescaling") == pytest.approx(survived, abs=1e-4)
    kept = survives("cosine", ["zscore", "topk_power"], X, ANCHORS, "rotation")
    assert kept == pytest.approx(1, abs=1e-4)


def test_changes_are_what_they_are_called():
    Z = X.astype("f4").astype(float)
    for seed in range(5):
        made = {name: changed(Z, name, seed).astype(float) for name in CHANGES}
        Q = np.linalg.lstsq(Z, made["rotation"], rcond=None)[0]
        np.testing.assert_allclose(Q @ Q.T, np.eye(6), atol=1e-5)
        assert np.linalg.det(Q) == pytest.approx(1, abs=1e-4)
        mirror = np.linalg.lstsq(Z, made["reflection"], rcond=None)[0]
        assert np.linalg.det(mirror) == pytest.approx(-1, abs=1e-4)
        np.testing.assert_allclose(mirror @ mirror, np.eye(6), atol=1e-4)
        np.testing.assert_array_equal(np.sort(made["permutation of dimensions"], axis=1), np.sort(Z, axis=1))
        np.testing.assert_array_equal(np.abs(made["sign flips of dimensions"]), np.abs(Z))
        assert (made["sign flips of dimensions"] != Z).any()
        factor = made["uniform rescaling"] / Z
        assert np.ptp(factor) < 1e-6 and factor[0, 0] in (0.25, 4)
        assert np.ptp(made["rescaling of each row by a positive number"] / Z, axis=1).max() < 1e-5
        assert np.ptp(made["rescaling of each dimension"] / Z, axis=0).max() < 1e-5
        step = made["translation"] - Z
        width = np.sqrt(((Z - Z.mean(axis=0)) ** 2).sum(axis=1).mean())
        assert np.ptp(step, axis=0).max() < 1e-5 and np.linalg.norm(step[0]) == pytest.approx(width, rel=1e-5)
        linear = np.linalg.lstsq(Z, made["general linear map"], rcond=None)[0]
        np.testing.assert_allclose(Z @ linear, made["general linear map"], atol=1e-4)
        values = np.linalg.svd(linear)[1]
        assert values.min() > 0.24 and values.max() < 4.1 and values.max() / values.min() > 1.2
        bent = made["monotone distortion of each dimension"]
        np.testing.assert_array_equal(np.argsort(bent, axis=0), np.argsort(Z, axis=0))
        assert np.abs(bent - Z).max() > 0.5
        np.testing.assert_array_equal(changed(Z, "translation", seed), made["translation"])
    assert np.abs(changed(Z, "rotation", 0) - changed(Z, "rotation", 1)).max() > 0.1


def test_a_dimension_that_is_constant_is_not_bent():
    Z = np.column_stack([np.arange(5.0), np.full(5, 3.0)])
    assert changed(Z, "monotone distortion of each dimension")[:, 1].tolist() == [3] * 5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: changed(X, "magic"),
            "unknown transformation 'magic'; choose one of: " + ", ".join(CHANGES),
        ),
        (
            lambda: survives("cosine", None, X * np.nan, ANCHORS, "rotation"),
            "X has 80 of 80 rows with NaN or infinite numbers, the first is row 0; leave these items out, or train the encoder again",
        ),
        (
            lambda: survives("cosine", None, X, [0], "rotation"),
            "relative representations need 2 or more anchors, not 1; choose more",
        ),
        (
            lambda: survives("cosine", None, X, [0, 80], "rotation"),
            "anchor 80 is outside the data, whose rows are 0 to 79; choose anchors among them",
        ),
        (
            lambda: survives("cosine", None, np.outer([1.0, 2, 3, 0.1], [1, 2, 7]), [0, 1], "rotation"),
            "all items have the same relative vector, which tells nothing; give items that differ",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidParameter) as error:
        call()
    assert str(error.value) == message
