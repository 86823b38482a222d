"""A file that is read over HTTP: only the bytes that are asked for travel."""

from __future__ import annotations

import io
import os
from typing import Any

from wordrel.errors import FetchError
from wordrel.sources import cache, transport
from wordrel.sources.fetch import Progress
from wordrel.sources.retry import Attempts, Interrupted, Policy
from wordrel.sources.sizes import size_text
from wordrel.sources.transport import Response, Version

# The system receives ahead of the reader, and what it holds when the file is closed has travelled for nothing. Linux
# doubles the number; on a round trip of 30 ms that still lets through some 4 MB a second.
POLICY = Policy(receive_buffer=1 << 17)

# A seek forward by less than this reads on: a new request costs a round trip.
_NEAR = 1 << 16


class RemoteFile(io.RawIOBase):
    """Read a file over HTTP, from the beginning or from anywhere in it.

    Reading on streams one response; a seek asks for the rest of the file from there on. A connection that breaks is
    taken up where it was. Nothing is asked for before the first byte is read. Wrap it in an `io.BufferedReader`.

    Parameters
    ----------
    url : str
        An http or https address.
    progress : callable, optional
        Is told the name of the file, the bytes received and the length of the file.
    offline : bool
        Refuse, as with ``WORDREL_OFFLINE=1`` in the environment.
    name : str, optional
        What to call it instead of its address.
    policy : Policy
        How patient to be.

    Attributes
    ----------
    transferred : int
        Bytes received.

    Raises
    ------
    FetchError
        Then, and while it is read: when it cannot be had, when it changes meanwhile, when a seek needs a part of the
        file and the server sends only all of it.
    """

    def __init__(
        self,
        url: str,
        *,
        progress: Progress | None = None,
        offline: bool = False,
        name: str | None = None,
        policy: Policy = POLICY,
    ) -> None:
        super().__init__()
        self._response: Response | None = None
        self._session: Any = None
        transport.check_address(url)
        reason = transport.is_offline(offline)
        if reason is not None:
            raise FetchError(f"{name or url}: is not in the cache, and {reason}; read it with a network connection")
        self._url, self._policy, self._progress = url, policy, progress
        self._label = name or cache.slot(url).name
        self._attempts = Attempts(url, policy)
        self._version: Version | None = None
        self._total: int | None = None
        self._position = 0  # of the reader
        self._streamed = 0  # of the next byte of the response
        self.transferred = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True; whether the server can do it shows when something is read."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Choose where the next byte is read; asks the server only for the length, and only to seek from the end."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position}.get(whence)
        position = (self.length() if start is None else start) + offset
        if position < 0:
            raise ValueError(f"cannot seek to byte {position}")
        self._position = position
        return position

    def length(self) -> int:
        """Length of the file, in bytes.

        Raises
        ------
        FetchError
            When the server does not say it, among others.
        """
        while self._total is None:
            try:
                self._hang_up()
                response = self._open(0, stop=1)
                if self._total is None:
                    response.close()
                    raise FetchError(f"{self._url}: the server does not say how long it is; fetch it whole instead")
                if response.satisfiable and self._total > 1 and not response.is_part:
                    self._response, self._streamed = response, 0
                else:
                    response.close()
            except Interrupted as trouble:
                self._attempts.again(trouble)
        return self._total

    def readinto(self, buffer: Any) -> int:
        """Read some bytes, at most `transport.CHUNK`; 0 at the end of the file."""
        if self.closed:
            raise ValueError("I/O operation on closed file")
        view = memoryview(buffer).cast("B")
        while len(view):
            try:
                block = self._read(min(len(view), transport.CHUNK))
            except Interrupted as trouble:
                self._hang_up()
                of = f" of {size_text(self._total)}" if self._total else ""
                where = f" at {size_text(self._position)}{of}" if self._position else ""
                self._attempts.again(trouble, where)
            else:
                view[: len(block)] = block
                self._position += len(block)
                return len(block)
        return 0

    def _read(self, n_bytes: int) -> bytes:
        if self._total is not None and self._position >= self._total:
            return b""
        if self._response is not None and not 0 <= self._position - self._streamed < _NEAR:
            self._hang_up()
        if self._response is None:
            response = self._open(self._position)
            if not response.satisfiable:
                response.close()
                if self._total is not None and self._position < self._total:
                    raise self._replaced()
                return b""
            self._response, self._streamed = response, response.offset
            if response.offset != self._position:
                self._hang_up()
                raise FetchError(
                    f"{self._url}: the server sends only the whole file, no part of it; fetch it whole instead"
                )
        while self._streamed < self._position:
            if not self._receive(self._response, self._position - self._streamed):
                return b""
        return self._receive(self._response, n_bytes)

    def _receive(self, response: Response, n_bytes: int) -> bytes:
        block = response.read(min(n_bytes, transport.CHUNK))
        if not block and self._total is not None and self._streamed < self._total:
            raise Interrupted("the connection was cut", "try again later")
        self._streamed += len(block)
        self.transferred += len(block)
        self._attempts.received(self.transferred)
        if self._progress is not None:
            self._progress(self._label, self.transferred, self._total)
        return block

    def _open(self, offset: int, stop: int | None = None) -> Response:
        if self._session is None:
            self._session = transport.open_session(self._policy)
        response = transport.open_response(self._session, self._url, self._policy, offset, stop, self._version)
        known, self._version = self._version, response.version
        another = known is not None and known.differs(response.version)
        if another or (self._total is not None and response.total not in (None, self._total)):
            response.close()
            raise self._replaced()
        self._total = response.total if self._total is None else self._total
        return response

    def _replaced(self) -> FetchError:
        return FetchError(f"{self._url}: was replaced by another file while it was read; read it again")

    def _hang_up(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response = None

    def close(self) -> None:
        """Close the connection: what was not read does not travel."""
        self._hang_up()
        if self._session is not None:
            self._session.close()
        super().close()
