"""Sentence retrieval: is a sentence's translation the nearest one, when a sentence is a weighted mean of its words?"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log
from typing import Any

import numpy as np

from wordrel.csls import CslsSearch
from wordrel.embeddings import Embeddings
from wordrel.errors import EmptyTest, InvalidParameter
from wordrel.intervals import LEVEL, RESAMPLES, SEED, Interval, bootstrap_means
from wordrel.metrics import hits, ranks
from wordrel.relative import Array32, Array64, unit_rows
from wordrel.sparse import unit
from wordrel.topk import Rows, has_direction

_CUTOFFS = (1, 5, 10)


@dataclass(frozen=True)
class SentencePairs:
    """Sentences and their translations.

    Attributes
    ----------
    pairs : tuple of (str, str)
    source_language, target_language : str
    path : str
        Where they came from.
    """

    pairs: tuple[tuple[str, str], ...]
    source_language: str
    target_language: str
    path: str = ""

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True)
class SentenceVectors:
    """Sentences of one language in a space.

    Attributes
    ----------
    rows : array of float32, shape (n_sentences, d)
        Unit rows; zero for a sentence of which nothing is known.
    known, words : int
        Words that have a vector, of all words, each as often as it stands there.
    """

    rows: Array32
    known: int
    words: int

    @property
    def empty(self) -> int:
        """Sentences of which nothing is known."""
        return int((~self.rows.any(axis=1)).sum())


@dataclass(frozen=True)
class Precisions:
    """How often the translation is among the first 1, 5 and 10, over the sentences that could be asked."""

    p_at_1: Interval
    p_at_5: Interval
    p_at_10: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the scores by their usual names."""
        return {"p@1": self.p_at_1.to_dict(), "p@5": self.p_at_5.to_dict(), "p@10": self.p_at_10.to_dict()}


