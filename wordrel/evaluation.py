"""Bilingual lexicon induction: how often the right translation is found for words that were no anchors."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.alignment import Alignment
from wordrel.anchors import Anchors
from wordrel.csls import CslsSearch
from wordrel.dictionary import BilingualDictionary, Coverage
from wordrel.embeddings import Embeddings
from wordrel.errors import EmptyTest, WordrelWarning
from wordrel.metrics import (
    Gold,
    Retrieved,
    accuracy_at_coverage,
    expected_calibration_error,
    mean_reciprocal_rank,
    precision_at_k,
)
from wordrel.relative import Array32, cross_maps, relative_norms, unit_rows
from wordrel.reranking import CANDIDATES

DEPTH = 10
"""How deep the lists go: P@10 needs 10, and a right answer beyond counts 0 in the MRR."""


@dataclass(frozen=True)
class Scores:
    """Shares of 1 over the test words that both vocabularies know.

    Attributes
    ----------
    p_at_1, p_at_5, p_at_10 : float
        Words with a right translation among the first 1, 5, 10.
    mrr : float
        Mean of 1 / rank of the first right translation, 0 beyond rank 10.
    """

    p_at_1: float
    p_at_5: float
    p_at_10: float
    mrr: float

    @classmethod
    def of(cls, retrieved: Retrieved, gold: Gold) -> Scores:
        """Score lists of retrieved rows."""
        at_1, at_5, at_10 = (precision_at_k(retrieved, gold, k) for k in (1, 5, 10))
        return cls(at_1, at_5, at_10, mean_reciprocal_rank(retrieved, gold))

    def to_dict(self) -> dict[str, float]:
        """Return the scores by their usual names."""
        return {"p@1": self.p_at_1, "p@5": self.p_at_5, "p@10": self.p_at_10, "mrr": self.mrr}


@dataclass(frozen=True)
class Reranked(Scores):
    """The same after re-ranking, and whether the confidence can be trusted.

    Attributes
    ----------
    ece : float
        Expected calibration error of the confidence of the first answers, over 10 bins.
    accuracy_at_coverage : dict of str to float
        Share of right first answers among the surest 50, 80 and 90 %, and all.
    """

    ece: float
    accuracy_at_coverage: dict[str, float]

    @classmethod
    def of_probable(cls, retrieved: Retrieved, confidences: Array32, gold: Gold) -> Reranked:
        """Score lists of retrieved rows whose first ones are right with these probabilities."""
        right = np.array([row[0] in answers for row, answers in zip(retrieved, gold, strict=True)])
        at = {f"{share:g}": accuracy_at_coverage(confidences, right, share) for share in (0.5, 0.8, 0.9, 1.0)}
        scores = Scores.of(retrieved, gold)
        return cls(**vars(scores), ece=expected_calibration_error(confidences, right), accuracy_at_coverage=at)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores by their usual names."""
        return super().to_dict() | {"ece": self.ece, "accuracy_at_coverage": self.accuracy_at_coverage}


@dataclass(frozen=True)
class EvaluationReport:
    """What `evaluate` found.

    Attributes
    ----------
    source, target : str
        Languages; words of the source are translated.
    coverage : Coverage
        How many of the test words could be asked.
    nn, csls : Scores
        By nearest neighbour and by cross-domain similarity local scaling: the geometry alone.
    reranked : Reranked, optional
        After re-ranking, where the alignment learnt to.
    """

    source: str
    target: str
    coverage: Coverage
    nn: Scores
    csls: Scores
    reranked: Reranked | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "source": self.source,
            "target": self.target,
            "coverage": asdict(self.coverage) | {"fraction": self.coverage.fraction},
            "scores": {"nn": self.nn.to_dict(), "csls": self.csls.to_dict()}
            | ({} if self.reranked is None else {"reranked": self.reranked.to_dict()}),
        }


