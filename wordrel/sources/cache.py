"""The folder of downloads and converted files: where it is, what it holds, whether that is whole, what can go.

Everything in it is a folder with a ``manifest.json`` that names its files and their checksums::

    downloads/cc.it.300.vec.gz-1c9e…/   cc.it.300.vec.gz, manifest.json; .part and .part.json while it is fetched
    converted/KEY/                      what a reader made of a file; KEY.tmp while it is written
    locks/                              held by the process that writes the folder of the same name
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from wordrel.errors import CacheError

MANIFEST = "manifest.json"
TEMPORARY = ".tmp"
KINDS = {"downloads": "download", "converted": "converted"}


def place() -> Path:
    """Where the cache is: ``WORDREL_CACHE``, or where the system keeps caches; may not exist yet."""
    named = os.environ.get("WORDREL_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("wordrel", appauthor=False)


def root() -> Path:
    """The same folder, created, and writable.

    Raises
    ------
    CacheError
    """
    folder = place()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _cannot_write(folder, error) from None
    return folder


def _cannot_write(folder: Path, error: OSError) -> CacheError:
    problem = f"cannot write here ({error.strerror}); set WORDREL_CACHE to a folder that you can write to"
    return CacheError(f"{folder}: {problem}")


@dataclass(frozen=True)
class Slot:
    """The files of one download, by its address.

    Attributes
    ----------
    folder : Path
    name : str
        Name of the file itself.
    """

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.name

    @property
    def manifest(self) -> Path:
        """Says what the file is; written before the file has its name."""
        return self.folder / MANIFEST

    @property
    def part(self) -> Path:
        """What was received so far."""
        return self.folder / ".part"

    @property
    def part_manifest(self) -> Path:
        """Says which version of the file the part is of."""
        return self.folder / ".part.json"


def slot(url: str) -> Slot:
    """Choose the place of a download: named after the file, and different for every address."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", unquote(urlsplit(url).path).rpartition("/")[2]).lstrip(".")[-80:]
    if not name or name == MANIFEST:
        name = f"file{name}"
    key = f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:16]}"
    return Slot(place() / "downloads" / key, name)


