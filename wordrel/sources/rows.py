"""What a reader gives: rows in blocks, so that no file is ever in memory twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Composer = Callable[[str], npt.NDArray[np.float32]]
"""Gives a vector of a word that is not in the vocabulary, from its character n-grams."""


class Block(NamedTuple):
    """Some consecutive rows.

    Attributes
    ----------
    words : sequence of str
    vectors : array of shape (n_words, d)
        Of any type of numbers; may be a view of a memory map. A reader never writes into it after it gave it away.
    """

    words: Sequence[str]
    vectors: npt.NDArray[Any]


@dataclass
class Table:
    """What a reader found at the beginning of a file, and the rows to come.

    Attributes
    ----------
    dimensions : int
        Numbers in a row, 1 or more.
    blocks : iterator of Block
        Read while it is iterated, in the order of the file, never more than the limit asked for.
    rows : int, optional
        How many rows the file says that it has. Used to set memory aside, which is given back when they do not come.
    first_line : int, optional
        Line number of the first row, when the file is text: messages then name lines, rows otherwise.
    composer : callable, optional
        The subword model, when the file has one.
    """

    dimensions: int
    blocks: Iterator[Block]
    rows: int | None = None
    first_line: int | None = None
    composer: Composer | None = None
