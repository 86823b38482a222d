"""Pairs of a dictionary that a person should look at: what is wrong with many of them, and fine in some."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

# The longest headwords of dictionaries have some 45 letters, and set phrases five words; beyond it is a definition.
LONGEST, MOST_WORDS = 50, 5
# A side is in one script when so many of its words are; below, it has several and none is the stranger.
MAIN_SCRIPT = 0.9

_MARKUP = re.compile(r"&(#\d+|#x[0-9a-f]+|[a-z]+\d*);|</?[a-z][^<>]*>", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
# Affixes and abbreviations begin or end with these.
_EDGES_OF_WORDS = frozenset("-‐–'’ʼ.·׳״")
# Letters of no script of their own: ª, º, µ, mathematical alphabets, ...
_NO_SCRIPT = frozenset(
    {"FEMININE", "MASCULINE", "MICRO", "MODIFIER", "MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER", "OHM"}
)
_NONE = frozenset(("",))
# Japanese is written in several, and full-width letters are those of any other text.
_SAME_SCRIPT = {
    "HIRAGANA": "CJK",
    "KATAKANA": "CJK",
    "KATAKANA-HIRAGANA": "CJK",
    "HALFWIDTH": "CJK",
    "IDEOGRAPHIC": "CJK",
    "BOPOMOFO": "CJK",
    "FULLWIDTH": "LATIN",
    "KELVIN": "LATIN",
    "ANGSTROM": "LATIN",
}

KINDS = {
    "very long": f"a word of more than {LONGEST} characters or {MOST_WORDS} words, perhaps a definition",
    "digits": "digits on one side only",
    "untranslated": "two words that are spelt alike",
    "script": "a word in two scripts, or in another one than its side",
    "punctuation": "a word that begins or ends with punctuation",
    "markup": "remains of HTML",
}


class Suspicion(NamedTuple):
    """A pair to look at.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    row : int
        Number of the pair, from 0.
    """

    kind: str
    row: int


def suspicious(pairs: Sequence[tuple[str, str]]) -> list[Suspicion]:
    """Find the pairs that a person should look at, by kind and then in order; a pair may be there twice.

    Parameters
    ----------
    pairs : sequence of (str, str)
    """
    scripts = [_main_script([pair[side] for pair in pairs]) for side in (0, 1)]
    tests: dict[str, Callable[[str, str], bool]] = {
        "very long": lambda source, target: _long(source) or _long(target),
        "digits": lambda source, target: bool(_DIGIT.search(source)) != bool(_DIGIT.search(target)),
        "untranslated": lambda source, target: source == target and any(map(str.isalpha, source)),
        "script": lambda source, target: _strange(source, scripts[0]) or _strange(target, scripts[1]),
        "punctuation": lambda source, target: _punctuated(source) or _punctuated(target),
        "markup": lambda source, target: bool(_MARKUP.search(source) or _MARKUP.search(target)),
    }
    return [
        Suspicion(kind, row)
        for kind in KINDS
        for row, (source, target) in enumerate(pairs)
        if tests[kind](source, target)
    ]


def _long(word: str) -> bool:
    return len(word) > LONGEST or word.count(" ") >= MOST_WORDS


def _punctuated(word: str) -> bool:
    """Tell of punctuation at an edge of a word; a word of nothing else is a sign, which can be translated."""
    if word[0].isalnum() and word[-1].isalnum():
        return False
    return (_is_edge(word[0]) or _is_edge(word[-1])) and any(map(str.isalnum, word))


def _is_edge(character: str) -> bool:
    return character not in _EDGES_OF_WORDS and unicodedata.category(character)[0] == "P"


def _main_script(words: Sequence[str]) -> str | None:
    """The script of nearly all words of a side, or None."""
    counts = Counter(script for word in words for script in scripts_of(word))
    if not counts:
        return None
    script, n = counts.most_common(1)[0]
    return script if n >= MAIN_SCRIPT * counts.total() else None


def _strange(word: str, main: str | None) -> bool:
    if word.isascii() and main in ("LATIN", None):
        return False
    scripts = scripts_of(word)
    return len(scripts) > 1 or bool(scripts and main and main not in scripts)


def scripts_of(word: str) -> frozenset[str]:
    """Scripts of the letters of a word, by the names that Unicode gives to them."""
    if word.isascii():
        return frozenset(("LATIN",)) if any(map(str.isalpha, word)) else frozenset()
    return frozenset(map(_script, word)) - _NONE


@lru_cache(maxsize=65_536)
def _script(character: str) -> str:
    if not character.isalpha():
        return ""
    name = unicodedata.name(character, "").partition(" ")[0]
    return "" if name in _NO_SCRIPT else _SAME_SCRIPT.get(name, name)
