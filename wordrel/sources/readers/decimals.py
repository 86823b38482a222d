"""Decimal numbers of a text, many at a time: eight characters are one 64-bit word, and numpy works on all of them.

``benchmarks/reading.py`` has it beside the CSV readers of polars and pyarrow, which are slower and take more memory.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
_Words = npt.NDArray[np.uint64]

# Bytes that must stand before the first number, because numbers are loaded backwards from their ends.
PADDING = 16
# Longer numbers, and those that are not digits with at most one point, are left to `float`.
_LONGEST = 16


def _every(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101010101010101)


_SIGN, _POINT, _ZERO = ord("-"), _every(ord(".")), _every(ord("0"))
_ONES, _SEVEN, _HIGH, _OVER_NINE = _every(0x01), _every(0x7F), _every(0x80), _every(0x80 - 10)
_POINT_TO_ZERO = np.uint64(ord(".") ^ ord("0"))
_PAIRS = np.uint64(0x000000FF000000FF)
_MILLION_AND_HUNDRED, _TEN_THOUSAND_AND_ONE = np.uint64((1_000_000 << 32) + 100), np.uint64((10_000 << 32) + 1)
_U1, _U7, _U8, _U10, _U16, _U32, _U56 = (np.uint64(number) for number in (1, 7, 8, 10, 16, 32, 56))
# Numbers that are worked on at once: seven arrays of this size stay in the cache of a core.
_AT_ONCE = 12_000
_NONE = np.empty(0, dtype=np.int64)
# Of the eight bytes that end a number, those that belong to it: the last ones, the highest on a little-endian load.
_KEEP = np.array(
    [(2**64 - 1) ^ (2 ** (64 - 8 * min(length, 8)) - 1) for length in range(_LONGEST + 1)], dtype=np.uint64
)
_KEEP_EARLIER = np.concatenate([np.zeros(8, dtype=np.uint64), _KEEP[:9]])
# By the byte in which the point is (8: none; below 0: among the eight bytes before): what to divide the digits by, and
# what the digits before the point have been multiplied by. Negative places count from the end of the table.
_SCALE = np.array([10.0 ** (7 - byte) for byte in range(8)] + [1.0] + [10.0 ** (7 - byte) for byte in range(-8, 0)])
_ABOVE = np.where(np.arange(17) == 8, np.inf, 10 * _SCALE)


class DecimalParser:
    """Reads numbers, with arrays of its own for what comes between, so that no memory is asked for and given back.

    Notes
    -----
    The eight digits of a word are added up in three multiplications, and the point is found with a test for a zero byte
    (Warren, "Hacker's Delight", 2nd edition, section 6-1). The point is read as one more digit 0, which is
    taken out again: "12.5" is 1205, less 9 x 12 x 10, divided by 10.
    """

    def __init__(self, columns: int) -> None:
        self._rows = max(_AT_ONCE // columns, 1)
        shape = (self._rows, columns)
        self._keep, self._spare, self._points = (np.empty(shape, dtype=np.uint64) for _ in range(3))
        self._digits, self._earlier = np.empty(shape), np.empty(shape)

    def parse(self, data: Bytes, before: Places, ends: Places, out: npt.NDArray[np.float32]) -> Places:
        """Read numbers.

        Parameters
        ----------
        data : uint8 array
            The text; at least `PADDING` bytes stand before the first number.
        before, ends : int64 arrays of shape (n, columns)
            A number is ``data[before + 1 : ends]``.
        out : float32 array of shape (n, columns)
            Where the values are written: what `float` gives, rounded to float32, but for the last bit of some.

        Returns
        -------
        int64 array
            Flat places of those that are written in another way (``1e-05``, ``nan``, no number at all): their values
            mean nothing, and are for the caller to read or refuse.
        """
        words = as_strided(data[:8].view("<u8"), shape=(len(data) - 7,), strides=(1,))
        rest = []
        for first in range(0, len(before), self._rows):
            some = slice(first, first + self._rows)
            places = self._parse(data, words, before[some], ends[some], out[some])
            if places.size:
                rest.append(places + first * before.shape[1])
        return np.concatenate(rest) if rest else _NONE

    def _parse(self, data: Bytes, words: _Words, before: Places, ends: Places, out: npt.NDArray[np.float32]) -> Places:
        keep, digits = self._keep[: len(ends)], self._digits[: len(ends)]
        starts = before + 1
        negative = data[starts] == _SIGN
        length = np.subtract(ends, starts, out=starts)
        length -= negative
        _KEEP.take(length, out=keep, mode="clip")
        point, trouble = self._read_word(words[ends - 8], keep, digits)
        if length.max() > 8:
            point, trouble = point.copy(), trouble.copy()
            _KEEP_EARLIER.take(length, out=keep, mode="clip")
            earlier, earlier_trouble = self._read_word(words[ends - 16], keep, self._earlier[: len(ends)])
            digits += 1e8 * self._earlier[: len(ends)]
            trouble |= earlier_trouble
            trouble[(point < 8) & (earlier < 8)] = 1
            trouble[length > _LONGEST] = 1
            point = np.where((point < 8) | (earlier == 8), point, earlier - 8)
        if length.min() < 2:  # perhaps nothing, or nothing but a point
            trouble[length < 1 + (point < 8)] = 1
        _place(digits, point)
        np.copyto(out, digits, casting="same_kind")
        out.view(np.int32)[...] ^= negative.astype(np.int32) << 31
        return np.flatnonzero(trouble) if trouble.any() else _NONE

    def _read_word(self, word: _Words, keep: _Words, digits: npt.NDArray[np.float64]) -> tuple[Places, _Words]:
        """Write the digits of eight characters as one number; return the byte of the point, and 0 where all is well.

        `word` and `keep` are used up.
        """
        spare, points = self._spare[: len(word)], self._points[: len(word)]
        # A byte over 127 may spill into the next one here, and is found below.
        np.bitwise_xor(word, _POINT, out=points)
        points += _SEVEN
        np.invert(points, out=points)
        points &= _HIGH
        points &= keep  # 0x80 in the byte of the point
        word ^= _ZERO
        word &= keep  # digits are 0 to 9 now
        np.right_shift(points, _U7, out=spare)
        np.multiply(spare, _POINT_TO_ZERO, out=keep)
        word ^= keep
        spare -= _U1
        spare &= _ONES
        spare *= _ONES
        spare >>= _U56  # how many bytes are below the point
        np.subtract(points, _U1, out=keep)
        points &= keep  # a second point
        np.add(word, _OVER_NINE, out=keep)
        keep |= word
        keep &= _HIGH
        points |= keep  # no digit
        np.multiply(word, _U10, out=keep)
        word >>= _U8
        word += keep
        np.bitwise_and(word, _PAIRS, out=keep)
        keep *= _MILLION_AND_HUNDRED
        word >>= _U16
        word &= _PAIRS
        word *= _TEN_THOUSAND_AND_ONE
        word += keep
        word >>= _U32
        np.copyto(digits, word.view(np.int64), casting="same_kind")
        return spare.view(np.int64), points


def _place(digits: npt.NDArray[np.float64], point: Places) -> None:
    """Divide by the power of ten that the place of the point asks for."""
    first = point[0, 0]
    if (point == first).all():  # as in most files
        scale, above = _SCALE[first], _ABOVE[first]
        if digits.max() < above:
            digits /= scale
            return
    else:
        scale, above = _SCALE[point], _ABOVE[point]
    whole = np.floor(digits / above)
    digits /= scale
    digits -= 9 * whole
