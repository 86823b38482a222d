"""fastText's ``.bin``: words, and vectors of words and of character n-grams, of which a word's vector is the mean.

Format, all little-endian: int32 magic and version; 12 int32 and a double of training arguments; the dictionary (int32
entries, words, labels; int64 tokens, pruned; then for each entry its bytes, a zero, int64 count, int8 kind); a byte
that tells whether the matrix is quantised; int64 rows and columns and the float32 of the input matrix, words first,
n-grams after; the output matrix (https://fasttext.cc/docs).
"""

from __future__ import annotations

import mmap
import struct
import warnings
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, WordrelWarning
from wordrel.sources.opening import Opened
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers.ngrams import Subwords, ngram_rows
from wordrel.sources.rows import Block, Composer, Table

MAGIC = 793712314
_VERSIONS = (11, 12)
_SUPERVISED = 3
_END = b"</s>"

_LONGEST_WORD = 8192
_MOST_DIMENSIONS = 1 << 20
# fastText's own default is 6; what is longer than this is a damaged file.
_LONGEST_NGRAM = 64
# The sums of 1,000 vectors of 300 numbers stay in the cache of a processor while n-grams are added to them.
_BLOCK_WORDS = 1000


class _Model(NamedTuple):
    name: str
    data: mmap.mmap
    subwords: Subwords | None
    words: int
    # Where the dictionary begins, and where the bytes of each word end.
    start: int
    ends: npt.NDArray[np.int64]
    # The matrix as opaque rows: the file has them at any byte, and they are copied whole.
    rows: npt.NDArray[np.void]


def read(opened: Opened, options: ReadOptions) -> Table:
    """Read a fastText model; vectors are those of fastText's `get_word_vector`.

    A file is memory-mapped; a stream is copied to a nameless temporary file first, since any row may be needed. Labels
    of a supervised model are no words and are left out with a warning, and so are words that are not UTF-8.

    Raises
    ------
    FormatError
    """
    model = _open(opened)
    dimensions = model.rows.dtype.itemsize // 4
    wanted = model.words if options.limit is None else min(options.limit, model.words)
    composer = _composer(model) if model.subwords else None
    return Table(dimensions, _blocks(model, wanted), wanted, composer=composer)


def _open(opened: Opened) -> _Model:
    data = opened.map()
    name = opened.name
    reader = _Fields(name, data)
    magic, version = reader.take("<ii")
    if magic != MAGIC:
        raise FormatError(name, "is no fastText .bin; download the file again")
    if version not in _VERSIONS:
        raise FormatError(name, f"is of version {version} of fastText's format, and 11 and 12 are known; use the .vec")
    dimensions, _, _, _, _, _, _, kind, buckets, shortest, longest, _, _ = reader.take("<12id")
    entries, words, labels, _, pruned = reader.take("<3i2q")
    if not 0 < dimensions <= _MOST_DIMENSIONS:
        _absurd(name, f"vectors of {dimensions:,} numbers")
    if words < 0 or labels < 0 or words + labels != entries or entries > len(data) // 10:
        _absurd(name, f"{entries:,} entries, {words:,} words and {labels:,} labels")
    if longest > _LONGEST_NGRAM:
        _absurd(name, f"n-grams of {longest:,} characters")
    start = reader.position
    ends = _word_ends(reader, entries, words)
    # Each pair of a pruned n-gram and its row takes 8 bytes.
    reader.skip(8 * max(pruned, 0))
    (quantised,) = reader.take("<B")
    if quantised or pruned >= 0:
        raise FormatError(name, "is quantised, and its vectors are only approximate; use the .vec or the .bin before")
    if kind == _SUPERVISED:
        warnings.warn(
            f"{name}: a supervised model: its {labels:,} labels are no words and are left out, and its vectors "
            "were trained to tell the labels apart",
            WordrelWarning,
            stacklevel=3,
        )
        if version == 11:
            # Supervised models of that version were trained without n-grams, whatever their arguments say.
            longest = 0
    subwords = Subwords(max(shortest, 0), longest, buckets) if longest > 0 and longest >= shortest else None
    n_rows, n_columns = reader.take("<2q")
    if n_columns != dimensions or (buckets < 1 and subwords) or n_rows != words + max(buckets, 0):
        _absurd(name, f"a matrix of {n_rows:,} x {n_columns:,} for {words:,} words and {buckets:,} buckets")
    place = reader.position
    reader.skip(4 * n_rows * n_columns)
    rows: npt.NDArray[np.void] = np.ndarray((n_rows,), np.dtype((np.void, 4 * n_columns)), data, place)
    return _Model(name, data, subwords, words, start, ends, rows)


class _Fields:
    """Numbers of a file, one after the other, never past its end."""

    def __init__(self, name: str, data: mmap.mmap) -> None:
        self.name, self.data, self.position = name, data, 0

    def take(self, layout: str) -> tuple[int, ...]:
        start = self.position
        self.skip(struct.calcsize(layout))
        return struct.unpack_from(layout, self.data, start)

    def skip(self, n_bytes: int) -> None:
        self.position += n_bytes
        if self.position > len(self.data):
            raise FormatError(self.name, "is cut short; download the file again")


