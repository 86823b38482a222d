"""Words and their translations in two dimensions, for the eye."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wordrel.embeddings import Embeddings
from wordrel.evaluation.questions import Questions
from wordrel.geometry import principal_components
from wordrel.sparse import is_sparse

WORDS = 40
"""More words than this are no longer told apart."""


@dataclass(frozen=True)
class Picture:
    """Points of words and of their translations; row i of one belongs to row i of the other.

    Attributes
    ----------
    source_words, target_words : tuple of n str
    source, target : tuple of n (float, float)
        Coordinates along the two directions in which the words differ most.
    explained : float
        Share of the variance that these two directions hold.
    """

    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    source: tuple[tuple[float, float], ...]
    target: tuple[tuple[float, float], ...]
    explained: float


def picture(source: Embeddings, target: Embeddings, questions: Questions, words: int = WORDS) -> Picture | None:
    """Draw the most frequent test words and the nearest of their translations on their two principal components.

    None for sparse vectors and for fewer than three words, which have no picture.
    """
    if is_sparse(source.vectors) or len(questions.rows) < 3:
        return None
    order = np.argsort(questions.rows, kind="stable")[:words]
    rows = questions.rows[order]
    answers = np.array([_nearest(source, target, questions, i) for i in order], dtype=np.int64)
    points, explained = principal_components(np.vstack([source.vectors[rows], target.vectors[answers]]))
    one, other = points[: len(rows)], points[len(rows) :]
    return Picture(
        tuple(source.words[row] for row in rows),
        tuple(target.words[row] for row in answers),
        tuple((float(x), float(y)) for x, y in one),
        tuple((float(x), float(y)) for x, y in other),
        explained,
    )


def _nearest(source: Embeddings, target: Embeddings, questions: Questions, i: int) -> int:
    """The right answer that is nearest to a word: of several translations one shows its sense."""
    gold = np.array(sorted(questions.gold[i]), dtype=np.int64)
    cosines = target.vectors[gold] @ source.vectors[questions.rows[i]]
    return int(gold[int(np.argmax(cosines))])
