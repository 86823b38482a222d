"""The words of a matrix, one a line, in a file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wordrel.errors import FormatError
from wordrel.sources.dictionaries.pairs import decode


def beside(path: Path) -> list[Path]:
    """Where the words of a matrix may be: ``x.txt`` or ``x.vocab`` for ``x.npy``, or ``words.txt``, ``vocab.txt``."""
    return [
        path.with_suffix(".txt"),
        path.with_suffix(".vocab"),
        path.with_name("words.txt"),
        path.with_name("vocab.txt"),
    ]


def find(candidates: Sequence[Path]) -> Path | None:
    """Return the first of these files that is there."""
    return next((file for file in candidates if file.is_file()), None)


def is_text(string: str) -> bool:
    """Tell whether a string can be written as UTF-8: JSON can have halves of a character in it."""
    return string.isascii() or not any("\ud800" <= character <= "\udfff" for character in string)


def read(path: Path) -> list[str]:
    """Read words, one a line; a line may be empty, and its row has no word then.

    Raises
    ------
    FormatError
        Names the line that is not UTF-8.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror}); check its permissions") from None
    if not lines[-1]:
        lines.pop()
    return [decode(line.removesuffix(b"\r"), path, number) for number, line in enumerate(lines, 1)]