@dataclass(frozen=True)
class RetrievalScores:
    """What `retrieve` found.

    Attributes
    ----------
    asked, sentences : int
        Sentences that could be asked, because something is known of them and of a translation, of all.
    nn, csls : Precisions
        By nearest neighbour and by cross-domain similarity local scaling.
    """

    asked: int
    sentences: int
    nn: Precisions
    csls: Precisions

    @property
    def coverage(self) -> float:
        """Share of the sentences that could be asked; a score times this counts the others as wrong."""
        return self.asked / self.sentences

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as plain values."""
        return {
            "coverage": {"asked": self.asked, "sentences": self.sentences, "fraction": self.coverage},
            "scores": {"nn": self.nn.to_dict(), "csls": self.csls.to_dict()},
        }


def tokenise(sentence: str, vocabulary: Container[str] = ()) -> list[str]:
    """Words of a sentence: lower case, runs of letters, digits and the marks that belong to letters.

    An apostrophe between two letters joins them if the vocabulary has the word so ("don't"); otherwise it ends the
    first of two words ("l'", "acqua"). Scripts that do not part words, as Chinese and Thai, give one word a phrase.

    Parameters
    ----------
    sentence : str
    vocabulary : container of str
        What is asked for joined words; an `Embeddings`, as a rule.

    Examples
    --------
    >>> tokenise("L’acqua bolle, 2 volte!")
    ["l'", 'acqua', 'bolle', '2', 'volte']
    >>> tokenise("Don't go", vocabulary={"don't"})
    ["don't", 'go']
    """
    text = unicodedata.normalize("NFC", sentence).lower().replace("’", "'")
    words: list[str] = []
    for within, run in groupby(text, key=lambda character: character == "'" or _is_letter(character)):
        joined = "".join(run).strip("'") if within else ""
        if joined and ("'" not in joined or joined in vocabulary):
            words.append(joined)
        elif joined:
            *heads, tail = (part for part in joined.split("'") if part)
            words += [*(f"{head}'" for head in heads), tail]
    return words


def idf_weights(sentences: Sequence[Sequence[str]]) -> dict[str, float]:
    """Inverse document frequency of each word: log(N / df), the sentences being the documents.

    Parameters
    ----------
    sentences : sequence of sequence of str
        Words of each sentence.

    Returns
    -------
    dict of str to float
        0 for a word that stands in every sentence.

    References
    ----------
    Smith, Turban, Hamblin, Hammerla, "Offline bilingual word vectors, orthogonal transformations and the inverted
    softmax", ICLR 2017. Conneau et al., "Word translation without parallel data", ICLR 2018, section 3.
    """
    frequencies = Counter(word for words in sentences for word in set(words))
    return {word: log(len(sentences) / n) for word, n in frequencies.items()}


def sentence_vectors(
    sentences: Sequence[Sequence[str]], space: Embeddings, weights: Mapping[str, float]
) -> SentenceVectors:
    """Mean of the unit vectors of a sentence's words, each by its weight, then unit.

    Parameters
    ----------
    sentences : sequence of sequence of str
        Words of each sentence.
    space : Embeddings
    weights : mapping of str to float
        Of each word, as `idf_weights` gives them; a word that they lack has the highest of them, that of the rarest.

    Returns
    -------
    SentenceVectors
    """
    highest = max(weights.values(), default=1.0)
    rows = np.zeros((len(sentences), space.dimensions), dtype=np.float32)
    known = 0
    for i, words in enumerate(sentences):
        found = [(row, weights.get(word, highest)) for word in words if (row := space.find(word)) is not None]
        known += len(found)
        if found:
            places, factors = zip(*found, strict=True)
            rows[i] = np.array(factors, dtype=np.float32) @ unit(space.vectors[list(places)])
    return SentenceVectors(unit_rows(rows), known, sum(map(len, sentences)))


def retrieve(
    source: Array32,
    target: Array32,
    k: int = 10,
    gold: Sequence[Collection[int]] | None = None,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> RetrievalScores:
    """Look for the translation of each sentence among all sentences of the other language.

    Parameters
    ----------
    source : array of float32, shape (n, d)
        `SentenceVectors.rows`.
    target : array of float32, shape (n', d)
        Row i is a translation of row i of `source`; rows beyond are there to be confused with.
    k : int
        Neighbours that CSLS averages over.
    gold : sequence of n collections of int, optional
        The right rows of each sentence, where there are others than its own row.
    seed, resamples, level : see `wordrel.intervals.bootstrap`

    Returns
    -------
    RetrievalScores

    Raises
    ------
    EmptyTest
        When no sentence can be asked.
    InvalidParameter
        When there are fewer targets than sources and no `gold`.

    References
    ----------
    Conneau et al. 2018, section 3 (sentence translation retrieval, table 3).
    """
    if gold is None and len(target) < len(source):
        raise InvalidParameter(f"{len(source):,} sentences cannot have a translation each among {len(target):,}")
    answers = [{i} for i in range(len(source))] if gold is None else gold
    findable = has_direction(target)
    known = [any(0 <= int(row) < len(findable) and findable[row] for row in right) for right in answers]
    asked = np.flatnonzero(has_direction(source) & np.array(known, dtype=bool))
    if not len(asked):
        raise EmptyTest(
            f"none of the {len(source):,} sentences and its translation has a known word; "
            "check the languages of the two columns"
        )
    csls, _, nn = CslsSearch(source, target, k).top_and_nearest(source[asked], max(_CUTOFFS))
    right = [answers[int(i)] for i in asked]
    found = np.column_stack([*_hits(nn, right), *_hits(csls, right)])
    intervals = bootstrap_means(found, seed, resamples, level)
    return RetrievalScores(len(asked), len(source), Precisions(*intervals[:3]), Precisions(*intervals[3:]))


def score_sentences(
    pairs: SentencePairs,
    source: Embeddings,
    target: Embeddings,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> RetrievalScores:
    """Retrieve the translations of all source sentences among all target sentences of a list of pairs.

    Parameters
    ----------
    pairs : SentencePairs
        A sentence that stands twice has each of its translations as a right answer.
    source, target : Embeddings
        Aligned spaces. Weights are those of the sentences themselves.
    seed, resamples, level : see `wordrel.intervals.bootstrap`

    Raises
    ------
    EmptyTest
        When there are no pairs, or none has known words on both sides.
    """
    if not len(pairs):
        raise EmptyTest("there are no sentence pairs; give a file of 'sentence TAB translation' lines")
    # Each sentence once: equal ones have equal vectors, and which of them comes first means nothing.
    sources, targets = (list(dict.fromkeys(pair[side] for pair in pairs.pairs)) for side in (0, 1))
    place = {sentence: row for row, sentence in enumerate(targets)}
    gold: dict[str, set[int]] = {sentence: set() for sentence in sources}
    for sentence, translation in pairs.pairs:
        gold[sentence].add(place[translation])
    left, right = (_vectors(texts, space) for texts, space in ((sources, source), (targets, target)))
    return retrieve(left.rows, right.rows, gold=list(gold.values()), seed=seed, resamples=resamples, level=level)


def _vectors(texts: Sequence[str], space: Embeddings) -> SentenceVectors:
    words = [tokenise(text, space) for text in texts]
    return sentence_vectors(words, space, idf_weights(words))


def _hits(retrieved: Rows, gold: Sequence[Collection[int]]) -> Iterator[Array64]:
    first = ranks(retrieved, gold)
    return (hits(first, k) for k in _CUTOFFS)


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"
