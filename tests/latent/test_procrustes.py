import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import procrustes

from wordrel.errors import InvalidParameter
from wordrel.latent import procrustes_residual


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6))
@settings(deadline=None, max_examples=40)
def test_is_the_root_of_scipys_disparity(seed, d, e):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(2, 3, size=(12, d)), rng.normal(-1, 0.1, size=(12, e))
    wide = max(d, e)
    padded = (np.pad(side, ((0, 0), (0, wide - side.shape[1]))) for side in (X, Y))
    expected = np.sqrt(procrustes(*padded)[2])
    assert procrustes_residual(X, Y) == pytest.approx(expected, abs=1e-6)
    assert procrustes_residual(Y, X) == pytest.approx(expected, abs=1e-6)


def test_a_turned_scaled_and_moved_space_leaves_nothing():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    turn = np.linalg.qr(rng.normal(size=(5, 3)))[0].T
    assert procrustes_residual(X, 7 * X @ turn + 100) < 1e-3
    assert procrustes_residual(X, X * [1, 1, 5]) > 0.3


def test_the_residual_is_what_is_left_by_hand():
    # Two points at distance 2 on each axis; the other space has the second axis gone: a half of the square is left.
    X = [[1, 0], [-1, 0], [0, 1], [0, -1]]
    assert procrustes_residual(X, [[1, 0], [-1, 0], [0, 0], [0, 0]]) == pytest.approx(np.sqrt(0.5), abs=1e-7)


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        (np.eye(3), np.eye(4), "there are 3 items and the reference model has 4; encode the same items with both"),
        (np.eye(3), np.ones((3, 2)), "all rows of Z_ref are the same; give items that differ"),
        (np.ones((0, 2)), np.ones((0, 2)), "all rows of Z are the same; give items that differ"),
        (
            np.full((2, 2), np.nan),
            np.eye(2),
            "Z has 2 of 2 rows with NaN or infinite numbers, the first is row 0; leave these items out, or train the encoder again",
        ),
    ],
)
def test_what_cannot_be_is_refused(X, Y, message):
    with pytest.raises(InvalidParameter) as error:
        procrustes_residual(X, Y)
    assert str(error.value) == message
