"""How words are spelt, as arrays: letters, n-grams, edit distances, and n-grams that translate one another."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wordrel.joint import JointForms
from wordrel.relative import Array32, Array64, unit_rows
from wordrel.topk import Rows

# Longer words are compared by their beginnings.
_LETTERS = 24
# Columns of the hashed n-grams; 1,024 made no difference on English-French, at five times the price.
_COLUMNS = 512
_LONGEST_GRAM = 4
# Endings have fewer kinds: 512 columns ranked left-out words no better (128 did worse on English-Finnish).
_LONGEST_ENDING, _ENDING_COLUMNS = 5, 256
# Among .01, .05, .2, .6 those around this ranked left-out training words of three language pairs best.
_RIDGE = 0.3
# Pairs of rows that are multiplied at a time: 8,192 took more than twice as long.
_PAIRS = 512
_BEGIN, _END = 1, 2
_PRIME = np.uint64(0x100000001B3)

Letters = npt.NDArray[np.int32]


class Spelling:
    """Words of a vocabulary as rows of letters, without case and accents, padded with 0.

    Parameters
    ----------
    words : sequence of str

    Attributes
    ----------
    letters : int32 array of shape (n_words, 24)
    lengths : int64 array of shape (n_words,)
    has_digit : bool array of shape (n_words,)
    exact : int64 array of shape (n_words,)
        The same number for the same word, and only within one process.
    """

    def __init__(self, words: Sequence[str]) -> None:
        plain = [_plain(word)[:_LETTERS] for word in words]
        joined = "".join(word.ljust(_LETTERS, "\0") for word in plain)
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.int32)
        self.letters: Letters = codes.reshape(-1, _LETTERS)
        self.lengths = np.array([len(word) for word in plain], dtype=np.int64)
        digit = (self.letters >= ord("0")) & (self.letters <= ord("9"))
        self.has_digit: npt.NDArray[np.bool_] = np.any(digit, axis=1)
        self.exact = np.array([hash(word) for word in words], dtype=np.int64)


def _plain(word: str) -> str:
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))


def distances(left: Letters, n_left: npt.NDArray[np.int64], right: Letters, n_right: npt.NDArray[np.int64]) -> Array32:
    """Edit distance of each pair, as a share of the longer word: 0 for the same, 1 for nothing in common.

    Parameters
    ----------
    left, right : int32 arrays of shape (n, 24)
    n_left, n_right : int64 arrays of shape (n,)

    References
    ----------
    Wagner, Fischer, "The string-to-string correction problem", JACM 1974: all pairs of a block at once.
    """
    n, width = left.shape
    row = np.broadcast_to(np.arange(width + 1, dtype=np.int16)[:, None], (width + 1, n)).copy()
    result = np.where(n_left == 0, n_right, 0).astype(np.int16)
    columns = np.ascontiguousarray(right.T)
    everyone = np.arange(n)
    longest_left, longest_right = int(n_left.max(initial=0)), int(n_right.max(initial=0))
    for i in range(longest_left):
        before = row[0].copy()
        row[0] = i + 1
        letter = left[:, i]
        for j in range(1, longest_right + 1):
            changed = before + (letter != columns[j - 1])
            before = row[j].copy()
            np.minimum(row[j], row[j - 1], out=row[j])
            row[j] += 1
            np.minimum(row[j], changed, out=row[j])
        done = n_left == i + 1
        if done.any():
            result[done] = row[n_right[done], everyone[done]]
    longer = np.maximum(np.maximum(n_left, n_right), 1)
    return (result / longer).astype(np.float32)


def common_prefix(left: Letters, right: Letters) -> npt.NDArray[np.int64]:
    """How many letters two words begin with in common."""
    same = (left == right) & (left != 0)
    n_letters: npt.NDArray[np.int64] = np.logical_and.accumulate(same, axis=1).sum(axis=1)
    return n_letters


def profiles(spelling: Spelling) -> Array32:
    """Character n-grams of 1 to 4 letters, word ends among them, hashed into unit rows of 512 columns.

    References
    ----------
    Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009, section 2: signed, so that what
    falls into one column cancels out in the mean.
    """
    letters, lengths = spelling.letters, spelling.lengths
    n, width = letters.shape
    framed = np.zeros((n, width + 2), dtype=np.uint64)
    framed[:, 0] = _BEGIN
    framed[:, 1:-1] = letters
    framed[np.arange(n), lengths + 1] = _END
    table = np.zeros((n, _COLUMNS), dtype=np.float32)
    key = np.zeros_like(framed)
    for size in range(1, _LONGEST_GRAM + 1):
        last = framed.shape[1] - size + 1
        key = key[:, :last] * _PRIME + framed[:, size - 1 :]
        rows, places = np.nonzero(np.arange(last) <= (lengths + 2 - size)[:, None])
        _hash_into(table, rows, key[rows, places], size)
    return unit_rows(table)


def endings(spelling: Spelling) -> Array32:
    """Last 1 to 5 letters of each word, hashed into unit rows of 256 columns: what inflects, apart from the rest."""
    letters, lengths = spelling.letters, spelling.lengths
    table = np.zeros((len(letters), _ENDING_COLUMNS), dtype=np.float32)
    key = np.full(len(letters), _END, dtype=np.uint64)
    for size in range(1, _LONGEST_ENDING + 1):
        rows = np.flatnonzero(lengths >= size)
        key[rows] = key[rows] * _PRIME + letters[rows, lengths[rows] - size].astype(np.uint64)
        _hash_into(table, rows, key[rows], size)
    return unit_rows(table)


def _hash_into(table: Array32, rows: Rows, keys: npt.NDArray[np.uint64], size: int) -> None:
    """Count n-grams of one size, each in a column and with a sign of its own."""
    mixed = (keys + np.uint64(size)) * np.uint64(0x9E3779B97F4A7C15)
    column = ((mixed >> np.uint64(40)) % np.uint64(table.shape[1])).astype(np.int64)
    sign = 1 - 2 * ((mixed >> np.uint64(63)).astype(np.int8))
    np.add.at(table, (rows, column), sign.astype(np.float32))


@dataclass(frozen=True)
class PairSums:
    """Weighted sums over pairs of profiles: all that maps are learnt from, and pairs can be taken out again.

    Attributes
    ----------
    weight : float
    left, right : float64 arrays of shape (c,)
        Of the profiles.
    forms : tuple of three float64 arrays of shape (c, c)
        Of their products: left by left, right by right, left by right.
    """

    weight: float
    left: Array64
    right: Array64
    forms: tuple[Array64, Array64, Array64]

    @classmethod
    def over(cls, left: Array32, right: Array32, weights: npt.NDArray[np.floating]) -> PairSums:
        """Add up the profiles of parallel words, arrays of shape (m, c)."""
        counted = weights.astype(np.float32)
        scaled = left * counted[:, None]
        # In float32: the ridge is a third of the largest eigenvalue.
        forms = scaled.T @ left, right.T @ (right * counted[:, None]), scaled.T @ right
        return cls(
            float(weights.sum()),
            (counted @ left).astype(np.float64),
            (counted @ right).astype(np.float64),
            (forms[0].astype(np.float64), forms[1].astype(np.float64), forms[2].astype(np.float64)),
        )

    def without(self, some: PairSums) -> PairSums:
        """Sums over the other pairs."""
        forms = tuple(every - one for every, one in zip(self.forms, some.forms, strict=True))
        return PairSums(
            self.weight - some.weight, self.left - some.left, self.right - some.right, (forms[0], forms[1], forms[2])
        )


class SpellingMaps:
    """What n-grams of one language become in the other, learnt from word pairs as two vector spaces are aligned.

    Parameters
    ----------
    left, right : arrays of shape (c, r)
        Maps of both sides into joint coordinates.
    left_mean, right_mean : arrays of shape (c,)
    """

    def __init__(self, left: Array32, right: Array32, left_mean: Array32, right_mean: Array32) -> None:
        self.left, self.right, self.left_mean, self.right_mean = left, right, left_mean, right_mean

    @classmethod
    def fit(cls, sums: PairSums) -> SpellingMaps:
        """Learn from the profiles of parallel words."""
        means = sums.left / sums.weight, sums.right / sums.weight
        centred = [
            form - sums.weight * np.outer(means[i], means[j])
            for form, (i, j) in zip(sums.forms, ((0, 0), (1, 1), (0, 1)), strict=True)
        ]
        maps = JointForms.of_grams(*centred).maps(exponent=1.0, ridge=_RIDGE, power=0.5)
        return cls(*(part.astype(np.float32) for part in (*maps, *means)))

    def swapped(self) -> SpellingMaps:
        """The same from the other side."""
        return SpellingMaps(self.right, self.left, self.right_mean, self.left_mean)

    def similarity(
        self, left: Array32, right: Array32, of_left: npt.NDArray[np.int64], of_right: npt.NDArray[np.int64]
    ) -> Array32:
        """Cosine of pairs of profiles in joint coordinates; `of_left` and `of_right` say which rows make a pair."""
        mapped = unit_rows((left - self.left_mean) @ self.left)
        others = unit_rows((right - self.right_mean) @ self.right)
        return pair_cosines(mapped, others, of_left, of_right)


def pair_cosines(
    left: Array32, right: Array32, of_left: npt.NDArray[np.int64], of_right: npt.NDArray[np.int64]
) -> Array32:
    """Inner products of pairs of rows, so many at a time that their copies stay in the cache."""
    out = np.empty(len(of_left), dtype=np.float32)
    for start in range(0, len(out), _PAIRS):
        some = slice(start, start + _PAIRS)
        np.einsum("nd,nd->n", left[of_left[some]], right[of_right[some]], out=out[some])
    return out
