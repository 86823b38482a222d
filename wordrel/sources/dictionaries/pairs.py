"""Dictionaries and lists of words as text: a pair a line, with a tab or a blank between, or a word a line."""

from __future__ import annotations

from pathlib import Path

from wordrel.errors import FormatError
from wordrel.sources.opening import read_lines


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Read the pairs of a file, in order.

    A line with a tab is split there, so that words may have blanks in them; further columns are passed over. A line
    without is two words. Empty lines are passed over.

    Raises
    ------
    FormatError
        For a line that is no pair, bytes that are not UTF-8, or a file without pairs.
    """
    pairs = []
    for number, raw in enumerate(read_lines(path), 1):
        line = decode(raw, path, number).strip("\r\n ")
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split("\t")] if "\t" in line else line.split()
        if len(fields) < 2 or not fields[0] or not fields[1] or ("\t" not in line and len(fields) > 2):
            n = len([field for field in fields if field])
            problem = (
                f"expected 'source TAB target' or two words with a blank between, found {n} word{'' if n == 1 else 's'}"
            )
            raise FormatError(path, problem, number)
        pairs.append((fields[0], fields[1]))
    if not pairs:
        raise FormatError(path, "has no word pairs in it; write one 'source TAB target' a line")
    return pairs


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


def decode(raw: bytes, path: Path, line: int) -> str:
    """Decode UTF-8, or say which line is not."""
    try:
        return raw.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError:
        problem = "is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)"
        raise FormatError(path, problem, line) from None
