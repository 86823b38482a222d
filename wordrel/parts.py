"""What an alignment is made of and answers with: projections of its spaces, neighbours, suspicious pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.methods.maps import RowMap
from wordrel.preprocessing import Preprocessing
from wordrel.sparse import Matrix


@dataclass(frozen=True)
class Neighbor:
    """A word near another.

    Attributes
    ----------
    word : str
    score : float
        Cosine, or CSLS where it was asked for: higher is nearer.
    language : str
    confidence : float, optional
        How probably it is a right translation, 0 to 1; None where the alignment has no re-ranker, or was not asked.
    """

    word: str
    score: float
    language: str
    confidence: float | None = None


class SuspiciousPair(NamedTuple):
    """A pair of the dictionary that fits badly where the others are fitted.

    Attributes
    ----------
    source, target : str
        As they are written in the dictionary.
    score : float
        By how many robust standard deviations it fits worse than the median pair (`wordrel.robust`).
    """

    source: str
    target: str
    score: float


class NoConfidence(NamedTuple):
    """Why translations have no confidence.

    Attributes
    ----------
    kind : str
        For programs: "off", "words", "help", "size", "method" or "languages".
    reason : str
        For people.
    """

    kind: str
    reason: str


@dataclass(frozen=True)
class Projection:
    """How a space was brought into the shared one, for vectors that come later.

    Attributes
    ----------
    preprocessing : Preprocessing
        With what it learnt from the space.
    row_map : RowMap
        What the method learnt about this side.
    """

    preprocessing: Preprocessing
    row_map: RowMap

    def transform(self, vectors: npt.ArrayLike) -> Matrix:
        """Map raw vectors of this space, shape (n, d), to unit rows of the shared space."""
        return self.row_map.transform(self.preprocessing.transform(vectors))


def between(dictionaries: Sequence[BilingualDictionary], source: str, target: str) -> BilingualDictionary:
    """Pairs of two languages, by way of the hub where no dictionary is of these two.

    Parameters
    ----------
    dictionaries : sequence of BilingualDictionary
        All of one source language, the hub.
    source, target : str
        Different languages of theirs.

    Returns
    -------
    BilingualDictionary
        One of these, one of them inverted, or one inverted and composed with another.
    """
    by_target = {one.target_language: one for one in dictionaries}
    if source == dictionaries[0].source_language:
        return by_target[target]
    inverted = by_target[source].inverted()
    return inverted if target == inverted.target_language else inverted.compose(by_target[target])


def listed(languages: Sequence[str], word: str = "and") -> str:
    """Write languages as a sentence has them: en, it and fr."""
    return f" {word} ".join(filter(None, (", ".join(languages[:-1]), languages[-1])))


def named(space: Embeddings, rows: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]) -> list[Neighbor]:
    """Words of some rows and their scores; -1 is none."""
    # Lists first: numbers of numpy's are slow one by one.
    known = rows >= 0
    words, language = space.words_of(rows[known].tolist()), space.language
    return [Neighbor(word, score, language) for word, score in zip(words, scores[known].tolist(), strict=True)]


def ranked(
    space: Embeddings,
    rows: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float32],
    probabilities: npt.NDArray[np.float32],
) -> list[Neighbor]:
    """The same with a confidence for the first of them, as far as there are probabilities."""
    found = named(space, rows, scores)
    return [replace(one, confidence=float(p)) for one, p in zip(found, probabilities)] + found[len(probabilities) :]  # noqa: B905
