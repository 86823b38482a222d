"""What can be asked of every reader of vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wordrel.errors import InvalidParameter

DTYPES = ("float32", "float16")


@dataclass(frozen=True)
class ReadOptions:
    """Which rows to read, and how.

    Attributes
    ----------
    limit : int, optional
        Read only the first rows of the file.
    lower : bool
        Write all words in lower case; of those that become the same the first, most frequent one is kept.
    only : frozenset of str, optional
        Keep only these words, compared after `lower`.
    dtype : {"float32", "float16"}
        How the numbers are kept in the cache of converted files.
    shared : bool
        Of spaCy's vectors, of which many words can share one: take all words, not only the first of each vector.
    """

    limit: int | None = None
    lower: bool = False
    only: frozenset[str] | None = None
    dtype: str = "float32"
    shared: bool = False

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise InvalidParameter(f"the limit must be 1 or more, not {self.limit}")
        if self.dtype not in DTYPES:
            raise InvalidParameter(f"the dtype must be {' or '.join(DTYPES)}, not '{self.dtype}'")

    @property
    def number(self) -> np.dtype[np.floating]:
        """The type of the numbers as numpy has it."""
        return np.dtype(self.dtype)
