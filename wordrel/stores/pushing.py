"""An alignment goes into a vector store, all languages in one collection."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from wordrel.alignment import Alignment
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, OutputExists, WordrelWarning, shorten
from wordrel.sparse import is_sparse, squared_norms
from wordrel.stores.base import Opened, Points, Store, StoreError, refusal

STORES = {"qdrant": "on_qdrant", "lancedb": "on_lancedb", "milvus": "on_milvus"}

# Servers take messages of 32 or 64 MB at most; 1,000 rows of 300 numbers are 6 MB as JSON.
BATCH = 1000


@dataclass(frozen=True)
class Pushed:
    """What was written.

    Attributes
    ----------
    collection : str
    dimensions : int
    words : dict of str to int
        How many of each language.
    zeros : int
        Words that were passed over, as they have only zeros, which no cosine finds.
    """

    collection: str
    dimensions: int
    words: dict[str, int]
    zeros: int


def open_store(kind: str, url: str | None = None, path: str | None = None) -> Opened:
    """Open a store, to be used in a ``with`` statement.

    Parameters
    ----------
    kind : str
        A name in `STORES`.
    url : str, optional
        Address of a server; of a bucket for lancedb.
    path : str, optional
        A folder (qdrant, lancedb) or file (milvus) on this machine; give one of the two.

    Raises
    ------
    InvalidParameter
        For an unknown store, and for both or neither of `url` and `path`.
    MissingExtra
        When the store's client is not installed.
    StoreError
        On entering, when the store cannot be reached or opened.
    """
    if kind not in STORES:
        raise InvalidParameter(f"unknown store '{shorten(kind)}'; choose one of: {', '.join(STORES)}")
    if (url is None) == (path is None):
        raise InvalidParameter(f"the store {kind} needs a url or a path, one of the two; give --url or --path")
    opened: Opened = import_module(f"wordrel.stores.{STORES[kind]}").opened(url, path)
    return opened


def push(
    alignment: Alignment,
    store: Store,
    collection: str,
    *,
    batch: int = BATCH,
    limit: int | None = None,
    force: bool = False,
    progress: Callable[[str], object] = lambda step: None,
) -> Pushed:
    """Write the aligned vectors of all languages, with word, language and rank, into a new collection.

    Parameters
    ----------
    alignment : Alignment
    store : Store
        From `open_store`.
    collection : str
    batch : int
        Words that are sent at a time.
    limit : int, optional
        Only the first words of each language.
    force : bool
        Remove a collection that is there first.
    progress : callable
        Told of each batch before it is sent.

    Returns
    -------
    Pushed

    Raises
    ------
    OutputExists
        When there is such a collection.
    StoreError
        When the store cannot be reached or refuses. What was written by then is removed.
    InvalidParameter
        For a batch or limit of less than 1.

    Warns
    -----
    WordrelWarning
        When words have only zeros.
    """
    if batch < 1:
        raise InvalidParameter(f"a batch must have 1 or more words, not {batch}")
    spaces = [space if limit is None else space.head(limit) for space in alignment.spaces.values()]
    kept = [np.flatnonzero(squared_norms(space.vectors) > 0) for space in spaces]
    dimensions = spaces[0].dimensions
    words = {space.language: len(rows) for space, rows in zip(spaces, kept, strict=True)}
    try:
        if store.exists(collection):
            if not force:
                raise OutputExists(
                    f"{store.place}: has a collection '{shorten(collection)}'; choose another name with --collection, "
                    "or replace it with --force"
                )
            store.drop(collection)
        try:
            store.create(collection, dimensions)
            for points in batches(spaces, kept, batch):
                progress(f"{points.language} {points.ranks[-1]:,}")
                store.write(collection, points)
            store.finish(collection)
            _check_count(store, collection, sum(words.values()))
        except BaseException:
            with suppress(*store.trouble):
                store.drop(collection)
            raise
    except (OutputExists, StoreError):
        raise
    except store.trouble as error:
        raise refusal(store.place, error) from error
    zeros = sum(map(len, spaces)) - sum(words.values())
    if zeros:
        message = f"{zeros:,} word{'' if zeros == 1 else 's'} with only zeros left out, which no cosine finds"
        warnings.warn(message, WordrelWarning, stacklevel=2)
    return Pushed(collection, dimensions, words, zeros)


def batches(
    spaces: Sequence[Embeddings], kept: Sequence[np.ndarray[tuple[int], np.dtype[np.int64]]], size: int
) -> Iterator[Points]:
    """Cut the rows that are kept of each space into batches, dense and numbered through."""
    first = 0
    for space, rows in zip(spaces, kept, strict=True):
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            vectors = space.vectors[part]
            dense = vectors.toarray() if is_sparse(vectors) else np.ascontiguousarray(vectors, dtype=np.float32)
            ids = range(first, first + len(part))
            yield Points(ids, [space.words[row] for row in part], space.language, (part + 1).tolist(), dense)
            first += len(part)


def _check_count(store: Store, collection: str, expected: int) -> None:
    found = store.count(collection)
    if found != expected:
        raise StoreError(
            f"{store.place}: has {found:,} of the {expected:,} words that were sent; push again, in smaller batches"
        )
