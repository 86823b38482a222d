"""The highest k of each row of a table of scores, faster than a partition of the whole row; on a device if asked."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.backend import Backend
from wordrel.blockwise import blocks, is_blockwise
from wordrel.budget import block_rows
from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.relative import Array32
from wordrel.sparse import Matrix, is_sparse, product, squared_norms, transposed

Rows = npt.NDArray[np.int64]

# Elements of a block of scores: 4 million float32 are 16 MB and stay in a usual L3 cache between product and selection.
BLOCK_ELEMENTS = 1 << 22

# Rows that come in blocks are converted anew for each block of queries, at a price of some 40 inner products each.
_FEWEST_QUERIES = 32

# Rows of a block, however narrow it is: more are multiplied no faster, and a selection takes memory for each number.
_MOST_ROWS = 512

# Rows of a table that come at once to a `Best`, so that little memory goes to what is on its way.
_ADDED_ROWS = 256

# One pass takes the maximum of groups of this many columns; only the k best groups are looked into. 32 was fastest of
# 8, 16, 32 and 64 for 15,000 to 30,000 columns and k = 10.
_GROUP = 32


def top_columns(scores: Array32, k: int) -> Rows:
    """Columns of the k highest of each row, in no order.

    Parameters
    ----------
    scores : array of float32, shape (n, m)
        Without NaN.
    k : int
        All columns come back when it is m or more.

    Returns
    -------
    array of int64, shape (n, min(k, m))

    Notes
    -----
    Each of the k highest lies in a group whose maximum is among the k highest maxima.
    """
    n, m = scores.shape
    if k >= m:
        return np.broadcast_to(np.arange(m), (n, m))
    width = m // _GROUP
    if width < 4 * k:
        return np.argpartition(scores, m - k, axis=1)[:, m - k :]
    maxima = scores[:, : width * _GROUP].reshape(n, _GROUP, width).max(axis=1)
    groups = np.argpartition(maxima, width - k, axis=1)[:, width - k :]
    # Not -1, which says nothing of a table without rows.
    members = (groups[:, None, :] + width * np.arange(_GROUP)[None, :, None]).reshape(n, k * _GROUP)
    left_over = np.broadcast_to(np.arange(width * _GROUP, m), (n, m - width * _GROUP))
    members = np.concatenate([members, left_over], axis=1)
    values = np.take_along_axis(scores, members, axis=1)
    best = np.argpartition(values, values.shape[1] - k, axis=1)[:, values.shape[1] - k :]
    return np.take_along_axis(members, best, axis=1)


def sorted_top(scores: Array32, k: int) -> tuple[Rows, Array32]:
    """Columns and values of the k highest of each row, best first, the lower column first among equals."""
    columns = np.sort(top_columns(scores, k), axis=1)
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def top_mean(scores: Array32, k: int) -> Array32:
    """Mean of the k highest of each row, or of all when there are fewer; shape (n,)."""
    means: Array32 = np.take_along_axis(scores, top_columns(scores, k), axis=1).mean(axis=1, dtype=np.float32)
    return means


class Best:
    """The highest k of each row of a table that is too wide to be held, and comes some columns at a time.

    Parameters
    ----------
    n, k : int
        Rows, and how many of each are kept.

    Attributes
    ----------
    columns : array of int64, shape (n, k)
        Best first, the lower column first among equals; -1 as long as there were fewer.
    values : array of float32, shape (n, k)
        -inf where the column is -1.
    """

    def __init__(self, n: int, k: int) -> None:
        self.columns: Rows = np.full((n, k), -1, dtype=np.int64)
        self.values: Array32 = np.full((n, k), -np.inf, dtype=np.float32)

    def add(self, table: Array32, first: int) -> None:
        """Look at the next columns.

        Parameters
        ----------
        table : array of float32, shape (n, m)
            Without NaN.
        first : int
            Number of its first column, after those of all columns before.
        """
        for part in blocks(len(table), _ADDED_ROWS):
            self._add(table[part], first, self.columns[part], self.values[part])

    def _add(self, table: Array32, first: int, best: Rows, highest: Array32) -> None:
        m, k = table.shape[1], best.shape[1]
        if not first and m >= k:
            best[:], highest[:] = sorted_top(table, k)
            return
        rows, found = np.divmod(np.flatnonzero(table > highest[:, -1:]), m)
        if not len(rows):
            return
        counts = np.bincount(rows, minlength=len(table))
        changed = np.flatnonzero(counts)
        # As a table: one row of new values for each row that has some, of as many as the longest has.
        line, place = (np.cumsum(counts > 0) - 1)[rows], np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]
        columns = np.full((len(changed), int(counts.max())), -1, dtype=np.int64)
        values = np.full(columns.shape, -np.inf, dtype=np.float32)
        columns[line, place], values[line, place] = found + first, table[rows, found]
        columns, values = np.hstack([best[changed], columns]), np.hstack([highest[changed], values])
        order = np.argsort(-values, axis=1, kind="stable")[:, :k]
        best[changed] = np.take_along_axis(columns, order, axis=1)
        highest[changed] = np.take_along_axis(values, order, axis=1)


def product_blocks(X: Matrix, Y: Matrix) -> Iterator[tuple[slice, Array32]]:
    """Inner products of all rows of X with all rows of Y, at least one, a block of rows of X at a time.

    Parameters
    ----------
    X, Y : arrays of float32, shape (n, d) and (n', d)
        Both dense or both sparse (`wordrel.sparse`), as in all of this room and of `csls`.

    Yields
    ------
    rows : slice
        Which rows of X the block holds.
    table : array of float32, shape (rows, n')
    """
    most = max(BLOCK_ELEMENTS, fewest_queries(Y) * Y.shape[0])
    columns = transposed(Y)
    for rows in blocks(X.shape[0], block_rows(Y.shape[0], most)):
        yield rows, product(X[rows], columns)


class NumpyBackend:
    """The `Backend` that needs nothing but numpy; rows may be sparse."""

    error = 0.0

    def hold(self, X: Matrix) -> Matrix:
        """Rows as they are."""
        return X

    def take(self, rows: Matrix, numbers: Rows) -> Matrix:
        """Take some of the rows."""
        return rows[numbers]

    def columns(self, rows: Matrix) -> Matrix:
        """Transpose rows."""
        return transposed(rows)

    def product(self, rows: Matrix, columns: Matrix) -> Array32:
        """Inner products."""
        return product(rows, columns)

    def top(self, table: Array32, k: int) -> tuple[Rows, Array32]:
        """Columns and values of the k highest of each row, in no order."""
        columns = top_columns(table, k)
        return columns, np.take_along_axis(table, columns, axis=1)

    def sorted_top(self, table: Array32, k: int) -> tuple[Rows, Array32]:
        """Columns and values of the k highest of each row, best first."""
        return sorted_top(table, k)

    def top_mean(self, table: Array32, k: int) -> Array32:
        """Mean of the k highest of each row."""
        return top_mean(table, k)

    def argmax(self, table: Array32) -> Rows:
        """Column of the highest of each row."""
        columns: Rows = table.argmax(axis=1)
        return columns

    def double_less(self, table: Array32, subtracted: Array32) -> None:
        """Make a table twice itself less a number for each column, in place."""
        table *= 2
        table -= subtracted

    def in_blocks(self, n: int, width: int, most: int, work: Callable[[slice], None]) -> None:
        """Do work on n rows, as many at once as stay in the cache and the memory budget allows."""
        for rows in blocks(n, min(block_rows(width, most), _MOST_ROWS)):
            work(rows)


NUMPY = NumpyBackend()


def backend_for(backend: Backend | None, *matrices: Matrix) -> Backend:
    """Take the backend that was asked for, or numpy when none was or when rows are sparse.

    Warns
    -----
    WordrelWarning
        When rows are sparse: scipy multiplies them, whatever the device.
    """
    if backend is None or backend is NUMPY:
        return NUMPY
    if any(map(is_sparse, matrices)):
        message = "sparse vectors are compared without a device; leave the device out, or make them dense"
        warnings.warn(message, WordrelWarning, stacklevel=3)
        return NUMPY
    return backend


def each_block(X: Any, Y: Any, work: Callable[[slice, Any], None], backend: Backend) -> None:
    """Do work on the inner products of all rows of X with all rows of Y, at least one, a block of rows of X at a time.

    Parameters
    ----------
    X, Y : arrays of float32, shape (n, d) and (n', d)
        Or rows that the backend holds already.
    work : callable
        Gets which rows of X a block holds, and their table, of the backend's kind. Where a device's memory runs out
        it is called for some rows again, with fewer of them.
    """
    columns = backend.columns(backend.hold(Y))
    backend.in_blocks(
        X.shape[0],
        Y.shape[0],
        max(BLOCK_ELEMENTS, fewest_queries(Y) * Y.shape[0]),
        lambda rows: work(rows, backend.product(backend.hold(X[rows]), columns)),
    )


def fewest_queries(pool: Any) -> int:
    """How many queries a block has at least, so that getting at the rows of a pool is not most of the work."""
    return _FEWEST_QUERIES if is_blockwise(pool) else 1


def mean_similarity(queries: Any, pool: Any, k: int, backend: Backend | None = None) -> Array32:
    """Mean inner product of each query with its k nearest rows of a pool, in blocks.

    Parameters
    ----------
    queries : array of float32, shape (q, d)
    pool : array of float32, shape (n, d)
        Both dense or both sparse, or both held by the backend.
    k : int
    backend : Backend, optional
        Where to compute; in numpy when left out.

    Returns
    -------
    array of float32, shape (q,)
        0 when the pool is empty.
    """
    where = backend_for(backend, queries, pool)
    means = np.zeros(queries.shape[0], dtype=np.float32)

    def fill(rows: slice, table: Any) -> None:
        means[rows] = where.top_mean(table, k)

    if pool.shape[0]:
        each_block(queries, pool, fill, where)
    return means


def has_direction(X: Matrix) -> npt.NDArray[np.bool_]:
    """Tell which rows are finite and not zero, shape (n,)."""
    norms = squared_norms(X)
    usable: npt.NDArray[np.bool_] = np.isfinite(norms) & (norms > 0)
    return usable


def check_k(k: int, name: str = "k") -> None:
    """Refuse a number of neighbours below 1."""
    if k < 1:
        raise InvalidParameter(f"{name} must be 1 or more, not {k}")
