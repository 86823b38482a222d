"""A pool of rows that is searched again and again."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import numpy.typing as npt

from wordrel.budget import spare
from wordrel.relative import Array32
from wordrel.screen import ASKED, NARROWEST, Screen, screen_worth_having
from wordrel.sparse import Matrix, is_sparse, rows_kept
from wordrel.topk import Rows, has_direction

# With fewer rows, or for more queries at a time, a product with all rows costs little more than one with a screen.
_LARGE, _MOST_QUERIES = 1 << 15, 32

# A screen costs as much as some 15 searches for one query, or 5 for sixteen.
_SEARCHES = 6

# What the screens of two languages may take where no memory budget says anything: of a million words each some 800 MB.
_MOST_BYTES = 1 << 30

# Searches in which a screen rules out too little, after which it is given up.
_IN_VAIN = 6


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
        self._given_up = False
        self._screen: Screen | None = None

    def screen(self, queries: Matrix) -> Screen | None:
        """Give what finds neighbours of a few rows faster, or remember them: after some searches it is worth its price.

        Parameters
        ----------
        queries : array of float32, shape (q, d)
            Finite rows that are to be searched for now.

        Returns
        -------
        Screen, optional
            None for many queries, for few or sparse rows, for the first searches, where the memory budget
            (`wordrel.budget.limits`) has no room for it, and where the axes of the rows all tell the same.
        """
        if not 0 < queries.shape[0] <= _MOST_QUERIES or is_sparse(queries) or self._given_up:
            return None
        if self._screen is None and len(self._asked) < _SEARCHES:
            self._asked.append(np.array(queries, dtype=np.float32))
        elif self._screen is None:
            self.prepare(np.concatenate(self._asked))
        elif self._screen.in_vain >= _IN_VAIN:
            self._screen, self._given_up = None, True
        return self._screen

    def prepare(self, queries: Matrix) -> None:
        """Make the screen now, if it is not there and worth having.

        Parameters
        ----------
        queries : array of float32, shape (q, d)
            Some rows like those that will be searched for, q > 0.
        """
        room = spare(_MOST_BYTES) / 2  # there is another language
        if self._screen is not None or self._given_up or 4 * NARROWEST * len(self.numbers) > room:
            return
        if len(self.numbers) >= _LARGE and not is_sparse(self.rows):
            with suppress(MemoryError):  # nothing needs it
                self._screen = screen_worth_having(self.rows, np.asarray(queries, dtype=np.float32), room)
        self._given_up = self._screen is None
        self._asked.clear()

    def drawn(self) -> Matrix:
        """A few of the rows, from the first to the last, for what is prepared before anything is asked."""
        return self.rows[:: max(1, self.rows.shape[0] // ASKED)][:ASKED]
