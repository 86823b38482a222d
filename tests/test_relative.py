import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import unit
from wordrel import relative
from wordrel.errors import InvalidParameter
from wordrel.joint import joint_maps
from wordrel.relative import (
    comfortable,
    compact_map,
    compact_maps,
    cross_maps,
    map_rows,
    relative_blocks,
    relative_norms,
    relative_representation,
    symmetric_power,
    unit_rows,
    whitened_maps,
)

seeds = st.integers(0, 10_000)


def spaces(seed: int, m: int = 40, d: int = 8, e: int = 6, n: int = 30):
    rng = np.random.default_rng(seed)
    return tuple(unit(rng.normal(size=shape)) for shape in ((m, d), (m, e), (n, d), (n, e)))


def m_columns(X, A, exponent, ridge):
    """(K + ridge)^-a r(x) with the m x m matrix K, as it is written."""
    K = A @ A.T
    values, vectors = np.linalg.eigh(K)
    powered = (np.maximum(values, 0) + ridge * values[-1]) ** -exponent if exponent else np.ones_like(values)
    return X @ A.T @ (vectors * powered) @ vectors.T


def test_relative_representation_is_the_table_of_cosines():
    A, _, X, _ = spaces(1)
    expected = [[x @ a / (np.linalg.norm(x) * np.linalg.norm(a)) for a in A] for x in X]
    np.testing.assert_allclose(relative_representation(3 * X, 0.1 * A, block_rows=7), expected, atol=1e-6)


def test_blocks_cover_every_row_once():
    A, _, X, _ = spaces(2)
    rows = [i for rows, _ in relative_blocks(X, A, block_rows=7) for i in range(len(X))[rows]]
    assert rows == list(range(len(X)))


@given(seeds, st.floats(0.01, 100))
@settings(deadline=None, max_examples=30)
def test_rotating_and_rescaling_a_space_changes_nothing(seed, scale):
    A, _, X, _ = spaces(seed)
    Q = np.linalg.qr(np.random.default_rng(seed + 1).normal(size=(8, 8)))[0]
    np.testing.assert_allclose(
        relative_representation(scale * X @ Q, scale * A @ Q), relative_representation(X, A), atol=2e-6
    )


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_permuting_the_anchors_permutes_the_columns_and_no_inner_product(seed):
    A, B, X, Y = spaces(seed)
    order = np.random.default_rng(seed).permutation(len(A))
    np.testing.assert_allclose(relative_representation(X, A[order]), relative_representation(X, A)[:, order], atol=1e-6)
    F, G = joint_maps(A, B)
    F2, G2 = joint_maps(A[order], B[order])
    np.testing.assert_allclose((X @ F) @ (Y @ G).T, (X @ F2) @ (Y @ G2).T, atol=1e-9)


@pytest.mark.parametrize(("exponent", "ridge"), [(0, 0), (0.5, 0.1), (0.75, 0.05), (1.0, 0.3)])
def test_compact_map_has_the_inner_products_of_the_m_columns(exponent, ridge):
    A, _, X, _ = spaces(3)
    R = m_columns(X, A, exponent, ridge)
    Z = X @ compact_map(A, exponent, ridge)
    assert Z.shape[1] == 8
    np.testing.assert_allclose(Z @ Z.T, R @ R.T, atol=1e-5)


@pytest.mark.parametrize(("exponent", "ridge"), [(0, 0), (0.5, 0.1), (1.0, 0.3)])
@pytest.mark.parametrize("m", [4, 40, 300])
def test_compact_maps_equal_the_m_columns_within_and_across(exponent, ridge, m):
    A, B, X, Y = spaces(4, m=m)
    R, S = m_columns(X, A, exponent, ridge), m_columns(Y, B, exponent, ridge)
    F, G = compact_maps(A, B, exponent, ridge)
    assert F.shape[1] == G.shape[1] <= 8 + 6
    U, V = X @ F, Y @ G
    np.testing.assert_allclose(U @ V.T, R @ S.T, atol=1e-5)
    np.testing.assert_allclose(U @ U.T, R @ R.T, atol=1e-5)
    np.testing.assert_allclose(V @ V.T, S @ S.T, atol=1e-5)


