"""word2vec's binary format: a header of two counts, then each word, a blank and its numbers as float32.

Its own program ends each row with a line break and gensim does not (word2vec.c, https://code.google.com/p/word2vec/).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import chain

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, WordrelWarning
from wordrel.sources.opening import Opened
from wordrel.sources.options import ReadOptions
from wordrel.sources.rows import Block, Table

LONGEST_WORD = 2000
"""In bytes. Where a word should end and does not, the file is no word2vec file or is damaged."""

MOST_DIMENSIONS = 1 << 20
"""A header that says more is damaged; a row would take 4 MiB."""

_BLOCK_BYTES = 8 << 20


def read(opened: Opened, options: ReadOptions) -> Table:
    """Read a ``.bin`` file of word2vec.

    Words that are not UTF-8, which word2vec's own program makes when it cuts a long word, are left out with a warning.

    Raises
    ------
    FormatError
        Names the row that is wrong, from 0.
    """
    declared, dimensions = _header(opened)
    rows = _Rows(opened, dimensions, declared, options.limit)
    blocks = iter(rows)
    # The first block is read now, so that a file that is something else is refused at once.
    first = next(blocks, None)
    size = opened.size()
    likely = declared if size is None else min(declared, size // (4 * dimensions + 2))
    return Table(dimensions, chain([first] if first else [], blocks), likely if size is not None else None)


def _header(opened: Opened) -> tuple[int, int]:
    fields = opened.stream.readline(80).split()
    if len(fields) != 2 or not all(field.isdigit() for field in fields):
        problem = "has no header of two counts, so it is no word2vec file; download the file again"
        raise FormatError(opened.name, problem)
    declared, dimensions = int(fields[0]), int(fields[1])
    if not 0 < dimensions <= MOST_DIMENSIONS:
        problem = f"the header promises vectors of {dimensions:,} numbers; download the file again"
        raise FormatError(opened.name, problem)
    return declared, dimensions


class _Rows:
    """Blocks of rows, cut out of a buffer that holds some of the file."""

    def __init__(self, opened: Opened, dimensions: int, declared: int, limit: int | None) -> None:
        self._opened, self._dimensions, self._declared = opened, dimensions, declared
        self._wanted = declared if limit is None else min(declared, limit)
        self._bytes = 4 * dimensions
        self._done = 0
        self._dropped = 0
        self._first_dropped = 0

    def __iter__(self) -> Iterator[Block]:
        rest = b""
        while self._done < self._wanted:
            more = self._opened.stream.read(max(_BLOCK_BYTES, self._bytes + LONGEST_WORD + 2))
            data = rest + more
            words, offsets, end = self._cut(data)
            if words:
                yield self._block(data, words, offsets)
            rest = data[end:]
            if not more and self._done < self._wanted:
                self._end_too_soon(rest)
        if self._done == self._declared:
            self._check_end(rest)
        if self._dropped:
            noun = "word that is" if self._dropped == 1 else "words that are"
            warnings.warn(
                f"{self._opened.name}: {self._dropped:,} {noun} not UTF-8 left out (first: row {self._first_dropped})",
                WordrelWarning,
                stacklevel=2,
            )

    def _cut(self, data: bytes) -> tuple[list[bytes], list[int], int]:
        """Find the whole rows of a buffer: their words, where their numbers begin, and where the last one ends."""
        words: list[bytes] = []
        offsets: list[int] = []
        position, step, find, last = 0, self._bytes, data.find, len(data) - self._bytes
        for _ in range(self._wanted - self._done):
            blank = find(b" ", position, position + LONGEST_WORD + 2)
            if blank < 0:
                if len(data) - position > LONGEST_WORD + 1:
                    row = self._done + len(words)
                    problem = f"row {row}: a word of more than {LONGEST_WORD:,} bytes; download the file again"
                    raise FormatError(self._opened.name, problem)
                break
            if blank >= last:
                break
            words.append(data[position:blank])
            offsets.append(blank + 1)
            position = blank + 1 + step
        return words, offsets, position

    def _block(self, data: bytes, words: list[bytes], offsets: list[int]) -> Block:
        # Rows begin at any byte: seen as opaque items of a row's length, one at each byte, they are copied whole.
        row = np.dtype((np.void, self._bytes))
        every = np.ndarray((len(data) - self._bytes + 1,), row, buffer=data, strides=(1,))
        vectors = every[np.array(offsets)].view("<f4").reshape(len(words), self._dimensions)
        first, self._done = self._done, self._done + len(words)
        return self._decoded(words, vectors, first)

    def _decoded(self, words: list[bytes], vectors: npt.NDArray[np.float32], first: int) -> Block:
        # The line break belongs to the row before, or there is none.
        stripped = [word[1:] if word[:1] == b"\n" else word for word in words]
        try:
            return Block([word.decode() for word in stripped], vectors)
        except UnicodeDecodeError:
            pass
        decoded, kept = [], []
        for i, word in enumerate(stripped):
            try:
                decoded.append(word.decode())
                kept.append(i)
            except UnicodeDecodeError:
                if not self._dropped:
                    self._first_dropped = first + i
                self._dropped += 1
        return Block(decoded, vectors[kept])

    def _end_too_soon(self, rest: bytes) -> None:
        if rest.strip(b"\n"):
            raise FormatError(self._opened.name, f"row {self._done} is cut short; download the file again")
        problem = f"the header promises {self._declared:,} words and there are {self._done:,}; download the file again"
        raise FormatError(self._opened.name, problem)

    def _check_end(self, rest: bytes) -> None:
        rest = (rest + self._opened.stream.read(_BLOCK_BYTES)).removeprefix(b"\n")
        if rest:
            many = f"more than {_BLOCK_BYTES:,}" if len(rest) > _BLOCK_BYTES else f"{len(rest):,}"
            problem = f"{many} bytes follow the {self._declared:,} words that the header promises; correct the header"
            raise FormatError(self._opened.name, problem)
