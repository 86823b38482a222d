"""Bytes of a file or of the network, decompressed on the way, with errors that name the file."""

from __future__ import annotations

import io
import mmap
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, cast

from wordrel.errors import FormatError
from wordrel.sources import archives
from wordrel.sources.decompression import BUFFER, buffered, compression, decompressed

# A compressed member of a zip archive is common; more layers are not.
_LAYERS = 2
# Of what comes over a network so much is read at once: what is read and not used was transferred for nothing.
_AHEAD = 1 << 17


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
    raw : io.RawIOBase, optional
        What the bytes come from, before they are decompressed.
    closing : ExitStack
        What is closed when the reading ends.
    """

    name: str
    stream: io.BufferedReader
    path: Path | None = None
    trusted: bool = False
    raw: io.RawIOBase | None = None
    closing: ExitStack = field(default_factory=ExitStack, repr=False)

    def head(self, n_bytes: int) -> bytes:
        """Look at the first bytes, at most 1 MiB, without taking them; only before anything is read."""
        # The buffer is filled as far as there are bytes, also from a pipe, so one look is enough.
        return self.stream.peek(n_bytes)[:n_bytes]

    def file(self) -> BinaryIO:
        """The bytes as a file that can be searched: the file itself, or a nameless temporary copy of a stream.

        Raises
        ------
        FormatError
        """
        try:
            if self.path is not None:
                return self.closing.enter_context(self.path.open("rb"))
            return _copy(self.stream, self.closing)
        except OSError as error:
            raise FormatError(self.name, f"cannot be read ({error.strerror or error})") from None

    def map(self) -> mmap.mmap:
        """The bytes as a read-only memory map, of the file itself or of a nameless temporary copy.

        Raises
        ------
        FormatError
            Also when there are no bytes.
        """
        file = self.file()
        if not os.fstat(file.fileno()).st_size:
            raise FormatError(self.name, "is empty; check that the download is complete")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def position(self) -> int:
        """How many bytes were taken from the file, before they were decompressed; 0 where that is not known."""
        return self.raw.tell() if self.raw is not None and self.raw.seekable() else 0

    def size(self) -> int | None:
        """Length of the file in bytes, or None for a stream, whose length is not known."""
        return self.path.stat().st_size if self.path is not None else None


@contextmanager
def open_path(path: Path, member: str | None = None) -> Iterator[Opened]:
    """Open a file, which may be compressed, or a pipe, which is read once.

    Parameters
    ----------
    path : Path
    member : str, optional
        Which member of a zip archive to read; without it, the one that looks like vectors.

    Raises
    ------
    FormatError
        When it cannot be read; also later, when its compressed stream turns out to be cut short or damaged.
    """
    try:
        raw = path.open("rb", buffering=0)
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror}); check its permissions") from None
    with raw, ExitStack() as closing:
        plain, stream = _open(cast(io.RawIOBase, raw), str(path), member, closing)
        ordinary = path if plain and _is_ordinary(path, raw) else None
        yield Opened(str(path), stream, ordinary, trusted=True, raw=cast(io.RawIOBase, raw), closing=closing)


@contextmanager
def open_stream(raw: io.RawIOBase, name: str, member: str | None = None) -> Iterator[Opened]:
    """The same for bytes that come from elsewhere; `raw` is not closed."""
    with ExitStack() as closing:
        yield Opened(name, _open(raw, name, member, closing)[1], closing=closing)


def _is_ordinary(path: Path, file: IO[bytes]) -> bool:
    # /dev/stdin may be an ordinary file, but there is no vocabulary beside it.
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode) and path.parts[:2] not in {("/", "dev"), ("/", "proc")}


def _open(raw: io.RawIOBase, name: str, member: str | None, closing: ExitStack) -> tuple[bool, io.BufferedReader]:
    """Decompress what is compressed, by its first bytes; True when nothing was."""
    ahead = BUFFER if isinstance(raw, io.FileIO) else _AHEAD
    stream = buffered(lambda size: raw.read(size) or b"", name, size=ahead)
    if not stream.peek(1).startswith(archives.MAGIC):
        if member is not None:
            raise FormatError(name, f"is no zip archive, so it has no member '{member}'; leave the member out")
        return _unpacked(stream, name)
    if raw.seekable():
        raw.seek(0)
        file = cast(BinaryIO, raw)
    else:
        file = _copy(stream, closing)
    if member is None and archives.is_numpy(file):
        return True, buffered(file.read, name)
    return False, _unpacked(archives.open_member(file, name, member), name)[1]


def _unpacked(stream: io.BufferedReader, name: str) -> tuple[bool, io.BufferedReader]:
    plain = True
    for _ in range(_LAYERS):
        kind = compression(stream.peek(1)[:8])
        if kind is None:
            break
        plain, stream = False, decompressed(stream, kind, name)
    return plain, stream


def _copy(stream: io.BufferedReader, closing: ExitStack) -> BinaryIO:
    copy = closing.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the rest
    shutil.copyfileobj(stream, copy, BUFFER)
    copy.seek(0)
    return cast(BinaryIO, copy)


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, decompressed, with their line ends.

    Raises
    ------
    FormatError
    """
    with open_path(path) as opened:
        yield from opened.stream
