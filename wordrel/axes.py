"""The first principal axes of a pool of rows, and what inner products can be at the most by them.

By Cauchy and Schwarz x.y <= x1.y1 + |x2| |y2|, where x1 is x on the first axes and x2 the rest of it. Most of a row of
an embedding lies on few axes, so a product of few columns rules out most of a pool.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy

import numpy as np

from wordrel.relative import Array32
from wordrel.sparse import Matrix, squared_norms

# Rows of the pool that tell the axes.
_SAMPLE = 20_000

CACHED_ROWS = 1 << 12
"""Rows that are worth taking at a time: of 300 numbers they are 5 MB."""

ROUNDING = np.float32(1e-5)
"""What float32 can be wrong by in an inner product, as a share of the lengths."""

# The same in a squared length.
_ROUNDING_SQUARED = np.float32(2e-6)


class PrincipalAxes:
    """The principal axes of a pool, not centred, the first of them first.

    Parameters
    ----------
    pool : array of float32, shape (n, d)
        Finite rows, n > 0.

    Attributes
    ----------
    shares : array of float64, shape (d,)
        Share of the squared lengths that the first axes hold: one, two, and so on.
    """

    def __init__(self, pool: Matrix) -> None:
        sample = pool[:: max(1, pool.shape[0] // _SAMPLE)]
        # Squares of very long rows leave the range of float32.
        sample = sample / np.maximum(np.abs(sample).max(), np.finfo(np.float32).tiny)
        values, vectors = np.linalg.eigh((sample.T @ sample).astype(np.float64))
        self.shares = np.cumsum(values[::-1]) / max(values.sum(), np.finfo(np.float64).tiny)
        self._axes: Array32 = np.ascontiguousarray(vectors[:, ::-1], dtype=np.float32)

    def holding(self, share: float) -> PrincipalAxes:
        """As many of the axes as hold a share of the squared lengths; more make bounds closer and products dearer."""
        return self.first(int(np.searchsorted(self.shares, share)) + 1)

    def first(self, n: int) -> PrincipalAxes:
        """The first n of the axes."""
        fewer = copy(self)
        fewer.shares = self.shares[:n]
        fewer._axes = np.ascontiguousarray(self._axes[:, :n])
        return fewer

    @property
    def width(self) -> int:
        """Numbers of a row that `shorten` gives."""
        return int(self._axes.shape[1]) + 1

    def shorten(self, X: Array32) -> Array32:
        """Coordinates on the axes, and the length of what is left, not less than it is.

        The inner product of two shortened rows is, but for rounding, not less than that of the rows.

        Parameters
        ----------
        X : array of float32, shape (q, d)

        Returns
        -------
        array of float32, shape (q, width)
        """
        short = np.empty((len(X), self.width), dtype=np.float32)
        np.matmul(X, self._axes, out=short[:, :-1])
        squares = squared_norms(X)
        short[:, -1] = _length(squares - squared_norms(short[:, :-1]), squares)
        return short

    def bounds(self, X: Array32, Y: Array32, widths: Iterable[int]) -> Iterator[tuple[int, Array32]]:
        """Upper bounds of the inner products of two sets of rows by the first axes, for several numbers of axes.

        Parameters
        ----------
        X, Y : arrays of float32, shape (n, d) and (q, d)
        widths : iterable of int
            Ascending.

        Yields
        ------
        width : int
            No more than there are axes.
        bounds : array of float32, shape (n, q)
        """
        sides = X @ self._axes, Y @ self._axes
        squares = squared_norms(X), squared_norms(Y)
        table = np.zeros((len(X), len(Y)), dtype=np.float32)
        rests, start = squares, 0
        for width in widths:
            added = slice(start, min(width, self._axes.shape[1]))
            table += sides[0][:, added] @ sides[1][:, added].T
            rests = rests[0] - squared_norms(sides[0][:, added]), rests[1] - squared_norms(sides[1][:, added])
            yield added.stop, table + np.outer(_length(rests[0], squares[0]), _length(rests[1], squares[1]))
            start = added.stop


def _length(rest: Array32, squares: Array32) -> Array32:
    """Length of what is left of rows, by its square and theirs: not less than it is."""
    length: Array32 = np.sqrt(np.maximum(rest, 0) + _ROUNDING_SQUARED * squares)
    return length
