"""Dictionaries and lists of words as text: a pair a line, by tab, blank, comma or semicolon, or a word a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from wordrel.errors import FormatError, shorten
from wordrel.sources.dictionaries.dialect import SAMPLE_LINES, is_number, separator
from wordrel.sources.dictionaries.entries import Entries, Languages, count, weighted
from wordrel.sources.dictionaries.header import Columns, find_header, language_codes
from wordrel.sources.dictionaries.lines import BLANKS, decode, text_lines
from wordrel.sources.opening import read_lines

__all__ = ["decode", "read_pairs", "read_text_pairs", "read_words"]

_NAMES = {",": "a comma", ";": "a semicolon"}


class _Row(NamedTuple):
    """A line, its fields, and whether a third one is a mistake unless all lines have a weight there."""

    number: int
    fields: list[str]
    strict: bool = False


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Read the pairs of a text file, in order; see `read_text_pairs`.

    Raises
    ------
    FormatError
    """
    return list(read_text_pairs(read_lines(path), path).pairs)


def read_text_pairs(raw_lines: Iterable[bytes], path: Path, languages: Languages = (None, None)) -> Entries:
    """Read a pair a line.

    A line with a tab is split there, so that words may have blanks in them; a line without is two words. A file whose
    lines fit better with commas or semicolons is a CSV file, with quotes as in RFC 4180; with tabs there are no quotes.
    A third column that is a number in every line is a weight: the pairs of a word are ordered by it, highest first.
    Other columns are passed over, as are empty lines, a header (see `find_header`) and comments: lines that begin with
    '#' and a blank, or with '#' and have no second word. '#' itself can be a word.

    Parameters
    ----------
    raw_lines : iterable of bytes
    path : Path
        For messages, and for the languages that its name may have in it.
    languages : pair of str or None
        The languages that were asked for; they tell a header of language codes from a pair.

    Raises
    ------
    FormatError
        For a line that is no pair, bytes that are not UTF-8, or a file without pairs.

    References
    ----------
    RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files", 2005.
    """
    lines = text_lines(raw_lines, path)
    sample = list(islice(lines, SAMPLE_LINES))
    between = separator([line for _, line in sample if not line.startswith("#")])
    comments: list[int] = []
    every = chain(sample, lines)
    rows = _by_blanks(every, comments) if between is None else _by_commas(every, comments, between, path)
    return _entries(rows, path, between, languages, comments)


def _by_blanks(lines: Iterable[tuple[int, str]], comments: list[int]) -> Iterator[_Row]:
    for number, line in lines:
        if "\t" in line:
            fields = [field.strip(BLANKS) for field in line.split("\t")]
            comment = fields[0].startswith("# ")
        else:
            fields = [word for word in line.split(" ") if word]
            # '# #' is a pair of signs, '# comment' is none.
            comment = fields[0][0] == "#" and (
                len(fields) == 1 or (fields[0] == "#" and (len(fields) > 2 or any(map(str.isalnum, fields[1]))))
            )
        if comment:
            comments.append(number)
        else:
            yield _Row(number, fields, "\t" not in line)


def _by_commas(lines: Iterable[tuple[int, str]], comments: list[int], between: str, path: Path) -> Iterator[_Row]:
    begun: list[int] = []

    def physical() -> Iterator[str]:
        for number, line in lines:
            if not begun and line[0] == "#" and (line[1:2] == " " or between not in line):
                comments.append(number)
            else:
                begun.append(number)
                yield line + "\n"

    rows = csv.reader(physical(), delimiter=between, skipinitialspace=True, strict=True)
    while True:
        begun.clear()
        try:
            row = next(rows, None)
        except csv.Error as error:
            problem = f"is no row of a CSV file ({error}); close the quotes, and double those that belong to a word"
            raise FormatError(path, problem, begun[0] if begun else None) from None
        if row is None:
            return
        # A quoted field may have line breaks in it; in a word they are as good as a blank.
        yield _Row(begun[0], [re.sub(r"[ \t\r\n]*[\t\r\n][ \t\r\n]*", " ", field).strip(BLANKS) for field in row])


def _entries(
    rows: Iterator[_Row], path: Path, between: str | None, languages: Languages, comments: list[int]
) -> Entries:
    notes = []
    first = next(rows, None)
    header = find_header(first.fields, path.name, languages) if first else None
    if first and header is None:
        rows = chain([first], rows)
        if language_codes(first.fields):
            shown = shorten(" ".join(first.fields[:2]))
            notes.append(
                f"the first line, '{shown}', may be a header and was read as a pair; if it is one, name both languages"
            )
    columns = header or Columns()
    used = {columns.source, columns.target}
    needed, width = max(used) + 1, len(first.fields) if first and header else None
    pairs, lines, weights = [], [], []
    extra, with_number = [], None
    for row in rows:
        number, fields, strict = row
        if len(fields) < needed or not fields[columns.source] or not fields[columns.target]:
            raise _no_pair(path, row, between)
        if strict and len(fields) != (width or 2):
            # Three words are a pair only if the third is a number, and then it must be one in all lines.
            if width or len(fields) != 3 or not is_number(fields[2]):
                raise _no_pair(path, row, between)
            with_number = with_number or row
        pairs.append((fields[columns.source], fields[columns.target]))
        lines.append(number)
        weight = columns.weight if columns.weight is not None and len(fields) > columns.weight else None
        if weight is not None and is_number(fields[weight]):
            weights.append(float(fields[weight]))
        else:
            weight = None
        if len(fields) > 2 and any(field for i, field in enumerate(fields) if i not in used and i != weight):
            extra.append(number)
    if not pairs:
        raise FormatError(path, "has no word pairs in it; write one 'source TAB target' a line")
    if comments:
        notes.append(f"{count(len(comments), 'comment line')} passed over (first: line {comments[0]})")
    if len(weights) < len(pairs):
        if with_number:
            raise _no_pair(path, with_number, between)
        if weights:
            notes.append(
                f"the weights were passed over, because only {len(weights):,} of {len(pairs):,} lines have one"
            )
    if extra:
        notes.append(f"further columns passed over in {count(len(extra), 'line')} (first: line {extra[0]})")
    stated = columns.source_language, columns.target_language
    if len(weights) == len(pairs):
        return Entries(*weighted(pairs, lines, weights), *stated, tuple(notes))
    return Entries(tuple(pairs), tuple(lines), None, *stated, tuple(notes))


def _no_pair(path: Path, row: _Row, between: str | None) -> FormatError:
    found = count(len([field for field in row.fields if field]), "word")
    expected = "'source TAB target' or two words with a blank between"
    if between is not None:
        expected = f"two words with {_NAMES[between]} between"
    return FormatError(path, f"expected {expected}, found {found}", row.number)


def read_words(path: Path) -> list[str]:
    """Read the words of a file, one a line, in order, each once. Empty lines are passed over.

    Raises
    ------
    FormatError
        For bytes that are not UTF-8, or a file without words.
    """
    lines = (decode(raw, path, number).strip() for number, raw in enumerate(read_lines(path), 1))
    words = list(dict.fromkeys(line for line in lines if line))
    if not words:
        raise FormatError(path, "has no words in it; write one a line")
    return words
