"""The first principal axes of a pool of rows, and what inner products can be at the most by them.

By Cauchy and Schwarz x.y <= x1.y1 + |x2| |y2|, where x1 is x on the first axes and x2 the rest of it. Most of a row of
an embedding lies on few axes, so a product of few columns rules out most of a pool.
"""

from __future__ import annotations

import numpy as np

from wordrel.relative import Array32
from wordrel.sparse import Matrix, squared_norms

# Rows of the pool that tell the axes.
_SAMPLE = 20_000

SHORTENED_ROWS = 1 << 12
"""Rows that are worth shortening at a time: of 300 numbers they are 5 MB."""

ROUNDING = np.float32(1e-5)
"""What float32 can be wrong by in an inner product, as a share of the lengths."""

# The same in a squared length.
_ROUNDING_SQUARED = np.float32(2e-6)


class PrincipalAxes:
    """The first principal axes of a pool, not centred.

    Parameters
    ----------
    pool : array of float32, shape (n, d)
        Finite rows, n > 0.
    share : float
        Share of the squared lengths that the axes hold; more make bounds closer and products dearer.
    """

    def __init__(self, pool: Matrix, share: float) -> None:
        sample = pool[:: max(1, len(pool) // _SAMPLE)]
        values, vectors = np.linalg.eigh((sample.T @ sample).astype(np.float64))
        shares = np.cumsum(values[::-1]) / max(values.sum(), np.finfo(np.float64).tiny)
        width = min(int(np.searchsorted(shares, share)) + 1, pool.shape[1])
        self._axes: Array32 = np.ascontiguousarray(vectors[:, ::-1][:, :width], dtype=np.float32)

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
        lengths = squared_norms(X)
        rest = np.maximum(lengths - squared_norms(short[:, :-1]), 0)
        short[:, -1] = np.sqrt(rest + _ROUNDING_SQUARED * lengths)
        return short