def _absurd(name: str, what: str) -> NoReturn:
    raise FormatError(name, f"is damaged: it says that it has {what}; download the file again")


def _word_ends(fields: _Fields, entries: int, words: int) -> npt.NDArray[np.int64]:
    """Find the zero after each entry of the dictionary; those of words are given."""
    ends = []
    find, position, last = fields.data.find, fields.position, len(fields.data) - 10
    for entry in range(entries):
        end = find(b"\0", position, position + _LONGEST_WORD + 1)
        if end < 0 or end > last:
            if len(fields.data) - position > _LONGEST_WORD:
                problem = f"entry {entry} of the dictionary has more than {_LONGEST_WORD:,} bytes"
                raise FormatError(fields.name, f"{problem}; download the file again")
            fields.skip(len(fields.data))
        ends.append(end)
        position = end + 10
    fields.position = position
    found = np.array(ends, dtype=np.int64)
    kinds = np.frombuffer(fields.data, np.uint8)[found + 9]
    if kinds[:words].any() or not (kinds[words:] == 1).all():
        raise FormatError(fields.name, "its dictionary does not have words first and labels after; download it again")
    return found[:words]


def _word(model: _Model, row: int) -> bytes:
    start = model.start if row == 0 else int(model.ends[row - 1]) + 10
    return model.data[start : int(model.ends[row])]


def _blocks(model: _Model, wanted: int) -> Iterator[Block]:
    dropped: list[int] = []
    for start in range(0, wanted, _BLOCK_WORDS):
        rows = np.arange(start, min(start + _BLOCK_WORDS, wanted))
        raw = [_word(model, int(row)) for row in rows]
        words, kept = [], []
        for i, word in enumerate(raw):
            try:
                words.append(word.decode())
                kept.append(i)
            except UnicodeDecodeError:
                dropped.append(start + i)
        vectors = _vectors(model, raw, rows)
        yield Block(words, vectors if len(kept) == len(raw) else vectors[kept])
    if dropped:
        noun = "word that is" if len(dropped) == 1 else "words that are"
        warnings.warn(
            f"{model.name}: {len(dropped):,} {noun} not UTF-8 left out (first: row {dropped[0]})",
            WordrelWarning,
            stacklevel=2,
        )


def _vectors(model: _Model, words: list[bytes], rows: npt.NDArray[np.int64] | None) -> npt.NDArray[np.float32]:
    """Means of each word's own row, if it has one, and those of its n-grams, added in fastText's order."""
    own = 0 if rows is None else 1
    sums = np.zeros((len(words), model.rows.dtype.itemsize // 4), np.float32) if rows is None else _take(model, rows)
    if model.subwords is None:
        return sums
    # The end of a sentence is no spelling.
    spelt = np.flatnonzero([word != _END for word in words])
    grams, spelt_counts = ngram_rows([words[i] for i in spelt], model.subwords)
    grams += model.words
    counts = np.zeros(len(words), dtype=np.int64)
    counts[spelt] = spelt_counts
    first = np.cumsum(counts) - counts
    for k in range(int(counts.max(initial=0))):
        longer = np.flatnonzero(counts > k)
        sums[longer] += _take(model, grams[first[longer] + k])
    sums *= (1 / np.maximum(counts + own, 1)).astype(np.float32)[:, None]
    return sums


def _take(model: _Model, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    taken: npt.NDArray[np.float32] = model.rows[rows].view("<f4").reshape(len(rows), -1)
    return taken


def _composer(model: _Model) -> Composer:
    """Vectors of words from their n-grams; a word that the model knows, but that was not read, has its own row too.

    A word that is too short for an n-gram has a vector of zeros, as in fastText.
    """
    dictionary = model.data[model.start : int(model.ends[-1]) + 1] if model.words else b""
    starts = np.concatenate([[0], model.ends[:-1] + 10 - model.start]) if model.words else np.empty(0, np.int64)

    def compose(word: str) -> npt.NDArray[np.float32]:
        raw = word.encode("utf-8", "surrogatepass")
        row = _find(dictionary, starts, raw)
        vector: npt.NDArray[np.float32] = _vectors(model, [raw], None if row is None else np.array([row]))[0]
        return vector

    return compose


def _find(dictionary: bytes, starts: npt.NDArray[np.int64], word: bytes) -> int | None:
    """Row of a word. A search of the bytes takes milliseconds, and a table of all words hundreds of megabytes."""
    if b"\0" in word or not word:
        return None
    place = dictionary.find(word + b"\0")
    while place >= 0:
        row = int(np.searchsorted(starts, place))
        if row < len(starts) and starts[row] == place:
            return row
        place = dictionary.find(word + b"\0", place + 1)
    return None
