"""What every reader does with what it has read: one row a word, finite numbers, a note of what was passed over."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.embeddings import Embeddings
from wordrel.errors import FormatError, WordrelWarning, shorten


def clean(
    path: Path, words: Sequence[str], vectors: npt.NDArray[Any], language: str, first_line: int | None = None
) -> Embeddings:
    """Make embeddings of what a file holds.

    Parameters
    ----------
    path : Path
        For messages.
    words : sequence of str
    vectors : array of shape (n_words, d)
    language : str
    first_line : int, optional
        Line number of the first row, when the file is text: messages then name lines, rows otherwise.
    """
    if not len(words) or not vectors.shape[1]:
        raise FormatError(path, "has no vectors in it; check that the download is complete")

    def label(row: int) -> str:
        return f"line {row + first_line}" if first_line is not None else f"row {row}"

    def wrong(row: int, problem: str) -> FormatError:
        if first_line is not None:
            return FormatError(path, f"{problem}; leave the line out", row + first_line)
        return FormatError(path, f"row {row}: {problem}; leave the row out")

    empty = next((row for row, word in enumerate(words) if not word or "\n" in word), None)
    if empty is not None:
        raise wrong(empty, "the word is empty or has a line break in it")
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise wrong(row, f"the vector of '{shorten(words[row])}' has a NaN or infinite number")
    kept = _first_rows(words)
    if len(kept) < len(words):
        twice = int(np.setdiff1d(np.arange(len(words)), kept)[0])
        count = _count(len(words) - len(kept), "repeated word")
        _note(path, f"{count} left out (first: '{shorten(words[twice])}', {label(twice)})")
        words, vectors = [words[row] for row in kept], vectors[kept]
    zero = np.flatnonzero(~vectors.any(axis=1))
    if len(zero):
        first = int(zero[0])
        _note(
            path,
            f"{_count(len(zero), 'word')} with only zeros, never found as a neighbour "
            f"(first: '{shorten(words[first])}', {label(int(kept[first]))})",
        )
    return Embeddings(words, vectors, language, {"source": str(path)})


def _first_rows(words: Sequence[str]) -> npt.NDArray[np.int64]:
    rows: dict[str, int] = {}
    for row, word in enumerate(words):
        rows.setdefault(word, row)
    return np.fromiter(rows.values(), dtype=np.int64)


def _note(path: Path, message: str) -> None:
    warnings.warn(f"{path}: {message}", WordrelWarning, stacklevel=2)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
