"""Nearest neighbours of a few words: within each space and across the two, in every form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wordrel.comparison.forms import FormRows
from wordrel.errors import InvalidParameter, shorten
from wordrel.nearest import nearest
from wordrel.relative import Array32
from wordrel.topk import Rows

Neighbours = tuple[tuple[str, float], ...]
"""Words and their cosines, the nearest first."""

N_EXAMPLES = 5


@dataclass(frozen=True)
class WordNeighbours:
    """A word and what is near it.

    Attributes
    ----------
    word : str
    own : dict of str to pair of lists
        By form: in the first space and in the second, of the word's vector there; the word itself is left out.
    across : dict of str to pair of lists
        By form: in the second space, of the word's vector in the first; and the other way round.
    """

    word: str
    own: Mapping[str, tuple[Neighbours, Neighbours]]
    across: Mapping[str, tuple[Neighbours, Neighbours]]

    def to_dict(self) -> dict[str, Any]:
        """Return the lists as plain values."""
        return {"word": self.word, "own": _plain(self.own), "across": _plain(self.across)}


def look_up(words: Sequence[str], places: Sequence[int], forms: Mapping[str, FormRows], k: int) -> list[WordNeighbours]:
    """Find the neighbours of some words.

    Parameters
    ----------
    words : sequence of str
        All words that are compared.
    places : sequence of int
        Which of them are asked.
    forms : mapping of str to FormRows
    k : int
    """
    asked = np.array(places, dtype=np.int64)
    own: list[dict[str, tuple[Neighbours, Neighbours]]] = [{} for _ in places]
    across: list[dict[str, tuple[Neighbours, Neighbours]]] = [{} for _ in places]
    for name, rows in forms.items():
        sides = [rows, rows.turned()]
        over = [_named(words, *nearest(side.source[asked], side.target, k)) for side in sides]
        within = [_named(words, *nearest(side.source_own[asked], side.source_own, k + 1)) for side in sides]
        for i, place in enumerate(places):
            across[i][name] = over[0][i], over[1][i]
            one, two = (tuple(pair for pair in side[i] if pair[0] != words[place])[:k] for side in within)
            own[i][name] = one, two
    return [WordNeighbours(words[place], own[i], across[i]) for i, place in enumerate(places)]


def places_of(asked: Sequence[str], words: Sequence[str]) -> list[int]:
    """Places of words that somebody asks for: as they are written, else in lower case, else in title case.

    Raises
    ------
    InvalidParameter
        For a word that is not compared.
    """
    known = {word: place for place, word in enumerate(words)}
    places = []
    for word in asked:
        place = next((known[one] for one in (word, word.lower(), word.title()) if one in known), None)
        if place is None:
            raise InvalidParameter(
                f"'{shorten(word)}' is not among the {len(words):,} words that are compared; choose one that both "
                f"spaces have, such as '{shorten(words[len(words) // 2])}'"
            )
        places.append(place)
    return list(dict.fromkeys(places))


def examples(words: Sequence[str], anchors: Collection[int], n: int = N_EXAMPLES) -> list[int]:
    """Places of frequent words that say something: no anchors, and behind the very first, which are function words."""
    others = [i for i in range(len(words)) if i not in anchors]
    telling = [i for i in others if len(words[i]) >= 4 and words[i].isalpha()]
    taken = telling if len(telling) >= n else others or list(range(len(words)))
    return taken[min(200, max(0, len(taken) - n)) :][:n]


def _named(words: Sequence[str], rows: Rows, scores: Array32) -> list[Neighbours]:
    return [
        tuple((words[i], float(score)) for i, score in zip(line, values, strict=True) if i >= 0)
        for line, values in zip(rows.tolist(), scores.tolist(), strict=True)
    ]


def _plain(lists: Mapping[str, tuple[Neighbours, Neighbours]]) -> dict[str, Any]:
    return {
        name: [[{"word": word, "cosine": round(cosine, 4)} for word, cosine in side] for side in pair]
        for name, pair in lists.items()
    }
