"""Folders that are written whole or not at all, with a manifest that holds the checksum of every file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import ArtefactError, OutputExists
from wordrel.lines import Lines

MANIFEST = "manifest.json"
FORMAT_VERSION = 1

LARGE = 1 << 20
"""Bytes of a file from which on opening a folder compares `block_sums`: SHA-256 of 480 MB takes a third of a second."""

MAKE_AGAIN = "make it again with 'wordrel align'"


def check_output(path: Path, force: bool) -> None:
    """Refuse, before any work is done, a place that cannot be written to.

    Raises
    ------
    OutputExists
        When something is there already and `force` is false, or when it is no alignment.
    ArtefactError
        When the folder above is missing or not writable.
    """
    if path.exists() or path.is_symlink():
        if force and not (path / MANIFEST).is_file():
            raise OutputExists(
                f"{path}: exists and is not an alignment, so it will not be replaced; choose another name"
            )
        if not force:
            raise OutputExists(f"{path}: exists already; choose another name with --output, or replace it with --force")
    if not path.parent.is_dir():
        raise ArtefactError(f"{path.parent}: no such folder; create it first or choose another --output")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise ArtefactError(f"{path.parent}: cannot write here ({error.strerror}); choose another --output") from None


def write_folder(
    path: Path,
    manifest: Mapping[str, Any],
    arrays: Mapping[str, npt.NDArray[Any]],
    texts: Mapping[str, Sequence[str]],
    force: bool = False,
) -> None:
    """Write a folder under a temporary name beside its place and rename it when it is whole.

    Parameters
    ----------
    path : Path
        Where the folder will be.
    manifest : mapping
        What can be written as JSON; format version and checksums are added.
    arrays : mapping of str to array
        Written as ``NAME.npy``.
    texts : mapping of str to sequence of str
        Written as ``NAME.txt``, UTF-8, one item a line.
    force : bool
        Replace an alignment that is there.
    """
    check_output(path, force)
    path = path.resolve()  # a link stays a link; what it leads to is replaced
    writers: dict[str, Callable[[Path], None]] = {}
    for name, array in arrays.items():
        writers[f"{name}.npy"] = lambda file, array=array: np.save(file, array, allow_pickle=False)  # type: ignore[misc]
    for name, lines in texts.items():
        writers[f"{name}.txt"] = lambda file, lines=lines: _write_lines(file, lines)  # type: ignore[misc]
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        files = {}
        for name, write in writers.items():
            write(temporary / name)
            files[name] = sha256(temporary / name)
        sums = {name: block_sums(temporary / name) for name in files if (temporary / name).stat().st_size >= LARGE}
        content = {"format": "wordrel-alignment", "format_version": FORMAT_VERSION, **manifest}
        content |= {"files": files, "sums": sums}
        content["checksum"] = _checksum(content)
        (temporary / MANIFEST).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.chmod(0o777 & ~_umask())
        swap(temporary, path)
    except OSError as error:
        raise ArtefactError(
            f"{path}: cannot be written ({error.strerror}); free some space or choose another place"
        ) from (error)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def swap(new: Path, place: Path) -> None:
    """Put a folder in its place; a folder that is there goes only once the new one is whole."""
    if not place.exists():
        new.replace(place)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{place.name}.old.", dir=place.parent))
    try:
        place.replace(old)  # an empty folder may be replaced by another
        try:
            new.replace(place)
        except OSError:
            old.replace(place)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _write_lines(file: Path, lines: Sequence[str]) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{line}\n" for line in lines)


def _checksum(manifest: Mapping[str, Any]) -> str:
    """Checksum of a manifest's content but for the checksum itself."""
    content = {name: value for name, value in manifest.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sha256(file: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def block_sums(file: Path) -> str:
    """Checksum that is as fast as memory, in hexadecimal: SHA-256 of the sums of the 64-bit words of each MiB.

    It finds any change of one word, and blocks that are missing, added or in another place; unlike SHA-256 of the whole
    it does not stand against someone who means to deceive, which what stands unsigned beside its checksum never does.
    """
    sums = []
    buffer = np.zeros(1 << 20, dtype=np.uint8)
    with file.open("rb", buffering=0) as stream:
        while n := stream.readinto(buffer.data):
            buffer[n:] = 0
            sums.append((n, int(np.add.reduce(buffer.view(np.uint64)))))
    return hashlib.sha256(repr(sums).encode()).hexdigest()


class Folder:
    """A folder that `write_folder` wrote, verified when it is opened.

    Parameters
    ----------
    path : Path
    thorough : bool
        Compare SHA-256 of large files, too, in place of the faster `block_sums`.

    Attributes
    ----------
    manifest : dict

    Raises
    ------
    ArtefactError
        When it is missing, damaged or of an unknown version.
    """

    def __init__(self, path: Path, thorough: bool = False) -> None:
        self.path = path
        self._thorough = thorough
        if not path.exists():
            raise ArtefactError(f"{path}: no such alignment; make one with 'wordrel align SRC TGT'")
        file = path / MANIFEST
        try:
            self.manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise ArtefactError(
                f"{path}: is not an alignment (it has no {MANIFEST}); name a *.wordrel folder"
            ) from None
        except (ValueError, OSError):
            raise ArtefactError(f"{file}: is damaged; {MAKE_AGAIN}") from None
        self._check_version(file)
        self._check_files()

    def _check_version(self, file: Path) -> None:
        if not isinstance(self.manifest, dict) or self.manifest.get("format") != "wordrel-alignment":
            raise ArtefactError(f"{file}: does not describe an alignment; name a *.wordrel folder")
        version = self.manifest.get("format_version")
        if version != FORMAT_VERSION:
            raise ArtefactError(
                f"{self.path}: has format version {version}, and this wordrel reads version {FORMAT_VERSION}; "
                "upgrade with 'pip install -U wordrel'"
            )

    def _check_files(self) -> None:
        files = self.manifest.get("files")
        if not isinstance(files, dict) or self.manifest.get("checksum") != _checksum(self.manifest):
            raise ArtefactError(f"{self.path / MANIFEST}: is damaged; {MAKE_AGAIN}")
        sums = {} if self._thorough else self.manifest.get("sums", {})
        for name, digest in files.items():
            check, expected = (block_sums, sums[name]) if name in sums else (sha256, digest)
            try:
                actual = check(self.path / name)
            except FileNotFoundError:
                raise ArtefactError(f"{self.path / name}: is missing; {MAKE_AGAIN}") from None
            except OSError as error:
                raise ArtefactError(f"{self.path / name}: cannot be read ({error.strerror})") from None
            if actual != expected:
                raise ArtefactError(
                    f"{self.path / name}: is damaged (its checksum is not the stored one); {MAKE_AGAIN}"
                )

    def array(self, name: str) -> npt.NDArray[Any]:
        """Memory-map an array, read-only."""
        array: npt.NDArray[Any] = np.load(self.path / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return array

    def lines(self, name: str) -> Lines:
        """Open a text file by its lines."""
        return Lines((self.path / f"{name}.txt").read_bytes())

    def __contains__(self, file: str) -> bool:
        return file in self.manifest["files"]
