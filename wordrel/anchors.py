"""Anchors: pairs of rows that mean the same in two spaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, TooFewAnchors

Weighting = Literal["word", "pair"]


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
    def from_dictionary(
        cls,
        dictionary: BilingualDictionary,
        source: Embeddings,
        target: Embeddings,
        n_words: int | None = None,
        weighting: Weighting = "word",
    ) -> Anchors:
        """Look the pairs of a dictionary up in two vocabularies.

        Parameters
        ----------
        dictionary : BilingualDictionary
            Pairs in the order of preference.
        source, target : Embeddings
            The two spaces.
        n_words : int, optional
            Take the first `n_words` source words that are found, with all their translations.
        weighting : {"word", "pair"}
            With "word" each source word counts once, shared among its translations; with "pair" each pair does.

        Raises
        ------
        TooFewAnchors
            When fewer than 2 pairs are found.
        """
        if n_words is not None and n_words < 2:
            raise InvalidParameter(f"the number of anchors must be 2 or more, not {n_words}")
        found: dict[int, dict[int, tuple[str, str]]] = {}
        for pair in dictionary:
            i, j = source.find(pair[0]), target.find(pair[1])
            if i is None or j is None:
                continue
            if i not in found and n_words is not None and len(found) == n_words:
                continue
            found.setdefault(i, {}).setdefault(j, pair)
        rows = [(i, j) for i, targets in found.items() for j in targets]
        if len(rows) < 2:
            raise TooFewAnchors(_too_few(len(rows), dictionary, source, target))
        weights = [1 / len(found[i]) if weighting == "word" else 1.0 for i, _ in rows]
        table = np.array(rows, dtype=np.int64)
        pairs = tuple(found[i][j] for i, j in rows)
        return cls(table[:, 0].copy(), table[:, 1].copy(), np.array(weights), len(found), pairs)


def _too_few(n_found: int, dictionary: BilingualDictionary, source: Embeddings, target: Embeddings) -> str:
    known = sum(word in source for word in dictionary.sources)
    return (
        f"only {n_found} of the {len(dictionary):,} dictionary pairs "
        f"{'is' if n_found == 1 else 'are'} in both vocabularies and an alignment needs 2 or more "
        f"({known:,} of {len(dictionary.sources):,} source words are in the {source.language} vocabulary); "
        f"check that the dictionary is {source.language}-{target.language} and not the other way round"
    )