@contextmanager
def lock(key: str, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of a folder of the cache, named by the folder's name; the system frees it when a process dies.

    Parameters
    ----------
    key : str
    wait : bool
        Wait until another process frees it; otherwise yield False when one has it.
    """
    from filelock import FileLock, Timeout

    folder = root() / "locks"
    held = FileLock(folder / f"{key}.lock")
    free = True
    try:
        folder.mkdir(exist_ok=True)
        held.acquire(timeout=-1 if wait else 0, poll_interval=0.05)
    except Timeout:
        free = False
    except OSError as error:
        raise _cannot_write(folder, error) from None
    try:
        yield free
    finally:
        if free:
            held.release()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file whole or not at all; who writes it holds the lock of the folder."""
    temporary = path.with_name(path.name + TEMPORARY)
    temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; empty when there is none, or when it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Checksum of a file, in hexadecimal."""
    hashing = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            hashing.update(block)
    return hashing.hexdigest()


@dataclass(frozen=True)
class Item:
    """Something whole in the cache.

    Attributes
    ----------
    kind : {"download", "converted"}
    source : str
        What it is called: a name of the catalogue, an address or a file.
    folder : Path
    bytes : int
        Space that it takes.
    time : float
        When it was made, seconds since 1970.
    manifest : mapping
        All that is known of it.
    """

    kind: str
    source: str
    folder: Path
    bytes: int
    time: float
    manifest: Mapping[str, Any]

    @property
    def files(self) -> Mapping[str, str]:
        """Names of its files and their sha256."""
        files: Mapping[str, str] = self.manifest["files"]
        return files

    def is_called(self, pattern: str) -> bool:
        """Whether a name, an address, a file name or a pattern such as ``fasttext:*`` means it."""
        names = (self.source, self.manifest.get("url"), self.folder.name, *self.files)
        return any(name == pattern or fnmatchcase(name, pattern) for name in names if name)


def items() -> list[Item]:
    """All that is whole, downloads first, by name."""
    if place().exists() and not place().is_dir():
        raise CacheError(f"{place()}: is not a folder; set WORDREL_CACHE to one, or unset it")
    found = [item for folder in _folders() if (item := _item(folder)) is not None]
    return sorted(found, key=lambda item: (item.kind != "download", item.source))


def leftovers() -> list[Path]:
    """What a run that was killed, or still goes on, has begun: parts of downloads, half converted folders."""
    found = []
    for folder in _folders():
        if _item(folder) is None:
            found.append(folder)
        else:
            found += [file for file in folder.iterdir() if file.name.startswith(".")]
    return found


def _folders() -> list[Path]:
    return sorted(
        folder
        for kind in KINDS
        if (place() / kind).is_dir()
        for folder in (place() / kind).iterdir()
        if folder.is_dir()
    )


def _item(folder: Path) -> Item | None:
    manifest = read_json(folder / MANIFEST)
    files, source = manifest.get("files"), manifest.get("source")
    whole = isinstance(files, dict) and isinstance(source, str) and not folder.name.endswith(TEMPORARY)
    if not whole or not all((folder / name).is_file() for name in files or ()):
        return None
    made = (folder / MANIFEST).stat().st_mtime
    return Item(KINDS[folder.parent.name], str(source), folder, space(folder), made, manifest)


def space(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def verify(item: Item) -> list[Path]:
    """Read every file of an item, and give those that are not what the manifest says."""
    wrong = []
    for name, expected in item.files.items():
        try:
            actual = digest(item.folder / name)
        except OSError:
            actual = ""
        if actual != expected:
            wrong.append(item.folder / name)
    return wrong


@dataclass(frozen=True)
class Pruned:
    """What was removed.

    Attributes
    ----------
    items : tuple of Item
    leftovers : tuple of Path
    bytes : int
        Space that is free now.
    busy : tuple of Path
        What stays, because another process works on it.
    """

    items: tuple[Item, ...]
    leftovers: tuple[Path, ...]
    bytes: int
    busy: tuple[Path, ...]


def prune(names: Sequence[str] = (), older_than: float | None = None, everything: bool = False) -> Pruned:
    """Remove items, and always what killed runs left and nobody works on.

    Parameters
    ----------
    names : sequence of str
        Names, addresses, file names or patterns such as ``fasttext:*``.
    older_than : float, optional
        Days: of the named items, or of all when none is named, only those made before.
    everything : bool
        All items.

    Raises
    ------
    CacheError
        When nothing has one of the names, before anything is removed; when something cannot be removed.
    """
    known = items()
    for name in names:
        if not any(item.is_called(name) for item in known):
            raise CacheError(f"'{name}': nothing in the cache has this name; 'wordrel cache' lists what is there")
    chosen = [item for item in known if any(item.is_called(name) for name in names)]
    if everything or (older_than is not None and not names):
        chosen = known
    if older_than is not None:
        chosen = [item for item in chosen if item.time < time.time() - 86400 * older_than]
    freed = {item.folder: _remove(item.folder) for item in chosen}
    freed |= {path: _remove(path) for path in leftovers() if path not in freed}
    gone = {path for path, size in freed.items() if size is not None}
    return Pruned(
        tuple(item for item in chosen if item.folder in gone),
        tuple(path for path in freed if path in gone and path not in {item.folder for item in chosen}),
        sum(size or 0 for size in freed.values()),
        tuple(path for path in freed if path not in gone),
    )


def _remove(path: Path) -> int | None:
    """Remove a folder or one of its files; None when another process holds the lock."""
    folder = path if path.parent.name in KINDS else path.parent
    with lock(folder.name.removesuffix(TEMPORARY), wait=False) as free:
        if not free:
            return None
        try:
            size = space(path)
            if path.is_dir():
                # Without a manifest, what an interrupted removal leaves is a leftover, and goes the next time.
                (path / MANIFEST).unlink(missing_ok=True)
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise CacheError(f"{path}: cannot be removed ({error.strerror}); check its permissions") from None
    return size
