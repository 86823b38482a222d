import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes

from tests.reference import dense, unit
from wordrel.errors import InvalidParameter
from wordrel.joint import joint_maps
from wordrel.methods import METHODS, make_aligner
from wordrel.methods.relative import auto_ridge
from wordrel.preprocessing import Preprocessing


def anchors(seed=0, n=50, d=7, e=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    Y = X @ rng.normal(size=(d, e)) + 0.1 * rng.normal(size=(n, e))
    return unit(X), unit(Y), rng.uniform(0.5, 1, n)


def mapped(aligner, X, space=0):
    """Rows in the shared space, dense."""
    return dense(aligner.transform(X, space))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_maps_both_sides_to_unit_rows_of_one_width(name):
    X, Y, w = anchors()
    aligner = make_aligner(name).fit(X, Y, w)
    U, V = mapped(aligner, X), mapped(aligner, Y, 1)
    assert U.shape[1] == V.shape[1] and U.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(U, axis=1), 1, atol=1e-5)
    assert not mapped(aligner, np.zeros((1, 7))).any()
    # Better than chance on its own anchors: all methods learn something.
    assert (np.argmax(U @ V.T, axis=1) == np.arange(50)).mean() > 0.3


@pytest.mark.parametrize("name", METHODS)
def test_every_method_recovers_a_rotation(name):
    rng = np.random.default_rng(1)
    X = unit(rng.normal(size=(60, 6)))
    Y = X @ np.linalg.qr(rng.normal(size=(6, 6)))[0]
    # Unconstrained, RCSLS leaves the rotation for a map that keeps words further from their neighbours.
    aligner = make_aligner(name, **({"spectral": True} if name == "rcsls" else {})).fit(X, Y)
    np.testing.assert_allclose(mapped(aligner, X), mapped(aligner, Y, 1), atol=1e-4 if name != "ridge" else 0.01)


def test_procrustes_agrees_with_scipy():
    X, Y, _ = anchors(2, d=6, e=6)
    rotation = orthogonal_procrustes(X, Y)[0]
    source, target = make_aligner("procrustes").fit(X, Y).maps_
    np.testing.assert_allclose(source @ target.T, rotation, atol=1e-9)
    np.testing.assert_allclose(source @ source.T, np.eye(6), atol=1e-9)


def test_weighted_procrustes_is_procrustes_on_repeated_pairs():
    X, Y, _ = anchors(3, d=6, e=6)
    weights = np.ones(50)
    weights[:10] = 3
    one = make_aligner("procrustes").fit(X, Y, weights).maps_
    repeated = np.repeat(np.arange(50), weights.astype(int))
    other = make_aligner("procrustes").fit(X[repeated], Y[repeated]).maps_
    np.testing.assert_allclose(one.source @ one.target.T, other.source @ other.target.T, atol=1e-9)


def test_relative_paper_has_the_cosines_between_relative_vectors():
    X, Y, _ = anchors(4)
    aligner = make_aligner("relative-paper").fit(X, Y)
    cosines = aligner.transform(X) @ aligner.transform(Y, 1).T
    np.testing.assert_allclose(cosines, unit(X @ X.T) @ unit(Y @ Y.T).T, atol=1e-5)


def test_vecmap_is_the_recipe_step_by_step():
    X, Y, _ = anchors(7, n=80, d=6, e=6)

    def inverse_root(C):
        _, S, Vt = np.linalg.svd(C)
        return Vt.T @ np.diag(S**-0.5) @ Vt

    WX, WY = inverse_root(X.T @ X), inverse_root(Y.T @ Y)
    U, S, Vt = np.linalg.svd((X @ WX).T @ (Y @ WY))
    left = X @ WX @ U * S**0.5 @ U.T @ np.linalg.inv(WX) @ U
    right = Y @ WY @ Vt.T * S**0.5 @ Vt @ np.linalg.inv(WY) @ Vt.T
    aligner = make_aligner("vecmap").fit(X, Y)
    np.testing.assert_allclose(aligner.transform(X) @ aligner.transform(Y, 1).T, unit(left) @ unit(right).T, atol=1e-5)


