"""word2vec text: a word and its numbers a line, with or without a header of two counts."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wordrel.embeddings import Embeddings
from wordrel.errors import FormatError, shorten
from wordrel.sources.cleaning import clean
from wordrel.sources.dictionaries.pairs import decode
from wordrel.sources.opening import read_lines

# 4,096 lines of 300 numbers are about 10 MB of text.
_BLOCK_LINES = 4096


def read_text(path: Path, language: str, limit: int | None = None) -> Embeddings:
    """Read a ``.vec`` or ``.txt`` file.

    Words may contain blanks and no-break spaces: the numbers are counted from the end of the line. Trailing blanks,
    carriage returns and a byte order mark are passed over.

    Raises
    ------
    FormatError
        Names the line that is wrong.
    """
    lines = _without_trailing_blank(read_lines(path))
    first = next(lines, None)
    if first is None:
        raise FormatError(path, "is empty; check that the download is complete")
    declared = _header(first)
    if declared is None:
        dimensions, first_line = _count_numbers(first), 1
        if not dimensions:
            raise FormatError(
                path, "expected a word and its numbers, or a header of two counts; is this a .vec file?", 1
            )
        lines = chain([first], lines)
    else:
        dimensions, first_line = declared[1], 2
        if not dimensions:
            raise FormatError(path, "the header promises vectors of 0 numbers", 1)
    words: list[str] = []
    blocks = []
    for number, block in _blocks(islice(lines, limit), first_line):
        block_words, values = _parse(block, dimensions, path, number)
        words += block_words
        blocks.append(values)
    if declared and limit is None and len(words) > declared[0]:
        problem = f"the header promises {declared[0]:,} words and there are {len(words):,}; correct the header"
        raise FormatError(path, problem, 1)
    if declared and len(words) < declared[0] and (limit is None or len(words) < limit):
        problem = f"the header promises {declared[0]:,} words and there are {len(words):,}; download the file again"
        raise FormatError(path, problem)
    if not words:
        raise FormatError(path, "has no vectors in it; check that the download is complete")
    return clean(path, words, np.concatenate(blocks), language, first_line)


def _without_trailing_blank(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Leave out empty lines at the end of a file; those in the middle are errors, and keep their numbers."""
    held: list[bytes] = []
    for line in lines:
        held.append(line)
        if not line.isspace():
            yield from held
            held.clear()


def _header(line: bytes) -> tuple[int, int] | None:
    fields = line.removeprefix(b"\xef\xbb\xbf").split()
    if len(fields) == 2 and fields[0].isdigit() and fields[1].isdigit():
        return int(fields[0]), int(fields[1])
    return None


def _count_numbers(line: bytes) -> int:
    """How many numbers end the first line of a file without a header; its word counts as a word even if it is one."""
    fields = line.split()
    count = 0
    while count < len(fields) - 1 and _is_number(fields[-1 - count]):
        count += 1
    return count


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return b"_" not in field


def _blocks(lines: Iterator[bytes], first_line: int) -> Iterator[tuple[int, list[bytes]]]:
    number = first_line
    while block := list(islice(lines, _BLOCK_LINES)):
        yield number, block
        number += len(block)


def _parse(lines: list[bytes], dimensions: int, path: Path, number: int) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Split the words off by position and let numpy parse all numbers of a block at once."""
    words, numbers = [], []
    for raw in lines:
        line = raw.rstrip(b" \r\n\t")
        word, _, rest = line.partition(b" ")
        if rest.count(b" ") != dimensions - 1:
            return _parse_slowly(lines, dimensions, path, number)
        words.append(word)
        numbers.append(rest)
    with warnings.catch_warnings():
        # numpy warns, and stops, at the first thing that is no number.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            values = np.fromstring(b" ".join(numbers).decode("latin1"), dtype=np.float32, sep=" ")
        except ValueError:
            values = np.empty(0, dtype=np.float32)
    if len(values) != len(words) * dimensions or not all(words):
        return _parse_slowly(lines, dimensions, path, number)
    decoded = [decode(word, path, number + i) for i, word in enumerate(words)]
    return decoded, values.reshape(len(words), dimensions)


def _parse_slowly(
    lines: list[bytes], dimensions: int, path: Path, number: int
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Line by line: words with blanks in them, several blanks between numbers, and the line that is wrong."""
    words = []
    values = np.empty((len(lines), dimensions), dtype=np.float32)
    for i, raw in enumerate(lines):
        line = raw.rstrip(b" \r\n\t")
        fields = line.rsplit(None, dimensions)
        # rsplit puts the word first, blanks and all; without a word the first field is a number short.
        if len(fields) != dimensions + 1 or line[:1] in b" \t":
            raise FormatError(path, _wrong_count(line, dimensions), number + i)
        word = decode(fields[0], path, number + i)
        if _hides_number(fields[0]):
            raise FormatError(path, _wrong_count(line, dimensions), number + i)
        for column, field in enumerate(fields[1:]):
            if not _is_number(field):
                found = shorten(field.decode("utf-8", "replace"), 20)
                problem = f"expected {dimensions} numbers after '{shorten(word)}', found '{found}'"
                raise FormatError(path, f"{problem}; correct the line or leave it out", number + i)
            values[i, column] = float(field)
        words.append(word)
    return words, values


def _hides_number(word: bytes) -> bool:
    """Tell whether what stands before the numbers ends with one more number, as in '0.0132'."""
    parts = word.split(b" ")
    return len(parts) > 1 and b"." in parts[-1] and _is_number(parts[-1])


def _wrong_count(line: bytes, dimensions: int) -> str:
    if not line.strip():
        return "is an empty line in the middle of the file; leave it out"
    if line[:1] in b" \t":
        return f"has no word before its {len(line.split())} numbers; leave the line out"
    found = _count_numbers(line)
    return f"expected {dimensions} numbers, found {found}; correct the line or leave it out"
