"""A bilingual lexicon induced from an alignment, with a confidence for each pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wordrel.alignment import Alignment
from wordrel.errors import InvalidParameter
from wordrel.parts import Neighbor

# Words that are translated in one search: enough for fast products, few enough for a progress bar.
_BLOCK = 1000


@dataclass(frozen=True)
class Entry:
    """A pair of the lexicon.

    Attributes
    ----------
    source, target : str
    confidence : float, optional
        How probably the pair is right; None where the alignment has no re-ranker.
    score : float
        CSLS.
    """

    source: str
    target: str
    confidence: float | None
    score: float


def induce(
    alignment: Alignment,
    top: int = 20_000,
    k: int = 1,
    *,
    min_confidence: float = 0.0,
    mutual: bool = False,
    one_to_one: bool = False,
    source: str | None = None,
    target: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Entry]:
    """Translate the most frequent words of a language.

    Parameters
    ----------
    alignment : Alignment
    top : int
        So many words, most frequent first.
    k : int
        At most so many translations a word.
    min_confidence : float
        Only pairs that are at least so sure, 0 to 1.
    mutual : bool
        Only pairs in which each word is the first translation of the other.
    one_to_one : bool
        Each word in one pair at most: the surest pairs first.
    source, target : str, optional
        Languages; the alignment's first two when left out.
    progress : callable, optional
        Told how many words are done, and how many there are.

    Returns
    -------
    list of Entry
        The surest first; equally sure ones by their score and their words.

    Raises
    ------
    InvalidParameter
        When a number is out of range, or a confidence is asked of an alignment that gives none.
    """
    if top < 1 or k < 1:
        raise InvalidParameter(f"top and k must be 1 or more, not {min(top, k)}")
    if not 0 <= min_confidence <= 1:
        raise InvalidParameter(f"min_confidence must be from 0 to 1, not {min_confidence:g}")
    if min_confidence and (lack := alignment.no_confidence):
        raise InvalidParameter(f"this alignment gives no confidence ({lack.reason}); leave min_confidence out")
    space = alignment.space(source)
    into = alignment.into(space.language, target)
    # A file of pairs could not hold the others.
    words = [word for word in space.words[:top] if not set(word) & set("\t\r\n")]
    pairs = _translations(alignment, words, space.language, into.language, k, progress)
    entries = [
        Entry(word, one.word, one.confidence, one.score)
        for word, found in pairs
        for one in found
        if not set(one.word) & set("\t\r\n")
        if not min_confidence or (one.confidence or 0) >= min_confidence
    ]
    if mutual:
        asked = list(dict.fromkeys(one.target for one in entries))
        back = dict(_translations(alignment, asked, into.language, space.language, 1, progress))
        entries = [one for one in entries if [found.word for found in back[one.target]] == [one.source]]
        first = {word: found[0].word for word, found in pairs if found}
        entries = [one for one in entries if first[one.source] == one.target]
    entries.sort(key=lambda one: (-(one.confidence or 0), -one.score, one.source, one.target))
    return _one_to_one(entries) if one_to_one else entries


def _translations(
    alignment: Alignment,
    words: Sequence[str],
    source: str,
    target: str,
    k: int,
    progress: Callable[[int, int], None] | None,
) -> list[tuple[str, list[Neighbor]]]:
    pairs: list[tuple[str, list[Neighbor]]] = []
    for start in range(0, len(words), _BLOCK):
        block = words[start : start + _BLOCK]
        pairs += zip(block, alignment.translate_many(block, source, k, target=target), strict=True)
        if progress is not None:
            progress(len(pairs), len(words))
    return pairs


def _one_to_one(entries: Sequence[Entry]) -> list[Entry]:
    left: set[str] = set()
    right: set[str] = set()
    kept = []
    for one in entries:
        if one.source not in left and one.target not in right:
            kept.append(one)
            left.add(one.source)
            right.add(one.target)
    return kept
