"""What was read once, kept as a memory-mapped matrix and a list of words: the second time is instant."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.artefact import sha256
from wordrel.lines import Lines
from wordrel.sources import cache
from wordrel.sources.collecting import Collected
from wordrel.sources.options import ReadOptions

FORMAT, VERSION = "wordrel-converted", 1
MANIFEST, VECTORS, WORDS = "manifest.json", "vectors.npy", "words.txt"


@dataclass(frozen=True)
class Origin:
    """What was converted, and what tells that it has changed since.

    Attributes
    ----------
    source : str
        Absolute path or address.
    state : mapping
        For a file its size and time of change, for an address nothing: it is a name that does not change.
    """

    source: str
    state: Mapping[str, Any]

    @classmethod
    def of_file(cls, path: Path) -> Origin:
        """A file as it is now."""
        status = path.stat()
        return cls(str(path.resolve()), {"bytes": status.st_size, "changed": status.st_mtime_ns})


@dataclass(frozen=True)
class Converted:
    """A converted file, opened; `words` are read when they are asked for."""

    words: Callable[[], Lines]
    vectors: npt.NDArray[Any]
    notes: list[str]
    has_composer: bool


def find(origin: Origin, options: ReadOptions) -> Converted | None:
    """Open what was converted with these options, or with a larger limit; None where that is missing, stale or damaged.

    Notes
    -----
    Damage is told by size and times of the files, which takes no time; ``wordrel cache verify`` reads them.
    """
    own = _folder(origin, options)
    for folder in [own, *(one for one in _folders_of(origin) if one != own)]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
            if _serves(manifest, origin, options) and manifest["stamps"] == _stamps(folder):
                vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
                words = (folder / WORDS).read_bytes()
                if vectors.shape == (manifest["rows"], manifest["dimensions"]):
                    vectors = vectors[: options.limit]
                    lines = partial(Lines, words, len(vectors))
                    return Converted(lines, vectors, manifest["notes"], manifest["composer"])
    return None


def store(origin: Origin, options: ReadOptions, found: Collected, has_composer: bool) -> None:
    """Keep what was read, in place of what was kept of it before.

    Raises
    ------
    CacheError, OSError
        When there is no place for it.
    """
    folder = _folder(origin, options)
    # A name of its own would tell two processes apart; with the lock, what a killed one left is found and replaced.
    temporary = folder.with_name(folder.name + cache.TEMPORARY)
    with cache.lock(folder.name):
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            _write(temporary, origin, options, found, has_composer)
            _replace(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _write(temporary: Path, origin: Origin, options: ReadOptions, found: Collected, has_composer: bool) -> None:
    vectors = np.ascontiguousarray(found.vectors)
    with (temporary / VECTORS).open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(vectors))
        stream.write(vectors.data)  # numpy's own errors do not say what is wrong with a disk
    (temporary / WORDS).write_bytes("".join(f"{word}\n" for word in found.rows).encode("utf-8"))
    files = {name: sha256(temporary / name) for name in (VECTORS, WORDS)}
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "source": origin.source,
        "state": dict(origin.state),
        "limit": options.limit,
        **_kind(options),
        "rows": len(found.rows),
        "dimensions": int(found.vectors.shape[1]),
        "every_row": found.n_read == len(found.rows),
        "composer": has_composer,
        "notes": found.notes,
        "bytes": sum((temporary / name).stat().st_size for name in files),
        "files": files,
        "stamps": _stamps(temporary),
    }
    (temporary / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def _replace(new: Path, place: Path) -> None:
    """Put a folder in its place; whoever has the old one open keeps it."""
    if place.is_dir():
        old = place.with_name(f"{place.name}.old{cache.TEMPORARY}")
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
        new.rename(place)
        shutil.rmtree(old, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
        new.rename(place)


def _serves(manifest: Mapping[str, Any], origin: Origin, options: ReadOptions) -> bool:
    known = {
        "format": FORMAT,
        "version": VERSION,
        "source": origin.source,
        "state": dict(origin.state),
        **_kind(options),
    }
    if any(manifest[name] != value for name, value in known.items()):
        return False
    kept: int | None = manifest["limit"]
    if kept == options.limit:
        return True
    # The first rows of a longer conversion are those of a shorter one only if none was left out.
    return bool(manifest["every_row"]) and options.limit is not None and (kept is None or kept > options.limit)


def _kind(options: ReadOptions) -> dict[str, Any]:
    only = options.only
    words = None if only is None else hashlib.sha256("\n".join(sorted(only)).encode()).hexdigest()
    return {"lower": options.lower, "only": words, "dtype": options.dtype}


def _stamps(folder: Path) -> dict[str, list[int]]:
    stamps = {}
    for name in (VECTORS, WORDS):
        status = (folder / name).stat()
        # The time of the last change of the status cannot be set, as that of the content can.
        stamps[name] = [status.st_size, status.st_mtime_ns, status.st_ctime_ns if os.name == "posix" else 0]
    return stamps


def _root() -> Path:
    return cache.place() / "converted"


def _folder(origin: Origin, options: ReadOptions) -> Path:
    kind = json.dumps({"limit": options.limit, **_kind(options)}, sort_keys=True)
    return _root() / f"{_digest(origin.source)}-{_digest(kind)[:8]}"


def _folders_of(origin: Origin) -> Iterator[Path]:
    found = _root().glob(f"{_digest(origin.source)}-*")
    return (folder for folder in found if not folder.name.endswith(cache.TEMPORARY))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:20]
