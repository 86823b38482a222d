"""Lines of a UTF-8 file, numbered, and what is no word of any dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from wordrel.errors import FormatError, not_utf8

# Only these part words: a no-break space is a letter of many words, and str.strip would take it away.
BLANKS = " \t\r\n"


def decode(raw: bytes, path: Path, line: int) -> str:
    """Decode UTF-8, or say which line is not."""
    try:
        return raw.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError:
        raise not_utf8(path, line) from None


def text_lines(raw_lines: Iterable[bytes], path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line that is not empty, without its line end.

    Raises
    ------
    FormatError
        For bytes that are not UTF-8, and for a carriage return inside a line: words never have one, files of very old
        systems have it in place of every line end.
    """
    for number, raw in enumerate(raw_lines, 1):
        line = decode(raw, path, number).rstrip("\r\n")
        if "\r" in line:
            problem = "has a carriage return inside a line; write line ends as usual, with: tr '\\r' '\\n'"
            raise FormatError(path, problem, number)
        if line.strip(BLANKS):
            yield number, line