def test_cross_maps_and_norms_give_the_cosines_between_relative_vectors():
    A, B, X, Y = spaces(5)
    F, G = cross_maps(A, B)
    cosines = (X @ F) @ (Y @ G).T / np.outer(relative_norms(X, A), relative_norms(Y, B))
    np.testing.assert_allclose(cosines, unit(X @ A.T) @ unit(Y @ B.T).T, atol=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
def test_joint_maps_with_power_one_half_are_the_whitened_inner_products(weighted):
    A, B, X, Y = spaces(6)
    w = np.random.default_rng(0).uniform(0.2, 1, len(A)) if weighted else np.ones(len(A))
    exponent, ridge = 0.8, 0.1

    def inverse(C):
        values, vectors = np.linalg.eigh(C)
        return (vectors * (values + ridge * values[-1]) ** -exponent) @ vectors.T

    weighted_a, weighted_b = np.sqrt(w)[:, None] * A, np.sqrt(w)[:, None] * B
    expected = X @ inverse(weighted_a.T @ weighted_a) @ (weighted_a.T @ weighted_b) @ inverse(weighted_b.T @ weighted_b)
    expected = expected @ Y.T
    F, G = joint_maps(A, B, exponent, ridge, 0.5, w if weighted else None)
    actual = (X @ F) @ (Y @ G).T
    scale = expected[0, 0] / actual[0, 0]
    np.testing.assert_allclose(actual * scale, expected, atol=1e-8 * abs(scale))


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_joint_maps_do_not_see_rotations_and_are_symmetric_in_the_sides(seed):
    A, B, X, Y = spaces(seed)
    Q = np.linalg.qr(np.random.default_rng(seed + 1).normal(size=(8, 8)))[0]
    F, G = joint_maps(A, B)
    F2, G2 = joint_maps(A @ Q, B)
    np.testing.assert_allclose((X @ F) @ (Y @ G).T, (X @ Q @ F2) @ (Y @ G2).T, atol=1e-8)
    H, J = joint_maps(B, A)
    np.testing.assert_allclose((X @ F) @ (Y @ G).T, (X @ J) @ (Y @ H).T, atol=1e-8)


def test_whitening_fully_makes_the_anchors_uncorrelated():
    A, B, _, _ = spaces(7)
    W, V = whitened_maps(A, B, exponent=1.0, ridge=0.0)
    np.testing.assert_allclose((A @ W).T @ (A @ W), np.eye(8), atol=1e-8)
    np.testing.assert_allclose((B @ V).T @ (B @ V), np.eye(6), atol=1e-8)


def test_a_pair_that_stands_twice_is_a_pair_of_weight_two():
    A, B, X, Y = spaces(8)
    F, G = joint_maps(np.vstack([A, A[:5]]), np.vstack([B, B[:5]]))
    weights = np.ones(len(A))
    weights[:5] = 2
    F2, G2 = joint_maps(A, B, weights=weights)
    np.testing.assert_allclose((X @ F) @ (Y @ G).T, (X @ F2) @ (Y @ G2).T, atol=1e-9)


def test_unit_rows_keeps_zero_rows_and_survives_extreme_numbers():
    X = np.array([[0, 0], [3, 4], [1e30, 0], [1e-30, 1e-30]], dtype=np.float32)
    np.testing.assert_allclose(unit_rows(X), [[0, 0], [0.6, 0.8], [1, 0], [0.5**0.5, 0.5**0.5]], rtol=1e-6)


@pytest.mark.parametrize("block_rows", [2048, 3])
def test_rows_of_any_length_are_mapped_to_unit_rows(block_rows, monkeypatch):
    monkeypatch.setattr(relative, "_BLOCK_ROWS", block_rows)
    _, _, X, _ = spaces(11)
    M = np.random.default_rng(0).normal(size=(8, 3))
    for scale in (1, 1e30, 1e-30, 1e13):
        np.testing.assert_allclose(map_rows(scale * X, M), unit(X @ M), atol=2e-6)
    mixed = X * np.where(np.arange(len(X)) % 2, 1e30, 1e-30)[:, None]
    mixed[3] = 0
    expected = unit(X @ M)
    expected[3] = 0
    np.testing.assert_allclose(map_rows(mixed, M), expected, atol=2e-6)
    np.testing.assert_allclose(unit_rows(mixed), np.where(expected.any(axis=1)[:, None], unit(X), 0), atol=1e-6)


def test_comfortable_scales_only_what_is_extreme_and_loses_no_digit():
    X = np.random.default_rng(1).normal(size=(5, 3))
    assert comfortable(X) is X and not comfortable(np.zeros((2, 2))).any()
    for scale in (1e200, 1e-200, -1e30):
        scaled = comfortable(scale * X)
        assert 0.5 <= np.abs(scaled).max() < 1
        np.testing.assert_array_equal(np.frexp(scaled)[0], np.frexp(scale * X)[0])


def test_fewer_anchors_than_dimensions_and_identical_anchors_give_finite_maps():
    A, B, _, _ = spaces(9, m=3)
    for left, right in ((A, B), (np.repeat(A[:1], 5, axis=0), np.repeat(B[:1], 5, axis=0))):
        for ridge in (0.0, 0.05):
            assert all(np.isfinite(M).all() for M in joint_maps(left, right, ridge=ridge))
            assert all(np.isfinite(M).all() for M in compact_maps(left, right, 0.5, ridge))


def test_symmetric_power_inverts_what_is_spanned():
    C = np.diag([4.0, 1.0, 0.0])
    np.testing.assert_allclose(symmetric_power(C, -0.5), np.diag([0.5, 1.0, 0.0]), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda A, B: joint_maps(A[:3], B), "parallel anchors come in pairs, but there are 3 and 40"),
        (lambda A, B: joint_maps(A, B, ridge=-1), "the ridge must be 0 or more, not -1"),
        (lambda A, B: joint_maps(A, B, ridge=np.nan), "the ridge must be 0 or more, not nan"),
        (lambda A, B: joint_maps(A, B, power=-1), "the power must be 0 or more, not -1"),
        (lambda A, B: compact_map(A, np.inf), "the exponent must be a finite number, not inf"),
        (
            lambda A, B: joint_maps(A, B, weights=[1, 2]),
            "weights must be 40 numbers of 0 or more, not all 0, one for each pair of anchors",
        ),
        (
            lambda A, B: joint_maps(0 * A, B),
            "all anchors of one space are zero vectors; choose anchors that have a direction",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    A, B, _, _ = spaces(10)
    with pytest.raises(InvalidParameter) as error:
        call(A, B)
    assert str(error.value) == message
