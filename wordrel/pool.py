"""A pool of rows that is searched again and again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.budget import affords
from wordrel.relative import Array32
from wordrel.screen import Screen, worthwhile
from wordrel.sparse import Matrix, is_sparse, rows_kept
from wordrel.topk import Rows, has_direction

# With fewer rows, or for more queries at a time, a product with all rows costs little more than one with a screen.
_LARGE, _MOST_QUERIES = 1 << 15, 32

# A screen costs as much as some 15 searches for one query, or 5 for sixteen.
_SEARCHES = 6

# What a screen may take where no memory budget says anything: one of a million rows takes some 400 MB.
_MOST_BYTES = 1 << 29


class Pool:
    """Rows to search, and what is known of them.

    Parameters
    ----------
    rows : array of float32, shape (n, d)
        Dense, sparse or in blocks.
    found : array of bool, shape (n,), optional
        `wordrel.topk.has_direction` of the rows, where it is known: to find out, all of them is read.

    Attributes
    ----------
    rows : array of float32, shape (m, d)
        Those with a direction.
    numbers : array of int64, shape (m,)
        Which they are.
    size : int
        Number of all rows, n.
    """

    def __init__(self, rows: Matrix, found: npt.NDArray[np.bool_] | None = None) -> None:
        found = has_direction(rows) if found is None else found
        self.size = rows.shape[0]
        self.numbers: Rows = np.flatnonzero(found)
        self.rows = rows_kept(rows, found)
        self._asked: list[Array32] = []
        self._tried = False
        self._screen: Screen | None = None

    def screen(self, queries: Matrix) -> Screen | None:
        """Give what finds neighbours of a few rows faster, once there were so many searches that it is worth its price.

        Parameters
        ----------
        queries : array of float32, shape (q, d)
            Finite rows that are to be searched for now.

        Returns
        -------
        Screen, optional
            None for many queries, for few or sparse rows, for the first searches, and where the memory budget
            (`wordrel.budget.limits`) has no room for it, or all axes of the rows tell the same.
        """
        if not 0 < queries.shape[0] <= _MOST_QUERIES or is_sparse(queries):
            return None
        if len(self._asked) < _SEARCHES:
            self._asked.append(np.array(queries, dtype=np.float32))
        elif not self._tried:
            self.prepare(np.concatenate(self._asked))
        return self._screen

    def prepare(self, queries: Matrix) -> None:
        """Make the screen now, if one is worth having.

        Parameters
        ----------
        queries : array of float32, shape (q, d)
            Some rows like those that will be searched for, q > 0.
        """
        if self._tried:
            return
        self._tried = True
        if len(self.numbers) < _LARGE or is_sparse(self.rows):
            return
        axes = worthwhile(self.rows, np.asarray(queries))
        if axes is not None and affords(4 * len(self.numbers) * axes.width, _MOST_BYTES):
            self._screen = Screen(self.rows, axes)
