"""Scores of retrieved words, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.intervals import RESAMPLES, SEED, Interval, bootstrap_means
from wordrel.metrics import accuracy_at_coverage, expected_calibration_error, hits, reciprocal_ranks
from wordrel.relative import Array32
from wordrel.topk import Rows

CUTOFF = 10
"""The paper's k: its MRR counts 0 beyond (Moschella et al. 2023, section 4.1)."""


@dataclass(frozen=True)
class Scores:
    """Shares of 1 over the test words that both vocabularies know.

    Attributes
    ----------
    p_at_1, p_at_5, p_at_10 : float
        Words with a right translation among the first 1, 5, 10.
    mrr : float
        Mean of 1 / rank of the first right translation in the whole vocabulary.
    mrr_at_10 : float
        The same, 0 beyond rank 10: the MRR of Moschella et al. (2023).
    intervals : mapping of str to Interval
        95 % bootstrap intervals over the words, by the names of `to_dict`; empty where none were asked for.
    """

    p_at_1: float
    p_at_5: float
    p_at_10: float
    mrr: float
    mrr_at_10: float
    intervals: Mapping[str, Interval] = field(default_factory=dict)

    @classmethod
    def of(cls, ranks: Rows, seed: int = SEED, resamples: int = RESAMPLES) -> Scores:
        """Score the ranks of right answers, 0 for none; without intervals when there are no resamples."""
        columns = [*(hits(ranks, k) for k in (1, 5, 10)), reciprocal_ranks(ranks), reciprocal_ranks(ranks, CUTOFF)]
        table = np.column_stack(columns)
        names = ("p@1", "p@5", "p@10", "mrr", "mrr@10")
        intervals = dict(zip(names, bootstrap_means(table, seed, resamples), strict=True)) if resamples else {}
        at_1, at_5, at_10, whole, cut = map(float, table.mean(axis=0))
        return cls(at_1, at_5, at_10, whole, cut, intervals)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores by their usual names."""
        return {
            "p@1": self.p_at_1,
            "p@5": self.p_at_5,
            "p@10": self.p_at_10,
            "mrr": self.mrr,
            "mrr@10": self.mrr_at_10,
        }

    def intervals_to_dict(self) -> dict[str, list[float]]:
        """Return the ends of the intervals by the names of the scores."""
        return {name: [one.low, one.high] for name, one in self.intervals.items()}


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

    ece: float = 0.0
    accuracy_at_coverage: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of_probable(cls, ranks: Rows, confidences: Array32, seed: int = SEED, resamples: int = RESAMPLES) -> Reranked:
        """Score ranks whose first answers are right with these probabilities."""
        right = ranks == 1
        at = {f"{share:g}": accuracy_at_coverage(confidences, right, share) for share in (0.5, 0.8, 0.9, 1.0)}
        scores = Scores.of(ranks, seed, resamples)
        return cls(**vars(scores), ece=expected_calibration_error(confidences, right), accuracy_at_coverage=at)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores by their usual names."""
        return super().to_dict() | {"ece": self.ece, "accuracy_at_coverage": dict(self.accuracy_at_coverage)}


@dataclass(frozen=True)
class CalibrationBin:
    """First answers of about the same confidence.

    Attributes
    ----------
    low, high : float
        Ends of the bin.
    words : int
    confidence : float
        Mean confidence of the answers in the bin.
    right : float
        Share of them that are right.
    """

    low: float
    high: float
    words: int
    confidence: float
    right: float


def calibration(
    confidences: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], bins: int = 10
) -> tuple[CalibrationBin, ...]:
    """Group answers by confidence, into bins of equal width; empty ones are left out.

    References
    ----------
    Guo et al., "On calibration of modern neural networks", ICML 2017, figure 1.
    """
    place = np.minimum((confidences * bins).astype(np.int64), bins - 1)
    found = []
    for number in range(bins):
        inside = place == number
        if inside.any():
            share, sure = float(right[inside].mean()), float(confidences[inside].mean(dtype=np.float64))
            found.append(CalibrationBin(number / bins, (number + 1) / bins, int(inside.sum()), sure, share))
    return tuple(found)
