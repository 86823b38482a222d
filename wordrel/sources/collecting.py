"""What is done with the rows of every reader: one row a word, finite numbers, a note of what was passed over."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.blockwise import HalfRows
from wordrel.embeddings import Embeddings
from wordrel.errors import FormatError, WordrelWarning, shorten
from wordrel.sources.options import ReadOptions
from wordrel.sources.rows import Block, Composer, Table
from wordrel.sparse import as_matrix

# Memory is set aside at once for so many numbers of what a file promises: beyond that, it grows with what comes. The
# system gives it only when it is written to.
_PROMISED_NUMBERS = 1 << 31


@dataclass
class Collected:
    """Rows that were checked.

    Attributes
    ----------
    rows : dict of str to int
        Every word, in order, and its row.
    vectors : array of shape (n_words, d)
        Of the type that the options ask for.
    n_read : int
        Rows that the reader gave.
    notes : list of str
        What was passed over.
    """

    rows: dict[str, int]
    vectors: npt.NDArray[Any]
    n_read: int
    notes: list[str]


def collect(table: Table, options: ReadOptions, name: str, progress: Callable[[], None] | None = None) -> Collected:
    """Gather what a reader finds.

    Parameters
    ----------
    table : Table
    options : ReadOptions
        The reader has honoured the limit; the rest is done here.
    name : str
        Path or address, for messages.
    progress : callable, optional
        Called after each block.

    Raises
    ------
    FormatError
        When a word is empty, a number is NaN or infinite, or there are no rows.

    Notes
    -----
    The matrix is never in memory twice: blocks are copied into their place, and a block that is the whole table (a
    memory map) is kept as it is.
    """
    gathered = _Gathered(table, options, name)
    try:
        for block in table.blocks:
            gathered.add(block)
            if progress is not None:
                progress()
    finally:
        # A reader closes its file when its rows are all read, or no more are wanted.
        if isinstance(table.blocks, Generator):
            table.blocks.close()
    return gathered.finish()


class _Gathered:
    def __init__(self, table: Table, options: ReadOptions, name: str) -> None:
        self._table, self._options, self._name = table, options, name
        self._rows: dict[str, int] = {}
        self._whole: npt.NDArray[Any] | None = None
        self._buffer: npt.NDArray[Any] = np.empty((0, table.dimensions), dtype=options.number)
        self._read = 0
        self._repeated: list[tuple[str, int]] = []
        self._zero: list[tuple[str, int]] = []

    def add(self, block: Block) -> None:
        """Check some rows and put them in their place."""
        words = [word.lower() for word in block.words] if self._options.lower else block.words
        vectors = block.vectors
        if vectors.dtype != self._options.number:
            with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
                vectors = vectors.astype(self._options.number)
        self._check(words, vectors)
        before = len(self._rows)
        taken = self._take(words)
        if len(taken) < len(words):
            vectors = vectors[taken]
        for i in np.flatnonzero(~vectors.any(axis=1)).tolist():
            self._zero.append((words[taken[i]], self._read + taken[i]))
        if not self._read and len(taken) == self._table.rows:
            self._whole = vectors
        else:
            self._append(vectors, before)
        self._read += len(words)

    def _check(self, words: Sequence[str], vectors: npt.NDArray[Any]) -> None:
        empty = next((row for row, word in enumerate(words) if not word or "\n" in word), None)
        if empty is not None:
            raise self._wrong(empty, "the word is empty or has a line break in it")
        finite = np.isfinite(vectors).all(axis=1)
        if not finite.all():
            row = int(np.argmin(finite))
            raise self._wrong(row, f"the vector of '{shorten(words[row])}' has a NaN or infinite number")

    def _wrong(self, row: int, problem: str) -> FormatError:
        first_line = self._table.first_line
        if first_line is not None:
            return FormatError(self._name, f"{problem}; leave the line out", self._read + row + first_line)
        return FormatError(self._name, f"row {self._read + row}: {problem}; leave the row out")

    def _take(self, words: Sequence[str]) -> list[int]:
        """Give the new words their rows, and say where they stand in the block."""
        rows, only = self._rows, self._options.only
        if only is None:
            new = dict(zip(words, range(len(rows), len(rows) + len(words)), strict=True))
            if len(new) == len(words) and rows.keys().isdisjoint(new):
                rows.update(new)
                return list(range(len(words)))
        taken = []
        for i, word in enumerate(words):
            if only is not None and word not in only:
                continue
            if word in rows:
                self._repeated.append((word, self._read + i))
            else:
                rows[word] = len(rows)
                taken.append(i)
        return taken

    def _append(self, vectors: npt.NDArray[Any], start: int) -> None:
        if self._whole is not None:
            whole, self._whole = self._whole, None
            self._append(whole, 0)
        end = start + len(vectors)
        if end > len(self._buffer):
            most = _PROMISED_NUMBERS // self._table.dimensions
            promised = min(self._table.rows or 0, self._options.limit or most, most)
            # An eighth more each time; large memory is moved by the system without copying it.
            self._resize(max(end, promised if self._options.only is None else 0, len(self._buffer) * 9 // 8))
        self._buffer[start:end] = vectors

    def _resize(self, n_rows: int) -> None:
        if not len(self._buffer):
            self._buffer = np.empty((n_rows, self._table.dimensions), dtype=self._options.number)
        elif n_rows != len(self._buffer):
            self._buffer.resize((n_rows, self._table.dimensions), refcheck=False)

    def finish(self) -> Collected:
        """Say what was gathered, and what was not."""
        if not self._rows:
            if self._read:
                raise FormatError(self._name, "has none of the words that are asked for; check their spelling")
            raise FormatError(self._name, "has no vectors in it; check that the download is complete")
        if self._whole is None:
            self._resize(len(self._rows))
        notes = []
        if self._repeated:
            notes.append(f"{_count(len(self._repeated), 'repeated word')} left out ({self._first(self._repeated)})")
        if self._zero:
            count = _count(len(self._zero), "word")
            notes.append(f"{count} with only zeros, never found as a neighbour ({self._first(self._zero)})")
        vectors = self._buffer if self._whole is None else self._whole
        return Collected(self._rows, vectors, self._read, notes)

    def _first(self, found: list[tuple[str, int]]) -> str:
        word, row = found[0]
        first_line = self._table.first_line
        label = f"row {row}" if first_line is None else f"line {row + first_line}"
        return f"first: '{shorten(word)}', {label}"


def note(name: str, notes: Sequence[str]) -> None:
    """Warn of what was passed over."""
    for message in notes:
        warnings.warn(f"{name}: {message}", WordrelWarning, stacklevel=2)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def as_embeddings(
    found: Collected, name: str, language: str, provenance: dict[str, Any], composer: Composer | None = None
) -> Embeddings:
    """Say what was passed over, and make embeddings of the rest."""
    note(name, found.notes)
    half = found.vectors.dtype == np.float16
    vectors = as_matrix(HalfRows(found.vectors) if half else found.vectors)
    return Embeddings.from_checked(found.rows, vectors, language, provenance, composer)
