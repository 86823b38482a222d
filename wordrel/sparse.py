"""Rows that are dense or sparse, and all that has to know which.

A method whose shared space has a column for each pair of anchors keeps only the few highest numbers of a row. Such rows
are a `scipy.sparse.csr_array` with columns in ascending order; everything else is a float32 array. scipy is imported
only where sparse rows are made, so that a dense alignment does not wait for it.

Rows may also be `wordrel.blockwise.Blockwise`, which stands in for a float32 array wherever rows are taken by number:
what would touch all of them at once goes block by block here.

Inner products of sparse rows are exact in the same sense as dense ones: each is one sum in float32, in the order of the
columns, whichever block it is computed in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from wordrel.blockwise import Blockwise, HalfRows, SelectedRows, blocks, is_blockwise
from wordrel.errors import InvalidParameter
from wordrel.relative import Array32, unit_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Matrix: TypeAlias = "Array32 | csr_array"


def is_sparse(X: object) -> TypeGuard[csr_array]:
    """Tell whether X is a sparse array or matrix of scipy; nothing is when scipy was never imported."""
    module = sys.modules.get("scipy.sparse")
    return module is not None and bool(module.issparse(X))


def as_matrix(X: Any) -> Matrix:
    """Rows in float32: an array as it is, any sparse format as CSR with columns in order; copied only if it must be.

    A memory map of float16 numbers stays one, and its rows become float32 when they are asked for.
    """
    if isinstance(X, np.memmap) and X.dtype == np.float16 and X.ndim == 2:
        X = HalfRows(X)
    if is_blockwise(X):
        return cast("Array32", X)
    if not is_sparse(X):
        dense: Array32 = np.asanyarray(X, dtype=np.float32)
        return dense
    from scipy.sparse import csr_array

    rows = csr_array(X, dtype=np.float32)
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    return rows


def as_dense(X: Any, action: str) -> Array32:
    """Rows in float32, dense.

    Raises
    ------
    InvalidParameter
        For sparse rows; `action` says what cannot be done with them.
    """
    if is_sparse(X):
        raise InvalidParameter(f"sparse rows cannot be {action}; make them dense first, with rows.toarray()")
    dense: Array32 = np.asarray(X, dtype=np.float32)
    return dense


def from_entries(columns: npt.NDArray[np.int64], values: Array32, width: int) -> csr_array:
    """Sparse rows from as many entries for each row; zeros are not stored.

    Parameters
    ----------
    columns : array of int64, shape (n, k)
        Ascending in each row.
    values : array of float32, shape (n, k)
    width : int
        Number of columns of the result.

    Returns
    -------
    csr_array of float32, shape (n, width)
    """
    from scipy.sparse import csr_array

    n, k = columns.shape
    # Short row numbers, where they suffice, halve what a saved matrix takes beside its values.
    short = max(n * k, width) <= np.iinfo(np.int32).max
    starts = (k * np.arange(n + 1)).astype(np.int32 if short else np.int64)
    rows = csr_array((values.ravel(), columns.ravel().astype(starts.dtype), starts), shape=(n, width))
    rows.eliminate_zeros()
    return rows


def stack(blocks: Sequence[Matrix]) -> Matrix:
    """One matrix of several blocks of rows, at least one, all dense or all sparse."""
    if not is_sparse(blocks[0]):
        dense: Array32 = np.concatenate(blocks)
        return dense
    from scipy.sparse import vstack

    return vstack(blocks, format="csr")


def unit(X: Matrix) -> Matrix:
    """Scale each row to length 1; a zero row stays zero (`wordrel.relative.unit_rows`, for sparse rows too)."""
    if not is_sparse(X):
        return unit_rows(X)
    peaks = abs(X).max(axis=1).toarray().ravel()
    scaled = _scaled(X, peaks)
    return _scaled(scaled, np.sqrt(squared_norms(scaled)))


def _scaled(X: csr_array, divisors: Array32) -> csr_array:
    scaled = X.copy()
    scaled.data /= np.repeat(np.where(divisors > 0, divisors, 1).astype(np.float32), np.diff(X.indptr))
    return scaled


def times_columns(X: Matrix, factors: Array32) -> Matrix:
    """Multiply each column by a number; shape (m,)."""
    if not is_sparse(X):
        dense: Array32 = X * factors
        return dense
    scaled = X.copy()
    scaled.data *= factors[X.indices]
    return scaled


def squared_norms(X: Matrix) -> Array32:
    """Squared length of each row, shape (n,); infinite or NaN where a number is or the square is too large."""
    if is_blockwise(X):
        return np.concatenate([np.empty(0, dtype=np.float32), *(squared_norms(X[rows]) for rows in blocks(len(X)))])
    with np.errstate(over="ignore", invalid="ignore"):
        if is_sparse(X):
            sums: Array32 = np.asarray(X.multiply(X).sum(axis=1), dtype=np.float32)
            return sums
        norms: Array32 = np.einsum("ij,ij->i", X, X)
    return norms


def finite_rows(X: Matrix) -> npt.NDArray[np.bool_]:
    """Tell which rows have only finite numbers, shape (n,)."""
    if is_sparse(X):
        bad = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))[~np.isfinite(X.data)]
        return ~np.isin(np.arange(X.shape[0]), bad)
    finite: npt.NDArray[np.bool_] = np.all(np.isfinite(X), axis=1)
    return finite


def transposed(X: Matrix) -> Matrix:
    """Columns as rows, in the form in which `product` is fast; rows that come in blocks stay what they are."""
    if is_blockwise(X):
        return X
    return X.T.tocsr() if is_sparse(X) else X.T


def product(X: Matrix, columns: Matrix) -> Array32:
    """Inner products of rows with `transposed` rows, as a dense table."""
    if is_blockwise(columns):
        filled = np.empty((X.shape[0], len(columns)), dtype=np.float32)
        for part in blocks(len(columns)):
            np.matmul(X, columns[part].T, out=filled[:, part])
        return filled
    table = X @ columns
    dense: Array32 = table.toarray() if is_sparse(table) else table
    return dense


def rows_kept(X: Matrix, kept: npt.NDArray[np.bool_]) -> Matrix:
    """Rows of a matrix; without a copy when all are kept, or when they come in blocks."""
    if kept.all():
        return X
    if is_blockwise(X):
        return cast("Array32", SelectedRows(X, np.flatnonzero(kept)))
    return X[kept]


def row_products(X: Matrix, Y: Matrix) -> Array32:
    """Inner product of each row of X with the same row of Y, both dense or both sparse; shape (n,)."""
    if is_sparse(X):
        sums: Array32 = np.asarray(X.multiply(Y).sum(axis=1), dtype=np.float32)
        return sums
    products: Array32 = np.einsum("ij,ij->i", X, Y)
    return products


def dense_row(X: Matrix, row: int) -> Array32:
    """One row as an array of one dimension."""
    values: Array32 = X[[row]].toarray()[0] if is_sparse(X) else X[row]
    return values


def read_only(X: Matrix) -> Matrix:
    """Return the same numbers, without a copy, where they cannot be written to."""
    if isinstance(X, Blockwise):
        return cast("Array32", HalfRows(_locked(X.stored)) if isinstance(X, HalfRows) else X)
    if is_sparse(X):
        from scipy.sparse import csr_array

        rows = csr_array(tuple(_locked(part) for part in (X.data, X.indices, X.indptr)), shape=X.shape)
        # Known already; scipy would look for it again.
        rows.has_canonical_format = True
        return rows
    return _locked(X)


def _locked(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def to_arrays(name: str, X: Matrix) -> dict[str, npt.NDArray[Any]]:
    """Arrays that hold the matrix, by the names that `from_arrays` asks for."""
    if isinstance(X, HalfRows):
        return {name: X.stored}
    if not is_sparse(X):
        return {name: X}
    return {
        f"{name}-values": X.data,
        f"{name}-columns": X.indices,
        f"{name}-starts": X.indptr,
        f"{name}-width": np.array(X.shape[1]),
    }


def from_arrays(name: str, sparse: bool, read: Callable[[str], npt.NDArray[Any]]) -> Matrix:
    """Put together again what `to_arrays` took apart; memory maps stay memory maps.

    Parameters
    ----------
    name : str
    sparse : bool
        Whether the matrix was sparse.
    read : callable
        Returns an array by its name.
    """
    if not sparse:
        return read(name)
    from scipy.sparse import csr_array

    values, columns, starts = (read(f"{name}-{part}") for part in ("values", "columns", "starts"))
    rows = csr_array((values, columns, starts), shape=(len(starts) - 1, int(read(f"{name}-width"))))
    rows.check_format()
    return rows
