"""HTTP as downloads and remote files need it: raw bytes from an offset on, safe redirects, errors in plain words.

Byte ranges and their conditions are those of RFC 9110, sections 13.1.5 (If-Range) and 14 (Range, Content-Range).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from wordrel._version import __version__
from wordrel.errors import FetchError
from wordrel.sources.retry import Interrupted, Policy, retry_after
from wordrel.sources.trouble import explain, network_errors

# Bytes asked for at a time: what a cut connection can lose of what had already come.
CHUNK = 1 << 15
_MOST_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
# Answers that another try may change: timeouts, too many requests, trouble behind the server.
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_REFUSALS = {
    401: ("wants a password", "download the file with a browser and name the file"),
    403: ("refuses it", "check the address, or download the file with a browser and name the file"),
    404: ("has no such file", "check the address"),
    407: ("is behind a proxy that wants a password", "put it into HTTPS_PROXY"),
    410: ("has removed this file", "look for its new place"),
}


def is_offline(asked: bool = False) -> str | None:
    """Why the network must not be used, for a message; None when it may be."""
    if asked:
        return "offline was asked for"
    return "WORDREL_OFFLINE is set" if os.environ.get("WORDREL_OFFLINE", "0").lower() not in ("", "0", "no") else None


@dataclass(frozen=True)
class Version:
    """What tells one version of a file from the next.

    Attributes
    ----------
    etag, last_modified : str, optional
        As the server sent them.
    """

    etag: str | None = None
    last_modified: str | None = None

    @property
    def condition(self) -> str | None:
        """What can stand in If-Range: a strong ETag, else the date; a weak ETag promises no equal bytes."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified

    def differs(self, other: Version) -> bool:
        """Whether two answers are certainly of different versions."""
        if self.etag and other.etag:
            return self.etag != other.etag
        return bool(self.last_modified and other.last_modified and self.last_modified != other.last_modified)


class Response:
    """The bytes of a file from `offset` on.

    Attributes
    ----------
    url : str
        Where they came from, after redirects.
    offset : int
        Where in the file they begin.
    total : int, optional
        Length of the whole file.
    version : Version
    is_part : bool
        Whether the server sends a part because one was asked for.
    satisfiable : bool
        False when the file ends before the offset that was asked for.
    """

    def __init__(self, answer: Any, asked_url: str, policy: Policy) -> None:
        self._answer, self._asked, self._policy = answer, asked_url, policy
        headers: Mapping[str, str] = answer.headers
        self.url = str(answer.url)
        self.version = Version(headers.get("ETag"), headers.get("Last-Modified"))
        self.is_part = answer.status_code == 206
        self.satisfiable = answer.status_code != 416
        self.offset, self.total = _extent(answer.status_code, headers)
        self._begins = self.offset == 0
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if self.satisfiable and kind in ("text/html", "application/xhtml+xml"):
            raise self._web_page()

    def read(self, n_bytes: int = CHUNK) -> bytes:
        """Read at most so many bytes; none at the end.

        Raises
        ------
        Interrupted, FetchError
        """
        try:
            block: bytes = self._answer.raw.read(n_bytes, decode_content=False)
        except network_errors() as error:
            raise explain(error, self._asked, self._policy) from None
        if self._begins and block:
            self._begins = False
            if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)\b", block[:512], re.IGNORECASE):
                raise self._web_page()
        return block

    def _web_page(self) -> FetchError:
        self.close()
        return FetchError(
            f"{self._asked}: a web page came instead of the file (of a network that wants a login?); "
            "open the address in a browser, then try again"
        )

    def close(self) -> None:
        """Close the connection itself: what is still on its way is not read."""
        _close(self._answer)

    def __enter__(self) -> Response:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _close(answer: Any) -> None:
    answer.raw.close()
    answer.close()


