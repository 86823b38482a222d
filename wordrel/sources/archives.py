"""zip archives: the one member that holds vectors, decompressed while it is read; nothing is written to disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import BinaryIO

from wordrel.errors import FormatError, shorten
from wordrel.sources.decompression import buffered, damages

MAGIC = b"PK\x03\x04"

# An archive may hold the same vectors in several formats: text is what every reader of the format agrees on.
_SUFFIXES = ((".vec",), (".bin", ".w2v"), (".txt", ".emb"), (".npz", ".npy", ".safetensors", ".parquet"))
_PACKED = (".gz", ".bz2", ".xz")


def is_numpy(file: BinaryIO) -> bool:
    """Tell whether a zip archive is an ``.npz``: whether it holds arrays and nothing else."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except damages(ValueError, OSError, NotImplementedError):
        return False
    finally:
        file.seek(0)
    return bool(names) and all(name.endswith(".npy") for name in names)


def open_member(file: BinaryIO, name: str, member: str | None = None) -> io.BufferedReader:
    """Open the member of a zip archive that was asked for, or else the one that looks like vectors.

    Parameters
    ----------
    file : binary file
        Can be searched; at its beginning.
    name : str
        Name of the archive, for messages.
    member : str, optional
        Name of a member.

    Raises
    ------
    FormatError
        When there is no such member or it is not clear which one is meant, when it is encrypted or damaged, or when
        any name leads out of the archive: such an archive was made to do harm.
    """
    try:
        archive = zipfile.ZipFile(file)
        found = _choose(archive.infolist(), name, member)
        if found.flag_bits & 1:
            raise FormatError(name, f"'{shorten(found.filename)}' is encrypted; unzip it with its password first")
        stream = archive.open(found)
    except FormatError:
        raise
    except NotImplementedError as error:
        problem = f"is a zip archive of a kind that Python cannot read ({error}); unzip it first"
        raise FormatError(name, problem) from None
    except damages(ValueError, OSError, RuntimeError):
        raise FormatError(name, "its zip archive is cut short or damaged; download the file again") from None
    return buffered(stream.read, name, "zip")


def _choose(members: Sequence[zipfile.ZipInfo], name: str, member: str | None) -> zipfile.ZipInfo:
    for info in members:
        if _leads_out(info.orig_filename):
            problem = f"has a member named '{shorten(info.orig_filename)}', which leads out of the archive"
            raise FormatError(name, f"{problem}; get the file from a source that you trust")
    files = [info for info in members if not info.is_dir()]
    if member is not None:
        found = next((info for info in files if info.filename == member), None)
        if found is None:
            raise FormatError(name, f"has no member '{shorten(member)}'; it has {_list(files)}")
        return found
    visible = [info for info in files if not _is_hidden(info.filename)]
    if len(visible) == 1:
        return visible[0]
    for suffixes in _SUFFIXES:
        candidates = [info for info in visible if _suffix(info.filename) in suffixes]
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            raise FormatError(
                name, f"has {len(candidates)} members that may be vectors, {_list(candidates)}; unpack it and name one"
            )
    if not visible:
        raise FormatError(name, "is a zip archive with nothing in it; check that the download is complete")
    raise FormatError(name, f"has no member that looks like vectors, only {_list(visible)}")


def _leads_out(member: str) -> bool:
    parts = member.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or parts[0].endswith(":")


def _is_hidden(member: str) -> bool:
    return member.startswith("__MACOSX/") or PurePosixPath(member).name.startswith(".")


def _suffix(member: str) -> str:
    path = PurePosixPath(member.lower())
    return (path.with_suffix("") if path.suffix in _PACKED else path).suffix


def _list(files: Sequence[zipfile.ZipInfo]) -> str:
    shown = ", ".join(f"'{shorten(info.filename)}'" for info in files[:5])
    return f"{shown} and {len(files) - 5} more" if len(files) > 5 else shown or "none"
