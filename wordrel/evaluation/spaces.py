"""How alike two aligned spaces are on word pairs, how many hubs they have, and how isometric they were."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from wordrel.csls import CslsSearch
from wordrel.embeddings import Embeddings
from wordrel.evaluation.questions import Questions
from wordrel.geometry import Isometry, hubness_skewness, isometry, never_retrieved
from wordrel.metrics import jaccard_by_depth, mean_cosine, ranks, reciprocal_ranks
from wordrel.nearest import nearest
from wordrel.sparse import Matrix, is_sparse
from wordrel.topk import Rows

DEPTHS = (1, 5, 10, 50)
# Hubness is a mean over source words; so many of the most frequent tell it.
_ASKED = 2_000


@dataclass(frozen=True)
class Agreement:
    """How far words of the pairs have the same neighbours in both spaces, among the words of the pairs.

    Attributes
    ----------
    k : int
    jaccard : float
        Overlap of the k nearest of a word in its own space and in the other one.
    mrr : float
        Mean of 1 / rank of a word's counterpart among its k nearest in the other space, 0 beyond.
    """

    k: int
    jaccard: float
    mrr: float


@dataclass(frozen=True)
class Hubness:
    """How unevenly answers are spread over the target words.

    Attributes
    ----------
    scorer : {"nn", "csls"}
    skewness : float
        Of N_10, the number of lists of ten that a target word is in; 0 for an even spread.
    never : float
        Share of the target words that are in no list.
    asked : int
        Source words that the lists are of.
    """

    scorer: str
    skewness: float
    never: float
    asked: int


@dataclass(frozen=True)
class SpacesReport:
    """The two aligned spaces.

    Attributes
    ----------
    pairs : int
        Test words with the most frequent of their translations: what the agreement is measured on.
    cosine : float, optional
        Mean cosine of a word and its translation; None where vectors are sparse.
    agreement : tuple of Agreement
    hubness : tuple of Hubness
    isometry : Isometry, optional
        Of the anchors as they are aligned; None when there are fewer than 3, or the vectors are sparse.
    """

    pairs: int
    cosine: float | None
    agreement: tuple[Agreement, ...]
    hubness: tuple[Hubness, ...]
    isometry: Isometry | None

    def to_dict(self) -> dict[str, Any]:
        """Return the measures as plain values."""
        return {
            "pairs": self.pairs,
            "cosine": self.cosine,
            "agreement": [asdict(one) for one in self.agreement],
            "hubness": [asdict(one) for one in self.hubness],
            "isometry": None if self.isometry is None else self.isometry.to_dict(),
        }


def measure_spaces(
    source: Embeddings,
    target: Embeddings,
    search: CslsSearch,
    questions: Questions,
    anchors: tuple[Rows, Rows],
    seed: int,
) -> SpacesReport:
    """Measure two aligned spaces.

    Parameters
    ----------
    source, target : Embeddings
        Aligned.
    search : CslsSearch
        From one into the other.
    questions : Questions
    anchors : two int64 arrays of shape (m,)
        Rows of the anchor pairs.
    seed : int
        Of the sample of anchors whose isometry is measured.

    Notes
    -----
    Agreement is that of Moschella et al. (2023, section 4.1), among the words of the pairs, since two languages share
    no vocabulary.
    """
    answers = np.array([min(gold) for gold in questions.gold], dtype=np.int64)
    X, Y = source.vectors[questions.rows], target.vectors[answers]
    asked = source.vectors[:_ASKED]
    csls, _, near = search.top_and_nearest(asked, 10)
    hubness = tuple(
        Hubness(name, hubness_skewness(lists, len(target)), never_retrieved(lists, len(target)), asked.shape[0])
        for name, lists in (("nn", near), ("csls", csls))
    )
    cosine = None if is_sparse(X) else mean_cosine(X, Y)
    return SpacesReport(len(answers), cosine, _agreement(X, Y), hubness, _isometry(source, target, anchors, seed))


def _agreement(X: Matrix, Y: Matrix) -> tuple[Agreement, ...]:
    depths = [k for k in DEPTHS if k == 1 or k < X.shape[0]]
    own, other = (nearest(X, rows, max(depths))[0] for rows in (X, Y))
    place = ranks(other, [{i} for i in range(len(other))])
    shares = jaccard_by_depth(own, other, depths).mean(axis=1)
    return tuple(
        Agreement(k, float(share), float(reciprocal_ranks(place, k).mean()))
        for k, share in zip(depths, shares, strict=True)
    )


def _isometry(source: Embeddings, target: Embeddings, anchors: tuple[Rows, Rows], seed: int) -> Isometry | None:
    # A word with several translations counts once, with its first.
    _, first = np.unique(anchors[0], return_index=True)
    if len(first) < 3 or is_sparse(source.vectors) or is_sparse(target.vectors):
        return None
    return isometry(source.vectors[anchors[0][first]], target.vectors[anchors[1][first]], seed=seed)
