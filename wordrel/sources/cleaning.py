"""What every reader does with what it has read: one row a word, finite numbers, and a word about what was passed over."""

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

    def place(row: int) -> dict[str, int]:
        return {} if first_line is None else {"line": row + first_line}

    def label(row: int) -> str:
        return f"line {row + first_line}" if first_line is not None else f"row {row}"

    empty = next((row for row, word in enumerate(words) if not word or "\n" in word), None)
    if empty is not None:
        raise FormatError(path, f"{label(empty)} has an empty word or one with a line break; leave it out", **place(empty))
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        problem = f"the vector of '{shorten(words[row])}' has a NaN or infinite number; leave the {'row' if first_line is None else 'line'} out"
        raise FormatError(path, problem if first_line is not None else f"row {row}: {problem}", **place(row))
    first_rows: dict[str, int] = {}
    for row, word in enumerate(words):
        first_rows.setdefault(word, row)
    if len(first_rows) < len(words):
        twice = next(row for row, word in enumerate(words) if first_rows[word] != row)
        _note(path, f"{_count(len(words) - len(first_rows), 'repeated word')} left out (first: '{shorten(words[twice])}', {label(twice)})")
        kept = np.fromiter(first_rows.values(), dtype=np.int64)
        words, vectors = list(first_rows), vectors[kept]
    else:
        kept = np.arange(len(words))
    zero = np.flatnonzero(~vectors.any(axis=1))
    if len(zero):
        first = int(zero[0])
        _note(
            path,
            f"{_count(len(zero), 'word')} with only zeros, never found as a neighbour "
            f"(first: '{shorten(words[first])}', {label(int(kept[first]))})",
        )
    return Embeddings(words, vectors, language, {"source": str(path)})


def _note(path: Path, message: str) -> None:
    warnings.warn(f"{path}: {message}", WordrelWarning, stacklevel=2)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
