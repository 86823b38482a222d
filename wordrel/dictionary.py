"""BilingualDictionary: many-to-many word pairs, kept in order, split by source word."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter


@dataclass(frozen=True)
class Coverage:
    """How much of a dictionary two vocabularies know.

    Attributes
    ----------
    words_found, words : int
        Source words with at least one pair whose two words are both known, of all source words.
    pairs_found, pairs : int
        Pairs whose two words are both known, of all pairs.
    """

    words_found: int
    words: int
    pairs_found: int
    pairs: int

    @property
    def fraction(self) -> float:
        """Share of the source words that were found, 0 to 1."""
        return self.words_found / self.words if self.words else 0.0


@dataclass(frozen=True)
class Statistics:
    """What the pairs of a dictionary are like.

    Attributes
    ----------
    pairs, source_words, target_words : int
    mean_translations : float
        Translations a source word, on average.
    most_translations : int
    most_translated : str
        The source word that has the most, the first of them; empty in an empty dictionary.
    duplicates : int
        Pairs that were given again, which are kept once.
    identical : int
        Pairs of two words that are spelt alike.
    multi_word : int
        Pairs with a blank in a word.
    case_only : int
        Pairs that differ from an earlier one in upper and lower case only.
    """

    pairs: int
    source_words: int
    target_words: int
    mean_translations: float
    most_translations: int
    most_translated: str
    duplicates: int
    identical: int
    multi_word: int
    case_only: int


class BilingualDictionary:
    """Word pairs of two languages.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Source word and target word; a pair that stands twice is kept once, at its first place.
    source_language, target_language : str
        Language codes.
    test_words : iterable of str, optional
        Source words that are held out: their pairs are `test`, all others are `train`.

    Attributes
    ----------
    duplicates : int
        How many of the pairs given stood there before.

    Examples
    --------
    >>> pairs = BilingualDictionary([("cat", "gatto"), ("cat", "gatta"), ("dog", "cane")], "en", "it")
    >>> pairs["cat"]
    ('gatto', 'gatta')
    >>> pairs.inverted()["cane"]
    ('dog',)
    >>> len(pairs), len(pairs.sources)
    (3, 2)
    """

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]],
        source_language: str,
        target_language: str,
        test_words: Iterable[str] = (),
    ) -> None:
        given = list(pairs)
        self.pairs: tuple[tuple[str, str], ...] = tuple(dict.fromkeys(given))
        self.duplicates = len(given) - len(self.pairs)
        self.source_language = source_language
        self.target_language = target_language
        self.test_words = frozenset(test_words)

    @cached_property
    def _translations(self) -> dict[str, tuple[str, ...]]:
        grouped: dict[str, list[str]] = {}
        for source, target in self.pairs:
            grouped.setdefault(source, []).append(target)
        return {source: tuple(targets) for source, targets in grouped.items()}

    @property
    def sources(self) -> tuple[str, ...]:
        """Source words, each once, in the order of their first pair."""
        return tuple(self._translations)

    @property
    def train(self) -> BilingualDictionary:
        """The pairs that may become anchors: all but those of `test_words`."""
        return self._select(lambda source: source not in self.test_words)

    @property
    def test(self) -> BilingualDictionary:
        """The held-out pairs: those of `test_words`; empty when nothing was held out."""
        return self._select(lambda source: source in self.test_words)

    def _select(self, keep: Callable[[str], bool]) -> BilingualDictionary:
        pairs = [(source, target) for source, target in self.pairs if keep(source)]
        return BilingualDictionary(pairs, self.source_language, self.target_language)

    def without(self, words: Iterable[str]) -> BilingualDictionary:
        """Leave out every pair of these source words, upper or lower case."""
        dropped = {word.lower() for word in words}
        return self._select(lambda source: source.lower() not in dropped)

    def split(self, test_size: int | float = 0.2, seed: int = 0) -> BilingualDictionary:
        """Hold out source words at random, with all their pairs.

        Parameters
        ----------
        test_size : int or float
            Number of source words, or the share of them when it is below 1.
        seed : int
            The same seed holds out the same words.

        Returns
        -------
        BilingualDictionary
            The same pairs with `train` and `test`.
        """
        if not (math.isfinite(test_size) and (test_size < 1 or test_size == int(test_size))):
            raise InvalidParameter(
                f"cannot hold out {test_size} words; give a share below 1 or a whole number of words"
            )
        words = self.sources
        n_test = round(test_size * len(words)) if test_size < 1 else int(test_size)
        if not 0 < n_test < len(words):
            asked = n_test if test_size > 0 else test_size
            raise InvalidParameter(
                f"cannot hold out {asked:,} of {len(words):,} source words; choose 1 or more, not all"
            )
        # Words that differ in case only are one word to a look-up, so they must fall on the same side.
        held = np.random.default_rng(seed).permutation(len(words))[:n_test]
        lowered = {words[i].lower() for i in held}
        test = [word for word in words if word.lower() in lowered]
        return BilingualDictionary(self.pairs, self.source_language, self.target_language, test)

    @classmethod
    def identical(cls, source: Embeddings, target: Embeddings) -> BilingualDictionary:
        """Pair the words that two vocabularies spell alike: names, numbers, loan words, and some false friends.

        Parameters
        ----------
        source, target : Embeddings

        Returns
        -------
        BilingualDictionary
            In the order of the source vocabulary.

        References
        ----------
        Søgaard, Ruder, Vulić, "On the limitations of unsupervised bilingual dictionary induction", ACL 2018, section 3.
        """
        return cls([(word, word) for word in source.words if word in target], source.language, target.language)

    def inverted(self) -> BilingualDictionary:
        """Swap the two sides.

        A word is held out in the inverted dictionary only when *all* its pairs were: otherwise it was an anchor.
        """
        held = {target for _, target in self.test.pairs} - {target for _, target in self.train.pairs}
        swapped = [(target, source) for source, target in self.pairs]
        return BilingualDictionary(swapped, self.target_language, self.source_language, held)

    def lowered(self) -> BilingualDictionary:
        """Write all words in lower case; pairs that become the same are one, at the first place.

        A word is held out when any of its spellings was, so that no spelling of a held-out word becomes an anchor.
        """
        pairs = [(source.lower(), target.lower()) for source, target in self.pairs]
        test = [word.lower() for word in self.test_words]
        return BilingualDictionary(pairs, self.source_language, self.target_language, test)

    def compose(self, other: BilingualDictionary) -> BilingualDictionary:
        """Translate by way of a third language: en-fr and fr-it make en-it.

        Parameters
        ----------
        other : BilingualDictionary
            From this dictionary's target language. Words of the third language are compared as they are written.

        Returns
        -------
        BilingualDictionary
            Source words in the order of this dictionary. The translations of a word by how many words of the third
            language lead to them, most first, then in the order in which they are met. A source word is held out when
            it is here; all pairs of `other` are used, and which of its words it holds out does not matter.

        Raises
        ------
        InvalidParameter
            When the two have no language in common there.

        References
        ----------
        Tanaka, Umemura, "Construction of a bilingual dictionary intermediated by a third language", COLING 1994.
        """
        ours, theirs = self.target_language, other.source_language
        if ours != theirs and "und" not in (ours, theirs):
            first, second = f"{self.source_language}-{ours}", f"{theirs}-{other.target_language}"
            raise InvalidParameter(
                f"cannot compose {first} with {second}: the second must begin with {ours}; invert one"
            )
        pairs = []
        for source, pivots in self._translations.items():
            support = Counter(target for pivot in pivots for target in other._translations.get(pivot, ()))
            pairs += [(source, target) for target, _ in support.most_common()]
        return BilingualDictionary(pairs, self.source_language, other.target_language, self.test_words)

    def statistics(self) -> Statistics:
        """Count what the pairs are like."""
        most = max(self._translations, key=lambda word: len(self._translations[word]), default="")
        lowered = {(source.lower(), target.lower()) for source, target in self.pairs}
        n_words = len(self.sources)
        return Statistics(
            pairs=len(self),
            source_words=n_words,
            target_words=len({target for _, target in self.pairs}),
            mean_translations=len(self) / n_words if n_words else 0.0,
            most_translations=len(self._translations.get(most, ())),
            most_translated=most,
            duplicates=self.duplicates,
            identical=sum(source == target for source, target in self.pairs),
            multi_word=sum(" " in source or " " in target for source, target in self.pairs),
            case_only=len(self) - len(lowered),
        )

    def coverage(self, source: Embeddings, target: Embeddings) -> Coverage:
        """Count the pairs and source words whose two sides are both in the vocabularies."""
        found = [pair for pair in self.pairs if pair[0] in source and pair[1] in target]
        return Coverage(len({s for s, _ in found}), len(self.sources), len(found), len(self.pairs))

    def remedy(self, source: Embeddings, target: Embeddings) -> str:
        """What helps when hardly any pair is in both vocabularies."""
        turned = sum(pair[1] in source and pair[0] in target for pair in self.pairs)
        if turned > self.coverage(source, target).pairs_found:
            return f"the dictionary is {target.language}-{source.language}, it seems; turn it round"
        languages = f"{source.language}-{target.language}"
        return f"check that the dictionary is {languages}, and that enough words of the vectors are read"

    def __getitem__(self, word: str) -> tuple[str, ...]:
        return self._translations[word]

    def __contains__(self, word: object) -> bool:
        return word in self._translations

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        languages = f"{self.source_language}-{self.target_language}"
        return f"BilingualDictionary({languages!r}, {len(self.sources):,} words, {len(self):,} pairs)"
