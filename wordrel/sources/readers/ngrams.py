"""Character n-grams of words and the rows that fastText keeps their vectors in, for many words at once.

Source: Bojanowski, Grave, Joulin and Mikolov (2017), "Enriching Word Vectors with Subword Information", TACL 5; the
hash is FNV-1a of 32 bits, into which fastText takes each byte with its sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_PRIME = np.uint32(16777619)
_BASIS = np.uint32(2166136261)


class Subwords(NamedTuple):
    """N-grams of `shortest` to `longest` characters, hashed into `buckets` rows."""

    shortest: int
    longest: int
    buckets: int


def ngram_rows(words: Sequence[bytes], subwords: Subwords) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of the n-grams of words, in fastText's order: by where they begin, the shorter first.

    Each word is put between ``<`` and ``>``; a single one of these is no n-gram. A character is a byte and the UTF-8
    continuation bytes that follow it, in a word that is not UTF-8 too.

    Parameters
    ----------
    words : sequence of bytes
        UTF-8.
    subwords : Subwords

    Returns
    -------
    rows : array of shape (n_ngrams,)
        From 0 to `buckets` - 1, a word's next to each other.
    counts : array of shape (n_words,)
        How many n-grams each word has.
    """
    text = np.frombuffer(b"".join(b"<" + word + b">" for word in words), dtype=np.uint8)
    lengths = np.fromiter((len(word) + 2 for word in words), np.int64, len(words))
    starts = np.flatnonzero((text & 0xC0) != 0x80)
    widths = np.diff(starts, append=len(text))
    word_of_byte = np.repeat(np.arange(len(words)), lengths)
    word_of = word_of_byte[starts]
    ends = np.cumsum(np.bincount(word_of, minlength=len(words)))
    # Sign extension: the upper 24 bits of a byte of 128 or more are ones.
    signed = text.astype(np.int8).astype(np.int32).view(np.uint32)

    live = np.arange(len(starts))
    hashes = np.full(len(starts), _BASIS)
    found: list[npt.NDArray[np.int64]] = []
    origins: list[npt.NDArray[np.int64]] = []
    for n in range(1, subwords.longest + 1):
        # Character n of the n-gram that begins at each character that has so many after it in its word.
        inside = live + n - 1 < ends[word_of[live]]
        live, hashes = live[inside], hashes[inside]
        if not len(live):
            break
        hashes = _hash_character(hashes, signed, starts[live + n - 1], widths[live + n - 1])
        if n < subwords.shortest:
            continue
        kept = np.ones(len(live), dtype=np.bool_) if n > 1 else _no_bracket(len(live), ends)
        found.append((hashes[kept] % np.uint32(subwords.buckets)).astype(np.int64))
        origins.append(live[kept])
    if not found:
        return np.empty(0, dtype=np.int64), np.zeros(len(words), dtype=np.int64)
    origin = np.concatenate(origins)
    order = np.argsort(origin, kind="stable")
    return np.concatenate(found)[order], np.bincount(word_of[origin], minlength=len(words)).astype(np.int64)


def _hash_character(
    hashes: npt.NDArray[np.uint32],
    signed: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    widths: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint32]:
    """Take the bytes of one character into each hash."""
    hashes = (hashes ^ signed[starts]) * _PRIME
    for k in range(1, int(widths.max())):
        wide = np.flatnonzero(widths > k)
        hashes[wide] = (hashes[wide] ^ signed[starts[wide] + k]) * _PRIME
    return hashes


def _no_bracket(n_characters: int, ends: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Leave out the first and the last character of each word when they stand alone; all characters are given."""
    kept = np.ones(n_characters, dtype=np.bool_)
    kept[ends - 1] = kept[ends[:-1]] = False
    kept[:1] = False
    return kept
