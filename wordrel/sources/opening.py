"""Bytes of a file or of the network, decompressed on the way, with errors that name the file."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from wordrel.errors import FormatError

# Decompressed bytes are handed on in pieces of this size.
_BUFFER = 1 << 20


@dataclass
class Opened:
    """Something to read vectors from.

    Attributes
    ----------
    name : str
        Path or address, for messages.
    stream : io.BufferedReader
        The decompressed bytes, at their beginning; `peek` looks ahead.
    path : Path, optional
        The file itself when it is an ordinary one and not compressed, so that a reader may memory-map it.
    trusted : bool
        Whether a user named a local file: only then is a format opened that can run code (gensim's pickles).
    """

    name: str
    stream: io.BufferedReader
    path: Path | None = None
    trusted: bool = False

    def head(self, n_bytes: int) -> bytes:
        """Look at the first bytes without taking them."""
        return self.stream.peek(n_bytes)[:n_bytes]


@contextmanager
def open_path(path: Path) -> Iterator[Opened]:
    """Open a file, which may be compressed, or a pipe, which is read once.

    Raises
    ------
    FormatError
        When it cannot be read; also later, when its compressed stream turns out to be cut short or damaged.
    """
    try:
        raw = cast(io.BufferedReader, path.open("rb", buffering=_BUFFER))
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror}); check its permissions") from None
    with raw:
        plain, stream = _decompressed(raw, str(path))
        yield Opened(str(path), stream, path if plain and path.is_file() else None, trusted=True)


@contextmanager
def open_stream(raw: io.RawIOBase, name: str) -> Iterator[Opened]:
    """The same for bytes that come from elsewhere; `raw` is not closed."""
    _, stream = _decompressed(io.BufferedReader(raw, _BUFFER), name)
    yield Opened(name, stream)


def _decompressed(raw: io.BufferedReader, name: str) -> tuple[bool, io.BufferedReader]:
    """Choose by the first bytes; True when there was nothing to decompress."""
    if raw.peek(2).startswith(b"\x1f\x8b"):
        return False, io.BufferedReader(_Checked(gzip.GzipFile(fileobj=raw).readinto, name, "gzip"), _BUFFER)
    return True, raw


class _Checked(io.RawIOBase):
    """Turns what a decompressor raises into a `FormatError`."""

    def __init__(self, fill: Callable[[memoryview], int], name: str, kind: str) -> None:
        self._fill, self._name, self._kind = fill, name, kind

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            return self._fill(buffer)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            problem = f"its {self._kind} stream is cut short or damaged; download the file again"
            raise FormatError(self._name, problem) from None
        except OSError as error:
            raise FormatError(self._name, f"cannot be read ({error.strerror})") from None


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, decompressed, with their line ends.

    Raises
    ------
    FormatError
    """
    with open_path(path) as opened:
        try:
            yield from opened.stream
        except OSError as error:
            raise FormatError(path, f"cannot be read ({error.strerror})") from None
