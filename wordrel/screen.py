"""Neighbours of a few rows in a large pool, exactly: a narrow product rules out most of the pool.

A product of one row, or a few, with a large pool takes as long as it takes to read the pool. What is read here are
copies of its rows that are shortened to their first principal axes (`wordrel.axes`); of the rows themselves only those
few are read whose upper bounds are not below the k-th best inner product.
"""

from __future__ import annotations

import numpy as np

from wordrel.axes import CACHED_ROWS, ROUNDING, PrincipalAxes
from wordrel.blockwise import blocks
from wordrel.budget import block_rows
from wordrel.relative import Array32
from wordrel.sparse import Matrix, squared_norms
from wordrel.topk import BLOCK_ELEMENTS, Best, Rows

# One pass takes the maximum of groups of so many upper bounds; only the best groups are looked into.
_GROUP = 32

ASKED = 24
"""Rows that are enough to stand for those that will be asked."""

# How many axes to have is tried: a few rows are asked for their neighbours with each of these numbers of axes, and it
# is counted how many of a sample of the pool the upper bounds let through. If all passed, it would cost as much as so
# many axes more.
_WIDTHS, _COUNTED, _NEIGHBOURS = range(32, 256, 8), 8192, 10
_ALL_PASS = 30_000

# Axes beyond those that were the cheapest: too few cost far more than too many, and other rows may be harder than those
# that were tried. The neighbours of a word of the other language are harder than those of one's own.
_MORE = 8

NARROWEST = _WIDTHS[0] + _MORE + 1
"""Numbers of a row in the narrowest screen: its axes, and what they leave."""

# What searches may cost as a share of those without a screen, for one to be worth its memory.
_CHEAPER = 0.7

# Where more than this share of the pool passes, a product with all of it is quicker than with rows that are picked.
_MANY = 0.125