def _extent(status: int, headers: Mapping[str, str]) -> tuple[int, int | None]:
    if status in (206, 416):
        given = re.match(r"bytes (?:(\d+)-\d+|\*)/(?:(\d+)|\*)", headers.get("Content-Range", ""))
        if given is None and status == 416:
            return 0, None
        if given is None:
            raise Interrupted("the server sent a part of the file without saying which", "try again later")
        return int(given[1] or 0), int(given[2]) if given[2] else None
    length = headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def open_session(policy: Policy) -> Any:
    """Open a session of requests, which honours the proxies and certificates that the environment names."""
    import socket

    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection

    session: Any = requests.Session()
    if policy.receive_buffer:
        own = (socket.SOL_SOCKET, socket.SO_RCVBUF, policy.receive_buffer)
        options = [*HTTPConnection.default_socket_options, own]

        class Adapter(HTTPAdapter):
            def init_poolmanager(self, *args: Any, **more: Any) -> None:
                super().init_poolmanager(*args, socket_options=options, **more)

        session.mount("http://", Adapter())
        session.mount("https://", Adapter())
    # Redirects are followed here, one by one; requests would read the body and the target of each all the same.
    session.get_redirect_target = lambda answer: None
    session.headers["User-Agent"] = f"wordrel/{__version__}"
    # The bytes of the file itself: a server that compressed them on the way could not send a range of them.
    session.headers["Accept-Encoding"] = "identity"
    return session


def open_response(
    session: Any, url: str, policy: Policy, offset: int = 0, stop: int | None = None, version: Version | None = None
) -> Response:
    """Ask for a file from an offset on.

    Parameters
    ----------
    session : requests.Session
    url : str
    policy : Policy
    offset : int
        First byte wanted. A server may answer from 0 all the same: look at the response.
    stop : int, optional
        First byte no longer wanted.
    version : Version, optional
        Of the bytes that are there already: when the file is another now, the whole of it is sent.

    Raises
    ------
    FetchError
        When trying again would not help.
    Interrupted
        When it may.
    """
    headers = {}
    if offset or stop is not None:
        headers["Range"] = f"bytes={offset}-{'' if stop is None else stop - 1}"
        if version is not None and version.condition:
            headers["If-Range"] = version.condition
    check_address(url)
    here = url
    for _ in range(_MOST_REDIRECTS + 1):
        try:
            answer = session.get(
                here, headers=headers, stream=True, allow_redirects=False, timeout=(policy.connect, policy.read)
            )
        except network_errors() as error:
            raise explain(error, url, policy) from None
        if answer.status_code in (200, 206, 416):
            try:
                return Response(answer, url, policy)
            except (FetchError, Interrupted):
                _close(answer)
                raise
        _close(answer)
        if answer.status_code not in _REDIRECTS or "Location" not in answer.headers:
            raise _refusal(answer, url)
        here = _target(here, answer.headers["Location"])
        check_address(url, here)
    raise FetchError(f"{url}: leads from one address to the next, more than {_MOST_REDIRECTS} times; check the address")


def _target(here: str, location: str) -> str:
    try:
        return urljoin(here, location)
    except ValueError:
        return location


def check_address(url: str, leads_to: str | None = None) -> None:
    """Refuse an address, or the one that it leads to, when it is none of the web or less safe than the first.

    Raises
    ------
    FetchError
    """
    scheme = _scheme(url if leads_to is None else leads_to)
    if leads_to is None and scheme is None:
        raise FetchError(f"{url}: is no address that begins with https:// or http:// and a name; check it")
    if scheme is None or (scheme == "http" and _scheme(url) == "https"):
        problem = "which is no web address" if scheme is None else "which anyone on the way could change"
        raise FetchError(f"{url}: leads to {leads_to}, {problem}; it was not followed, check the address")


def _scheme(url: str) -> str | None:
    """``https`` or ``http``; None for all that is no address of the web."""
    try:
        parts = urlsplit(url)
        named = parts.hostname and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        return None
    return parts.scheme if named and parts.scheme in ("https", "http") else None


def _refusal(answer: Any, url: str) -> FetchError | Interrupted:
    status = f"{answer.status_code} {answer.reason or ''}".rstrip()
    if answer.status_code in _PASSING:
        pause = retry_after(answer.headers.get("Retry-After"))
        return Interrupted(f"the server cannot answer now ({status})", "try again later", pause)
    problem, remedy = _REFUSALS.get(answer.status_code, ("does not send it", "check the address"))
    return FetchError(f"{url}: the server {problem} ({status}); {remedy}")
