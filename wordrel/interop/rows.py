"""A space on its way out: its words as a format can hold them, its rows dense and in blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, shorten
from wordrel.relative import Array32
from wordrel.sparse import Matrix, is_sparse

MOST_NUMBERS = 100_000_000
"""Sparse rows are written dense up to so many numbers of a language: 400 MB in float32."""

# 2 MB in float32, about 6 MB of text: of 512, 2,048 and 8,192 rows of 300 numbers text was written fastest in 2,048.
BLOCK_NUMBERS = 1 << 19
# Wide rows, made dense, need blocks of more numbers: of 40 to 1,024 rows of 13,026 numbers text was written fastest in
# 512, six times as fast as in 40. But never more than 32 MB.
_BLOCK_ROWS, _MOST_BLOCK_NUMBERS = 512, 1 << 23


class Unwritable(NamedTuple):
    """What cannot stand in a word of a format.

    Attributes
    ----------
    pattern : str
        A regular expression; each character that it finds is written as ``_``.
    name : str
        What it finds, as in "words with blanks".
    """

    pattern: str
    name: str


@dataclass(frozen=True)
class Rows:
    """The words and vectors that are written of a space.

    Attributes
    ----------
    words : sequence of str
        As they are written; unique.
    vectors : Matrix of shape (n_rows, d)
        Of the whole space.
    language : str
    provenance : mapping
    kept : array of int64, shape (n_words,), optional
        The rows that are written; all of them when left out.
    respelt : tuple of (str, str)
        Words that the format cannot hold as they are, and what is written instead.
    left_out : tuple of str
        Words of which the new spelling was a word already.
    """

    words: Sequence[str]
    vectors: Matrix
    language: str
    provenance: Mapping[str, Any]
    kept: npt.NDArray[np.int64] | None = None
    respelt: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def dimensions(self) -> int:
        """Number of columns."""
        return int(self.vectors.shape[1])

    def blocks(self, numbers: int = BLOCK_NUMBERS) -> Iterator[tuple[Sequence[str], Array32]]:
        """Yield consecutive words and their dense rows, about so many numbers at a time; more where rows are wide."""
        d = self.dimensions
        step = max(1, numbers // d, min(_BLOCK_ROWS, _MOST_BLOCK_NUMBERS // d))
        for start in range(0, len(self.words), step):
            part = slice(start, min(start + step, len(self.words)))
            rows = self.vectors[part if self.kept is None else self.kept[part]]
            yield self.words[part], rows.toarray() if is_sparse(rows) else np.ascontiguousarray(rows)

    def embeddings(self) -> Embeddings:
        """The same as embeddings, for what takes a whole matrix; dense rows that are all kept are not copied."""
        vectors = self.vectors if self.kept is None else self.vectors[self.kept]
        return Embeddings(self.words, vectors, self.language, self.provenance)


def outgoing(space: Embeddings, unwritable: Unwritable | None = None) -> Rows:
    """Find how the words of a space can be written.

    Words that the format can hold keep their spelling. Of the others each gets an underscore for every character that
    cannot be written, as word2vec has its phrases; where that is a word already, the first one keeps it.

    Raises
    ------
    InvalidParameter
        When the rows are sparse and too many to be written dense, or a word is no Unicode text.
    """
    check_size(space)
    check_unicode(space)
    if unwritable is None:
        return Rows(space.words, space.vectors, space.language, space.provenance)
    pattern = re.compile(unwritable.pattern)
    odd = [row for row, word in enumerate(space.words) if pattern.search(word)]
    if not odd:
        return Rows(space.words, space.vectors, space.language, space.provenance)
    words = list(space.words)
    taken = set(words)
    respelt: list[tuple[str, str]] = []
    dropped: list[int] = []
    for row in odd:
        new = pattern.sub("_", words[row])
        if new in taken:
            dropped.append(row)
            continue
        taken.add(new)
        respelt.append((words[row], new))
        words[row] = new
    kept = np.delete(np.arange(len(words)), dropped) if dropped else None
    written = words if kept is None else [words[row] for row in kept]
    left_out = tuple(space.words[row] for row in dropped)
    return Rows(written, space.vectors, space.language, space.provenance, kept, tuple(respelt), left_out)


def check_size(space: Embeddings) -> None:
    """Refuse sparse rows that are too many to be made dense."""
    n, d = space.vectors.shape
    if is_sparse(space.vectors) and n * d > MOST_NUMBERS:
        most = max(1, MOST_NUMBERS // d)
        raise InvalidParameter(
            f"the {space.language} vectors are sparse, and {n:,} words x {d:,} numbers would be "
            f"{4 * n * d / 1e9:.1f} GB; take at most {most:,} words, with --limit or Embeddings.head"
        )


def dense(space: Embeddings) -> Array32:
    """All rows in one array: the space's own where they are dense, else made dense block by block."""
    check_size(space)
    if not is_sparse(space.vectors):
        # An array of numpy's own class: a memory map's would be written into gensim's file.
        own: Array32 = np.asarray(space.vectors)
        return own
    table = np.empty(space.vectors.shape, dtype=np.float32)
    start = 0
    for words, block in Rows(space.words, space.vectors, space.language, {}).blocks():
        table[start : start + len(words)] = block
        start += len(words)
    return table


def check_unicode(space: Embeddings) -> None:
    """Refuse words that have no UTF-8."""
    try:
        for word in space.words:
            word.encode()
    except UnicodeEncodeError:
        problem = "has half a character in it, which is no Unicode text; leave it out"
        raise InvalidParameter(f"the {space.language} word '{shorten(word)}' {problem}") from None
