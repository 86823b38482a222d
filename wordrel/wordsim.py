"""Word similarity: do words that people find alike have vectors that are alike, within a language or across two?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from wordrel.correlation import Correlations, correlate
from wordrel.embeddings import Embeddings, FloatMatrix
from wordrel.errors import EmptyTest, InvalidParameter
from wordrel.intervals import LEVEL, RESAMPLES, SEED
from wordrel.relative import Array64, unit_rows
from wordrel.sparse import dense_row

# What joins the words of an entry: "red wine", "red_wine".
_JOINT = re.compile("[ _]+")


@dataclass(frozen=True)
class SimilarityPairs:
    """Pairs of words and how similar people find them.

    Attributes
    ----------
    pairs : tuple of (str, str)
    scores : tuple of float
        One a pair, higher is more similar; on any scale.
    language : str
        Of the first words.
    other : str
        Of the second words; the same within one language.
    path : str
        Where they came from.
    """

    pairs: tuple[tuple[str, str], ...]
    scores: tuple[float, ...]
    language: str
    other: str
    path: str = ""

    def __post_init__(self) -> None:
        if len(self.pairs) != len(self.scores):
            raise InvalidParameter(f"{len(self.pairs):,} pairs of words have {len(self.scores):,} scores")

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True)
class SimilarityScores(Correlations):
    """How cosines correlate with what people say, over the pairs that were found, with bootstrap intervals over pairs.

    Attributes
    ----------
    found, pairs : int
        Pairs of whose words both have vectors, of all pairs.
    multi_word : int
        Found pairs with an entry whose vector is the mean of the vectors of its words.
    over_all : Correlations
        Over all pairs: those that were not found have the mean cosine of the others.
    """

    found: int
    pairs: int
    multi_word: int
    over_all: Correlations

    @property
    def coverage(self) -> float:
        """Share of the pairs that were found, 0 to 1."""
        return self.found / self.pairs

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as plain values."""
        return super().to_dict() | {"coverage": self.coverage}


class Similarities(NamedTuple):
    """Cosines of pairs of words.

    Attributes
    ----------
    cosines : array of float64, shape (n_pairs,)
        0 where a pair was not found.
    found : array of bool, shape (n_pairs,)
    multi_word : array of bool, shape (n_pairs,)
        Which pairs were found by taking an entry apart.
    """

    cosines: Array64
    found: np.ndarray[Any, np.dtype[np.bool_]]
    multi_word: np.ndarray[Any, np.dtype[np.bool_]]


def score_similarity(
    pairs: SimilarityPairs,
    space: Embeddings,
    other: Embeddings | None = None,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> SimilarityScores:
    """Correlate the cosines of word pairs with what people say.

    Parameters
    ----------
    pairs : SimilarityPairs
    space : Embeddings
        Where the first words are.
    other : Embeddings, optional
        Where the second words are; `space` when left out. Both of the same dimensions: one space, or two aligned ones.
    seed, resamples, level : see `wordrel.intervals.bootstrap`

    Returns
    -------
    SimilarityScores

    Raises
    ------
    EmptyTest
        When fewer than two pairs are found.
    InvalidParameter
        When the two spaces have different dimensions.

    Notes
    -----
    A score over the pairs that were found favours small vocabularies. Systems of SemEval-2017 task 2 gave the middle of
    the scale to a pair that they did not know, so that all were scored on all pairs; a cosine has no middle that is
    known beforehand, and the mean of the others takes its place.

    References
    ----------
    Camacho-Collados, Pilehvar, Collier, Navigli, "SemEval-2017 task 2: multilingual and cross-lingual semantic word
    similarity", SemEval 2017 (harmonic mean of Pearson and Spearman).
    """
    similarities = measure_similarity(pairs, space, other)
    found = similarities.found
    n_found = int(found.sum())
    if n_found < 2:
        languages = " and ".join(dict.fromkeys((space.language, (other or space).language)))
        raise EmptyTest(
            f"{pairs.path or 'word similarity'}: {n_found:,} of the {len(pairs):,} pairs have both words in the "
            f"vocabulary of {languages}, which is too few; check that the words are {languages}"
        )
    human = np.array(pairs.scores)
    filled = np.where(found, similarities.cosines, similarities.cosines[found].mean())
    over_all = correlate(filled, human, seed, resamples, level)
    over_found = correlate(similarities.cosines[found], human[found], seed, resamples, level)
    return SimilarityScores(
        **vars(over_found),
        found=n_found,
        pairs=len(pairs),
        multi_word=int(similarities.multi_word.sum()),
        over_all=over_all,
    )


def measure_similarity(pairs: SimilarityPairs, space: Embeddings, other: Embeddings | None = None) -> Similarities:
    """Cosine of each pair of words.

    A word is looked up as it is written, else in lower case, else in title case. An entry of several words ("red wine",
    "red_wine") that the vocabulary does not have is the mean of the unit vectors of its words, if it has all of them.

    Parameters
    ----------
    pairs : SimilarityPairs
    space, other : see `score_similarity`
    """
    second = space if other is None else other
    if space.dimensions != second.dimensions:
        raise InvalidParameter(
            f"words of {space.dimensions:,} and of {second.dimensions:,} dimensions have no cosine; "
            "align the two spaces first"
        )
    cosines = np.zeros(len(pairs))
    found, multi_word = np.zeros(len(pairs), dtype=bool), np.zeros(len(pairs), dtype=bool)
    for i, (word, other_word) in enumerate(pairs.pairs):
        left, right = _entry(word, space), _entry(other_word, second)
        if left is not None and right is not None:
            cosines[i] = float(np.dot(left.vector, right.vector))
            found[i], multi_word[i] = True, left.parts > 1 or right.parts > 1
    return Similarities(cosines, found, multi_word)


class _Entry(NamedTuple):
    """Unit vector of an entry, and how many words it was taken apart into."""

    vector: FloatMatrix
    parts: int


def _entry(text: str, space: Embeddings) -> _Entry | None:
    """Vector of an entry; None when it is not known, or has no direction."""
    words = [word for word in _JOINT.split(text) if word]
    whole = next((row for s in (text, " ".join(words), "_".join(words)) if (row := space.find(s)) is not None), None)
    rows = [space.find(word) for word in words] if whole is None else [whole]
    if not rows or None in rows:
        return None
    units = [_unit(dense_row(space.vectors, row)) for row in rows if row is not None]
    mean = _unit(np.mean(units, axis=0))
    # One vector without a direction makes the mean that of the other words, which is another entry.
    return _Entry(mean, len(rows)) if mean.any() and all(unit.any() for unit in units) else None


def _unit(vector: FloatMatrix) -> FloatMatrix:
    rows = unit_rows(vector[None])
    return rows.reshape(-1)
