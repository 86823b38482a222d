"""Rows that are never held in float32 as a whole: stored in float16, selected, prepared, a block at a time.

Two million rows of 300 numbers are 2.4 GB in float32 and 1.2 GB in float16. What works through rows in blocks asks for
``X[start:stop]`` or ``X[numbers]`` and gets float32; so all arithmetic stays float32, whatever is stored.
"""

from __future__ import annotations

import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from os import PathLike
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from wordrel.errors import ArtefactError
from wordrel.relative import Array32

BLOCK_ROWS = 65_536
"""Rows of a block: of 300 numbers in float32 they are 79 MB."""

DTYPES = ("float32", "float16")
"""What the numbers of an alignment are stored in."""

Half = npt.NDArray[np.float16]


class Blockwise(ABC):
    """Stands in for a float32 array of two dimensions; what is indexed comes as float32.

    Attributes
    ----------
    shape : tuple of two int
    """

    ndim = 2
    dtype = np.dtype(np.float32)
    shape: tuple[int, int]

    def __len__(self) -> int:
        return self.shape[0]

    @abstractmethod
    def __getitem__(self, rows: Any) -> Array32:
        """Some rows, by a slice or their numbers, or one row, by its number; always a new float32 array."""

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """All rows at once, for whoever has the memory."""
        whole = np.empty(self.shape, dtype=np.float32 if dtype is None else dtype)
        for rows in blocks(len(self)):
            whole[rows] = self[rows]
        return whole


class HalfRows(Blockwise):
    """Rows stored in float16.

    Parameters
    ----------
    stored : array of float16, shape (n, d)
        Kept without a copy; a memory map stays one.
    """

    def __init__(self, stored: Half) -> None:
        self.stored = stored
        self.shape = (int(stored.shape[0]), int(stored.shape[1]))

    def __getitem__(self, rows: Any) -> Array32:
        found: Array32 = np.asarray(self.stored[rows]).astype(np.float32)
        return found


class SelectedRows(Blockwise):
    """Some of the rows, in ascending order of their numbers."""

    def __init__(self, rows: Blockwise, numbers: npt.NDArray[np.int64]) -> None:
        self._rows, self._numbers = rows, numbers
        self.shape = (len(numbers), rows.shape[1])

    def __getitem__(self, rows: Any) -> Array32:
        return self._rows[self._numbers[rows]]


def is_blockwise(X: object) -> TypeGuard[Blockwise]:
    """Tell whether rows only come in blocks."""
    return isinstance(X, Blockwise)


def blocks(n: int, size: int | None = None) -> Iterator[slice]:
    """Cut n rows into slices of `BLOCK_ROWS`, or of another size."""
    step = BLOCK_ROWS if size is None else size
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def on_disk(shape: tuple[int, int], dtype: npt.DTypeLike, folder: str | PathLike[str] | None) -> npt.NDArray[Any]:
    """Room for a matrix that memory need not hold: a memory map of a file without a name.

    The file goes with the last array that maps it, also when the process is killed.

    Parameters
    ----------
    shape : tuple of int
    dtype : dtype
        Of its numbers.
    folder : path-like, optional
        Where the file is; the system's folder for temporary files when left out.

    Raises
    ------
    ArtefactError
        When the folder has no room for it, or cannot be written to.
    """
    n_bytes = shape[0] * shape[1] * np.dtype(dtype).itemsize
    place = tempfile.gettempdir() if folder is None else folder
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            # A map of a file for which the disk has no room would kill the process where it is written to.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, n_bytes)
            return np.memmap(file, dtype=dtype, mode="w+", shape=shape)
    except OSError as error:
        raise ArtefactError(
            f"{place}: has no room for {n_bytes / 1e9:.1f} GB of aligned vectors ({error.strerror}); "
            "free some space or choose another place"
        ) from None
