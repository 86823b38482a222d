"""numpy's own formats: ``.npz`` with words and vectors, ``.npy`` with a vocabulary file beside it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from math import prod
from typing import BinaryIO, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, shorten
from wordrel.sources.decompression import damages
from wordrel.sources.opening import Opened
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import npy, vocabulary
from wordrel.sources.rows import Block, Table

_BLOCK_BYTES = 8 << 20
# zlib packs at most 1,032 bytes into one (https://zlib.net/zlib_tech.html); what says that it holds more is lying.
_DEFLATE = 1032
# Each word of an array takes as much as the longest: four bytes a character.
_WIDEST_WORD = 1 << 20


def read_npz(opened: Opened, options: ReadOptions) -> Table:
    """Read ``words`` (unicode) and ``vectors`` (any type of numbers) of an ``.npz`` file, side by side in blocks.

    Raises
    ------
    FormatError
    """
    words, vectors = _members(opened.name, opened.file())
    _check(opened.name, words.header.shape[0], vectors.header)
    n_rows, dimensions = vectors.header.shape
    wanted = n_rows if options.limit is None else min(options.limit, n_rows)
    return Table(dimensions, _blocks(opened.name, words, vectors, wanted), wanted)


def read_npy(opened: Opened, options: ReadOptions) -> Table:
    """Read an ``.npy`` matrix, memory-mapped, and its words, one a line, from a file beside it.

    Raises
    ------
    FormatError
    """
    path = opened.path
    if path is None:
        raise FormatError(opened.name, "its words are missing; an .npy file is read from disk, not compressed")
    candidates = vocabulary.beside(path)
    found = vocabulary.find(candidates)
    if found is None:
        raise FormatError(path, f"its words are missing; put them, one a line, into {candidates[0].name} beside it")
    words = vocabulary.read(found)
    what = "is not a readable .npy file"
    header = npy.parse(opened.head(npy.LONGEST), opened.name, what)
    if header.end != path.stat().st_size:
        reason = f"it has {path.stat().st_size:,} bytes, and its header promises {header.end:,}"
        raise FormatError(path, f"{what} ({reason}); check that it is complete")
    _check(opened.name, len(words), header)
    n_rows, dimensions = header.shape
    wanted = n_rows if options.limit is None else min(options.limit, n_rows)
    order: Literal["F", "C"] = "F" if header.fortran else "C"
    matrix = np.memmap(path, header.dtype, "r", header.offset, header.shape, order)
    return Table(dimensions, iter([Block(words[:wanted], matrix[:wanted])]), wanted)


class _Member(NamedTuple):
    header: npy.Header
    stream: BinaryIO


def _members(name: str, file: BinaryIO) -> tuple[_Member, _Member]:
    what = "is not a readable .npz file"
    try:
        archive = zipfile.ZipFile(file)
        infos = {info.filename: info for info in archive.infolist()}
        for array in ("vectors", "words"):
            if f"{array}.npy" not in infos:
                raise FormatError(name, f"has no array '{array}'; an .npz of vectors has 'words' and 'vectors'")
        members = []
        for array in ("words", "vectors"):
            info = infos[f"{array}.npy"]
            # Two streams of one file: each remembers its own place.
            with archive.open(info) as stream:
                header = npy.parse(stream.read(npy.LONGEST), name, what)
            if header.end != info.file_size or info.file_size > _DEFLATE * info.compress_size + npy.LONGEST:
                reason = f"'{array}' has other bytes than its header promises"
                raise FormatError(name, f"{what} ({reason}); check that it is complete")
            stream = archive.open(info)
            stream.read(header.offset)
            members.append(_Member(header, stream))  # type: ignore[arg-type]
    except FormatError:
        raise
    except damages(ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise _damaged(name, error) from None
    words = members[0].header
    if words.dtype.kind != "U" or len(words.shape) != 1:
        raise FormatError(name, "'words' must be a list of unicode strings; save it with np.array(words, dtype=str)")
    if words.dtype.itemsize > _WIDEST_WORD:
        problem = f"'words' has room for words of {words.dtype.itemsize // 4:,} characters; leave the longest one out"
        raise FormatError(name, problem)
    return members[0], members[1]


def _damaged(name: str, error: Exception) -> FormatError:
    reason = shorten(str(error).splitlines()[0] if str(error) else type(error).__name__, 100)
    return FormatError(name, f"is not a readable .npz file ({reason}); check that it is complete")


def _check(name: str, n_words: int, vectors: npy.Header) -> None:
    if len(vectors.shape) != 2 or vectors.dtype.kind not in "fiu":
        raise FormatError(name, "the vectors must be a table of numbers, words x dimensions")
    if not n_words or not vectors.shape[1]:
        raise FormatError(name, "has no vectors in it; check that the download is complete")
    if n_words != vectors.shape[0]:
        problem = f"has {n_words:,} words and {vectors.shape[0]:,} vectors; there must be one for each"
        raise FormatError(name, problem)


def _blocks(name: str, words: _Member, vectors: _Member, wanted: int) -> Iterator[Block]:
    n_rows, dimensions = vectors.header.shape
    step = n_rows
    if not vectors.header.fortran:
        step = max(1, _BLOCK_BYTES // max(words.header.dtype.itemsize, dimensions * vectors.header.dtype.itemsize))
    for start in range(0, wanted, step):
        shape = (min(start + step, n_rows) - start, dimensions)
        spelt = _words(name, _take(name, words, shape[:1]))
        numbers = _take(name, vectors, shape)
        kept = min(shape[0], wanted - start)
        yield Block(spelt[:kept], numbers[:kept])


def _take(name: str, member: _Member, shape: tuple[int, ...]) -> npt.NDArray[np.generic]:
    size = prod(shape) * member.header.dtype.itemsize
    try:
        data = member.stream.read(size)
    except damages(ValueError, OSError, NotImplementedError) as error:
        raise _damaged(name, error) from None
    if len(data) < size:
        raise _damaged(name, EOFError("it is cut short"))
    order: Literal["F", "C"] = "F" if member.header.fortran and len(shape) == 2 else "C"
    return np.ndarray(shape, member.header.dtype, data, order=order)


def _words(name: str, words: npt.NDArray[np.generic]) -> list[str]:
    if not words.dtype.itemsize:
        return [""] * len(words)
    codes = words.view(words.dtype.str[0] + "u4")
    if ((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))).any():
        raise FormatError(name, "'words' has codes in it that are no characters; save them anew as UTF-8 text")
    spelt: list[str] = words.tolist()
    return spelt
