"""Qdrant: a server, or a folder that its client keeps itself."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wordrel.errors import MissingExtra
from wordrel.stores.base import Points, Store, refusal


@contextmanager
def opened(url: str | None, path: str | None) -> Iterator[Store]:
    """Open a server by its address, or a folder (":memory:" for none)."""
    try:
        from qdrant_client import QdrantClient
    except ImportError:
        raise MissingExtra("The store qdrant", "qdrant-client", "qdrant") from None

    with warnings.catch_warnings():
        # Of local collections over 20,000 points, and of servers whose version it cannot ask.
        warnings.simplefilter("ignore")
        place = str(url or path)
        try:
            # It would ask a server for its version in a thread of its own, and complain there when none answers.
            location, folder = (place, None) if url or path == ":memory:" else (None, place)
            client = QdrantClient(location, path=folder, check_compatibility=False)
        except (OSError, RuntimeError, ValueError) as error:
            raise refusal(place, error) from error
        try:
            yield Qdrant(client, place)
        finally:
            client.close()


class Qdrant:
    """A client that is open; see `Store`."""

    def __init__(self, client: Any, place: str) -> None:
        from qdrant_client.http.exceptions import ApiException

        self.client, self.place = client, place
        # Local mode raises plain errors: of a folder that another client has open, for one.
        self.trouble: tuple[type[BaseException], ...] = (ApiException, OSError, RuntimeError, ValueError)

    def exists(self, collection: str) -> bool:
        """Whether it has a collection."""
        return bool(self.client.collection_exists(collection))

    def create(self, collection: str, dimensions: int) -> None:
        """Make a collection, with an index of the languages."""
        from qdrant_client import models

        vectors = models.VectorParams(size=dimensions, distance=models.Distance.COSINE)
        self.client.create_collection(collection, vectors_config=vectors)
        self.client.create_payload_index(collection, "language", models.PayloadSchemaType.KEYWORD)

    def write(self, collection: str, points: Points) -> None:
        """Add points."""
        from qdrant_client import models

        payloads: list[dict[str, Any]] = [
            {"word": word, "language": points.language, "rank": rank}
            for word, rank in zip(points.words, points.ranks, strict=True)
        ]
        batch = models.Batch(ids=list(points.ids), vectors=points.vectors.tolist(), payloads=payloads)
        self.client.upsert(collection, batch, wait=True)

    def finish(self, collection: str) -> None:
        """Nothing is left to do: the server indexes on its own."""

    def count(self, collection: str) -> int:
        """Count the points."""
        return int(self.client.count(collection, exact=True).count)

    def drop(self, collection: str) -> None:
        """Remove a collection."""
        self.client.delete_collection(collection)
