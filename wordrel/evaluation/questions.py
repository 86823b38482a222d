"""Test words that can be asked, and their right answers."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from wordrel.dictionary import BilingualDictionary, Coverage
from wordrel.embeddings import Embeddings
from wordrel.errors import EmptyTest, WordrelWarning
from wordrel.topk import Rows


@dataclass(frozen=True)
class Questions:
    """What is asked.

    Attributes
    ----------
    rows : int64 array of shape (n,)
        Rows of the words in the source space.
    gold : tuple of n frozenset of int
        Rows of their right answers in the target space.
    words : tuple of n str
        As the source vocabulary writes them.
    coverage : Coverage
        How many of the test words these are.
    anchors_left_out : int
        Test words that were anchors, and are not asked.
    """

    rows: Rows
    gold: tuple[frozenset[int], ...]
    words: tuple[str, ...]
    coverage: Coverage
    anchors_left_out: int = 0


def ask(
    pairs: BilingualDictionary,
    source: Embeddings,
    target: Embeddings,
    anchors: BilingualDictionary | None = None,
    *,
    allow_anchors: bool = False,
    quiet: bool = False,
) -> Questions:
    """Find the test words and their translations in two vocabularies.

    Parameters
    ----------
    pairs : BilingualDictionary
        Gold pairs.
    source, target : Embeddings
    anchors : BilingualDictionary, optional
        Pairs that the alignment was learnt from: their source words are no test of it and are left out.
    allow_anchors : bool
        Ask them nevertheless.
    quiet : bool
        Count anchors without a warning.

    Raises
    ------
    EmptyTest
        When there is no pair, all words were anchors, or none is in the vocabularies.

    Warns
    -----
    WordrelWarning
        When test words were anchors.
    """
    if not len(pairs):
        raise EmptyTest(
            "there are no test words; give some with --dictionary, or hold some out with dictionary.split()"
        )
    known = set() if anchors is None else {word.lower() for word in anchors.sources}
    seen = [word for word in pairs.sources if word.lower() in known]
    left_out = 0 if allow_anchors else len(seen)
    n_words = len(pairs.sources)
    if left_out:
        pairs = pairs.without(seen)
        if not len(pairs):
            raise EmptyTest(
                f"all {left_out:,} test words were anchors of this alignment; "
                "give words that it has not seen, or score these with --allow-anchors"
            )
    if seen and not quiet:
        _warn(len(seen), n_words, allow_anchors)
    answers: dict[int, set[int]] = {}
    for word, translation in pairs:
        row, answer = source.find(word), target.find(translation)
        if row is not None and answer is not None:
            answers.setdefault(row, set()).add(answer)
    if not answers:
        raise EmptyTest(
            f"none of the {len(pairs.sources):,} test words and their translations is in the vocabularies; "
            f"{pairs.remedy(source, target)}"
        )
    rows = np.array(list(answers), dtype=np.int64)
    return Questions(
        rows,
        tuple(map(frozenset, answers.values())),
        tuple(source.words[row] for row in rows),
        pairs.coverage(source, target),
        left_out,
    )


def _warn(seen: int, words: int, allowed: bool) -> None:
    what = f"{seen:,} of the {words:,} test words were anchors of this alignment"
    then = "its score is too good" if allowed else "they are left out (--allow-anchors keeps them)"
    warnings.warn(f"{what}; {then}", WordrelWarning, stacklevel=4)
