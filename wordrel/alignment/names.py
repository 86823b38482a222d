"""Files of a saved alignment: their names, and what is written in them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from wordrel.dictionary import BilingualDictionary


def numbered(kind: str, number: int) -> str:
    """Name the file of a dictionary; with two languages there is one, without a number."""
    return f"{kind}-{number}" if number else kind


def bound_files(languages: Sequence[str]) -> dict[tuple[str, str], str]:
    """Name the files of what the searches learnt, by the two languages of each."""
    numbers = {name: number for number, name in enumerate(languages)}
    return {
        (source, into): f"csls-{numbers[into]}" if len(languages) == 2 else f"csls-{numbers[source]}-{numbers[into]}"
        for source, into in permutations(languages, 2)
    }


def lines_of(dictionary: BilingualDictionary) -> list[str]:
    """Write pairs, a line each."""
    return [f"{source}\t{target}" for source, target in dictionary]


def pairs_of(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Read what `lines_of` wrote."""
    pairs = [line.split("\t") for line in lines]
    return [(source, target) for source, target in pairs]
