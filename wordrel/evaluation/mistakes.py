"""What went wrong: the surest wrong answers, and the hubs that many words are answered with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from wordrel.embeddings import Embeddings
from wordrel.evaluation.answers import Answers
from wordrel.geometry import occurrences

MOST = 30
"""A page of examples; more are no longer read."""


@dataclass(frozen=True)
class Mistake:
    """A test word whose first answer is wrong.

    Attributes
    ----------
    word : str
    came : str
        The answer.
    wanted : tuple of str
        The right ones.
    rank : int
        Where the first right one came; 0 for nowhere.
    confidence : float, optional
        How sure the re-ranker was.
    """

    word: str
    came: str
    wanted: tuple[str, ...]
    rank: int
    confidence: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the mistake as plain values."""
        return asdict(self) | {"wanted": list(self.wanted)}


@dataclass(frozen=True)
class Hub:
    """A word that is near many others.

    Attributes
    ----------
    word : str
    lists : int
        Test words among whose ten best answers it is.
    """

    word: str
    lists: int


def mistakes(answers: Answers, target: Embeddings, most: int = MOST) -> tuple[Mistake, ...]:
    """Wrong first answers, the surest first; without a re-ranker those of the most frequent words."""
    questions, best = answers.questions, answers.best
    first, ranks = answers.first[best], answers.ranks[best]
    wrong = np.flatnonzero((ranks != 1) & (first >= 0))
    surest = -answers.confidences[wrong] if answers.confidences is not None else questions.rows[wrong]
    found = []
    for i in wrong[np.argsort(surest, kind="stable")][:most]:
        sure = None if answers.confidences is None else float(answers.confidences[i])
        wanted = tuple(target.words[row] for row in sorted(questions.gold[i]))
        found.append(Mistake(questions.words[i], target.words[first[i]], wanted, int(ranks[i]), sure))
    return tuple(found)


def hubs(answers: Answers, target: Embeddings, most: int = 10) -> tuple[Hub, ...]:
    """Target words that stand in most lists of ten answers, by CSLS; only those in two or more."""
    counts = occurrences(answers.retrieved, len(target))
    rows = np.argsort(-counts, kind="stable")[:most]
    return tuple(Hub(target.words[row], int(counts[row])) for row in rows if counts[row] > 1)
