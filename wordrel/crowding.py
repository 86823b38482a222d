"""How crowded rows are among a pool: close lower bounds of many, exact values of those that are asked for.

The crowding of y is its mean inner product with the k nearest rows of the pool, the r of CSLS. Both steps work in the
principal axes of the pool (`wordrel.axes`): few of its rows can be among the nearest by a product of a third of the
columns, and only their inner products are computed in full.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.axes import CACHED_ROWS, ROUNDING, PrincipalAxes
from wordrel.blockwise import blocks
from wordrel.relative import Array32
from wordrel.sparse import squared_norms
from wordrel.topk import Rows, top_columns

Coded = npt.NDArray[np.int16]

# Share of the squared lengths that the first axes hold. On 20,000, 50,000 and 200,000 generated rows the time of an
# exact value was within a tenth of the least at .94 (88 of 300 axes) to .97 (124), and a third more at .90 (64).
_SHARE = 0.96

# Lists of neighbours, in multiples of the square root of the size of the pool, and lists that a row looks into.
_LISTS, LOOKED_INTO = 4.0, 8

# Rows whose lists are looked into at a time: many share a list then, and some 10 MB hold what is known of them.
_AROUND_ROWS = 1 << 14

# Steps from 0 to the longest row that coordinates are rounded to: as many as int16 holds, less what rounding adds.
_STEPS = 32_000

# Elements of a table of products: 4 MB.
_TABLE = 1 << 20

# Rows of a block: each time the pool is decoded it serves so many. With 512 rows all took a tenth longer.
_BLOCK_ROWS = 2048

# Pairs of rows whose inner products are computed at a time: copies of 512 rows of 300 numbers are .6 MB each.
_PAIRS = 512


class Crowd:
    """A pool of rows, prepared for asking how crowded other rows are in it.

    Parameters
    ----------
    pool : array of float32, shape (n, d)
        Finite rows, n > 0.
    k : int
        How many neighbours are averaged; all when there are fewer.
    """

    def __init__(self, pool: Array32, k: int) -> None:
        self._pool = pool
        self._k = min(k, len(pool))
        self._axes = PrincipalAxes(pool).holding(_SHARE)
        self._longest = np.sqrt(max(float(squared_norms(pool[part]).max()) for part in blocks(len(pool), CACHED_ROWS)))
        self._step = np.float32(max(self._longest, np.finfo(np.float32).tiny) / _STEPS)
        self._coded = np.empty((len(pool), self._axes.width), dtype=np.int16)
        for part in blocks(len(pool), CACHED_ROWS):
            self._coded[part] = self._encode(self._axes.shorten(pool[part]))
        pivots = np.arange(0, len(pool), max(1, int(np.sqrt(len(pool)) / _LISTS)))
        self._pivots = self._decode(pivots)[:, :-1]
        member_of = np.concatenate(
            [self._nearest_pivots(self._decode(part), 1)[:, 0] for part in blocks(len(pool), CACHED_ROWS)],
            dtype=np.int32,
        )
        self._members = np.argsort(member_of, kind="stable").astype(np.int32)
        self._ends = np.concatenate([[0], np.cumsum(np.bincount(member_of, minlength=len(pivots)))])

    @property
    def width(self) -> int:
        """Columns of the product that tells which rows of the pool can be near."""
        return int(self._coded.shape[1])

    def _encode(self, short: Array32) -> Coded:
        """In whole steps: half of the memory, and turned back faster than it is read. Lengths are rounded up."""
        steps = short / self._step
        np.rint(steps[:, :-1], out=steps[:, :-1])
        np.ceil(steps[:, -1], out=steps[:, -1])
        return steps.astype(np.int16)

    def _decode(self, rows: slice | Rows) -> Array32:
        return self._coded[rows] * self._step

    def _nearest_pivots(self, short: Array32, n: int) -> Rows:
        found = np.empty((len(short), n), dtype=np.int64)
        step = max(1, _TABLE // len(self._pivots))
        for start in range(0, len(short), step):
            table = short[start : start + step, :-1] @ self._pivots.T
            place = slice(start, start + step)
            if n == 1:
                found[place, 0] = table.argmax(axis=1)
            else:
                found[place] = top_columns(table, n)
        return found

    def lower(self, rows: Array32, looked: int = LOOKED_INTO) -> Array32:
        """Crowding of each row among those of the pool that lie around it: never more than it is.

        Parameters
        ----------
        rows : array of float32, shape (q, d)
        looked : int
            Lists that are looked into for each row; with more of them the bound is closer.

        Returns
        -------
        array of float32, shape (q,)
        """
        means = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), _AROUND_ROWS):
            block = np.ascontiguousarray(rows[start : start + _AROUND_ROWS])
            means[start : start + _AROUND_ROWS] = self._around(block, looked).mean(axis=1)
        return means

    def _around(self, rows: Array32, looked: int = LOOKED_INTO) -> Array32:
        """The k highest inner products in the lists of the nearest pivots, shape (q, k), in no order."""
        looked = min(looked, len(self._pivots))
        # The lists have no row in common, so nothing is counted twice.
        nearest = np.concatenate(
            [self._nearest_pivots(self._axes.shorten(rows[part]), looked) for part in blocks(len(rows), CACHED_ROWS)]
        ).ravel()
        order = np.argsort(nearest, kind="stable")
        starts = np.flatnonzero(np.diff(nearest[order], prepend=-1))
        lowest = -self._longest * np.sqrt(squared_norms(rows))
        best: Array32 = np.repeat(lowest[:, None], self._k, axis=1)
        take_row, take_member = _Taken(), _Taken()
        for asked in np.split(order, starts[1:]):
            pivot = nearest[asked[0]]
            members, asked = self._members[self._ends[pivot] : self._ends[pivot + 1]], asked // looked
            if len(members):
                table = np.hstack([best[asked], take_row(rows, asked) @ take_member(self._pool, members).T])
                best[asked] = np.partition(table, table.shape[1] - self._k, axis=1)[:, -self._k :]
        return best

    def exact(self, rows: Array32) -> Array32:
        """Crowding of each row in the whole pool.

        Parameters
        ----------
        rows : array of float32, shape (q, d)

        Returns
        -------
        array of float32, shape (q,)
        """
        rows = np.ascontiguousarray(rows)
        means = np.empty(len(rows), dtype=np.float32)
        least = self._around(rows).min(axis=1)
        # In a product each of the coded coordinates is wrong by half a step.
        wrong = ROUNDING * self._longest + 0.5 * self._step * np.sqrt(self.width)
        slack = (wrong * np.sqrt(squared_norms(rows))).astype(np.float32)
        for start in range(0, len(rows), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            means[block] = self._exact_block(rows[block], least[block] - slack[block], slack[block])
        return means

    def _exact_block(self, rows: Array32, least: Array32, slack: Array32) -> Array32:
        best: Array32 = np.full((len(rows), self._k), -np.inf, dtype=np.float32)
        n, step = len(rows), max(1, _TABLE // _BLOCK_ROWS)
        # With one column more the product tells at once by how much a row of the pool can exceed the least.
        short = np.empty((n, self.width + 1), dtype=np.float32)
        np.multiply(self._axes.shorten(rows), self._step, out=short[:, :-1])
        decoded = np.ones((step, self.width + 1), dtype=np.float32)
        table, near = np.empty((n, step), dtype=np.float32), np.empty((n, step), dtype=np.bool_)
        take_row, take_other = _Taken(), _Taken()
        for start in range(0, len(self._pool), step):
            part = self._pool[start : start + step]
            m = len(part)
            np.copyto(decoded[:m, :-1], self._coded[start : start + step])
            np.negative(least, out=short[:, -1])
            np.greater_equal(np.matmul(short, decoded[:m].T, out=table[:, :m]), 0, out=near[:, :m])
            asked, found = np.divmod(_true_places(near[:, :m]), m)
            if len(asked):
                scores = np.empty(len(asked), dtype=np.float32)
                for first in range(0, len(asked), _PAIRS):
                    pairs = slice(first, first + _PAIRS)
                    both = take_row(rows, asked[pairs]), take_other(part, found[pairs])
                    np.einsum("ij,ij->i", *both, out=scores[pairs])
                changed = _keep_best(best, asked, scores)
                least[changed] = np.maximum(least[changed], best[changed].min(axis=1) - slack[changed])
        means: Array32 = best.mean(axis=1)
        return means


class _Taken:
    """A place for copies of rows, used again and again: fresh memory takes longer than the copying."""

    def __init__(self) -> None:
        self._place: Array32 = np.empty((0, 0), dtype=np.float32)

    def __call__(self, X: Array32, numbers: npt.NDArray[np.integer[Any]]) -> Array32:
        if len(numbers) > len(self._place):
            self._place = np.empty((len(numbers), X.shape[1]), dtype=np.float32)
        taken: Array32 = self._place[: len(numbers)]
        np.take(X, numbers, axis=0, out=taken, mode="clip")
        return taken


def _true_places(table: npt.NDArray[np.bool_]) -> Rows:
    """Places in the flat table that are true; where few are, eight at a time are passed over."""
    flat = np.ascontiguousarray(table).reshape(-1)
    if len(flat) % 8:
        return np.flatnonzero(flat)
    eights = np.flatnonzero(flat.view(np.uint64) != 0)
    place = np.flatnonzero(flat.reshape(-1, 8)[eights])
    found: Rows = 8 * eights[place >> 3] + (place & 7)
    return found


def _keep_best(best: Array32, rows: Rows, scores: Array32) -> Rows:
    """Let scores of rows, which ascend, take the places of lower ones in the table of the best; gives the rows."""
    counts = np.bincount(rows, minlength=len(best))
    changed = np.flatnonzero(counts)
    counts = counts[changed]
    # As a table: one row of scores for each row that has some, of as many as the longest has.
    line = np.repeat(np.arange(len(changed)), counts)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    table = np.full((len(changed), best.shape[1] + int(counts.max())), -np.inf, dtype=np.float32)
    table[:, : best.shape[1]] = best[changed]
    table[line, best.shape[1] + place] = scores
    best[changed] = np.partition(table, table.shape[1] - best.shape[1], axis=1)[:, -best.shape[1] :]
    return changed
