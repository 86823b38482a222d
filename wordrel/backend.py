"""Where vectors are multiplied: numpy, or torch on a graphics card, behind the few operations that a search needs.

The rooms that search write each step once, over a `Backend`. numpy is the one that is used when nothing is said
(`wordrel.topk.NUMPY`); torch is imported only when a device is chosen.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from wordrel.budget import BYTES_PER_SCORE, block_rows
from wordrel.errors import InvalidParameter, MissingExtra, WordrelError

Rows = npt.NDArray[np.int64]
Array32 = npt.NDArray[np.float32]

DEVICES = ("auto", "cpu", "cuda", "mps")

# How far a cosine of stored unit rows may be from that of the float32 rows. A number is rounded to half a unit in its
# last place, by 2^-11 of itself in float16 and 2^-8 in bfloat16; both factors of a product are. 2e-6 beside it is
# what two float32 sums over some hundreds of columns differ by.
STORAGE = {"float32": 2e-6, "float16": 2.0**-10 + 4e-6, "bfloat16": 2.0**-7 + 4e-5}

# Of what a graphics card has free; the rest is for the work space of its libraries.
_SHARE_OF_FREE = 0.8

# A larger block is not faster on any device, and some kernels count its elements in 32 bits.
_MOST_ELEMENTS = 1 << 28

# Columns that are brought from 16 bits to float32 at once.
_WIDENED = 1 << 14

# As `wordrel.topk.top_columns` has them: groups of columns of which only those with the highest maxima are looked into.
_GROUP = 32

_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "CUBLAS_STATUS_ALLOC_FAILED")


class DeviceMemoryError(WordrelError, MemoryError):
    """A device has too little memory for the least that can be computed at once."""


class Backend(Protocol):
    """What a search needs of the library that computes it.

    `rows` (n, d), `columns` (d, n') and `table` (n, n') are arrays of the library's own kind, where it computes;
    everything else comes and goes as numpy arrays.
    """

    @property
    def error(self) -> float:
        """How far a cosine computed here may be from one that was computed elsewhere."""

    def hold(self, X: Any) -> Any:
        """Bring rows to where they are multiplied; rows that are there stay as they are."""

    def take(self, rows: Any, numbers: Rows) -> Any:
        """Take some of the rows."""

    def columns(self, rows: Any) -> Any:
        """Transpose rows, into the form that `product` wants."""

    def product(self, rows: Any, columns: Any) -> Any:
        """Inner products in float32: a table."""

    def top(self, table: Any, k: int) -> tuple[Rows, Array32]:
        """Columns and values of the k highest of each row, in no order."""

    def sorted_top(self, table: Any, k: int) -> tuple[Rows, Array32]:
        """Columns and values of the k highest of each row, best first, the lower column first among equals."""

    def top_mean(self, table: Any, k: int) -> Array32:
        """Mean of the k highest of each row, or of all when there are fewer."""

    def argmax(self, table: Any) -> Rows:
        """Column of the highest of each row."""

    def double_less(self, table: Any, subtracted: Array32) -> None:
        """Make a table twice itself less a number for each column, in place."""

    def in_blocks(self, n: int, width: int, most: int, work: Callable[[slice], None]) -> None:
        """Do work on n rows, so many at once as memory allows for tables of this width, `most` elements at best."""


def choose(device: str | None, storage: str = "float32") -> TorchBackend | None:
    """Choose where to compute.

    Parameters
    ----------
    device : {"auto", "cpu", "cuda", "mps"} or None
        Of torch. "auto" is cuda, else mps, else numpy; None is numpy.
    storage : {"float32", "float16", "bfloat16"}
        How vectors are kept on the device; sums are float32 in any case.

    Returns
    -------
    TorchBackend or None
        None stands for numpy.

    Raises
    ------
    InvalidParameter
        When there is no such device, here or at all.
    MissingExtra
        When a device is named and torch is not installed.
    """
    if device is None:
        return None
    if device not in DEVICES:
        raise InvalidParameter(f"unknown device '{device}'; choose {', '.join(DEVICES[:-1])} or {DEVICES[-1]}")
    try:
        import torch
    except ImportError as error:
        if device == "auto":
            return None
        raise MissingExtra(f"the device {device}", "torch", "torch") from error
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        found = next(name for name, usable in here.items() if usable)
        return None if found == "cpu" else TorchBackend(found, storage)
    if not here[device]:
        raise InvalidParameter(f"torch finds no {device} device here; choose the device auto or cpu, or leave it out")
    return TorchBackend(device, storage)


class TorchBackend:
    """A device of torch.

    Parameters
    ----------
    device : str
        As torch names it: cpu, cuda, cuda:1, mps.
    storage : {"float32", "float16", "bfloat16"}
        How vectors are kept on the device. 16 bits take half the memory; the products are those of the rounded
        numbers, summed in float32. `STORAGE` says how far a cosine of unit rows may be from the exact one.
    """

    def __init__(self, device: str, storage: str = "float32") -> None:
        import torch

        if storage not in STORAGE:
            raise InvalidParameter(f"unknown storage '{storage}'; choose {', '.join(STORAGE)}")
        self._torch: Any = torch
        self.device: Any = torch.device(device)
        self.storage = storage
        self.error = STORAGE[storage]
        self._type: Any = getattr(torch, storage)

    def __repr__(self) -> str:
        return f"TorchBackend({str(self.device)!r}, {self.storage!r})"

    def free_memory(self) -> int | None:
        """Bytes that the device has left; None where the memory is that of the machine."""
        if self.device.type == "cuda":
            cuda = self._torch.cuda
            unused = cuda.memory_reserved(self.device) - cuda.memory_allocated(self.device)
            return int(cuda.mem_get_info(self.device)[0] + unused)
        if self.device.type == "mps":
            mps = self._torch.mps
            return int(mps.recommended_max_memory() - mps.current_allocated_memory())
        return None

    def hold(self, X: Any) -> Any:
        """Bring rows to the device; rows that are there stay as they are.

        Raises
        ------
        DeviceMemoryError
            When they do not fit.
        InvalidParameter
            When a number is too large for the storage.
        """
        if isinstance(X, self._torch.Tensor):
            return X
        rows: Array32 = np.asarray(X, dtype=np.float32)
        if self.storage == "float16" and np.abs(rows).max(initial=0) > np.finfo(np.float16).max:
            raise InvalidParameter("these vectors have numbers that float16 cannot hold; store them as bfloat16")
        try:
            return self._tensor(rows).to(self._type).to(self.device)
        except (RuntimeError, MemoryError) as error:
            if not _is_lack_of_memory(error):
                raise
        n, d = rows.shape
        raise DeviceMemoryError(
            f"{n:,} vectors of {d:,} numbers do not fit into the memory of {self.device}; use fewer words, "
            f"or leave the device out"
        )

    def take(self, rows: Any, numbers: Rows) -> Any:
        """Take some of the rows."""
        return rows.index_select(0, self._tensor(numbers).to(self.device))

    def columns(self, rows: Any) -> Any:
        """Transpose rows, without a copy."""
        return rows.T

    def product(self, rows: Any, columns: Any) -> Any:
        """Inner products, summed in float32 also where rows are kept in 16 bits."""
        with self._whole_float32():
            if self.storage == "float32":
                return rows @ columns
            shape = rows.shape[0], columns.shape[1]
            table = self._torch.empty(shape, dtype=self._torch.float32, device=self.device)
            wide = rows.float()
            for start in range(0, columns.shape[1], _WIDENED):
                part = slice(start, start + _WIDENED)
                table[:, part] = wide @ columns[:, part].float()
            return table

    def products(self, X: Any, columns: Any) -> Array32:
        """Inner products of rows of any number as a numpy array, in blocks."""
        out = np.empty((X.shape[0], columns.shape[1]), dtype=np.float32)

        def multiply(rows: slice) -> None:
            out[rows] = _host(self.product(self.hold(X[rows]), columns))

        if out.size:
            self.in_blocks(X.shape[0], columns.shape[1], _MOST_ELEMENTS, multiply)
        return out

    def top(self, table: Any, k: int) -> tuple[Rows, Array32]:
        """Columns and values of the k highest of each row, in no order."""
        values, columns = self._top(table, k)
        return _host(columns), _host(values)

    def sorted_top(self, table: Any, k: int) -> tuple[Rows, Array32]:
        """Columns and values of the k highest of each row, best first, the lower column first among equals."""
        # One more shows whether the last of the k has an equal that was left out, perhaps in a lower column.
        columns, values = self.top(table, k + 1)
        order = np.lexsort((columns, -values), axis=1)
        columns, values = np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
        if columns.shape[1] > k:
            tied = np.flatnonzero(values[:, k - 1] == values[:, k])
            columns, values = columns[:, :k], values[:, :k]
            if len(tied):
                ordered = self._torch.sort(self.take(table, tied), dim=1, descending=True, stable=True)
                columns[tied] = _host(ordered.indices[:, :k])
        return columns, values

    def top_mean(self, table: Any, k: int) -> Array32:
        """Mean of the k highest of each row, or of all when there are fewer."""
        return _host(self._top(table, k)[0].mean(dim=1))

    def argmax(self, table: Any) -> Rows:
        """Column of the highest of each row."""
        return _host(table.argmax(dim=1))

    def double_less(self, table: Any, subtracted: Array32) -> None:
        """Make a table twice itself less a number for each column, in place."""
        table.mul_(2).sub_(self._tensor(subtracted).to(self.device))

    def in_blocks(self, n: int, width: int, most: int, work: Callable[[slice], None]) -> None:
        """Do work on n rows in blocks; where memory runs out the block is halved, and its work done again.

        Raises
        ------
        DeviceMemoryError
            When one row is too much.
        """
        free = self.free_memory()
        if free is not None:
            most = min(_MOST_ELEMENTS, int(_SHARE_OF_FREE * max(free, 0)) // BYTES_PER_SCORE)
        size, start = min(n, block_rows(width, most)), 0
        while start < n:
            rows = slice(start, min(start + size, n))
            # Out here no traceback keeps the tensors of a block that failed.
            if _is_done(work, rows):
                start = rows.stop
            elif rows.stop - start > 1:
                size = (rows.stop - start) // 2
                self._give_back()
            else:
                raise DeviceMemoryError(
                    f"{self.device} has too little memory for the scores of one word against {width:,}; "
                    f"use fewer words, or leave the device out"
                )

    def _top(self, table: Any, k: int) -> tuple[Any, Any]:
        """Values and columns of the k highest of each row; the method is that of `wordrel.topk.top_columns`."""
        n, m = table.shape
        width = m // _GROUP
        if width < 4 * k:
            found = table.topk(min(k, m), dim=1, sorted=False)
            return found.values, found.indices
        torch = self._torch
        groups = table[:, : width * _GROUP].view(n, _GROUP, width).amax(dim=1).topk(k, dim=1, sorted=False).indices
        within = width * torch.arange(_GROUP, device=self.device)
        members = (groups[:, None, :] + within[None, :, None]).reshape(n, -1)
        left_over = torch.arange(width * _GROUP, m, device=self.device).expand(n, -1)
        members = torch.cat([members, left_over], dim=1)
        best = table.gather(1, members).topk(k, dim=1, sorted=False)
        return best.values, members.gather(1, best.indices)

    def _tensor(self, array: npt.NDArray[Any]) -> Any:
        """Numbers as a tensor, without a copy: nothing here writes into them, though torch warns that one could."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The given NumPy array is not writable")
            return self._torch.from_numpy(np.ascontiguousarray(array))

    @contextmanager
    def _whole_float32(self) -> Iterator[None]:
        """Multiply in all 24 bits, also where a program has allowed TensorFloat-32 or bfloat16 for its own products."""
        before = self._torch.get_float32_matmul_precision()
        if before == "highest":
            yield
            return
        self._torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            self._torch.set_float32_matmul_precision(before)

    def _give_back(self) -> None:
        """Let go of what the device's allocator keeps for later: it may be in pieces that are too small."""
        if self.device.type in ("cuda", "mps"):
            getattr(self._torch, self.device.type).empty_cache()


def _is_done(work: Callable[[slice], None], rows: slice) -> bool:
    """Do work, and tell whether memory sufficed."""
    try:
        work(rows)
    except (RuntimeError, MemoryError) as error:
        if not _is_lack_of_memory(error):
            raise
        return False
    return True


def _is_lack_of_memory(error: Exception) -> bool:
    """Tell by its words: torch has a class of its own for CUDA only."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY)


def _host(tensor: Any) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = tensor.cpu().numpy()
    return array
