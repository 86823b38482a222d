"""Scores of a part of the test words: by frequency, by how many translations are right, by spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from wordrel.embeddings import Embeddings
from wordrel.evaluation.answers import Answers
from wordrel.intervals import Interval, bootstrap
from wordrel.metrics import hits
from wordrel.topk import Rows

# Ends of the bands of frequency, as rows of the source vocabulary, whose words are in order of frequency. They grow as
# Zipf's law makes the words of a text thin out.
BANDS = (500, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)


@dataclass(frozen=True)
class Slice:
    """P@1 of some of the test words.

    Attributes
    ----------
    kind : {"frequency", "translations", "spelling"}
    name : str
        Which of them.
    words : int
    p_at_1 : mapping of str to Interval
        By "nn", "csls", and "reranked" where there is one.
    """

    kind: str
    name: str
    words: int
    p_at_1: dict[str, Interval]

    def to_dict(self) -> dict[str, Any]:
        """Return the slice as plain values."""
        scores = {name: one.to_dict() for name, one in self.p_at_1.items()}
        return {"kind": self.kind, "name": self.name, "words": self.words, "p@1": scores}


def slices(answers: Answers, target: Embeddings, seed: int, resamples: int) -> tuple[Slice, ...]:
    """Score the test words part by part; parts without a word are left out.

    Parameters
    ----------
    answers : Answers
    target : Embeddings
        The space of the answers.
    seed, resamples : see `wordrel.intervals.bootstrap`
    """
    found = []
    for kind, name, members in _parts(answers, target):
        if len(members):
            p_at_1 = {
                scorer: bootstrap(hits(ranks[members], 1), seed, resamples) for scorer, ranks in answers.ranks.items()
            }
            found.append(Slice(kind, name, len(members), p_at_1))
    return tuple(found)


def _parts(answers: Answers, target: Embeddings) -> Iterator[tuple[str, str, Rows]]:
    questions = answers.questions
    start = 0
    for end in (*BANDS, None):
        inside = questions.rows >= start if end is None else (questions.rows >= start) & (questions.rows < end)
        name = f"{start + 1:,} and on" if end is None else f"{start + 1:,}–{end:,}"
        yield "frequency", name, np.flatnonzero(inside)
        start = end or start

    def where(test: Callable[[int], bool]) -> Rows:
        return np.array([i for i in range(len(questions.words)) if test(i)], dtype=np.int64)

    yield "translations", "one right translation", where(lambda i: len(questions.gold[i]) == 1)
    yield "translations", "several right translations", where(lambda i: len(questions.gold[i]) > 1)

    def identical(i: int) -> bool:
        word = questions.words[i].casefold()
        return any(target.words[row].casefold() == word for row in questions.gold[i])

    yield "spelling", "spelt alike in both languages", where(identical)
    yield "spelling", "spelt differently", where(lambda i: not identical(i))
