"""Nearest rows by inner product: exact for some 200,000, approximate, with a measured recall, for millions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.nearest import nearest
from wordrel.relative import Array32
from wordrel.search import kinds
from wordrel.search.recall import K, kth_best, recall, tune
from wordrel.sparse import as_dense, as_matrix, is_sparse
from wordrel.topk import Rows, check_k, has_direction

RECALL = 0.95
"""recall@10 that is aimed at."""

# Queries whose recall is measured: of 500 the share has a standard error of .003 at .95.
_SAMPLE = 500

# Rows that are scored exactly at a time, in elements of a block of candidates: 16 MB.
_BLOCK = 1 << 22


class SearchIndex:
    """Search by inner product.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Unit rows; a memory map, also of float16 numbers, stays one. Zero rows and rows with NaN or infinite numbers
        have no direction and are never found.
    kind : str
        A name in `wordrel.search.kinds.KINDS`, or "auto": flat up to 200,000 rows, ivfpq above.
    wanted : float
        recall@10 that an approximate index is set to reach on a sample, above 0 to 1.
    sample : array of shape (q, d), optional
        What will be asked; 500 of the rows themselves when left out, each without itself.
    seed : int
        Of the rows that cells are learnt from, and of the sample.

    Attributes
    ----------
    vectors : array or Blockwise of shape (n, d)
        As they were given.
    kind : str
        What it became.
    recall : float
        recall@10 on the sample, measured against exact search when the index was built; 1 for a flat one. The effort is
        chosen on the same sample, in powers of two.
    effort, candidates : int
        Cells that are looked into (or candidates kept on the way through a graph), and rows that are scored exactly
        for each neighbour asked for.

    Raises
    ------
    InvalidParameter
        For sparse rows, which FAISS does not take (`wordrel.nearest` and `wordrel.csls` do), for an unknown kind
        and for a recall that cannot be.

    Warns
    -----
    WordrelWarning
        When there are too few rows for the kind, which is flat then, and when the recall is not reached.

    Notes
    -----
    What an approximate index suggests is scored anew with the vectors in float32: scores are exact, and only which rows
    are found is not.

    References
    ----------
    Douze et al., "The Faiss library", 2024. Cells and product quantization: Jégou, Douze, Schmid, "Product quantization
    for nearest neighbor search", PAMI 2011; in registers: André, Kermarrec, Le Scouarnec, "Cache locality is not
    enough: high-performance nearest neighbor search with product quantization fast scan", VLDB 2015. Graph: Malkov and
    Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable small world
    graphs", PAMI 2018.
    """

    def __init__(
        self,
        vectors: npt.ArrayLike,
        kind: str = "auto",
        wanted: float = RECALL,
        sample: npt.ArrayLike | None = None,
        seed: int = 0,
    ) -> None:
        if not 0 < wanted <= 1:
            raise InvalidParameter(f"the recall must be above 0 and at most 1, not {wanted:g}")
        self._take(vectors)
        usable = len(self.vectors) if self._numbers is None else len(self._numbers)
        self.kind = kinds.choose(kind, usable)
        self.wanted = wanted
        self._index = kinds.build(self.kind, self.vectors, self._numbers, seed)
        self.effort, self.candidates, self.recall = 1, 1, 1.0
        if self.kind != "flat":
            self._tune(sample, seed)

    @classmethod
    def restore(cls, file: str, vectors: npt.ArrayLike, settings: Mapping[str, Any]) -> SearchIndex:
        """Open what `write` wrote, memory-mapped.

        Parameters
        ----------
        file : str
        vectors : array of shape (n, d)
            The same as those it was built from.
        settings : mapping
            What `settings` gave.

        Raises
        ------
        ValueError
            When the file is no index, or none of so many rows.
        """
        self = cls.__new__(cls)
        self._take(vectors, settings["rows"])
        self._index = kinds.read(file)
        if (self._index.ntotal, self._index.d) != (settings["rows"], self.vectors.shape[1]):
            raise ValueError("it has other rows")
        self.kind, self.wanted, self.recall = settings["kind"], settings["wanted"], settings["recall"]
        self.effort, self.candidates = settings["effort"], settings["candidates"]
        return self

    def write(self, file: str) -> None:
        """Write what FAISS made of the vectors, not the vectors."""
        kinds.write(self._index, file)

    @property
    def settings(self) -> dict[str, Any]:
        """All that `restore` needs beside the file and the vectors; JSON."""
        names = ("kind", "wanted", "recall", "effort", "candidates")
        return {name: getattr(self, name) for name in names} | {"rows": len(self)}

    def _take(self, vectors: npt.ArrayLike, n_usable: int | None = None) -> None:
        self.vectors: Array32 = as_dense(vectors, "indexed by FAISS") if is_sparse(vectors) else as_matrix(vectors)
        # None means that row numbers and FAISS ids are the same, the usual case: no copy, no look-up.
        self._numbers: Rows | None = None
        if n_usable != len(self.vectors):
            usable = has_direction(self.vectors)
            self._numbers = None if usable.all() else np.flatnonzero(usable)

    def __len__(self) -> int:
        return len(self.vectors) if self._numbers is None else len(self._numbers)

    def _tune(self, sample: npt.ArrayLike | None, seed: int) -> None:
        numbers = np.arange(len(self.vectors)) if self._numbers is None else self._numbers
        own: Rows | None = None
        if sample is None:
            own = np.sort(np.random.default_rng(seed).permutation(numbers)[:_SAMPLE])
            queries: Array32 = self.vectors[own]
        else:
            given = as_dense(sample, "asked of FAISS")
            queries = given[has_direction(given)][:_SAMPLE]
        # A row finds itself, which says nothing.
        itself = int(own is not None)
        k = min(K, len(self) - itself)
        least = kth_best(queries, self.vectors, numbers, k + itself)

        def measure(effort: int, candidates: int) -> float:
            self.effort, self.candidates = effort, candidates
            rows, scores = self._approximate(queries, k + itself)
            return recall(scores if own is None else np.where(rows == own[:, None], -np.inf, scores), least, k)

        found = tune(measure, self.wanted, kinds.most_effort(self._index))
        self.effort, self.candidates, self.recall = found
        if self.recall < self.wanted:
            message = (
                f"recall@10 of {self.kind} is {self.recall:.3f} on the sample, below the {self.wanted:g} wanted; "
                "choose another kind, such as flat"
            )
            warnings.warn(message, WordrelWarning, stacklevel=3)

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
        usable = np.flatnonzero(has_direction(matrix))
        k = min(k, len(self))
        rows = np.full((len(matrix), k), -1, dtype=np.int64)
        scores = np.full((len(matrix), k), -np.inf, dtype=np.float32)
        if not k or not len(usable):
            return rows, scores
        if self.kind == "flat":
            found_scores, found = self._index.search(matrix[usable], k)
            rows[usable], scores[usable] = self._named(found), found_scores
            return rows, scores
        rows[usable], scores[usable] = self._approximate(matrix[usable], k)
        # Some cells have fewer rows than were asked for.
        short = usable[(rows[usable] < 0).any(axis=1)]
        if len(short):
            rows[short], scores[short] = nearest(matrix[short], self.vectors, k)
        return rows, scores

    def rough_means(self, queries: Array32, effort: int) -> Array32:
        """Mean inner product with the 10 nearest rows that so little effort finds, as the index has them stored.

        Parameters
        ----------
        queries : array of float32, shape (q, d)
        effort : int

        Returns
        -------
        array of float32, shape (q,)
            -1 where nothing is found.
        """
        kinds.set_effort(self._index, effort)
        scores, found = self._index.search(np.ascontiguousarray(queries), min(K, len(self)))
        known = found >= 0
        means: Array32 = np.where(known, scores, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return np.where(known.any(axis=1), means, -1).astype(np.float32)

    def _approximate(self, queries: Array32, k: int) -> tuple[Rows, Array32]:
        """Best of what FAISS suggests, by exact inner products; -1 where it suggests fewer than k."""
        n_candidates = min(k * self.candidates, len(self))
        kinds.set_effort(self._index, max(self.effort, n_candidates) if self.kind == "hnsw" else self.effort)
        _, found = self._index.search(queries, n_candidates)
        rows = np.empty((len(queries), k), dtype=np.int64)
        scores = np.empty((len(queries), k), dtype=np.float32)
        step = max(1, _BLOCK // (n_candidates * queries.shape[1]))
        for start in range(0, len(queries), step):
            part = slice(start, start + step)
            named = np.sort(self._named(found[part]), axis=1)
            exact = self._products(queries[part], named)
            order = np.argsort(-exact, axis=1, kind="stable")[:, :k]
            rows[part] = np.take_along_axis(named, order, axis=1)
            scores[part] = np.take_along_axis(exact, order, axis=1)
        return rows, scores

    def _products(self, queries: Array32, rows: Rows) -> Array32:
        """Exact inner products of queries, shape (q, d), with rows of their own each, shape (q, c); -inf for -1."""
        table = self.vectors[np.maximum(rows, 0).ravel()].reshape(*rows.shape, -1)
        exact: Array32 = np.matmul(table, queries[:, :, None])[:, :, 0]
        exact[rows < 0] = -np.inf
        return exact

    def _named(self, found: Rows) -> Rows:
        return found if self._numbers is None else np.where(found < 0, -1, self._numbers[found])
