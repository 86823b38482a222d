"""What went wrong on the network, in plain words: the exceptions of five libraries, by what lies at their bottom."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from wordrel.errors import FetchError
from wordrel.sources.retry import Interrupted, Policy

_NETWORK = "check the network connection and try again"
_LATER = "try again later"


def network_errors() -> tuple[type[Exception], ...]:
    """What requests and the libraries below it raise; not all of it is wrapped in errors of requests."""
    from http.client import HTTPException

    from urllib3.exceptions import HTTPError

    return OSError, HTTPError, HTTPException, UnicodeError


def explain(error: BaseException, url: str, policy: Policy) -> FetchError | Interrupted:
    """Say what an exception of requests, urllib3 or the system means.

    Returns
    -------
    FetchError
        When another try would end alike.
    Interrupted
        When it may pass.
    """
    host = urlsplit(url).hostname or url
    causes = list(_causes(error))
    # By name: the classes are spread over libraries that are not imported here, and inherit from each other.
    names = {type(cause).__name__ for cause in causes}
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return FetchError(
            f"{url}: the certificate of '{host}' is not trusted ({certificate.verify_message}); check the clock, "
            "or name your network's certificates in REQUESTS_CA_BUNDLE"
        )
    if names & {"InvalidURL", "MissingSchema", "InvalidSchema", "LocationParseError", "UnicodeError"}:
        return FetchError(f"{url}: is no address that can be asked; check it")
    if "ProxyError" in names:
        return Interrupted(
            "the proxy cannot be reached", "check HTTPS_PROXY and HTTP_PROXY in the environment", reached=False
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Interrupted(f"the name '{host}' leads nowhere", f"check the address; {_NETWORK}", reached=False)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Interrupted(f"'{host}' takes no connections", f"check the address; {_NETWORK}", reached=False)
    unreachable = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
    if any(isinstance(cause, OSError) and cause.errno in unreachable for cause in causes):
        return Interrupted(f"there is no way to '{host}'", _NETWORK, reached=False)
    if names & {"ConnectTimeout", "ConnectTimeoutError"}:
        return Interrupted(f"no connection to '{host}' in {policy.connect:g} s", _NETWORK, reached=False)
    if any(isinstance(cause, TimeoutError) for cause in causes) or names & {"Timeout", "ReadTimeoutError"}:
        return Interrupted(f"nothing came from the server for {policy.read:g} s", _LATER)
    return Interrupted("the connection was cut", _LATER)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk through everything that an exception wraps."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
