"""Anchors: pairs of rows that mean the same in two spaces."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, TooFewAnchors, WordrelWarning, shorten
from wordrel.relative import Array32, unit_rows
from wordrel.strategies import choose, find_strategy, joint_vectors

Translations = Literal["weighted", "all", "first"]

# The pairs of each source row, by target row, as they are written; in the order in which they were found.
_Found = dict[int, dict[int, tuple[str, str]]]


@dataclass(frozen=True)
class Anchors:
    """Parallel anchors (Moschella et al. 2023, section 4.2).

    Attributes
    ----------
    source_rows, target_rows : array of int64, shape (n_pairs,)
        Row i of one and row i of the other are translations of each other.
    weights : array of float64, shape (n_pairs,)
        How much each pair counts.
    n_words : int
        Number of different source words.
    pairs : tuple of (str, str)
        The same pairs as they are written in the dictionary.
    """

    source_rows: npt.NDArray[np.int64]
    target_rows: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    n_words: int
    pairs: tuple[tuple[str, str], ...]

    def __len__(self) -> int:
        return len(self.source_rows)

    @classmethod
    def none(cls) -> Anchors:
        """No anchors: what an alignment without a dictionary begins with."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0), 0, ())

    @classmethod
    def from_dictionary(
        cls,
        dictionary: BilingualDictionary,
        source: Embeddings,
        target: Embeddings,
        n_words: int | None = None,
        translations: Translations = "weighted",
        strategy: str = "first",
        seed: int = 0,
        words: Sequence[str] | None = None,
    ) -> Anchors:
        """Look the pairs of a dictionary up in two vocabularies.

        Parameters
        ----------
        dictionary : BilingualDictionary
            Pairs in the order of preference.
        source, target : Embeddings
            The two spaces.
        n_words : int, optional
            Take so many of the source words that are found, with their translations; all when left out.
        translations : {"weighted", "all", "first"}
            With "weighted" each source word counts once, shared among its translations; with "all" each pair counts
            once; with "first" only the first translation that is found is taken.
        strategy : str
            Which `n_words` are taken: a name in `wordrel.strategies.STRATEGIES`.
        seed : int
            Of the strategies that draw at random.
        words : sequence of str, optional
            Take only these source words, in this order; see `known_words` for those that are not found.

        Raises
        ------
        TooFewAnchors
            When fewer than 2 pairs are found, or none of the words.
        InvalidParameter
            For an unknown strategy or handling of translations, or fewer than 2 words.
        """
        if n_words is not None and n_words < 2:
            raise InvalidParameter(f"the number of anchors must be 2 or more, not {n_words}")
        if translations not in get_args(Translations):
            known = ", ".join(get_args(Translations))
            raise InvalidParameter(f"unknown handling of translations '{translations}'; choose one of: {known}")
        find_strategy(strategy)
        found = _look_up(dictionary, source, target)
        if words is not None:
            known_rows = (source.row(word) for word in known_words(words, dictionary, source, target))
            found = {i: found[i] for i in known_rows}
        if translations == "first":
            found = {i: dict([next(iter(targets.items()))]) for i, targets in found.items()}
        if n_words is not None and n_words < len(found):
            rows = np.array(list(found), dtype=np.int64)
            vectors = _vectors(found, source, target) if find_strategy(strategy).needs_vectors else np.empty((0, 0))
            found = {int(i): found[int(i)] for i in rows[np.sort(choose(strategy, vectors, rows, n_words, seed))]}
        table = np.array([(i, j) for i, targets in found.items() for j in targets], dtype=np.int64).reshape(-1, 2)
        if len(table) < 2:
            raise TooFewAnchors(_too_few(len(table), dictionary, source, target))
        weights = [1.0 if translations == "all" else 1 / len(targets) for targets in found.values() for _ in targets]
        pairs = tuple(pair for targets in found.values() for pair in targets.values())
        return cls(table[:, 0].copy(), table[:, 1].copy(), np.array(weights), len(found), pairs)


def known_words(
    words: Sequence[str],
    dictionary: BilingualDictionary,
    source: Embeddings,
    target: Embeddings,
    name: str = "the anchor words",
) -> list[str]:
    """Leave out the words that can be no anchors, and say how many.

    Parameters
    ----------
    words : sequence of str
        Source words.
    dictionary : BilingualDictionary
        The training pairs.
    source, target : Embeddings
        The two spaces.
    name : str
        What the messages call the words: the file that they came from.

    Returns
    -------
    list of str
        The words that have a pair with both sides in the vocabularies, in the same order.

    Raises
    ------
    TooFewAnchors
        When none has.

    Warns
    -----
    WordrelWarning
        When some have not.
    """
    found = _look_up(dictionary, source, target)
    known = [word for word in words if source.find(word) in found]
    if not known:
        raise TooFewAnchors(
            f"{name}: none of the {len(words):,} words has a training pair in both vocabularies; "
            f"write {source.language} words of the dictionary, one a line"
        )
    if len(known) < len(words):
        unknown = next(word for word in words if source.find(word) not in found)
        message = (
            f"{name}: {len(words) - len(known):,} of {len(words):,} words have no training pair in both vocabularies "
            f"and are no anchors (first: '{shorten(unknown)}')"
        )
        warnings.warn(message, WordrelWarning, stacklevel=2)
    return known


def _look_up(dictionary: BilingualDictionary, source: Embeddings, target: Embeddings) -> _Found:
    found: _Found = {}
    for pair in dictionary:
        i, j = source.find(pair[0]), target.find(pair[1])
        if i is not None and j is not None:
            found.setdefault(i, {}).setdefault(j, pair)
    return found


def _vectors(found: _Found, source: Embeddings, target: Embeddings) -> Array32:
    """Each candidate's row beside the mean of its translations' unit rows."""
    columns = np.array([j for targets in found.values() for j in targets])
    starts = np.cumsum([0, *map(len, found.values())])[:-1]
    sums = np.add.reduceat(unit_rows(target.vectors[columns]), starts, axis=0)
    return joint_vectors(source.vectors[list(found)], sums)


def _too_few(n_found: int, dictionary: BilingualDictionary, source: Embeddings, target: Embeddings) -> str:
    known = sum(word in source for word in dictionary.sources)
    return (
        f"only {n_found} of the {len(dictionary):,} dictionary pairs "
        f"{'is' if n_found == 1 else 'are'} in both vocabularies and an alignment needs 2 or more "
        f"({known:,} of {len(dictionary.sources):,} source words are in the {source.language} vocabulary); "
        f"{dictionary.remedy(source, target)}"
    )
