"""From a path to embeddings: what was kept of it, or the reader that its content asks for."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from wordrel.embeddings import Embeddings, FloatMatrix
from wordrel.errors import UnknownSource, WordrelError, WordrelWarning
from wordrel.sources import converted
from wordrel.sources.collecting import Collected, as_embeddings, collect, note
from wordrel.sources.converted import Origin
from wordrel.sources.fetch import Progress
from wordrel.sources.opening import Opened, open_path
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import spacy_vectors
from wordrel.sources.rows import Composer, Table
from wordrel.sparse import as_matrix

# Smaller files are read before a person notices; found by reading: 4 MB of text take a fiftieth of a second.
_WORTH_KEEPING = 4 << 20


def from_path(
    path: Path,
    options: ReadOptions,
    language: str,
    provenance: dict[str, Any],
    *,
    keep: bool = True,
    trusted: bool = True,
    member: str | None = None,
    progress: Progress | None = None,
) -> Embeddings:
    """Read a file, or what was kept of it.

    Parameters
    ----------
    path : Path
        A file that exists, or a pipe, which is read once.
    options : ReadOptions
    language : str
    provenance : dict
    keep : bool
        Use what was converted before, and keep what is converted now.
    trusted : bool
        Whether the user named this very file, so that formats which can run code may be opened.
    member : str, optional
        Of a zip archive.
    progress : callable, optional
    """
    origin = None
    if keep and path.is_file() and path.stat().st_size >= _WORTH_KEEPING:
        origin = Origin.of_file(path)
        if member is not None:
            origin = replace(origin, source=f"{origin.source}!{member}")
        kept = converted.find(origin, options)
        if kept is not None:
            composer = _Later(path, options) if kept.has_composer else None
            return _from_kept(kept, str(path), language, provenance, composer)
    with open_path(path, member) as opened:
        opened.trusted = trusted
        return from_opened(opened, options, language, provenance, origin, progress)


def from_folder(path: Path, options: ReadOptions, name: str, language: str, provenance: dict[str, Any]) -> Embeddings:
    """Read a folder that spaCy wrote; its table is memory-mapped, so that nothing has to be kept."""
    found = collect(spacy_vectors.read_folder(path, options), options, name)
    return as_embeddings(found, name, language, provenance)


def from_opened(
    opened: Opened,
    options: ReadOptions,
    language: str,
    provenance: dict[str, Any],
    origin: Origin | None = None,
    progress: Progress | None = None,
) -> Embeddings:
    """Read what is open, with the reader that its first bytes ask for, and keep it if `origin` says as what."""
    table = _table(opened, options)
    found = collect(table, options, opened.name, _counter(opened, progress))
    if origin is not None and not isinstance(found.vectors, np.memmap):
        _keep(origin, options, found, table.composer is not None)
    return as_embeddings(found, opened.name, language, provenance, table.composer)


def from_kept(
    origin: Origin, options: ReadOptions, name: str, language: str, provenance: dict[str, Any]
) -> Embeddings | None:
    """Open what was converted before, if it was."""
    kept = converted.find(origin, options)
    return None if kept is None else _from_kept(kept, name, language, provenance, None)


def _from_kept(
    kept: converted.Converted, name: str, language: str, provenance: dict[str, Any], composer: Composer | None
) -> Embeddings:
    note(name, kept.notes)
    vectors = as_matrix(kept.vectors)
    return Embeddings.from_checked(kept.words, vectors, language, provenance, composer)


def _table(opened: Opened, options: ReadOptions) -> Table:
    from wordrel.sources.sniffing import reader_for

    return reader_for(opened)(opened, options)


def _counter(opened: Opened, progress: Progress | None) -> Callable[[], None] | None:
    if progress is None:
        return None
    path = Path(opened.name)
    total = path.stat().st_size if path.is_file() else None
    return lambda: progress(path.name, opened.position(), total)


def _keep(origin: Origin, options: ReadOptions, found: Collected, has_composer: bool) -> None:
    try:
        converted.store(origin, options, found, has_composer)
    except (OSError, WordrelError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        message = f"{origin.source}: was read, but cannot be kept for the next time ({reason}); see 'wordrel cache'"
        warnings.warn(message, WordrelWarning, stacklevel=2)


class _Later:
    """A subword model that is read when the first word asks for it."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path, self._options = path, replace(options, limit=1)
        self._composer: Composer | None = None

    def __call__(self, word: str) -> FloatMatrix:
        if self._composer is None:
            with open_path(self._path) as opened:
                self._composer = _table(opened, self._options).composer
        if self._composer is None:
            raise UnknownSource(f"{self._path}: has no subword model any more; load the vectors again")
        return self._composer(word)
