"""Embeddings: words, one row of numbers each, their language and where they came from."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter, UnknownWord, shorten
from wordrel.lines import Lines
from wordrel.sparse import Matrix, as_matrix, dense_row, finite_rows, read_only
from wordrel.topk import has_direction

FloatMatrix = npt.NDArray[np.float32]

# Looking for similar spellings costs about 5 microseconds a word; the rest of the vocabulary is rare words.
_SUGGESTION_POOL = 50_000
_LONGEST_SLIP = 40


class Embeddings:
    """Word vectors of one language, read-only.

    Parameters
    ----------
    words : sequence of str
        The vocabulary, most frequent first where that is known; unique, not empty, without line breaks.
    vectors : array of shape (n_words, n_dimensions)
        One row a word. Kept without a copy when it is float32 (a memory map stays one), converted otherwise. May be a
        `scipy.sparse.csr_array`, as those of a method with a column for each pair of anchors are. A memory map of
        float16 numbers stays one, too: `vectors` is a `wordrel.blockwise.HalfRows` then, whose rows are float32.
    language : str
        Language code, as in ``"en"``.
    provenance : mapping, optional
        Where the vectors came from; stored with every alignment made of them.

    Raises
    ------
    InvalidParameter
        When the shapes disagree, a word stands twice or a number is NaN or infinite.

    Examples
    --------
    >>> import numpy as np
    >>> en = Embeddings(["cat", "dog"], np.eye(2), "en")
    >>> en["Cat"]
    array([1., 0.], dtype=float32)
    >>> "cow" in en, len(en), en.dimensions
    (False, 2, 2)
    """

    _words: Callable[[], Sequence[str]]

    def __init__(
        self,
        words: Sequence[str],
        vectors: npt.ArrayLike | Matrix,
        language: str,
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        matrix = as_matrix(vectors)
        if matrix.ndim != 2:
            raise InvalidParameter(f"vectors must be a table of words x dimensions, not of {matrix.ndim} dimensions")
        if matrix.shape[0] != len(words):
            raise InvalidParameter(f"{len(words):,} words but {matrix.shape[0]:,} vectors; give one row for each word")
        if not len(words) or not matrix.shape[1]:
            raise InvalidParameter("embeddings need at least one word and one dimension")
        self.__dict__["words"] = tuple(words)
        self.vectors: Matrix = read_only(matrix)
        self.language = language
        self.provenance: dict[str, Any] = dict(provenance or {})
        self.composer: Callable[[str], FloatMatrix] | None = None
        self._check()

    @classmethod
    def from_checked(
        cls,
        rows: dict[str, int] | Callable[[], Sequence[str]],
        vectors: Matrix,
        language: str,
        provenance: Mapping[str, Any] | None = None,
        composer: Callable[[str], FloatMatrix] | None = None,
        directed: bool = False,
    ) -> Embeddings:
        """Make embeddings of what a reader has checked already: millions of words cost nothing then.

        Parameters
        ----------
        rows : dict of str to int, or callable
            Every word, in order, with its row; or what gives the words when one is asked for.
        vectors : float32 array of shape (n_words, d)
            Finite numbers.
        language, provenance : see `Embeddings`
        composer : callable, optional
            Gives vectors of words that are not in the vocabulary.
        directed : bool
            No row is all zeros: `with_direction` need not look.
        """
        self = cls.__new__(cls)
        if isinstance(rows, dict):
            self.__dict__.update(words=tuple(rows), _rows=rows)
        else:
            self._words = rows
        self.vectors = read_only(as_matrix(vectors))
        self.language = language
        self.provenance = dict(provenance or {})
        self.composer = composer
        if directed:
            self.__dict__["with_direction"] = np.ones(len(self), dtype=np.bool_)
        return self

    def _check(self) -> None:
        if len(self._rows) != len(self.words):
            seen: set[str] = set()
            twice = next(w for w in self.words if w in seen or seen.add(w))  # type: ignore[func-returns-value]
            raise InvalidParameter(f"the word '{shorten(twice)}' stands twice; keep one row for each word")
        bad = next((w for w in self.words if not w or "\n" in w), None)
        if bad is not None:
            raise InvalidParameter(f"the word '{shorten(bad)}' is empty or has a line break in it; leave its row out")
        for start in range(0, len(self), 65_536):
            finite = finite_rows(self.vectors[start : start + 65_536])
            if not finite.all():
                word = self.words[start + int(np.argmin(finite))]
                raise InvalidParameter(f"the vector of '{shorten(word)}' has a NaN or infinite number; leave it out")

    @cached_property
    def words(self) -> Sequence[str]:
        """The vocabulary: a tuple, or `wordrel.lines.Lines` of a file."""
        return self._words()

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def with_direction(self) -> npt.NDArray[np.bool_]:
        """Which rows are finite and not zero, shape (n_words,)."""
        return has_direction(self.vectors)

    @property
    def dimensions(self) -> int:
        """Number of columns."""
        return int(self.vectors.shape[1])

    def find(self, word: str) -> int | None:
        """Row of a word, or None: as it is written, else in lower case, else in title case."""
        words = self.words
        look = words.find if isinstance(words, Lines) else self._rows.get
        for spelling in (word, word.lower(), word.title()):
            row = look(spelling)
            if row is not None:
                return row
        return None

    def row(self, word: str) -> int:
        """Row of a word, with the same fall-back as `find`.

        Raises
        ------
        UnknownWord
            When no spelling is known; names the closest ones.
        """
        row = self.find(word)
        if row is None:
            # A very long string is no word, and comparing it with 50,000 others takes minutes.
            pool = self.words[:_SUGGESTION_POOL] if len(word) <= 100 else ()
            close = difflib.get_close_matches(word.lower(), pool, n=3, cutoff=0.7)
            raise UnknownWord(word, self.language, list(dict.fromkeys([*self._swapped(word.lower()), *close]))[:3])
        return row

    def _swapped(self, word: str) -> list[str]:
        """Words that differ by two letters that stand next to each other: the commonest slip of the fingers."""
        if len(word) > _LONGEST_SLIP:
            return []
        other = (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
        rows = sorted({row for one in other if (row := self.find(one)) is not None})
        return [self.words[row] for row in rows]

    def rows(self, words: Iterable[str]) -> npt.NDArray[np.int64]:
        """Rows of several words; raises `UnknownWord` at the first that is not known."""
        return np.fromiter((self.row(word) for word in words), dtype=np.int64)

    def words_of(self, rows: Iterable[int]) -> list[str]:
        """Words of several rows, from 0 on."""
        words = self.words
        return words.take(rows) if isinstance(words, Lines) else [words[row] for row in rows]

    def head(self, n_words: int) -> Embeddings:
        """Return the first `n_words` words, sharing memory."""
        if n_words < 1:
            raise InvalidParameter(f"the number of words must be 1 or more, not {n_words}")
        return Embeddings(self.words[:n_words], self.vectors[:n_words], self.language, self.provenance)

    def __getitem__(self, word: str) -> FloatMatrix:
        """Vector of a word; of any word when the vectors came with a subword model, as fastText's ``.bin`` files do."""
        if self.composer is not None and self.find(word) is None:
            return self.composer(word)
        return dense_row(self.vectors, self.row(word))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.find(word) is not None

    def __len__(self) -> int:
        return int(self.vectors.shape[0])

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __repr__(self) -> str:
        return f"Embeddings({self.language!r}, {len(self):,} words x {self.dimensions})"
