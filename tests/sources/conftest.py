"""Fixtures: a server on the loopback address, and a cache of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import Server
from wordrel.sources.retry import Policy

HURRIED = Policy(connect=5, read=0.4, tries=4, pause=0.005, longest=0.5)


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
