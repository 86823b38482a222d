"""CSLS over approximate candidates, for vocabularies of which no pass over all rows can be made for each question."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.blockwise import blocks
from wordrel.relative import Array32
from wordrel.search.index import SearchIndex
from wordrel.sparse import as_matrix
from wordrel.topk import Rows, check_k

# Of CSLS (Conneau et al. 2018, section 2.3).
_NEIGHBOURHOOD = 10

# Cells of the sources that are looked into for each of millions of targets, once, when the index is built.
_ROUGH_EFFORT = 2


def rough_hubs(targets: npt.ArrayLike, sources: SearchIndex) -> Array32:
    """What is known of r_S before anything was asked: the mean cosine of each target to 10 sources near to it.

    Parameters
    ----------
    targets : array of shape (n', d)
        Unit rows; they may come in blocks.
    sources : SearchIndex
        Of the other space.

    Returns
    -------
    array of float32, shape (n',)
        Not above r_S, but for what the storage of the index rounds.
    """
    rows = as_matrix(targets)
    means = np.empty(rows.shape[0], dtype=np.float32)
    for part in blocks(len(means)):
        means[part] = sources.rough_means(rows[part], _ROUGH_EFFORT)
    return means


class ApproximateCsls:
    """CSLS of the candidates that an index suggests.

    Cosines of the candidates are exact. r_T is the mean of the 10 highest of them, too low where the index missed one.
    r_S of the answers is the mean over 10 sources that the other index finds, with exact cosines; r_S of candidates
    that are no answers is only bounded from below, which is enough to tell that they are none: as in
    `wordrel.csls.CslsSearch`, it is computed for those that lead until all leaders are known.

    Parameters
    ----------
    sources, targets : SearchIndex
        Of the two spaces.
    hubs : array of float32, shape (n',)
        `rough_hubs` of the targets.
    """

    def __init__(self, sources: SearchIndex, targets: SearchIndex, hubs: npt.ArrayLike) -> None:
        self._sources, self._targets = sources, targets
        self._r_source: Array32 = np.array(hubs, dtype=np.float32)
        self._known = np.zeros(len(self._r_source), dtype=bool)

    def top(self, vectors: npt.ArrayLike, k: int) -> tuple[Rows, Array32]:
        """Best k targets of each vector.

        Parameters
        ----------
        vectors : array of shape (q, d)
        k : int

        Returns
        -------
        rows : array of int64, shape (q, min(k, n_found))
            Best first; -1 for a query without a direction.
        scores : array of float32, same shape
            CSLS; -inf where the row is -1.
        """
        check_k(k)
        rows, cosines = self._targets.search(vectors, max(2 * k + 16, _NEIGHBOURHOOD))
        width = min(k, rows.shape[1])
        best = np.full((len(rows), width), -1, dtype=np.int64)
        scores = np.full((len(rows), width), -np.inf, dtype=np.float32)
        waiting = np.flatnonzero((rows >= 0).all(axis=1)) if width else np.empty(0, dtype=np.int64)
        r_target = cosines[:, :_NEIGHBOURHOOD].mean(axis=1) if width else cosines[:, :0]
        while len(waiting):
            candidates = rows[waiting]
            current = 2 * cosines[waiting] - self._r_source[candidates] - r_target[waiting, None]
            order = np.argsort(-current, axis=1, kind="stable")[:, :width]
            best[waiting] = np.take_along_axis(candidates, order, axis=1)
            scores[waiting] = np.take_along_axis(current, order, axis=1)
            known = self._known[best[waiting]]
            self._learn(np.unique(best[waiting][~known]))
            waiting = waiting[~known.all(axis=1)]
        return best, scores

    def _learn(self, rows: Rows) -> None:
        """Have r_S of some targets."""
        if len(rows):
            _, cosines = self._sources.search(self._targets.vectors[rows], _NEIGHBOURHOOD)
            self._r_source[rows] = cosines.mean(axis=1) if cosines.shape[1] else 0
            self._known[rows] = True
