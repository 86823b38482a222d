"""Lines of a file, plain or gzip, with errors that name the file."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from wordrel.errors import FormatError


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file with their line ends; gzip is recognised by its first bytes.

    Raises
    ------
    FormatError
        When the file cannot be read or its gzip stream is cut short or damaged.
    """
    try:
        with path.open("rb") as probe:
            compressed = probe.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if compressed else path.open("rb") as stream:
            yield from stream
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FormatError(path, "its gzip stream is cut short or damaged; download the file again") from None
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror})") from None