def test_cca_has_uncorrelated_coordinates_with_the_canonical_correlations():
    X, Y, _ = anchors(8)
    U, V = (Z @ M for Z, M in zip((X, Y), make_aligner("cca", ridge=0.0).fit(X, Y).maps_, strict=True))
    np.testing.assert_allclose(U.T @ U, np.eye(5), atol=1e-8)
    cross = U.T @ V
    np.testing.assert_allclose(cross, np.diag(np.diag(cross)), atol=1e-8)
    # Independently: the correlations are the cosines of the principal angles between the column spaces.
    expected = np.linalg.svd(np.linalg.qr(X)[0].T @ np.linalg.qr(Y)[0])[1][:5]
    np.testing.assert_allclose(np.diag(cross), expected, atol=1e-8)


def test_ridge_is_the_normal_equation():
    X, Y, w = anchors(9)
    aligner = make_aligner("ridge", ridge=0.1).fit(X, Y, w)
    W = np.diag(w)
    penalty = 0.1 * np.linalg.eigvalsh(X.T @ W @ X).max()
    expected = np.linalg.inv(X.T @ W @ X + penalty * np.eye(7)) @ X.T @ W @ Y
    np.testing.assert_allclose(aligner.maps_.source, expected, atol=1e-9)
    np.testing.assert_allclose(aligner.transform(Y, 1), Y, atol=1e-6)
    with pytest.raises(InvalidParameter, match="^ridge must be above 0 to 1,000, not 0$"):
        make_aligner("ridge", ridge=0).fit(X, Y)


def test_relative_uses_its_parameters_and_reports_what_it_chose():
    X, Y, w = anchors(5)
    aligner = make_aligner("relative", exponent=0.7, power=0.9).fit(X, Y, w)
    F, _ = joint_maps(X, Y, 0.7, 0.3, 0.9, w)
    np.testing.assert_allclose(aligner.maps_.source, F)
    assert aligner.get_params() == {"exponent": 0.7, "ridge": "auto", "power": 0.9}
    assert aligner.learnt_params() == {"ridge": 0.3}
    assert make_aligner("relative", ridge=0.2).fit(X, Y).learnt_params() == {"ridge": 0.2}
    assert [auto_ridge(n) for n in (25, 249, 250, 699, 700, 5000)] == [0.3, 0.3, 0.1, 0.1, 0.05, 0.05]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda X, Y: make_aligner("magic"),
            "unknown method 'magic'; choose one of: relative, relative-paper, relative-centred, procrustes, rcsls, vecmap, cca, ridge, asif",
        ),
        (
            lambda X, Y: make_aligner("relative", magic=1),
            "method 'relative' has no parameter 'magic'; its parameters and defaults: exponent 1.0, ridge auto, power 0.5",
        ),
        (
            lambda X, Y: make_aligner("procrustes").fit(X[:2], Y),
            "parallel anchors come in pairs, but there are 2 and 50",
        ),
        (
            lambda X, Y: make_aligner("procrustes").fit(X[:1], Y[:1]),
            "an alignment needs 2 or more pairs of anchors, not 1",
        ),
        (
            lambda X, Y: make_aligner("procrustes").fit(X * np.nan, Y),
            "anchors must be a table of finite numbers, one row for each anchor",
        ),
        (
            lambda X, Y: make_aligner("relative-paper").fit(X * 0, Y),
            "all anchors of one space are zero vectors; choose anchors that have a direction",
        ),
        (
            lambda X, Y: make_aligner("procrustes", ridge=1),
            "method 'procrustes' has no parameter 'ridge'; its parameters and defaults: none",
        ),
        (
            lambda X, Y: make_aligner("cca").fit(X, Y, [1, 2]),
            "weights must be 50 numbers of 0 or more, not all 0, one for each pair of anchors",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    X, Y, _ = anchors()
    with pytest.raises(InvalidParameter) as error:
        call(X, Y)
    assert str(error.value) == message


def test_preprocessing_is_unit_centre_unit_and_keeps_zero_rows():
    X = np.random.default_rng(0).normal(size=(30, 4)) + 2
    X[3] = 0
    steps = Preprocessing()
    prepared = steps.fit_transform(X)
    kept = np.arange(30) != 3
    one = unit(X[kept])
    np.testing.assert_allclose(prepared[kept], unit(one - one.mean(axis=0)), atol=1e-5)
    assert not prepared[3].any()
    np.testing.assert_allclose(steps.transform(7 * X[:2]), prepared[:2], atol=1e-5)
    assert not Preprocessing().fit_transform(np.zeros((2, 3))).any()
