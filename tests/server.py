"""An HTTP server on the loopback address that misbehaves on request, and counts the bytes that it really sent."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class File:
    """A file and how it is served.

    Attributes
    ----------
    content : bytes
    ranges : bool
        Whether parts can be asked for.
    careless : bool
        Send parts even when If-Range names another version.
    etag, last_modified : str, optional
        Sent when given; an `etag` of "auto" is that of the content.
    cut_at, cuts : float, int
        The connection is cut when so much of the whole file was sent, so many times.
    cut_every : int
        The connection is cut after so many bytes of each response.
    reset : bool
        Whether a cut is a reset instead of an orderly end.
    failures : list of (status, headers)
        Answered one after the other before the file is.
    redirect : str, optional
        Answer with this address instead.
    stall_at : int, optional
        Say nothing any more after so many bytes, `stalls` times.
    content_type : str
    length : int, optional
        What the Content-Length says instead of the truth.
    chunked : bool
        Send chunks, with no Content-Length.
    pace : float
        Seconds between two blocks.
    then : bytes, optional
        The content after the first request.
    """

    content: bytes = b""
    ranges: bool = True
    careless: bool = False
    etag: str | None = "auto"
    last_modified: str | None = None
    cut_at: float | None = None
    cuts: int = 0
    cut_every: int | None = None
    reset: bool = False
    failures: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    redirect: str | None = None
    stall_at: int | None = None
    stalls: int = 0
    content_type: str = "application/octet-stream"
    length: int | None = None
    chunked: bool = False
    pace: float = 0.0
    then: bytes | None = None

    @property
    def tag(self) -> str | None:
        return f'"{hashlib.md5(self.content).hexdigest()}"' if self.etag == "auto" else self.etag


class Server:
    """Used as a context manager; `files` maps paths to what is served there.

    Attributes
    ----------
    sent : Counter
        Bytes of bodies, by path, that the system took to send.
    requests : list of (path, Range header)
    """

    def __init__(self, send_buffer: int = 1 << 14) -> None:
        self.files: dict[str, File] = {}
        self.sent: Counter[str] = Counter()
        self.requests: list[tuple[str, str | None]] = []
        self.headers: list[dict[str, str]] = []
        self._stop = threading.Event()
        self._active = 0
        self._quiet = threading.Condition()
        self._scheme = "http"
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                # A large send buffer would take bytes that the client never asks for.
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
                super().setup()

            def do_GET(self) -> None:
                with server._quiet:
                    server._active += 1
                try:
                    server._answer(self)
                except OSError:
                    self.close_connection = True
                finally:
                    with server._quiet:
                        server._active -= 1
                        server._quiet.notify_all()

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # clients leave in the middle of everything

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._http.shutdown()
        self._http.server_close()

    def secure(self, certificate: str, key: str) -> None:
        """Speak https from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._scheme = "https"

    @property
    def address(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._http.server_address[1]}"

    def add(self, path: str, content: bytes = b"", **how: object) -> str:
        """Serve a file and give its address."""
        self.files[path] = File(content, **how)  # type: ignore[arg-type]
        return self.address + path

    def settled(self) -> None:
        """Wait until no response is on its way: the counts are final then."""
        with self._quiet:
            self._quiet.wait_for(lambda: self._active == 0, timeout=10)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        path, wanted = handler.path, handler.headers.get("Range")
        self.requests.append((path, wanted))
        self.headers.append(dict(handler.headers))
        file = self.files.get(path)
        if file is None:
            return self._status(handler, 404, {})
        if file.failures:
            return self._status(handler, *file.failures.pop(0))
        if file.redirect is not None:
            return self._status(handler, 302, {"Location": file.redirect})
        content, tag = file.content, file.tag
        if file.then is not None:
            file.content, file.then = file.then, None
        start, stop = 0, len(content)
        condition = handler.headers.get("If-Range")
        status = 200
        if wanted and file.ranges and (file.careless or condition in (None, tag, file.last_modified)):
            given = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
            assert given, wanted
            start, stop = int(given[1]), int(given[2]) + 1 if given[2] else len(content)
            status = 206
            if start >= len(content):
                return self._status(handler, 416, {"Content-Range": f"bytes */{len(content)}"})
        handler.send_response(status)
        if status == 206:
            handler.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        if tag:
            handler.send_header("ETag", tag)
        if file.last_modified:
            handler.send_header("Last-Modified", file.last_modified)
        if file.ranges:
            handler.send_header("Accept-Ranges", "bytes")
        handler.send_header("Content-Type", file.content_type)
        if file.chunked:
            handler.send_header("Transfer-Encoding", "chunked")
        else:
            handler.send_header("Content-Length", str(stop - start if file.length is None else file.length))
        handler.end_headers()
        self._send(handler, path, file, content, start, stop)
        return None

    def _send(
        self, handler: BaseHTTPRequestHandler, path: str, file: File, content: bytes, start: int, stop: int
    ) -> None:
        end, cut, stall = stop, False, False
        if file.cut_at is not None and file.cuts > 0 and start < round(file.cut_at * len(content)):
            file.cuts -= 1
            end, cut = round(file.cut_at * len(content)), True
        if file.cut_every is not None and start + file.cut_every < end:
            end, cut = start + file.cut_every, True
        if file.stall_at is not None and file.stalls > 0:
            file.stalls -= 1
            end, stall = file.stall_at, True
        at = start
        while at < end:
            block = content[at : min(at + 4096, end)]
            if file.chunked:
                handler.connection.sendall(f"{len(block):x}\r\n".encode())
            # Counted before the client can have it: what a test asks next is then already true.
            self.sent[path] += len(block)
            taken = handler.connection.send(block)
            self.sent[path] -= len(block) - taken
            if file.chunked:
                assert taken == len(block)
                handler.connection.sendall(b"\r\n")
            at += taken
            if file.pace:
                time.sleep(file.pace)
        if stall:
            self._stop.wait(20)
        if cut or stall or file.length is not None:
            handler.close_connection = True
            if file.reset:
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                handler.connection.close()
        elif file.chunked:
            handler.connection.sendall(b"0\r\n\r\n")

    def _status(self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str]) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
