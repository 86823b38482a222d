"""Input from which little or nothing can be learnt: every method answers with finite numbers or with one clear line."""

import warnings

import numpy as np
import pytest

import wordrel
from tests.reference import dense, unit
from wordrel.errors import InvalidParameter
from wordrel.methods import METHODS, make_aligner
from wordrel.methods.projection import RelativeProjection

ZERO = "all anchors of one space are zero vectors; choose anchors that have a direction"
SAME = (
    "all anchors of one space are the same vector, from which one direction can be learnt at most; "
    "choose anchors that differ"
)


def pair(n=30, d=6, e=6, seed=0):
    """Parallel unit rows: a turned copy with a little noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    Y = X @ np.linalg.qr(rng.normal(size=(max(d, e), max(d, e))))[0][:d, :e] + 0.1 * rng.normal(size=(n, e))
    return unit(X), unit(Y)


def of_rank(rank):
    X, Y = pair()
    basis = np.linalg.qr(np.random.default_rng(1).normal(size=(6, rank)))[0]
    return unit(X @ basis @ basis.T), Y


def constant_dimension():
    X, Y = pair()
    X[:, 2], Y[:, 0] = 0.3, -0.2
    return X, Y


def magnitudes():
    X, Y = pair()
    scales = np.where(np.arange(30) % 2, 1e30, 1e-30)[:, None]
    return X * scales, Y * scales[::-1]


def noise():
    rng = np.random.default_rng(5)
    return unit(rng.normal(size=(30, 6))), unit(rng.normal(size=(30, 6)))


def with_zeros(X, Y):
    X[:10], Y[5:15] = 0, 0
    return X, Y


# Anchors that are poor in one way or another, and still have to give finite rows on both sides.
POOR = {
    "fewer anchors than dimensions": lambda: pair(n=3),
    "two anchors": lambda: pair(n=2),
    "rank 1 on one side": lambda: of_rank(1),
    "rank 3 on one side": lambda: of_rank(3),
    "all noise": noise,
    "duplicated rows": lambda: tuple(np.repeat(side, 4, axis=0) for side in pair(n=5)),
    "one pair twice": lambda: tuple(np.vstack([side, side[:1]]) for side in pair()),
    "one direction and its opposite": lambda: (np.outer([1, -1, 1], [0.6, 0.8]), np.outer([1, -1, 1], [0.0, 1.0])),
    "constant dimension": constant_dimension,
    "zero rows among the anchors": lambda: with_zeros(*pair()),
    "one dimension": lambda: (np.array([[1.0], [-1.0], [1.0]]), np.array([[-1.0], [1.0], [-1.0]])),
    "one dimension beside six": lambda: pair(d=1, e=6),
    "fewer source dimensions": lambda: pair(d=3, e=6),
    "fewer target dimensions": lambda: pair(d=6, e=3),
    "huge numbers": lambda: tuple(1e30 * side for side in pair()),
    "tiny numbers": lambda: tuple(1e-30 * side for side in pair()),
    "huge and tiny sides": lambda: (1e30 * pair()[0], 1e-30 * pair()[1]),
    "huge and tiny rows": magnitudes,
    "pairs that contradict each other": lambda: (np.repeat(pair(n=6)[0], 5, axis=0), pair()[1]),
}


def assert_whole(rows):
    """Finite rows of length 1, or of zeros for a row of which nothing can be said."""
    rows = dense(rows)
    assert np.isfinite(rows).all() and rows.dtype == np.float32
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    np.testing.assert_allclose(lengths[lengths > 0], 1, atol=1e-5)


def cosines(aligner, X, Y):
    """Inner products across the two spaces, a dense table."""
    return dense(aligner.transform(X)) @ dense(aligner.transform(Y, 1)).T


@pytest.mark.parametrize("case", POOR)
@pytest.mark.parametrize("name", METHODS)
def test_poor_anchors_give_finite_unit_rows(name, case):
    X, Y = POOR[case]()
    rng = np.random.default_rng(9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for weights in (None, rng.uniform(0.1, 1, len(X))):
            aligner = make_aligner(name).fit(X, Y, weights, vocabulary=(X, Y))
            for side, space in ((X, 0), (Y, 1)):
                assert_whole(aligner.transform(side, space))
                assert_whole(aligner.transform(rng.normal(size=(5, side.shape[1])), space))
                assert not dense(aligner.transform(np.zeros((1, side.shape[1])), space)).any()
            assert dense(aligner.transform(X)).any() and dense(aligner.transform(Y, 1)).any()
            assert aligner.transform(X).shape[1] == aligner.transform(Y, 1).shape[1]


@pytest.mark.parametrize("name", METHODS)
def test_the_scale_of_the_anchors_changes_nothing(name):
    X, Y = pair()
    expected = make_aligner(name).fit(X, Y)
    for one, other in ((1e30, 1e30), (1e-30, 1e-30), (1e30, 1e-30)):
        aligner = make_aligner(name).fit(one * X, other * Y)
        np.testing.assert_allclose(cosines(aligner, one * X, other * Y), cosines(expected, X, Y), atol=2e-5)


@pytest.mark.parametrize("name", METHODS)
def test_a_pair_that_stands_twice_counts_twice(name):
    X, Y = pair()
    twice = make_aligner(name).fit(np.vstack([X, X[:1]]), np.vstack([Y, Y[:1]]), vocabulary=(X, Y))
    found = cosines(twice, X, Y)
    if name in ("relative-paper", "relative-centred"):  # which know no weights: it is one more column
        R, S = (side @ np.vstack([side, side[:1]]).T for side in (X, Y))
        np.testing.assert_allclose(found, unit(R) @ unit(S).T, atol=1e-5)
    else:
        once = make_aligner(name).fit(X, Y, 1 + np.eye(30)[0], vocabulary=(X, Y))
        np.testing.assert_allclose(found, cosines(once, X, Y), atol=2e-5)


@pytest.mark.parametrize("name", METHODS)
def test_what_the_anchors_span_is_still_aligned(name):
    """Rank 3 of 6 on both sides: words within the span find their translations."""
    rng = np.random.default_rng(2)
    basis, other = (np.linalg.qr(rng.normal(size=(6, 3)))[0] for _ in range(2))
    Z = unit(rng.normal(size=(60, 3)))
    X, Y = Z @ basis.T, Z @ other.T
    # Unconstrained, RCSLS trades a translation for distance from neighbours where dimensions are as few as here.
    aligner = make_aligner(name, **({"spectral": True} if name == "rcsls" else {})).fit(X[:40], Y[:40])
    assert cosines(aligner, X[40:], Y[40:]).argmax(axis=1).tolist() == list(range(20))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(("harm", "message"), [(lambda Z: 0 * Z, ZERO), (lambda Z: 0 * Z + Z[0], SAME)])
def test_anchors_that_say_nothing_are_refused(name, side, harm, message):
    sides = list(pair())
    sides[side] = harm(sides[side])
    with pytest.raises(InvalidParameter) as error:
        make_aligner(name).fit(*sides)
    assert str(error.value) == message


@pytest.mark.parametrize("name", METHODS)
def test_identical_anchors_are_refused_also_when_the_others_count_nothing(name):
    X, Y = pair()
    with pytest.raises(InvalidParameter) as error:
        make_aligner(name).fit(np.repeat(X[:1], 5, axis=0), np.repeat(Y[:1], 5, axis=0))
    assert str(error.value) == SAME
    with pytest.raises(InvalidParameter) as error:
        make_aligner(name).fit(X, Y, np.eye(30)[0])
    assert str(error.value) == SAME


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda X, Y: (X[:1], Y[:1]), "an alignment needs 2 or more pairs of anchors, not 1"),
        (lambda X, Y: (X, Y[:4]), "parallel anchors come in pairs, but there are 30 and 4"),
        (lambda X, Y: (X[0], Y), "anchors must be a table of finite numbers, one row for each anchor"),
        (
            lambda X, Y: (X, np.where(Y > 0.5, np.inf, Y)),
            "anchors must be a table of finite numbers, one row for each anchor",
        ),
        (lambda X, Y: (X[:, :0], Y), ZERO),
        *(
            (
                lambda X, Y, weights=weights: (X, Y, weights),
                "weights must be 30 numbers of 0 or more, not all 0, one for each pair of anchors",
            )
            for weights in (np.zeros(30), -np.ones(30), np.full(30, np.nan), np.ones(29), np.ones((30, 1)))
        ),
    ],
)
def test_what_cannot_be_is_refused_by_all(name, harm, message):
    with pytest.raises(InvalidParameter) as error:
        make_aligner(name).fit(*harm(*pair()))
    assert str(error.value) == message


def test_parameters_whose_map_leaves_the_range_of_numbers_are_said():
    class Wild(type(make_aligner("cca"))):
        def _fit(self, X, Y, weights):
            return super()._fit(X, Y, weights)._replace(source=np.full((6, 6), np.nan))

    with pytest.raises(InvalidParameter) as error:
        Wild().fit(*pair())
    assert str(error.value) == "the map left the range of numbers with ridge 0.01; take values nearer to the defaults"


@pytest.mark.parametrize("case", POOR)
@pytest.mark.parametrize(("exponent", "power"), [(10, 10), (10, 0), (0, 10)])
def test_the_furthest_exponents_stay_within_the_numbers(case, exponent, power):
    X, Y = POOR[case]()
    for ridge in (0, 1000.0):
        aligner = make_aligner("relative", exponent=exponent, ridge=ridge, power=power).fit(X, Y)
        assert_whole(aligner.transform(X))
        assert_whole(aligner.transform(Y, 1))


SPACES = {
    "one dimension": (lambda X: X[:, :1], None),
    "constant dimension": (lambda X: np.hstack([X, np.ones((60, 1))]), None),
    "duplicated rows": (lambda X: np.repeat(X[:12], 5, axis=0), None),
    "huge numbers": (lambda X: np.float32(1e30) * X, None),
    "tiny numbers": (lambda X: np.float32(1e-30) * X, None),
    "mere noise": (lambda X: np.random.default_rng(3).normal(size=X.shape), None),
    "rank 1": (lambda X: np.outer(X[:, 0], np.arange(1, 7)), None),
    "zero rows": (lambda X: X * (np.arange(60) % 3 > 0)[:, None], None),
    "all zero": (lambda X: 0 * X, ZERO),
    "one vector": (lambda X: 0 * X + X[0], None),
}


@pytest.mark.parametrize("case", SPACES)
@pytest.mark.parametrize("name", [*METHODS, "auto"])
def test_a_space_that_is_poor_is_aligned_or_refused(toy, name, case):
    source, target, pairs = toy
    harm, message = SPACES[case]
    space = wordrel.Embeddings(source.words, harm(source.vectors), "xx")
    if case == "one vector":  # without centring it is one vector still, with it nothing is left
        message = SAME if name == "relative-paper" else ZERO
    if message:
        with pytest.raises(InvalidParameter) as error:
            wordrel.align(space, target, pairs, method=name)
        assert str(error.value) == message
        return
    made = wordrel.align(space, target, pairs, method=name, refine=int(name != "asif"))
    assert_whole(made.source.vectors)
    assert_whole(made.target.vectors)
    report = wordrel.evaluate(made, resamples=0)
    assert np.isfinite([report.csls.p_at_1, report.csls.mrr, report.nn.p_at_10]).all()
    assert_whole(made.transform(space.vectors, "xx"))
    if case in ("huge numbers", "tiny numbers", "constant dimension"):
        assert report.csls.p_at_1 > 0.8


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_a_projection_of_poor_rows_is_finite(compact, exponent):
    for case in ("fewer anchors than dimensions", "rank 1 on one side", "zero rows among the anchors", "huge and tiny rows", "one dimension"):  # fmt: skip
        X, _ = POOR[case]()
        rows = RelativeProjection(compact=compact, exponent=exponent, normalize=True).fit(X).transform(X)
        assert_whole(rows)
