"""A line of vectors that needs a closer look: a word with blanks in it, several blanks between numbers, a mistake."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, not_utf8, shorten


def parse_line(raw: bytes, dimensions: int, name: str, number: int) -> tuple[str, npt.NDArray[np.float32]]:
    """Read one line.

    Parameters
    ----------
    raw : bytes
        Without its line end; not empty.
    dimensions : int
        Numbers in a row.
    name : str
        The file, for messages.
    number : int
        Its line number.

    Raises
    ------
    FormatError
        Says what is wrong with the line.
    """
    line = raw.rstrip(b" \r\t")
    fields = line.rsplit(None, dimensions)
    # rsplit puts the word first, blanks and all; without a word the first field is a number short.
    if len(fields) != dimensions + 1 or line[:1] in b" \t" or _hides_number(fields[0]):
        raise FormatError(name, _wrong_count(line, dimensions), number)
    word = decode(fields[0], name, number)
    for field in fields[1:]:
        if not is_number(field):
            found = shorten(field.decode("utf-8", "replace"), 20)
            problem = f"expected {dimensions} numbers after '{shorten(word)}', found '{found}'"
            raise FormatError(name, f"{problem}; correct the line or leave it out", number)
    with np.errstate(over="ignore"):  # too large a number is infinite, which is refused with its word
        return word, np.array([float(field) for field in fields[1:]]).astype(np.float32)


def decode(word: bytes, name: str, line: int) -> str:
    """Decode UTF-8, or say which line is not."""
    try:
        return word.decode()
    except UnicodeDecodeError:
        raise not_utf8(name, line) from None


def count_numbers(line: bytes) -> int:
    """How many numbers end a line; its word counts as a word even if it is one."""
    fields = line.split()
    count = 0
    while count < len(fields) - 1 and is_number(fields[-1 - count]):
        count += 1
    return count


def is_number(field: bytes) -> bool:
    """Tell whether a field is what `float` reads, underscores apart."""
    try:
        float(field)
    except ValueError:
        return False
    return b"_" not in field


def _hides_number(word: bytes) -> bool:
    """Tell whether what stands before the numbers ends with one more number, as in '0.0132'."""
    parts = word.split(b" ")
    return len(parts) > 1 and b"." in parts[-1] and is_number(parts[-1])


def _wrong_count(line: bytes, dimensions: int) -> str:
    if line[:1] in b" \t":
        return f"has no word before its {len(line.split())} numbers; leave the line out"
    found = count_numbers(line)
    return f"expected {dimensions} numbers, found {found}; correct the line or leave it out"
