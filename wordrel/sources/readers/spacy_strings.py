"""The keys that spaCy has for strings: MurmurHash64A of their UTF-8, or a small number for a name of its own.

The hash is by Austin Appleby, in the public domain, with seed 1
(https://github.com/aappleby/smhasher/wiki/MurmurHash2).
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

LONGEST = 2000
"""Strings of more bytes are no words, and get the key 0, which spaCy has for no string."""

_MULTIPLIER = np.uint64(0xC6A4A7935BD1E995)
_SHIFT = np.uint64(47)
_SEED = np.uint64(1)

# spaCy's numbers of attributes, parts of speech, entities and dependencies; names that are words too ("mark", "num")
# have these for keys, whatever language they are in. The first number of each run, and names in order.
_RUNS = {
    1: (
        "IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_PUNCT IS_SPACE IS_TITLE IS_UPPER LIKE_URL LIKE_NUM LIKE_EMAIL "
        "IS_STOP IS_OOV_DEPRECATED IS_BRACKET IS_QUOTE IS_LEFT_PUNCT IS_RIGHT_PUNCT IS_CURRENCY"
    ),
    64: (
        "ID ORTH LOWER NORM SHAPE PREFIX SUFFIX LENGTH CLUSTER LEMMA POS TAG DEP ENT_IOB ENT_TYPE HEAD "
        "SENT_START SPACY PROB LANG ADJ ADP ADV AUX CONJ CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ "
        "SYM VERB X EOL SPACE"
    ),
    380: (
        "PERSON NORP FACILITY ORG GPE LOC PRODUCT EVENT WORK_OF_ART LANGUAGE LAW DATE TIME PERCENT MONEY "
        "QUANTITY ORDINAL CARDINAL acomp advcl advmod agent amod appos attr aux auxpass cc ccomp complm conj "
        "cop csubj csubjpass dep det dobj expl hmod hyph infmod intj iobj mark meta neg nmod nn npadvmod "
        "nsubj nsubjpass num number oprd obj obl parataxis partmod pcomp pobj poss possessive preconj prep "
        "prt punct quantmod relcl rcmod root xcomp acl ENT_KB_ID MORPH ENT_ID IDX _"
    ),
}

SYMBOLS = MappingProxyType({first + i: name for first, run in _RUNS.items() for i, name in enumerate(run.split())})
"""Strings of small keys."""


def hashes(strings: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    """MurmurHash64A of each string.

    Parameters
    ----------
    strings : sequence of bytes
        UTF-8.

    Returns
    -------
    array of shape (n_strings,)
    """
    kept = [string if len(string) <= LONGEST else b"" for string in strings]
    lengths = np.fromiter(map(len, kept), np.int64, len(kept))
    starts = np.cumsum(lengths) - lengths
    # Eight bytes at each place, of which the last places of a string need fewer than they see.
    text = b"".join(kept) + bytes(8)
    eights = np.ndarray((len(text) - 7,), "<u8", text, strides=(1,))

    state = _SEED ^ (lengths.astype(np.uint64) * _MULTIPLIER)
    live = np.arange(len(kept))
    for block in range(int(lengths.max(initial=0)) // 8):
        live = live[lengths[live] >= 8 * (block + 1)]
        mixed = eights[starts[live] + 8 * block] * _MULTIPLIER
        mixed = (mixed ^ (mixed >> _SHIFT)) * _MULTIPLIER
        state[live] = (state[live] ^ mixed) * _MULTIPLIER
    rest = lengths % 8
    live = np.flatnonzero(rest)
    seen = eights[starts[live] + lengths[live] - rest[live]]
    mask = (np.uint64(1) << (8 * rest[live]).astype(np.uint64)) - np.uint64(1)
    state[live] = (state[live] ^ (seen & mask)) * _MULTIPLIER
    state = (state ^ (state >> _SHIFT)) * _MULTIPLIER
    state ^= state >> _SHIFT
    state[lengths == 0] = 0
    return state
