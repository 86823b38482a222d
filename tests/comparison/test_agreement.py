import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power

from tests import reference
from tests.comparison.spaces import agreement as spelled_out
from tests.comparison.spaces import relative, spaces
from wordrel.comparison.agreement import agreement, reciprocal_ranks
from wordrel.comparison.forms import FormRows, Forms
from wordrel.metrics import jaccard_by_depth


def same(found, expected):
    jaccard, mrr, cosine = expected
    assert found.jaccard == pytest.approx(jaccard, abs=1e-9)
    assert (found.mrr, found.cosine) == (pytest.approx(mrr, abs=1e-9), pytest.approx(cosine, abs=1e-5))


def test_a_case_by_hand():
    """On the unit circle, at so many degrees: a 0, b 40, c 90 in the source, a 0, b 30, c 20 in the target."""
    S, T = (
        np.array([[np.cos(np.radians(x)), np.sin(np.radians(x))] for x in angles], dtype=np.float32)
        for angles in ((0, 40, 90), (0, 30, 20))
    )
    found = agreement(FormRows(S, T, S, T), np.arange(3), 2, (1, 2))
    # a finds a, c as it should; b finds b, c as it should; c finds b, c, and c's own are c, b.
    assert found.jaccard == {1: pytest.approx(2 / 3), 2: pytest.approx(1.0)}
    assert found.mrr == pytest.approx((1 + 1 + 1 / 2) / 3)
    cosines = [1, np.cos(np.radians(10)), np.cos(np.radians(70))]
    assert found.cosine == pytest.approx(np.mean(cosines), abs=1e-6)


def test_lists_by_hand():
    found = np.array([[1, 2, 3, -1], [4, 0, -1, -1], [-1, -1, -1, -1]])
    own = np.array([[3, 2, 9, 8], [0, 4, 7, 6], [-1, -1, -1, -1]])
    assert jaccard_by_depth(found, own, (1, 2, 4)).tolist() == [[0, 0, 0], [1 / 3, 1, 0], [2 / 5, 2 / 4, 0]]
    assert reciprocal_ranks(found, np.array([3, 0, 5])).tolist() == [1 / 3, 1 / 2, 0]


@pytest.mark.parametrize("rows", [5, 1300])
def test_lists_longer_than_a_block_are_those_of_the_definition(rows):
    rng = np.random.default_rng(rows)
    found, own = (np.array([rng.permutation(20)[:7] for _ in range(rows)]) for _ in range(2))
    found[rng.random(found.shape) < 0.1] = -1
    shares = jaccard_by_depth(found, own, (1, 3, 7))
    for depth, share in zip((1, 3, 7), shares, strict=True):
        assert share.mean() == pytest.approx(reference.jaccard(found[:, :depth].tolist(), own[:, :depth].tolist()))


@pytest.mark.parametrize("turned", [False, True])
def test_relative_scores_are_those_of_the_m_cosines(turned):
    *_, X, Y = spaces()
    anchors = np.array([3, 17, 40, 41, 8, 55, 20, 11, 30, 2])
    asked = np.array([0, 1, 2, 9, 33, 57])
    rows = Forms(X, Y).make("relative", anchors)
    R, S = relative(X, X[anchors]), relative(Y, Y[anchors])
    np.testing.assert_allclose(rows.source @ rows.target.T, R @ S.T, atol=2e-6)
    np.testing.assert_allclose(rows.source_own @ rows.source_own.T, R @ R.T, atol=2e-6)
    found = agreement(rows.turned() if turned else rows, asked, 4, (1, 4, 10))
    assert 0 < found.mrr < 1
    same(found, spelled_out(S, R, asked, 4, (1, 4, 10)) if turned else spelled_out(R, S, asked, 4, (1, 4, 10)))


def test_whitened_rows_are_those_of_the_formula():
    """x -> unit(S^1/2 P' (A'A + ridge)^-1/2 x), 60 anchors or 10: ridge .3 of the largest eigenvalue."""
    *_, X, Y = spaces()
    anchors = np.arange(0, 60, 6)
    sides = []
    for Z in (X, Y):
        Z = reference.unit(Z)
        sides.append(reference.unit(Z - Z.mean(axis=0)))
    whiteners = []
    for Z in sides:
        covariance = Z[anchors].T @ Z[anchors]
        ridge = 0.3 * np.linalg.eigvalsh(covariance)[-1] * np.eye(len(covariance))
        whiteners.append(np.real(fractional_matrix_power(covariance + ridge, -0.5)))
    P, S, Qt = np.linalg.svd(whiteners[0] @ sides[0][anchors].T @ sides[1][anchors] @ whiteners[1], full_matrices=False)
    R = reference.unit(sides[0] @ whiteners[0] @ P * np.sqrt(S))
    T = reference.unit(sides[1] @ whiteners[1] @ Qt.T * np.sqrt(S))
    rows = Forms(X, Y).make("whitened", anchors)
    np.testing.assert_allclose(rows.source @ rows.target.T, R @ T.T, atol=1e-5)
    np.testing.assert_allclose(rows.target_own @ rows.target_own.T, T @ T.T, atol=1e-5)
    asked = np.setdiff1d(np.arange(60), anchors)
    same(agreement(rows, asked, 5, (1, 5)), spelled_out(R, T, asked, 5, (1, 5)))


def test_absolute_rows_of_the_narrower_space_are_padded_with_zeros():
    *_, X, Y = spaces()
    forms = Forms(X, Y)
    rows = forms.make("absolute", np.empty(0, dtype=np.int64))
    padded = np.hstack([reference.unit(Y), np.zeros((60, 2))])
    np.testing.assert_allclose(rows.target, padded, atol=1e-6)
    everyone = np.arange(60)
    same(agreement(rows, everyone, 10, (1, 10)), spelled_out(reference.unit(X), padded, everyone, 10, (1, 10)))
    assert forms.padded and not Forms(X, X[:, ::-1]).padded


def test_a_row_that_is_orthogonal_to_all_anchors_finds_nothing():
    X = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1.0]])
    rows = Forms(X, X).make("relative", np.array([0, 1, 2]))
    assert not rows.source[3].any()
    found = agreement(rows, np.array([3]), 2, (1, 2))
    assert found == ({1: 0.0, 2: 0.0}, 0.0, 0.0)
