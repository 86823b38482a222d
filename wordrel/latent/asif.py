"""ASIF between any two encoders: pairs of latents of the same items are the whole model, and can be taken back."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.latent.checks import check_enough, check_pairs, check_width, latents
from wordrel.methods.asif import Asif, AsifMap
from wordrel.nearest import nearest
from wordrel.relative import Array32, unit_rows
from wordrel.sparse import Matrix, dense_row, product, transposed
from wordrel.topk import Rows

PAPER_K = 800
"""How many similarities of a row the paper keeps, of 1.6 million anchors (section 3)."""


@dataclass(frozen=True)
class AnchorShare:
    """What one anchor adds to a score.

    Attributes
    ----------
    id : hashable
        The anchor's name, as it was given to `ASIF.fit` or `ASIF.add_anchors`.
    row : int
        Its place among the anchors.
    contribution : float
        What it adds to the similarity.
    share : float
        The same as a share of the similarity; the shares of all anchors sum to 1.
    """

    id: Hashable
    row: int
    contribution: float
    share: float


class ASIF:
    """Zero-shot classification and retrieval across two encoders, from pairs of items that both have encoded.

    A row is described by its k highest similarities to the anchors of its own space, raised to a power, at length 1;
    the similarity of rows of different spaces is the inner product of these. Nothing is trained: to add a pair is to
    store it, and removing it gives the very same numbers as if it had never been added.

    In scikit-learn's manner: the constructor only stores, learnt attributes end in ``_``.

    Parameters
    ----------
    k : int, optional
        How many of the similarities of a row are kept; no more than there are anchors. Left out, the paper's 800, or
        all when there are fewer anchors.
    power : float
        Above 0; a higher one lets the nearest anchors count more. The default is the paper's.
    similarity : str
        "cosine", as in the paper, "angular", "rbf", "rank" or "quantised".

    Attributes
    ----------
    anchors_ : tuple of two arrays of float32, shape (m, d) and (m, d')
        Unit rows.
    ids_ : tuple of hashable, length m
        What each anchor is called; an id may stand for several.

    Notes
    -----
    `wordrel.methods.asif.Asif` is the same as an aligner of words; its defaults were chosen for words.

    References
    ----------
    Norelli et al., "ASIF: coupled data turns unimodal models into multimodal without training", NeurIPS 2023: the
    method in section 2, its parameters and what can be removed and explained in section 3.

    Examples
    --------
    >>> images, texts = np.eye(3), np.eye(3)[:, ::-1]
    >>> asif = ASIF().fit(images, texts, ids=["cat", "dog", "cow"])
    >>> asif.predict([[0.9, 0.1, 0.0]], candidates=texts).tolist()
    [0]
    >>> [(one.id, one.share) for one in asif.explain([1.0, 0.0, 0.0], texts[0])]
    [('cat', 1.0)]
    """

    anchors_: tuple[Array32, Array32]
    ids_: tuple[Hashable, ...]

    def __init__(self, k: int | None = None, power: float = 8.0, similarity: str = "cosine") -> None:
        self.k = k
        self.power = power
        self.similarity = similarity

    def fit(self, X_anchors: npt.ArrayLike, Y_anchors: npt.ArrayLike, ids: Sequence[Hashable] | None = None) -> ASIF:
        """Store pairs, in place of those of an earlier `fit`.

        Parameters
        ----------
        X_anchors, Y_anchors : arrays of shape (m, d) and (m, d')
            Row i of both is the same item.
        ids : sequence of hashable, length m, optional
            What to call each, for `remove_anchors`; whose item it is, for instance. Numbers from 0 when left out.

        Raises
        ------
        InvalidParameter
            For latents with NaN, different numbers of rows, fewer than 2 pairs, and k above the number of pairs.
        """
        X, Y = _sides(X_anchors, Y_anchors)
        self._hold((unit_rows(X), unit_rows(Y)), _named(ids, len(X), 0))
        self._added = len(X)
        return self

    def add_anchors(
        self, X_anchors: npt.ArrayLike, Y_anchors: npt.ArrayLike, ids: Sequence[Hashable] | None = None
    ) -> ASIF:
        """Store more pairs; parameters and errors as those of `fit`.

        Ids that are left out are numbers that count on from all that were ever added, so that none is used twice.
        """
        X, Y = _sides(X_anchors, Y_anchors)
        for side, own in zip((X, Y), self._fitted(), strict=True):
            check_width(side.shape[1], own.shape[1])
        both = zip(self.anchors_, (X, Y), strict=True)
        one, other = (np.concatenate([own, unit_rows(side)]) for own, side in both)
        self._hold((one, other), self.ids_ + _named(ids, len(X), self._added))
        self._added += len(X)
        return self

    def remove_anchors(self, ids: Collection[Hashable]) -> ASIF:
        """Forget all pairs of these ids; every result is then bit for bit what it is without them ever added.

        Raises
        ------
        InvalidParameter
            For an id that no anchor has, and when fewer than 2, or fewer than k, would be left.
        """
        self._fitted()
        known, gone = set(self.ids_), set(ids)
        unknown = [one for one in ids if one not in known]
        if unknown:
            raise InvalidParameter(f"no anchor has the id {unknown[0]!r}; ids_ lists those that there are")
        kept = [row for row, one in enumerate(self.ids_) if one not in gone]
        one, other = (side[kept] for side in self.anchors_)
        self._hold((one, other), tuple(self.ids_[row] for row in kept))
        return self

    def transform(self, X: npt.ArrayLike, space: int = 0) -> Matrix:
        """Describe rows by the anchors of their space.

        Parameters
        ----------
        X : array of shape (n, d) or (n, d')
        space : int
            0 for the space of X_anchors, 1 for that of Y_anchors.

        Returns
        -------
        csr_array of float32, shape (n, m)
            Unit rows; a row that is similar to no anchor is zero.
        """
        if space not in (0, 1):
            raise InvalidParameter(f"space must be 0 or 1, the first or the second given to fit, not {space}")
        anchors = self._fitted()[space]
        rows = latents(X, "X" if space == 0 else "Y")
        check_width(rows.shape[1], anchors.shape[1])
        scales = np.ones(len(anchors), dtype=np.float32)
        return AsifMap(anchors, scales, self._k(len(anchors)), float(self.power), self.similarity).transform(rows)

    def similarity_table(self, X: npt.ArrayLike, Y: npt.ArrayLike) -> Array32:
        """Similarity of each row of one space, shape (n, d), to each of the other, shape (n', d').

        Returns
        -------
        array of float32, shape (n, n')
            From 0 to 1.
        """
        return product(self.transform(X, 0), transposed(self.transform(Y, 1)))

    def predict(self, X: npt.ArrayLike, candidates: npt.ArrayLike) -> Rows:
        """Find the most similar candidate to each row: zero-shot classification, a candidate a class.

        Parameters
        ----------
        X : array of shape (n, d)
        candidates : array of shape (c, d')
            In the other space: what describes each class.

        Returns
        -------
        array of int64, shape (n,)
            Rows of `candidates`, the lower one among equals; -1 where no anchor is near to a row and a candidate both.

        Warns
        -----
        WordrelWarning
            When there are such rows; says how many.
        """
        rows, scores = nearest(self.transform(X, 0), self.transform(candidates, 1), 1)
        found = np.full(len(rows), -1, dtype=np.int64)
        if rows.shape[1]:
            found = np.where(scores[:, 0] > 0, rows[:, 0], -1)
        lost = int((found < 0).sum())
        if lost:
            message = (
                f"{lost:,} of {len(found):,} rows share no anchor with any candidate and are -1; "
                "take a larger k, or more anchors"
            )
            warnings.warn(message, WordrelWarning, stacklevel=2)
        return found

    def explain(self, x: npt.ArrayLike, y: npt.ArrayLike) -> list[AnchorShare]:
        """List the anchors on which the similarity of a row and a row of the other space rests.

        Parameters
        ----------
        x, y : arrays of shape (d,) and (d',)

        Returns
        -------
        list of AnchorShare
            The largest share first; empty when the similarity is 0.
        """
        sides = (dense_row(self.transform(np.asarray(row)[None], space), 0) for space, row in enumerate((x, y)))
        one, other = (side.astype(np.float64) for side in sides)
        products = one * other
        total = products.sum()
        order = np.argsort(-products, kind="stable")[: np.count_nonzero(products)]
        return [
            AnchorShare(self.ids_[row], int(row), float(products[row]), float(products[row] / total)) for row in order
        ]

    def _fitted(self) -> tuple[Array32, Array32]:
        if not hasattr(self, "anchors_"):
            raise InvalidParameter("this ASIF has no anchors yet; call fit with pairs of latents first")
        return self.anchors_

    def _k(self, m: int) -> int:
        return min(PAPER_K, m) if self.k is None else int(self.k)

    def _hold(self, anchors: tuple[Array32, Array32], ids: tuple[Hashable, ...]) -> None:
        """Check all that `fit` promises, then store: a call that fails leaves what was there."""
        m = len(anchors[0])
        check_enough(m)
        asked = {"k": self._k(m), "power": self.power, "similarity": self.similarity}
        for name, limit in Asif.limits.items():
            limit.check(name, asked[name])
        if self._k(m) > m:
            raise InvalidParameter(f"k is {self.k:,} and there are {m:,} anchors; take a k of {m:,} or less")
        self.anchors_, self.ids_ = anchors, ids


def _sides(X: npt.ArrayLike, Y: npt.ArrayLike) -> tuple[Array32, Array32]:
    one, other = latents(X, "X_anchors"), latents(Y, "Y_anchors")
    check_pairs(len(one), len(other))
    return one, other


def _named(ids: Sequence[Hashable] | None, m: int, start: int) -> tuple[Hashable, ...]:
    named = tuple(range(start, start + m)) if ids is None else tuple(ids)
    if len(named) != m:
        raise InvalidParameter(f"there are {m:,} anchors and {len(named):,} ids; give one id for each anchor")
    return named
