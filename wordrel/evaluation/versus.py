"""Two alignments on the same test words: which is better, and whether that may be chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wordrel.errors import EmptyTest, InvalidParameter
from wordrel.evaluation.report import EvaluationReport
from wordrel.intervals import RESAMPLES, SEED, PairedTest, paired_bootstrap
from wordrel.metrics import hits, reciprocal_ranks


@dataclass(frozen=True)
class Comparison:
    """Two reports on the words that both were asked.

    Attributes
    ----------
    source, target : str
    words : int
        Words that both were asked.
    scorer : tuple of (str, str)
        How each was scored: the best that it has.
    p_at_1, p_at_10, mrr : PairedTest
        Differences, the first less the second.
    """

    source: str
    target: str
    words: int
    scorer: tuple[str, str]
    p_at_1: PairedTest
    p_at_10: PairedTest
    mrr: PairedTest

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        tests = {"p@1": self.p_at_1, "p@10": self.p_at_10, "mrr": self.mrr}
        return {
            "source": self.source,
            "target": self.target,
            "words": self.words,
            "scorers": list(self.scorer),
            "tests": {name: one.to_dict() for name, one in tests.items()},
        }


def compare_answers(
    one: EvaluationReport,
    other: EvaluationReport,
    scorers: tuple[str, str] | None = None,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Compare two reports by a paired bootstrap test over their common test words.

    Parameters
    ----------
    one, other : EvaluationReport
        As `evaluate` returns them, of the same two languages and the same gold pairs.
    scorers : (str, str), optional
        "nn", "csls" or "reranked" for each; the best that it has when left out.
    seed, resamples : see `wordrel.intervals.paired_bootstrap`

    Raises
    ------
    InvalidParameter
        When their languages differ, or one has no such scorer.
    EmptyTest
        When they have no test word in common.
    """
    ends, others = (one.source, one.target), (other.source, other.target)
    if ends != others:
        raise InvalidParameter(
            f"an alignment {ends[0]}-{ends[1]} cannot be compared with one of {others[0]}-{others[1]}; "
            "name two of the same languages"
        )
    if one.answers is None or other.answers is None:
        raise InvalidParameter("a report without its answers cannot be compared; evaluate the alignments again")
    chosen = (one.answers.best, other.answers.best) if scorers is None else scorers
    for name, answers in zip(chosen, (one.answers, other.answers), strict=True):
        if name not in answers.ranks:
            raise InvalidParameter(f"there is no scorer '{name}' here; choose {' or '.join(answers.ranks)}")
    place = {word: i for i, word in enumerate(other.answers.questions.words)}
    shared = [(i, place[word]) for i, word in enumerate(one.answers.questions.words) if word in place]
    if not shared:
        raise EmptyTest("the two alignments have no test word in common; give them the same --dictionary")
    rows, other_rows = np.array(shared, dtype=np.int64).T
    left, right = one.answers.ranks[chosen[0]][rows], other.answers.ranks[chosen[1]][other_rows]
    tests = [
        paired_bootstrap(measure(left), measure(right), seed, resamples)
        for measure in (lambda ranks: hits(ranks, 1), lambda ranks: hits(ranks, 10), reciprocal_ranks)
    ]
    return Comparison(*ends, len(shared), chosen, *tests)
