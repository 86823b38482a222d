"""numpy's own formats: ``.npz`` with words and vectors, ``.npy`` with a vocabulary file beside it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.embeddings import Embeddings
from wordrel.errors import FormatError
from wordrel.sources.cleaning import clean
from wordrel.sources.dictionaries.pairs import decode

_BROKEN = (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError)


def read_npz(path: Path, language: str, limit: int | None = None) -> Embeddings:
    """Read ``words`` (unicode) and ``vectors`` (any float type) of an ``.npz`` file."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            missing = {"words", "vectors"} - set(archive.files)
            if missing:
                raise FormatError(path, f"has no array '{min(missing)}'; an .npz of vectors has 'words' and 'vectors'")
            words, vectors = archive["words"], archive["vectors"]
    except FormatError:
        raise
    except _BROKEN as error:
        raise FormatError(path, f"is not a readable .npz file ({_reason(error)}); check that it is complete") from error
    if words.dtype.kind != "U" or words.ndim != 1:
        raise FormatError(path, "'words' must be a list of unicode strings; save it with np.array(words, dtype=str)")
    return _table(path, words.tolist(), vectors, language, limit)


def read_npy(path: Path, language: str, limit: int | None = None) -> Embeddings:
    """Read an ``.npy`` matrix, memory-mapped, and its words, one a line, from a ``.txt`` or ``.vocab`` beside it."""
    candidates = [path.with_suffix(suffix) for suffix in (".txt", ".vocab")]
    vocabulary = next((file for file in candidates if file.is_file()), None)
    if vocabulary is None:
        raise FormatError(path, f"its words are missing; put them, one a line, into {candidates[0].name} beside it")
    lines = vocabulary.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not lines[-1]:
        lines.pop()
    words = [decode(line.removesuffix(b"\r"), vocabulary, number) for number, line in enumerate(lines, 1)]
    try:
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except _BROKEN as error:
        raise FormatError(path, f"is not a readable .npy file ({_reason(error)}); check that it is complete") from error
    return _table(path, words, vectors, language, limit)


def _table(path: Path, words: list[str], vectors: npt.NDArray[Any], language: str, limit: int | None) -> Embeddings:
    if vectors.ndim != 2 or vectors.dtype.kind not in "fiu":
        raise FormatError(path, "the vectors must be a table of numbers, words x dimensions")
    if len(words) != len(vectors):
        raise FormatError(path, f"has {len(words):,} words and {len(vectors):,} vectors; there must be one for each")
    return clean(path, words[:limit], vectors[:limit], language)


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
