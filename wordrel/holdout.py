"""Test words: held out of a dictionary, or given beside it; no word is on both sides."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from wordrel.dictionary import BilingualDictionary
from wordrel.errors import EmptyTest, WordrelWarning

# A fifth of the dictionary is held out, but never more words than the usual test sets have.
_SHARE, _MOST = 0.2, 1500


def n_held_out(n_words: int) -> int:
    """How many of so many source words are test words when nothing else is said."""
    return min(_MOST, round(_SHARE * n_words))


def beside(pairs: BilingualDictionary, given: BilingualDictionary) -> BilingualDictionary:
    """Pairs to learn from without the words of those to score on, which are the test words.

    Parameters
    ----------
    pairs : BilingualDictionary
        Its own test words are left out.
    given : BilingualDictionary
        Its test words, or all when it has none.

    Warns
    -----
    WordrelWarning
        When words stand in both.
    """
    test = given.test if len(given.test) else given
    kept = pairs.train.without(test.sources)
    dropped = len(pairs.train.sources) - len(kept.sources)
    if dropped:
        message = f"{dropped:,} test words were also in the dictionary and are no anchors"
        warnings.warn(message, WordrelWarning, stacklevel=3)
    return BilingualDictionary([*kept, *test], pairs.source_language, pairs.target_language, test.sources)


def hold_out(
    pairs: BilingualDictionary, seed: int, remedy: str, anchor_words: Sequence[str] = ()
) -> BilingualDictionary:
    """Hold source words out at random, unless the dictionary has test words of its own.

    Parameters
    ----------
    pairs : BilingualDictionary
    seed : int
    remedy : str
        How who has too few pairs names test words.
    anchor_words : sequence of str
        Words that are never held out.

    Raises
    ------
    EmptyTest
        When there are too few words.
    """
    if pairs.test_words:
        return pairs
    others = pairs.without(anchor_words)
    n_words = len(others.sources)
    n_test = n_held_out(n_words)
    if n_words - n_test < 2 or not n_test:
        count = f"{n_words:,} source word{'' if n_words == 1 else 's'}"
        besides = " beside those of the anchor file" if anchor_words else ""
        raise EmptyTest(
            f"the dictionary has {count}{besides}, too few to hold some out for the score; give more pairs, or {remedy}"
        )
    test_words = others.split(n_test, seed).test_words
    return BilingualDictionary(pairs, pairs.source_language, pairs.target_language, test_words)
