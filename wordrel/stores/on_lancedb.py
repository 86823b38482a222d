"""LanceDB: tables in a folder or a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wordrel.errors import MissingExtra
from wordrel.stores.base import Points, Store, refusal


@contextmanager
def opened(url: str | None, path: str | None) -> Iterator[Store]:
    """Open a folder, or an address such as ``s3://bucket/folder``."""
    try:
        import lancedb
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingExtra("The store lancedb", error.name or "lancedb", "lancedb") from None

    place = str(url or path)
    try:
        database = lancedb.connect(place)
    except (OSError, RuntimeError, ValueError) as error:
        raise refusal(place, error) from error
    yield Lance(database, place)


class Lance:
    """A connection that is open; see `Store`."""

    def __init__(self, database: Any, place: str) -> None:
        self.database, self.place = database, place
        self.trouble: tuple[type[BaseException], ...] = (OSError, RuntimeError, ValueError)

    def exists(self, collection: str) -> bool:
        """Whether it has a table."""
        try:
            self.database.open_table(collection)
        except (FileNotFoundError, ValueError) as error:
            if "not found" in str(error):
                return False
            raise
        return True

    def create(self, collection: str, dimensions: int) -> None:
        """Make a table."""
        import pyarrow as pa

        fields = {
            "id": pa.int64(),
            "word": pa.string(),
            "language": pa.string(),
            "rank": pa.int64(),
            "vector": pa.list_(pa.float32(), dimensions),
        }
        self.database.create_table(collection, schema=pa.schema(fields.items()))

    def write(self, collection: str, points: Points) -> None:
        """Add points."""
        import pyarrow as pa

        d = points.vectors.shape[1]
        columns = {
            "id": pa.array(points.ids, pa.int64()),
            "word": pa.array(points.words, pa.string()),
            "language": pa.array([points.language] * len(points.words), pa.string()),
            "rank": pa.array(points.ranks, pa.int64()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(points.vectors.ravel()), d),
        }
        self.database.open_table(collection).add(pa.table(columns))

    def finish(self, collection: str) -> None:
        """Join the pieces that the batches left."""
        self.database.open_table(collection).optimize()

    def count(self, collection: str) -> int:
        """Count the rows."""
        return int(self.database.open_table(collection).count_rows())

    def drop(self, collection: str) -> None:
        """Remove a table."""
        self.database.drop_table(collection)
