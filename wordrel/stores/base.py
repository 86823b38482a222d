"""What every store can do, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from wordrel.errors import WordrelError, shorten
from wordrel.relative import Array32


class StoreError(WordrelError, OSError):
    """A store cannot be reached, or refuses what it is asked."""


def refusal(place: str, error: BaseException) -> StoreError:
    """Say in one line what a store's library has said."""
    said = " ".join(str(getattr(error, "message", None) or error).split())
    why = shorten(said or type(error).__name__, 160)
    return StoreError(f"{place}: the store refuses ({why}); check the place and the name of the collection")


@dataclass(frozen=True)
class Points:
    """Some words on their way into a store.

    Attributes
    ----------
    ids : sequence of int
        From 0, without a gap, over all languages.
    words : sequence of str
    language : str
    ranks : sequence of int
        Places in the vocabulary, 1 for the first, mostly the most frequent, word.
    vectors : array of shape (n, d)
        Unit rows.
    """

    ids: Sequence[int]
    words: Sequence[str]
    language: str
    ranks: Sequence[int]
    vectors: Array32


class Store(Protocol):
    """A vector store that is open; collections are searched by cosine."""

    place: str
    """Where it is, for messages."""

    trouble: tuple[type[BaseException], ...]
    """What its library raises when the store cannot be reached or refuses."""

    def exists(self, collection: str) -> bool:
        """Whether it has a collection."""

    def create(self, collection: str, dimensions: int) -> None:
        """Make a collection of so many dimensions."""

    def write(self, collection: str, points: Points) -> None:
        """Add points; they are there when this returns."""

    def finish(self, collection: str) -> None:
        """Make ready to be searched what has been written."""

    def count(self, collection: str) -> int:
        """Count the points."""

    def drop(self, collection: str) -> None:
        """Remove a collection."""


Opened = AbstractContextManager[Store]
