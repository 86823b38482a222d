"""Dictionaries as text, ``source TAB target`` a line: whole or not at all."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

from wordrel.errors import InvalidParameter, OutputExists, WordrelError, WordrelWarning
from wordrel.sources.dictionaries.entries import count

Pairs = Iterable[tuple[str, str]]


def check_files(paths: Iterable[Path], force: bool) -> None:
    """Refuse, before any work is done, a place that cannot be written to.

    Raises
    ------
    OutputExists
        When something is there already and `force` is false, or when it is a folder.
    InvalidParameter
        When the folder above is missing.
    """
    for path in paths:
        if path.is_dir():
            raise OutputExists(f"{path}: is a folder; choose another name with --output")
        if (path.exists() or path.is_symlink()) and not force:
            raise OutputExists(f"{path}: exists already; choose another name with --output, or replace it with --force")
        if not path.parent.is_dir():
            raise InvalidParameter(f"{path.parent}: no such folder; create it first or choose another --output")


def write_pairs(files: Mapping[Path, Pairs], force: bool = False) -> None:
    """Write pairs to files, UTF-8; none of them is in its place before all are written.

    Parameters
    ----------
    files : mapping of Path to iterable of (str, str)
    force : bool
        Replace files that are there.

    Raises
    ------
    OutputExists, InvalidParameter
        As `check_files`; also for a word with a tab or a line break in it, which the format cannot hold.
    WordrelError
        When they cannot be written.

    Warns
    -----
    WordrelWarning
        When source words begin with '#' and a blank: reading takes such lines for comments.
    """
    check_files(files, force)
    partial = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in files}
    try:
        for path, pairs in files.items():
            with partial[path].open("w", encoding="utf-8", newline="\n") as stream:
                comments = 0
                for source, target in pairs:
                    line = f"{source}\t{target}"
                    if line.count("\t") > 1 or "\n" in line or "\r" in line:
                        problem = (
                            "a word has a tab or a line break in it, which a TSV file cannot hold; leave its pair out"
                        )
                        raise InvalidParameter(f"{path}: {problem}")
                    comments += source.startswith("# ")
                    stream.write(line + "\n")
            if comments:
                message = f"{path}: {count(comments, 'source word')} beginning with '# ' will be read as comments"
                warnings.warn(message, WordrelWarning, stacklevel=2)
        for path, file in partial.items():
            file.replace(path)
    except UnicodeEncodeError:
        raise InvalidParameter(
            "a word has half a surrogate pair in it, which is no UTF-8; leave its pair out"
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        problem = f"{path}: cannot be written ({reason}); free some space or choose another --output"
        raise WordrelError(problem) from None
    finally:
        for file in partial.values():
            file.unlink(missing_ok=True)


def write_lines(path: Path, lines: Iterable[str], force: bool = False) -> None:
    """Write a file of lines, UTF-8, whole or not at all.

    Raises
    ------
    OutputExists, InvalidParameter
        As `check_files`.
    WordrelError
        When it cannot be written.
    """
    check_files([path], force)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(lines)
        partial.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WordrelError(
            f"{path}: cannot be written ({reason}); free some space or choose another --output"
        ) from None
    finally:
        partial.unlink(missing_ok=True)
