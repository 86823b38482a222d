"""The header of numpy's ``.npy``, read strictly: type, order and shape, and never more memory than the file can fill.

Format: numpy.lib.format (NEP 1). numpy's own reader evaluates the header as Python and believes its shape.
"""

from __future__ import annotations

import re
from math import prod
from typing import NamedTuple

import numpy as np

from wordrel.errors import FormatError

MAGIC = b"\x93NUMPY"
LONGEST = 1 << 16
"""Bytes of a header, magic and all; those of plain arrays have 128."""

_DESCR = re.compile(r"'descr':\s*'([<>|=]?)([a-zA-Z])(\d{0,9})'")
_ORDER = re.compile(r"'fortran_order':\s*(True|False)")
_SHAPE = re.compile(r"'shape':\s*\(\s*((?:\d{1,18}\s*,?\s*)*)\)")


class Header(NamedTuple):
    """What a ``.npy`` says of its array.

    Attributes
    ----------
    dtype : numpy.dtype
    fortran : bool
        Whether columns come one after the other, not rows.
    shape : tuple of int
    offset : int
        Where the numbers begin.
    """

    dtype: np.dtype[np.generic]
    fortran: bool
    shape: tuple[int, ...]
    offset: int

    @property
    def end(self) -> int:
        """Length of the whole file in bytes."""
        return self.offset + prod(self.shape) * self.dtype.itemsize


def parse(head: bytes, name: str, what: str) -> Header:
    """Read a header.

    Parameters
    ----------
    head : bytes
        The first `LONGEST` bytes, or all there are.
    name : str
        Name of the file, for messages.
    what : str
        What is no array if this is not, as in "is not a readable .npy file".

    Raises
    ------
    FormatError
    """

    def wrong(reason: str) -> FormatError:
        return FormatError(name, f"{what} ({reason}); check that it is complete")

    if len(head) < 10 or not head.startswith(MAGIC):
        raise wrong("it has no header")
    if head[6] not in (1, 2, 3):
        raise wrong(f"its version is {head[6]}")
    start = 10 if head[6] == 1 else 12
    offset = start + int.from_bytes(head[8:start], "little")
    if offset > len(head):
        raise wrong("its header is cut short")
    text = head[start:offset].decode("latin1")
    descr, order, shape = _DESCR.search(text), _ORDER.search(text), _SHAPE.search(text)
    if descr is None or order is None or shape is None:
        raise wrong("its header names no plain array")
    endian, kind, size = descr.groups()
    if kind == "O":
        raise FormatError(name, f"{what} (it holds Python objects, which can run code); save words with dtype=str")
    try:
        dtype = np.dtype(f"{endian}{kind}{size}")
    except (TypeError, ValueError):
        raise wrong(f"its type is '{endian}{kind}{size}'") from None
    return Header(dtype, order[1] == "True", tuple(int(n) for n in re.findall(r"\d+", shape[1])), offset)