def screen_worth_having(pool: Matrix, asked: Array32, most_bytes: float) -> Screen | None:
    """Make a screen of as many axes as make searches the cheapest.

    Parameters
    ----------
    pool : array of float32, shape (n, d)
        Finite rows, n > 0; they may come in blocks.
    asked : array of float32, shape (q, d)
        Some rows like those whose neighbours will be wanted, q > 0.
    most_bytes : float
        What it may take.

    Returns
    -------
    Screen, optional
        None where no number of axes makes searches much cheaper than products with all of the pool.
    """
    most = int(most_bytes // (4 * pool.shape[0])) - 1
    widths = [width for width in _WIDTHS if width + _MORE <= most]
    if not widths:
        return None
    axes = PrincipalAxes(pool)
    asked = asked[:: max(1, len(asked) // ASKED)][:ASKED]
    best, longest = Best(len(asked), min(_NEIGHBOURS, pool.shape[0])), 0.0
    for part in blocks(pool.shape[0], CACHED_ROWS):
        rows = pool[part]
        best.add(asked @ rows.T, part.start)
        longest = max(longest, float(squared_norms(rows).max()))
    # Squares of very long rows leave the range of float32.
    if not np.isfinite(longest):
        return None
    least = best.values[:, -1] - ROUNDING * np.sqrt(longest * squared_norms(asked))
    counted = pool[:: max(1, pool.shape[0] // _COUNTED)]
    tried = axes.bounds(counted, asked, widths)
    price = {width: width + _ALL_PASS * float(np.mean(bounds >= least)) for width, bounds in tried}
    cheapest = min(price, key=lambda width: price[width])
    worth_it = price[cheapest] < _CHEAPER * pool.shape[1]
    return Screen(pool, axes.first(cheapest + _MORE), longest) if worth_it else None


class Screen:
    """A pool of rows, prepared for finding the nearest to a few others.

    Parameters
    ----------
    pool : array of float32, shape (n, d)
        Finite rows, n > 0; they may come in blocks.
    axes : PrincipalAxes
        The first few of the pool; `screen_worth_having` chooses how many.
    longest : float
        Square of the length of the longest row.

    Attributes
    ----------
    in_vain : int
        Searches so far in which it let a large part of the pool through.
    """

    def __init__(self, pool: Matrix, axes: PrincipalAxes, longest: float) -> None:
        self._pool, self._axes = pool, axes
        self._wrong = ROUNDING * np.float32(np.sqrt(longest))
        self._short = np.empty((len(pool), self._axes.width), dtype=np.float32)
        for part in blocks(len(pool), CACHED_ROWS):
            self._short[part] = self._axes.shorten(pool[part])
        self.in_vain = 0

    @property
    def width(self) -> int:
        """Numbers that are read of each row."""
        return self._axes.width

    def upper(self, queries: Array32) -> Array32:
        """Upper bounds of the inner products of a few rows with all of the pool.

        Parameters
        ----------
        queries : array of float32, shape (q, d)

        Returns
        -------
        array of float32, shape (n, q)
        """
        # This way round the product is twice as fast as the other.
        bounds: Array32 = self._short @ self._axes.shorten(queries).T
        return bounds

    def slack(self, queries: Array32) -> Array32:
        """What `upper` may be too low by, for float32 rounds; shape (q,)."""
        slack: Array32 = self._wrong * np.sqrt(squared_norms(queries))
        return slack

    def products(self, queries: Array32, rows: Rows) -> Array32:
        """Inner products of a few rows, shape (q, d), each with some of the pool, shape (q, m); shape (q, m)."""
        return np.stack([self._products(query, some) for query, some in zip(queries, rows, strict=True)])

    def _products(self, query: Array32, rows: Rows) -> Array32:
        everything = len(rows) > _MANY * len(self._short)
        found = np.empty(len(self._short) if everything else len(rows), dtype=np.float32)
        for part in blocks(len(found), CACHED_ROWS):
            # Not by BLAS, where it depends on the place of a row what its product is rounded to: equal rows tie.
            np.einsum("ij,j->i", self._pool[part if everything else rows[part]], query, out=found[part])
        return found[rows] if everything else found

    def top(self, queries: Array32, k: int, upper: Array32 | None = None) -> tuple[Rows, Array32]:
        """Rows of the pool with the highest inner products.

        Parameters
        ----------
        queries : array of float32, shape (q, d)
        k : int
            From 1 to n.
        upper : array of float32, shape (n, q), optional
            `upper` of these queries, where it is at hand.

        Returns
        -------
        rows : array of int64, shape (q, k)
            Best first, the lower row first among equals.
        scores : array of float32, shape (q, k)
        """
        rows, scores = np.empty((len(queries), k), dtype=np.int64), np.empty((len(queries), k), dtype=np.float32)
        for part in blocks(len(queries), block_rows(len(self._short), BLOCK_ELEMENTS)):
            bounds = self.upper(queries[part]) if upper is None else upper[:, part]
            rows[part], scores[part] = self._top(queries[part], k, bounds)
        return rows, scores

    def _top(self, queries: Array32, k: int, upper: Array32) -> tuple[Rows, Array32]:
        rows, scores = np.empty((len(queries), k), dtype=np.int64), np.empty((len(queries), k), dtype=np.float32)
        maxima, slack = _maxima(upper), self.slack(queries)
        for number, query in enumerate(queries):
            bounds, highest = upper[:, number], maxima[number]
            # The k-th best is at least the least of any k inner products; those of the highest bounds are high.
            first = _members(np.argpartition(-highest, min(k, len(highest)) - 1)[:k], len(highest), len(upper))
            first = first[np.argpartition(-bounds[first], k - 1)[:k]]
            least = self._products(query, first).min() - slack[number]
            found = _members(np.flatnonzero(highest >= least), len(highest), len(upper))
            found = found[bounds[found] >= least]
            self.in_vain += len(found) > max(k, _MANY * len(upper))
            products = self._products(query, found)
            order = np.lexsort((found, -products))[:k]
            rows[number], scores[number] = found[order], products[order]
        return rows, scores


def _maxima(upper: Array32) -> Array32:
    """The highest of each group of rows that are as far apart as there are groups, shape (q, number of groups).

    As `wordrel.topk.top_columns` has them, but of a table as the product leaves it: to turn that takes a third longer
    than the product does.
    """
    n_groups = -(-len(upper) // _GROUP)
    whole = len(upper) // n_groups
    maxima = upper[: whole * n_groups].reshape(whole, n_groups, upper.shape[1]).max(axis=0)
    rest = upper[whole * n_groups :]
    np.maximum(maxima[: len(rest)], rest, out=maxima[: len(rest)])
    return np.ascontiguousarray(maxima.T)


def _members(groups: Rows, n_groups: int, n: int) -> Rows:
    """Rows of some groups."""
    rows: Rows = (groups[:, None] + n_groups * np.arange(_GROUP)).ravel()
    return rows[rows < n]
