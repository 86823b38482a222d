"""Which first rows are headers: names of columns or of languages, and never a pair of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from wordrel.sources.dictionaries.entries import Languages
from wordrel.sources.dictionaries.languages import CODES, NAMES

SOURCES = frozenset(
    {"source", "src", "source word", "source term", "source lemma", "word", "term", "lemma", "headword", "from"}
)
TARGETS = frozenset(
    {"target", "tgt", "trg", "target word", "target term", "target lemma", "translation", "translations", "to"}
)
WEIGHTS = frozenset(
    {"weight", "score", "probability", "prob", "p", "confidence", "similarity", "cosine", "frequency", "freq", "count"}
)


@dataclass(frozen=True)
class Columns:
    """Where the words and the weight stand in a row.

    Attributes
    ----------
    source, target : int
        Numbers of the columns, from 0.
    weight : int, optional
        Number of the column that may hold weights.
    source_language, target_language : str, optional
        Languages that the header names.
    """

    source: int = 0
    target: int = 1
    weight: int | None = 2
    source_language: str | None = None
    target_language: str | None = None


def find_header(row: Sequence[str], name: str, languages: Languages = (None, None)) -> Columns | None:
    """Read the first row of a file as a header.

    Two names of columns (source and target, word and translation, ...) are a header in any place of the row, and so are
    the names of two languages (English, Italian), which no dictionary translates by each other. Two language codes
    are one only if something else says so too, for ``is`` and ``es`` are English and Spanish words: the languages that
    were asked for, the name of the file, or a third column with the name of a weight.

    Parameters
    ----------
    row : sequence of str
    name : str
        Name of the file.
    languages : pair of str or None
        The languages that were asked for.

    Returns
    -------
    Columns or None
        None when the row is no header.
    """
    fields = [_plain(field) for field in row]
    source = next((i for i, field in enumerate(fields) if field in SOURCES), None)
    target = next((i for i, field in enumerate(fields) if field in TARGETS), None)
    if source is not None and target is not None:
        return Columns(source, target, _weight(fields))
    if len(fields) < 2:
        return None
    by_name = NAMES.get(fields[0]), NAMES.get(fields[1])
    by_code = language_codes(row)
    if by_name[0] and by_name[1] and by_name[0] != by_name[1]:
        return Columns(0, 1, _weight(fields), *by_name)
    if by_code and (_weight(fields) is not None or languages == by_code or _in_name(name, fields[0], fields[1])):
        return Columns(0, 1, _weight(fields), *by_code)
    return None


def language_codes(row: Sequence[str]) -> tuple[str, str] | None:
    """The two languages whose codes a row begins with, or None."""
    codes = [CODES.get(_plain(field)) for field in row[:2]]
    if len(codes) == 2 and codes[0] and codes[1] and codes[0] != codes[1]:
        return codes[0], codes[1]
    return None


def _plain(field: str) -> str:
    return re.sub(r"[\s_-]+", " ", field.strip(" \t\"'")).lower()


def _weight(fields: Sequence[str]) -> int | None:
    return next((i for i, field in enumerate(fields) if field in WEIGHTS), None)


def _in_name(name: str, source: str, target: str) -> bool:
    parts = [part for part in re.split(r"[^a-z]+", name.lower()) if part]
    return (source, target) in set(pairwise(parts))
