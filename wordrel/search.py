"""Exact nearest neighbours over FAISS; CSLS, which lives in `wordrel.csls`, is at hand here too."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.csls import csls_top
from wordrel.relative import Array32
from wordrel.sparse import as_dense
from wordrel.topk import Rows, check_k, has_direction

__all__ = ["SearchIndex", "csls_top"]


class SearchIndex:
    """Exact search by inner product.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Unit rows. Zero rows and rows with NaN or infinite numbers have no direction and are never found.

    Raises
    ------
    InvalidParameter
        For sparse rows, which FAISS does not take; `wordrel.topk.nearest` and `wordrel.csls` do.
    """

    def __init__(self, vectors: npt.ArrayLike) -> None:
        import faiss

        matrix = as_dense(vectors, "indexed by FAISS")
        usable = has_direction(matrix)
        # None means that row numbers and FAISS ids are the same, the usual case: no copy, no look-up.
        self._ids: Rows | None = None if usable.all() else np.flatnonzero(usable)
        self._index: Any = faiss.IndexFlatIP(matrix.shape[1])
        self._index.add(np.ascontiguousarray(matrix if self._ids is None else matrix[self._ids]))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, queries: npt.ArrayLike, k: int) -> tuple[Rows, Array32]:
        """Find the k nearest rows of each query.

        Parameters
        ----------
        queries : array of shape (q, d)
        k : int
            1 or more; no more columns come back than there are rows to be found.

        Returns
        -------
        rows : array of int64, shape (q, min(k, len(self)))
            Best first; -1 throughout for a query without a direction.
        scores : array of float32, same shape
            Inner products; -inf where the row is -1.
        """
        check_k(k)
        matrix: Array32 = np.ascontiguousarray(as_dense(queries, "asked of FAISS"))
        usable = has_direction(matrix)
        k = min(k, len(self))
        rows = np.full((len(matrix), k), -1, dtype=np.int64)
        scores = np.full((len(matrix), k), -np.inf, dtype=np.float32)
        if k and usable.any():
            found_scores, found = self._index.search(matrix[usable], k)
            rows[usable] = found if self._ids is None else self._ids[found]
            scores[usable] = found_scores
        return rows, scores
