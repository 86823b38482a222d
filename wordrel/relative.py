"""The mathematics of relative representations, as pure functions over arrays.

Notation: a space has unit rows x of d numbers. Its anchors are m of its rows, A (m x d). Another space has anchors
B (m x d'); row i of A and row i of B are translations of each other.

The relative representation r(x) = A x has m numbers. With cosine as the similarity it never has to be formed: r is
linear in x, so every inner product r(x).r(y) = x' (A'B) y is a bilinear form over d numbers, and a pair of linear maps
of rank d or d + d' holds the relative spaces *without loss*, however many anchors there are. The `compact_*` functions
give those maps.

A space's anchors are correlated, so plain relative cosine counts crowded directions many times. With K = AA' the
whitened form is r_a(x) = (K + ridge)^-a r(x), which the push-through identity (AA' + ridge)^-a A = A (A'A + ridge)^-a
keeps linear in x, in d x d matrices. Source of r: Moschella et al., "Relative representations enable zero-shot latent
space communication", ICLR 2023, section 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.backend import TorchBackend
from wordrel.errors import InvalidParameter

Array32 = npt.NDArray[np.float32]
Array64 = npt.NDArray[np.float64]

# Eigenvalues below this share of the largest are rounding noise of a float64 Gram matrix.
RANK_TOLERANCE = 1e-12

# Between these, products of float32 numbers and of the maps that are learnt from them neither overflow nor vanish.
_COMFORTABLE = 1e-12, 1e12
_COMFORTABLE_SQUARES = 1e-24, 1e24

# Rows that are worked on at a time: 2 MB of 300 numbers stay in the cache from one step to the next.
_BLOCK_ROWS = 2048


class MapPair(NamedTuple):
    """Linear maps of two spaces into one shared space.

    Attributes
    ----------
    source : array of float64, shape (d, rank)
    target : array of float64, shape (d', rank)
    """

    source: Array64
    target: Array64


def unit_rows(X: npt.ArrayLike) -> Array32:
    """Scale each row to length 1; a zero row stays zero.

    Parameters
    ----------
    X : array of shape (n, d)

    Returns
    -------
    array of float32, shape (n, d)
    """
    rows: Array32 = np.asarray(X, dtype=np.float32)
    scaled: Array32 = np.empty(rows.shape, dtype=np.float32)
    for start in range(0, len(rows), _BLOCK_ROWS):
        _scale_rows(rows[start : start + _BLOCK_ROWS], scaled[start : start + _BLOCK_ROWS])
    return scaled


def _scale_rows(rows: Array32, out: Array32) -> None:
    """Write rows of length 1, or of length 0 as they were; `out` may be `rows`."""
    squares = _squares(rows)
    least, most = _COMFORTABLE_SQUARES
    extreme = np.flatnonzero(~((squares > least) & (squares < most)))
    if len(extreme):
        # The largest entry first: squares of very large or very small float32 numbers leave the range.
        peak = np.abs(rows[extreme]).max(axis=1, keepdims=True, initial=0)
        peak[peak == 0] = 1
        smaller: Array32 = rows[extreme] / peak
        lengths = np.sqrt(np.einsum("ij,ij->i", smaller, smaller))[:, None]
        lengths[lengths == 0] = 1
        smaller /= lengths
        squares[extreme] = 1
    np.divide(rows, np.sqrt(squares)[:, None], out=out)
    if len(extreme):
        out[extreme] = smaller


def _squares(rows: Array32) -> Array32:
    with np.errstate(over="ignore", invalid="ignore"):
        squares: Array32 = np.einsum("ij,ij->i", rows, rows)
    return squares


def comfortable(table: Array64) -> Array64:
    """Scale a table whose largest number is extreme, by a power of two so that no digit is lost.

    Parameters
    ----------
    table : array of float64, shape (n, d)

    Returns
    -------
    array of float64, shape (n, d)
        The table itself when its largest number is between 1e-12 and 1e12.
    """
    peak = _peak(table)
    if peak == 0 or _COMFORTABLE[0] < peak < _COMFORTABLE[1]:
        return table
    scaled: Array64 = np.ldexp(table, -int(np.frexp(peak)[1]))
    return scaled


def map_rows(X: npt.ArrayLike, M: npt.NDArray[Any], backend: TorchBackend | None = None) -> Array32:
    """Unit rows of X M, in float32, whatever the length of the rows of X.

    Parameters
    ----------
    X : array of shape (n, d)
    M : array of shape (d, rank)
    backend : TorchBackend, optional
        Where to multiply (`wordrel.backend.choose`); in numpy when left out.

    Returns
    -------
    array of float32, shape (n, rank)
        A zero row stays zero.
    """
    rows: Array32 = np.asarray(X, dtype=np.float32)
    columns = M.astype(np.float32, copy=False)
    if backend is not None:
        known = rows if _is_comfortable(rows) else unit_rows(rows)
        return unit_rows(backend.products(known, backend.hold(columns)))
    mapped: Array32 = np.empty((len(rows), columns.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), _BLOCK_ROWS):
        part, out = rows[start : start + _BLOCK_ROWS], mapped[start : start + _BLOCK_ROWS]
        np.matmul(part if _is_comfortable(part) else unit_rows(part), columns, out=out)
        _scale_rows(out, out)
    return mapped


def _is_comfortable(rows: Array32) -> bool:
    return bool(_COMFORTABLE[0] < _peak(rows) < _COMFORTABLE[1])


def relative_blocks(
    X: npt.ArrayLike, anchors: npt.ArrayLike, block_rows: int = 1024, backend: TorchBackend | None = None
) -> Iterator[tuple[slice, Array32]]:
    """Cosine of each row with each anchor, a block of rows at a time.

    Parameters
    ----------
    X : array of shape (n, d)
    anchors : array of shape (m, d)
    block_rows : int
        Rows in a block; memory is block_rows x m numbers.
    backend : TorchBackend, optional
        Where to multiply; in numpy when left out.

    Yields
    ------
    rows : slice
        Which rows of X the block holds.
    block : array of float32, shape (rows, m)
    """
    matrix = np.asarray(X)
    columns: Any = unit_rows(anchors).T
    if backend is not None:
        columns = backend.hold(columns)
    for start in range(0, len(matrix), block_rows):
        rows = slice(start, min(start + block_rows, len(matrix)))
        units = unit_rows(matrix[rows])
        yield rows, units @ columns if backend is None else backend.products(units, columns)


def relative_representation(
    X: npt.ArrayLike, anchors: npt.ArrayLike, block_rows: int = 1024, backend: TorchBackend | None = None
) -> Array32:
    """Cosine of each row with each anchor: the definition, n x m numbers.

    For a whole vocabulary use `compact_map`, which holds the same inner products in d columns, or `relative_blocks`.

    Parameters
    ----------
    X : array of shape (n, d)
    anchors : array of shape (m, d)
    block_rows, backend : optional
        As in `relative_blocks`.

    Returns
    -------
    array of float32, shape (n, m)

    Examples
    --------
    >>> relative_representation([[3.0, 4.0]], [[2.0, 0.0], [0.0, 5.0]]).round(2)
    array([[0.6, 0.8]], dtype=float32)
    """
    out = np.empty((len(np.asarray(X)), len(np.asarray(anchors))), dtype=np.float32)
    for rows, block in relative_blocks(X, anchors, block_rows, backend):
        out[rows] = block
    return out


def compact_map(A: npt.ArrayLike, exponent: float = 0.0, ridge: float = 0.0) -> Array64:
    """Map one space to d columns with the inner products of its relative representation, exactly.

    (xF).(yF) = r_a(x).r_a(y) for unit rows x and y, with F = (A'A)^1/2 (A'A + ridge)^-a.

    Parameters
    ----------
    A : array of shape (m, d)
        Anchors, unit rows.
    exponent : float
        a; 0 is the plain relative representation.
    ridge : float
        As a share of the largest eigenvalue of A'A.

    Returns
    -------
    array of float64, shape (d, d)
    """
    anchors = np.asarray(A, dtype=np.float64)
    covariance = anchors.T @ anchors
    return symmetric_power(covariance, 0.5) @ _whitener(covariance, exponent, ridge)


def compact_maps(A: npt.ArrayLike, B: npt.ArrayLike, exponent: float = 0.0, ridge: float = 0.0) -> MapPair:
    """Map two spaces to at most d + d' columns with all inner products of their relative representations, exactly.

    Within either space and across the two, (uF).(vG) = r_a(u).r_a(v). The m-column vectors of both spaces lie in the
    span of the columns of A and of B; these are coordinates in an orthonormal basis of that span.

    Parameters
    ----------
    A : array of shape (m, d)
        Anchors of the source space, unit rows.
    B : array of shape (m, d')
        Parallel anchors of the target space, unit rows.
    exponent, ridge : float
        As in `compact_map`, for each space by its own anchors.

    Returns
    -------
    MapPair
        Of rank at most d + d'.
    """
    left, right = parallel(A, B)
    left = left @ _whitener(left.T @ left, exponent, ridge)
    right = right @ _whitener(right.T @ right, exponent, ridge)
    columns = np.hstack([left, right])
    values, vectors = np.linalg.eigh(columns.T @ columns)
    kept = values > RANK_TOLERANCE * values[-1]
    coordinates = vectors[:, kept] * np.sqrt(values[kept])
    d = left.shape[1]
    return MapPair(coordinates[:d], coordinates[d:])


def cross_maps(A: npt.ArrayLike, B: npt.ArrayLike) -> MapPair:
    """Map two spaces to min(d, d') columns with the plain relative inner products *across* them, exactly.

    (xF).(yG) = x' (A'B) y = r(x).r(y) with A'B = P S Q', F = P S^1/2, G = Q S^1/2: half as wide as `compact_maps`, for
    when nothing within a space is asked. Divide rows by `relative_norms` to get cosines.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m, d')
        Parallel anchors, unit rows.
    """
    left, right = parallel(A, B)
    P, S, Qt = np.linalg.svd(left.T @ right, full_matrices=False)
    return MapPair(P * np.sqrt(S), Qt.T * np.sqrt(S))


def relative_norms(X: npt.ArrayLike, A: npt.ArrayLike) -> Array32:
    """Length of the plain relative vector of each row: |r(x)|^2 = x' (A'A) x.

    Parameters
    ----------
    X : array of shape (n, d)
        Unit rows.
    A : array of shape (m, d)
        Anchors, unit rows.

    Returns
    -------
    array of float32, shape (n,)
    """
    rows = np.asarray(X, dtype=np.float32)
    anchors = np.asarray(A, dtype=np.float64)
    factor = symmetric_power(anchors.T @ anchors, 0.5).astype(np.float32)
    norms: Array32 = np.linalg.norm(rows @ factor, axis=1)
    return norms


def whitened_maps(
    A: npt.ArrayLike, B: npt.ArrayLike, exponent: float, ridge: float, weights: npt.ArrayLike | None = None
) -> MapPair:
    """Whiten each space by its own anchors: x -> (A'A + ridge)^-a/2 x.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m, d')
        Parallel anchors.
    exponent : float
        a, on K; half of it falls on each side of an inner product.
    ridge : float
        As a share of the largest eigenvalue, for each space.
    weights : array of shape (m,), optional
        How much each pair counts.

    Returns
    -------
    MapPair
        Maps of shape (d, d) and (d', d'): not yet comparable with each other, see `wordrel.joint.joint_maps`.
    """
    left, right = parallel(A, B)
    weighted = weight_column(weights, len(left))
    return MapPair(
        _whitener((left * weighted).T @ left, exponent / 2, ridge),
        _whitener((right * weighted).T @ right, exponent / 2, ridge),
    )


def symmetric_power(C: Array64, exponent: float) -> Array64:
    """Power of a positive semi-definite matrix; directions that it does not span are left out of negative powers.

    Parameters
    ----------
    C : array of shape (d, d)
    exponent : float

    Returns
    -------
    array of float64, shape (d, d)
    """
    values, vectors = np.linalg.eigh(C)
    spanned = values > max(values[-1], 0) * RANK_TOLERANCE
    powered = np.zeros_like(values)
    powered[spanned] = values[spanned] ** exponent
    result: Array64 = (vectors * powered) @ vectors.T
    return result


def _whitener(covariance: Array64, exponent: float, ridge: float) -> Array64:
    if not 0 <= ridge < np.inf:
        raise InvalidParameter(f"the ridge must be 0 or more, not {ridge}")
    if not np.isfinite(exponent):
        raise InvalidParameter(f"the exponent must be a finite number, not {exponent}")
    identity = np.eye(len(covariance))
    if exponent == 0:
        return identity
    return symmetric_power(covariance + ridge * np.linalg.eigvalsh(covariance)[-1] * identity, -exponent)


def _peak(table: npt.NDArray[Any]) -> float:
    """Largest magnitude in a table, without a copy of it."""
    return max(float(table.max(initial=0)), -float(table.min(initial=0)))


def parallel(A: npt.ArrayLike, B: npt.ArrayLike) -> tuple[Array64, Array64]:
    """Take two tables of anchors in float64, and refuse tables that do not pair up."""
    left, right = np.asarray(A, dtype=np.float64), np.asarray(B, dtype=np.float64)
    if len(left) != len(right):
        raise InvalidParameter(f"parallel anchors come in pairs, but there are {len(left):,} and {len(right):,}")
    return left, right


def weight_column(weights: npt.ArrayLike | None, n: int) -> Array64:
    """Check the weights of n pairs of anchors; 1 each when there are none.

    Parameters
    ----------
    weights : array of shape (n,), optional
    n : int

    Returns
    -------
    array of float64, shape (n, 1)

    Raises
    ------
    InvalidParameter
        When they are not n finite numbers of 0 or more, or all are 0.
    """
    if weights is None:
        return np.ones((n, 1))
    column = np.asarray(weights, dtype=np.float64)
    if column.shape != (n,) or not np.isfinite(column).all() or (column < 0).any() or not column.any():
        raise InvalidParameter(f"weights must be {n:,} numbers of 0 or more, not all 0, one for each pair of anchors")
    return column[:, None]
