"""Milvus: a server, or a file that Milvus Lite keeps."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wordrel.errors import MissingExtra
from wordrel.stores.base import Points, Store, refusal

# Bytes of UTF-8; the most that Milvus has.
_LONGEST_TEXT = 65_535


@contextmanager
def opened(url: str | None, path: str | None) -> Iterator[Store]:
    """Open a server by its address, or a file of Milvus Lite."""
    # gRPC prints to stderr what it thinks of keep-alive messages.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    try:
        from pymilvus import MilvusClient

        if path is not None:
            import milvus_lite  # noqa: F401
    except ImportError as error:
        raise MissingExtra("The store milvus", (error.name or "pymilvus").replace("_", "-"), "milvus") from None
    from pymilvus.exceptions import MilvusException

    place = str(url or path)
    # Both log at length, with tracebacks, what becomes one line here.
    for name in ("pymilvus", "milvus_lite"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    trouble = (MilvusException, OSError, ValueError)
    try:
        client = MilvusClient(place)
    except trouble as error:
        raise refusal(place, error) from error
    try:
        yield Milvus(client, place, trouble)
    finally:
        client.close()


class Milvus:
    """A client that is open; see `Store`."""

    def __init__(self, client: Any, place: str, trouble: tuple[type[BaseException], ...]) -> None:
        self.client, self.place, self.trouble = client, place, trouble

    def exists(self, collection: str) -> bool:
        """Whether it has a collection."""
        return bool(self.client.has_collection(collection))

    def create(self, collection: str, dimensions: int) -> None:
        """Make a collection with an exact index."""
        from pymilvus import DataType

        schema = self.client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("word", DataType.VARCHAR, max_length=_LONGEST_TEXT)
        schema.add_field("language", DataType.VARCHAR, max_length=_LONGEST_TEXT)
        schema.add_field("rank", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
        index = self.client.prepare_index_params()
        index.add_index(field_name="vector", index_type="FLAT", metric_type="COSINE")
        self.client.create_collection(collection, schema=schema, index_params=index)

    def write(self, collection: str, points: Points) -> None:
        """Add points."""
        rows = [
            {"id": number, "word": word, "language": points.language, "rank": rank, "vector": vector}
            for number, word, rank, vector in zip(points.ids, points.words, points.ranks, points.vectors, strict=True)
        ]
        self.client.insert(collection, rows)

    def finish(self, collection: str) -> None:
        """Let it close what is still open, and be counted."""
        self.client.flush(collection)

    def count(self, collection: str) -> int:
        """Count the rows."""
        return int(self.client.query(collection, filter="", output_fields=["count(*)"])[0]["count(*)"])

    def drop(self, collection: str) -> None:
        """Remove a collection."""
        self.client.drop_collection(collection)
