"""What a reader of dictionaries gives: pairs in order, where they stood, and what was passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wordrel.dictionary import BilingualDictionary

Languages = tuple[str | None, str | None]
"""Source and target language as far as they are known."""


@dataclass(frozen=True)
class Entries:
    """The content of a dictionary file.

    Attributes
    ----------
    pairs : tuple of (str, str)
        Source word and target word; those of one source word best first where the file has weights.
    lines : tuple of int, optional
        Line of each pair in the file, from 1.
    weights : tuple of float, optional
        Weight of each pair, when the file has a number for every one; higher is better.
    source_language, target_language : str, optional
        Language codes, when the file states them.
    notes : tuple of str
        What was passed over and how often, a line each, without the file's name.
    """

    pairs: tuple[tuple[str, str], ...]
    lines: tuple[int, ...] | None = None
    weights: tuple[float, ...] | None = None
    source_language: str | None = None
    target_language: str | None = None
    notes: tuple[str, ...] = ()

    def dictionary(self, source_language: str | None = None, target_language: str | None = None) -> BilingualDictionary:
        """Make a dictionary of the pairs; a language that is not given is the one that the file states, or ``und``."""
        return BilingualDictionary(
            self.pairs,
            source_language or self.source_language or "und",
            target_language or self.target_language or "und",
        )


def weighted(
    pairs: Sequence[tuple[str, str]], lines: Sequence[int], weights: Sequence[float]
) -> tuple[tuple[tuple[str, str], ...], tuple[int, ...], tuple[float, ...]]:
    """Order the pairs of each source word by weight, highest first; source words stay in order of their first pair."""
    place: dict[str, int] = {}
    for source, _ in pairs:
        place.setdefault(source, len(place))
    order = sorted(range(len(pairs)), key=lambda i: (place[pairs[i][0]], -weights[i]))
    return tuple(pairs[i] for i in order), tuple(lines[i] for i in order), tuple(weights[i] for i in order)


def count(n: int, one: str, many: str | None = None) -> str:
    """Write a number and its noun, as in ``1,200 lines``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
