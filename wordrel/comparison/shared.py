"""Words that two spaces have in common, and those of them that are compared."""

from __future__ import annotations

import warnings
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from wordrel.comparison.settings import Settings
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.relative import Array32
from wordrel.sparse import as_dense
from wordrel.topk import Rows, has_direction

# In a table; a longer name keeps its end, which tells files of one folder apart.
_LONGEST_NAME = 28


class SharedWords(NamedTuple):
    """The words that are compared, with their rows of both spaces.

    Attributes
    ----------
    words : tuple of str
        In the order of the first space.
    source, target : arrays of float32, shape (n, d) and (n, d')
        Finite, none of them zero.
    n_shared : int
        Words that both spaces know, before any was left out.
    n_zero : int
        Words that were left out because a vector is zero.
    """

    words: tuple[str, ...]
    source: Array32
    target: Array32
    n_shared: int
    n_zero: int


def share(one: Embeddings, other: Embeddings, settings: Settings) -> SharedWords:
    """Find the words to compare: spelt alike in both spaces, letter for letter.

    Raises
    ------
    InvalidParameter
        When no word is in both spaces, or fewer than three are left, or a vector is not finite.

    Warns
    -----
    WordrelWarning
        When words were left out because a vector is zero.
    """
    known = {word: row for row, word in enumerate(other.words)}
    shared = [(row, known[word], word) for row, word in enumerate(one.words) if word in known]
    if not shared:
        raise InvalidParameter(
            f"{source_of(one)} and {source_of(other)} have no word in common; give two spaces of one language, with "
            "words spelt alike (for two languages there is 'wordrel align')"
        )
    wanted = [item for item in shared[settings.skip :] if _wanted(item[2], settings)][: settings.limit]
    rows = np.array([item[:2] for item in wanted], dtype=np.int64).reshape(-1, 2)
    X, Y = (
        _rows(space, column, [item[2] for item in wanted]) for space, column in zip((one, other), rows.T, strict=True)
    )
    usable = has_direction(X) & has_direction(Y)
    if not usable.all():
        n_zero = int((~usable).sum())
        message = f"{n_zero:,} of the {len(usable):,} words have a zero vector in one of the spaces and are left out"
        warnings.warn(message, WordrelWarning, stacklevel=3)
        X, Y = X[usable], Y[usable]
    words = tuple(item[2] for item, kept in zip(wanted, usable.tolist(), strict=True) if kept)
    if len(words) < 3:
        raise InvalidParameter(
            f"{len(words)} of the {len(shared):,} words that {source_of(one)} and {source_of(other)} share can be "
            "compared, which is too few; compare larger vocabularies, or leave fewer words out"
        )
    return SharedWords(words, X, Y, len(shared), int((~usable).sum()))


def _wanted(word: str, settings: Settings) -> bool:
    return len(word) >= settings.min_length and (word.isalpha() or not settings.alphabetic)


def _rows(space: Embeddings, rows: Rows, words: list[str]) -> Array32:
    taken: Array32 = as_dense(space.vectors, "compared")[rows]
    # Embeddings that came from a memory map were checked when it was made, and not since.
    finite = np.isfinite(taken).all(axis=1)
    if not finite.all():
        bad = int(np.argmin(finite))
        raise InvalidParameter(
            f"{source_of(space)}: row {rows[bad]}: the vector of '{words[bad]}' has a NaN or infinite number; "
            "leave the row out"
        )
    return taken


def source_of(space: Embeddings) -> str:
    """Where a space came from, for a message; its language when that is not known."""
    return str(space.provenance.get("source") or f"the {space.language} space")


def names_of(one: Embeddings, other: Embeddings) -> tuple[str, str]:
    """Short names for the rows of a table, always different."""
    names = [_short(source_of(space)) for space in (one, other)]
    return (names[0], names[1]) if names[0] != names[1] else (f"{names[0]} (A)", f"{names[1]} (B)")


def _short(source: str) -> str:
    name = PurePath(source).name or source
    return name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"