def evaluate(
    alignment: Alignment,
    dictionary: BilingualDictionary | None = None,
    source: str | None = None,
    target: str | None = None,
) -> EvaluationReport:
    """Score an alignment on word pairs that it has not seen.

    Parameters
    ----------
    alignment : Alignment
    dictionary : BilingualDictionary, optional
        Gold pairs; the pairs that were held out when the alignment was made, when left out. A dictionary from the
        alignment's target to its source language scores that direction, and so with any two of more languages.
    source, target : str, optional
        The languages to score; when left out those of the dictionary if the alignment has them, and else the first two.

    Returns
    -------
    EvaluationReport

    Raises
    ------
    EmptyTest
        When there is no pair, or none in the vocabularies.
    InvalidParameter
        When the alignment has no such language, or the two are the same.

    Warns
    -----
    WordrelWarning
        When test words were anchors: the score is then too good.
    """
    if dictionary is not None and source is None and target is None:
        named = (dictionary.source_language, dictionary.target_language)
        if named[0] != named[1] and set(named) <= set(alignment.languages):
            source, target = named
    asked = alignment.space(source)
    into = alignment.into(asked.language, target)
    ends = asked.language, into.language
    gold_pairs = alignment.test_between(*ends) if dictionary is None else dictionary
    _warn_of_anchors(gold_pairs, alignment.anchors_between(*ends))
    queries, gold, coverage = _questions(gold_pairs, asked, into)
    reranking = alignment.reranking
    depth = DEPTH if reranking is None else CANDIDATES
    csls, _, nn = alignment.csls(*ends).top_and_nearest(asked.vectors[queries], depth)
    reranked = None
    if reranking is not None:
        ranked = reranking.rank(queries, csls, asked.language != alignment.languages[0])
        reranked = Reranked.of_probable(ranked.rows[:, :DEPTH], ranked.probabilities[:, 0], gold)
    return EvaluationReport(*ends, coverage, Scores.of(nn[:, :DEPTH], gold), Scores.of(csls[:, :DEPTH], gold), reranked)


def evaluate_plain(
    source: Embeddings, target: Embeddings, anchors: Anchors, dictionary: BilingualDictionary
) -> EvaluationReport:
    """Score the plain relative cosine of the paper (Moschella et al. 2023) on the same words, for comparison.

    Parameters
    ----------
    source, target : Embeddings
        The spaces as they were before they were aligned.
    anchors : Anchors
    dictionary : BilingualDictionary
        Gold pairs.
    """
    queries, gold, coverage = _questions(dictionary, source, target)
    X, Y = unit_rows(source.vectors), unit_rows(target.vectors)
    A, B = X[anchors.source_rows], Y[anchors.target_rows]
    maps = cross_maps(A, B)
    # Inner products of these rows are the cosines between relative vectors, across the two spaces.
    one = _divide(X @ maps.source.astype(np.float32), relative_norms(X, A))
    other = _divide(Y @ maps.target.astype(np.float32), relative_norms(Y, B))
    csls, _, nn = CslsSearch(one, other).top_and_nearest(one[queries], DEPTH)
    return EvaluationReport(source.language, target.language, coverage, Scores.of(nn, gold), Scores.of(csls, gold))


def _divide(X: Array32, norms: Array32) -> Array32:
    norms = np.where(norms > 0, norms, 1)[:, None].astype(np.float32)
    return X / norms


def _questions(
    pairs: BilingualDictionary, source: Embeddings, target: Embeddings
) -> tuple[npt.NDArray[np.int64], list[set[int]], Coverage]:
    """Rows of the test words that can be asked, and the rows of their right answers."""
    if not len(pairs):
        raise EmptyTest(
            "there are no test words; give some with --dictionary, or hold some out with dictionary.split()"
        )
    answers: dict[int, set[int]] = {}
    for word, translation in pairs:
        row, answer = source.find(word), target.find(translation)
        if row is not None and answer is not None:
            answers.setdefault(row, set()).add(answer)
    if not answers:
        raise EmptyTest(
            f"none of the {len(pairs.sources):,} test words and their translations is in the vocabularies; "
            f"check that the dictionary is {source.language}-{target.language}"
        )
    return np.array(list(answers), dtype=np.int64), list(answers.values()), pairs.coverage(source, target)


def _warn_of_anchors(pairs: BilingualDictionary, anchors: BilingualDictionary) -> None:
    known = {word.lower() for word in anchors.sources}
    seen = sum(word.lower() in known for word in pairs.sources)
    if seen:
        message = (
            f"{seen:,} of the {len(pairs.sources):,} test words were anchors of this alignment; its score is too good"
        )
        warnings.warn(message, WordrelWarning, stacklevel=3)
