"""Fixtures: a server on the loopback address, a cache of its own, and a file to fetch."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import Server
from wordrel.errors import FetchError, WordrelError
from wordrel.sources import fetch as fetching
from wordrel.sources.retry import Policy

HURRIED = Policy(connect=5, read=0.4, tries=4, pause=0.005, longest=0.5)

CONTENT = random.Random(1).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with Server() as running:
        yield running


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("WORDREL_CACHE", str(folder))
    monkeypatch.delenv("WORDREL_OFFLINE", raising=False)
    return folder


def files_in(folder: Path) -> set[str]:
    """Names of all files, but for the locks, which a new filelock removes and an old one leaves."""
    return {file.name for file in folder.rglob("*") if file.is_file() and file.suffix != ".lock"}


def fetch(url: str, policy: Policy = HURRIED, **more) -> Path:
    return fetching.fetch(url, policy=policy, **more)


def refused(url: str, kind: type[WordrelError] = FetchError, **more) -> str:
    """The message with which a download ends."""
    with pytest.raises(kind) as caught:
        fetch(url, **more)
    return str(caught.value)
