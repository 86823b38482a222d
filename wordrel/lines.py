"""The words of a text file, one a line, as a sequence: none is taken from it before it is asked for.

Of 200,000 words a tuple and a dictionary of their rows take 40 MB and a tenth of a second, the text 2 MB.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from operator import mul
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

# So many words are looked for in the text, at some .2 ms each of 200,000, before it is worth to have an index.
_FEW = 8
# An odd number whose powers spread over all 64 bits (Knuth's for multiplicative hashing).
_BASE = 0x9E3779B97F4A7C15
# Letters of a line that is hashed without numpy.
_SHORT = 64
# Lines whose hashes are computed at a time.
_BLOCK = 1 << 16

_NEWLINE = ord("\n")


class _Index(NamedTuple):
    """Hashes in ascending order, and which line has each: views that give integers of Python's."""

    hashes: memoryview
    rows: memoryview


class Lines(Sequence[str]):
    """Lines of UTF-8 text, each ended by a line feed.

    Parameters
    ----------
    text : bytes
    n : int, optional
        Of so many lines, the first ones; of all when left out.

    Raises
    ------
    ValueError
        When the text is not UTF-8, or its last line has no end.
    """

    def __init__(self, text: bytes, n: int | None = None) -> None:
        if text and text[-1] != _NEWLINE:
            raise ValueError("the last line of the text has no end")
        if not text.isascii():
            for start in range(0, len(text), 1 << 20):
                _check(text, start, start + (1 << 20))
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _NEWLINE)
        if n is not None and n < len(ends):
            ends, text = ends[:n], text[: int(ends[n - 1]) + 1 if n else 0]
        self._text, self._ends = text, ends
        self._end_of = ends.data  # gives integers of Python's, five times as fast as numpy's
        self._looked_for = 0

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, number: int) -> str: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[str, ...]: ...

    def __getitem__(self, number: int | slice) -> str | tuple[str, ...]:
        if isinstance(number, slice):
            start, stop, step = number.indices(len(self))
            if step == 1 and start < stop:
                first = self._bounds(start)[0]
                return tuple(self._text[first : self._bounds(stop - 1)[1]].decode("utf-8").split("\n"))
            return tuple(self[row] for row in range(start, stop, step))
        n = len(self._ends)
        row = number + n if number < 0 else number
        if not 0 <= row < n:
            raise IndexError(f"there is no line {number}")
        first, end = self._bounds(row)
        return self._text[first:end].decode("utf-8")

    def take(self, numbers: Iterable[int]) -> list[str]:
        """Some lines, by their numbers from 0 on: in a fifth of the time that they take one by one."""
        text, end_of = self._text, self._end_of
        return [text[end_of[row - 1] + 1 if row else 0 : end_of[row]].decode("utf-8") for row in numbers]

    def __iter__(self) -> Iterator[str]:
        return iter(self._text.decode("utf-8").split("\n")[:-1])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Lines):
            return self._text == other._text
        if isinstance(other, tuple | list):
            return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it is equal to lists, which have none

    def __reduce__(self) -> tuple[type[Lines], tuple[bytes]]:
        return Lines, (self._text,)

    def __repr__(self) -> str:
        return f"<{len(self):,} lines>"

    def find(self, line: str) -> int | None:
        """Number of the first line that is this one, or None."""
        sought = line.encode("utf-8", "surrogatepass")
        if b"\n" in sought:
            return None
        self._looked_for += 1
        if self._looked_for <= _FEW:
            return self._look(sought)
        hashed, (hashes, rows) = _hash(sought), self._index
        place = bisect_left(hashes, hashed)
        while place < len(self) and hashes[place] == hashed:
            row = rows[place]
            first, end = self._bounds(row)
            if self._text[first:end] == sought:
                return row
            place += 1
        return None

    def _look(self, sought: bytes) -> int | None:
        if self._text.startswith(sought + b"\n"):
            return 0
        place = self._text.find(b"\n" + sought + b"\n")
        return None if place < 0 else int(np.searchsorted(self._ends, place)) + 1

    def _bounds(self, row: int) -> tuple[int, int]:
        return (self._end_of[row - 1] + 1 if row else 0), self._end_of[row]

    @cached_property
    def _index(self) -> _Index:
        hashes = np.empty(len(self), dtype=np.uint64)
        text = np.frombuffer(self._text, dtype=np.uint8)
        starts = np.concatenate([[0], self._ends[:-1] + 1])
        for row in range(0, len(self), _BLOCK):
            part = slice(row, min(row + _BLOCK, len(self)))
            first, end = int(starts[part][0]), int(self._ends[part][-1]) + 1
            # The line feed counts as a letter 0, so that an empty line has a place.
            letters = np.where(text[first:end] == _NEWLINE, 0, text[first:end]).astype(np.uint64)
            lengths = self._ends[part] + 1 - starts[part]
            letters *= _powers(int(lengths.max()))[np.arange(end - first) - np.repeat(starts[part] - first, lengths)]
            hashes[part] = np.add.reduceat(letters, starts[part] - first)
        rows = np.argsort(hashes, kind="stable")
        return _Index(hashes[rows].data, rows.data)


def _powers(n: int) -> npt.NDArray[np.uint64]:
    """Powers of the base, modulo 2^64."""
    return np.multiply.accumulate(np.full(n, _BASE, dtype=np.uint64))


def _hash(line: bytes) -> int:
    if len(line) <= _SHORT:
        # A word has some ten letters, for which numpy takes five times as long.
        hashed: int = sum(map(mul, line, _first_powers(_BASE))) % (1 << 64)
        return hashed
    letters = np.frombuffer(line, dtype=np.uint8).astype(np.uint64)
    return int((letters * _powers(len(letters))).sum(dtype=np.uint64))


@cache
def _first_powers(base: int) -> tuple[int, ...]:
    return tuple(base**power % (1 << 64) for power in range(1, _SHORT + 1))


def _check(text: bytes, start: int, stop: int) -> None:
    """Decode a part that ends where a line does, to see that it can be."""
    while start and text[start - 1] != _NEWLINE:
        start += 1
        if start >= len(text):
            return
    end = text.find(b"\n", stop - 1) + 1 if stop < len(text) else len(text)
    text[start:end].decode("utf-8")
