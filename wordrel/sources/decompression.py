"""gzip, bzip2 and xz, recognised by their first bytes and decompressed piece by piece."""

from __future__ import annotations

import bz2
import io
import lzma
import warnings
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, cast

from wordrel.errors import FormatError, WordrelError, WordrelWarning

BUFFER = 1 << 20
"""Bytes are handed on in pieces of this size."""

_PIECE = 1 << 15
# A decoder of xz may ask for 4 GiB in its header; the highest preset of xz takes 65 MiB.
_XZ_MEMORY = 1 << 30


class _Decoder(Protocol):
    """What decoders of bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Inflater:
    """The same for gzip, by igzip where it is installed: it takes a third of the time of zlib."""

    def __init__(self) -> None:
        self._inner: Any = _zlib().decompressobj(31)
        self._tail = b""
        self._full = False

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        return not (self._inner.eof or self._tail or self._full)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece: bytes = self._inner.decompress(self._tail + data, max_length)
        self._tail = self._inner.unconsumed_tail
        self._full = len(piece) == max_length
        return piece


def _zlib() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


class Compression(NamedTuple):
    """A kind of compressed stream, whose members may follow one another."""

    name: str
    magic: bytes
    decoder: Callable[[], _Decoder]


KINDS = (
    Compression("gzip", b"\x1f\x8b\x08", _Inflater),
    Compression("bzip2", b"BZh", bz2.BZ2Decompressor),
    Compression("xz", b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)),
)


def compression(head: bytes) -> Compression | None:
    """Recognise a compressed stream by its first bytes."""
    return next((kind for kind in KINDS if head.startswith(kind.magic)), None)


def decompressed(source: io.BufferedReader, kind: Compression, name: str) -> io.BufferedReader:
    """Decompress a stream while it is read.

    Several members are read one after the other and zeros after them are padding, as gzip(1) and xz(1) have it (RFC
    1952, section 2.2). Other bytes after the last member are passed over with a warning.

    Raises
    ------
    FormatError
        While it is read, when the stream turns out to be cut short or damaged.
    """
    return buffered(_Members(source, kind, name).read, name, kind.name)


def buffered(read: Callable[[int], bytes], name: str, kind: str = "", size: int = BUFFER) -> io.BufferedReader:
    """Make a reader that can look `size` ahead of a function that gives at most so many bytes, and none at the end."""
    return io.BufferedReader(_Checked(read, name, kind), size)


class _Members:
    def __init__(self, source: io.BufferedReader, kind: Compression, name: str) -> None:
        self._source, self._kind, self._name = source, kind, name
        self._ahead = b""
        self._decoder: _Decoder | None = kind.decoder()

    def read(self, size: int) -> bytes:
        while self._decoder is not None:
            data = b""
            if self._decoder.needs_input:
                data = self._ahead or self._source.read(_PIECE)
                self._ahead = b""
                if not data:
                    raise EOFError
            piece = self._decoder.decompress(data, size)
            if self._decoder.eof:
                self._decoder = self._next(self._decoder.unused_data)
            if piece:
                return piece
        return b""

    def _next(self, unused: bytes) -> _Decoder | None:
        """Start the next member, if there is one; `unused` was read with the end of the last."""
        rest = unused.lstrip(b"\0")
        while len(rest) < len(self._kind.magic) and (more := self._source.read(_PIECE)):
            rest = (rest + more).lstrip(b"\0")
        if rest.startswith(self._kind.magic):
            self._ahead = rest
            return self._kind.decoder()
        if rest:
            warnings.warn(
                f"{self._name}: passed over the bytes that follow the end of its {self._kind.name} stream",
                WordrelWarning,
                stacklevel=2,
            )
        return None


class _Checked(io.RawIOBase):
    """Fills a buffer as far as there are bytes, and turns what a file or a decoder raises into a `FormatError`.

    That it fills is what lets `peek` see all of a buffer: a pipe gives a few bytes at a time.
    """

    def __init__(self, read: Callable[[int], bytes], name: str, kind: str) -> None:
        self._read, self._name, self._kind = read, name, kind

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        filled = 0
        try:
            while filled < len(buffer) and (piece := self._read(len(buffer) - filled)):
                buffer[filled : filled + len(piece)] = piece
                filled += len(piece)
        except WordrelError:
            # A download says better what is wrong with it.
            raise
        except OSError as error:
            # bz2 has no error of its own: its OSError has no number.
            if error.errno is None and self._kind:
                raise self._damaged() from None
            raise FormatError(self._name, f"cannot be read ({error.strerror or error})") from None
        except Exception as error:
            if isinstance(error, damages()):
                raise self._damaged() from None
            raise
        return filled

    def _damaged(self) -> FormatError:
        return FormatError(self._name, f"its {self._kind} stream is cut short or damaged; download the file again")


def damages(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What decoders raise for a stream that is cut short or damaged, and `more`."""
    import zipfile

    # The decoder of an lzma member of a zip archive asks for as much memory as its header says, up to 4 GiB.
    own: tuple[type[Exception], ...] = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, MemoryError, *more)
    try:
        from isal import igzip_lib
    except ImportError:
        return own
    return (*own, cast("type[Exception]", igzip_lib.IsalError))
