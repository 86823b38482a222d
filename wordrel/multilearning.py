"""Self-learning among several spaces that are paired with one of them, the hub."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from wordrel.induction import mutual_nearest
from wordrel.methods.relative import Relative
from wordrel.multiset import Link, MultisetForms
from wordrel.refine import (
    FEW_WORDS,
    GIVEN_WEIGHT,
    GROWTH,
    MANY_GROWTH,
    MANY_WORDS,
    VOCABULARY,
    Pairs,
    Round,
    SelfLearning,
)
from wordrel.relative import Array32, map_rows
from wordrel.topk import Rows

Places = tuple[int, int]
"""Numbers of two spaces, the lower first."""


def composed(first: Pairs, second: Pairs) -> Pairs:
    """Pairs of two spaces that each are paired with a third, the hub.

    Parameters
    ----------
    first, second : Pairs
        Their sources are rows of the hub.

    Returns
    -------
    Pairs
        Rows `first.targets` and `second.targets` that share a hub word, ascending; a pair counts the product of the
        weights, summed over the hub words that lead to it, so that a hub word that counts once on both sides counts
        once.
    """
    order = np.argsort(second.sources, kind="stable")
    sources = second.sources[order]
    start, end = (np.searchsorted(sources, first.sources, side) for side in ("left", "right"))
    counts = end - start
    ours = np.repeat(np.arange(len(first.sources)), counts)
    theirs = order[np.arange(len(ours)) + np.repeat(start - np.cumsum(counts) + counts, counts)]
    met = np.stack([first.targets[ours], second.targets[theirs]], axis=1).reshape(-1, 2)
    pairs, place = np.unique(met, axis=0, return_inverse=True)
    weights = np.bincount(place.ravel(), first.weights[ours] * second.weights[theirs], len(pairs)).astype(np.float64)
    return Pairs(pairs[:, 0].copy(), pairs[:, 1].copy(), weights)


@dataclass
class MultisetLearning:
    """Self-learning among several prepared spaces: what each two of them suggest joins the pairs of these two.

    Parameters
    ----------
    spaces : sequence of array of float32, shape (n, d)
        Prepared rows, most frequent words first; the hub is the first.
    given : sequence of Pairs
        Of the hub with each other space, in their order. Pairs of two others are `composed` of these.
    vocabulary : int
        Pairs are induced among so many first rows of each space.
    progress : callable, optional
        Told at the start of each round which one it is.

    Attributes
    ----------
    links : dict of (int, int) to Pairs
        The known pairs of each two spaces.
    induced : dict of (int, int) to tuple of two arrays
        What the last round found beside them.
    history : list of Round
    """

    spaces: Sequence[Array32]
    given: Sequence[Pairs]
    vocabulary: int = VOCABULARY
    progress: Callable[[str], None] | None = None
    links: dict[Places, Pairs] = field(init=False)
    induced: dict[Places, tuple[Rows, Rows]] = field(init=False, default_factory=dict)
    history: list[Round] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.links = {(0, number): pairs for number, pairs in enumerate(self.given, 1)}
        for (i, first), (j, second) in combinations(enumerate(self.given, 1), 2):
            self.links[i, j] = composed(first, second)

    def pairs(self, given_weight: float = GIVEN_WEIGHT) -> dict[Places, Pairs]:
        """The known pairs and those that were induced last; what two spaces have no pair of is left out."""
        found = {}
        for place, known in self.links.items():
            both = known.with_induced(*self.induced[place], given_weight) if place in self.induced else known
            if len(both.sources):
                found[place] = both
        return found

    def tuning_pairs(self) -> dict[Places, Pairs]:
        """Pairs for `wordrel.contrastive`; of two others than the hub only what was induced, where something was.

        Many composed pairs are of words that share one sense of the hub word only. On left-out training words of
        English-Italian-French, tuning with them lost 0.6 points of French-Italian, and without them gained 0.2.
        """
        nothing = Pairs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
        found = self.pairs(given_weight=1.0)
        for place, (rows, columns) in self.induced.items():
            if place[0] and len(rows):
                found[place] = nothing.with_induced(rows, columns)
        return found

    def forms(self) -> MultisetForms:
        """What maps of any setting are made of."""
        return MultisetForms(
            [
                Link(i, j, self.spaces[i][rows], self.spaces[j][columns], weights)
                for (i, j), (rows, columns, weights) in self.pairs().items()
            ]
        )

    def rounds(self, setting: Mapping[str, float], number: int | None = None) -> None:
        """Induce pairs again and again, as `wordrel.refine.SelfLearning.rounds`, between each two spaces.

        Parameters
        ----------
        setting : mapping
            Exponent, ridge and power of the fits.
        number : int, optional
            How many times; two to four times with a growing vocabulary when left out.
        """
        growth = MANY_GROWTH if min(len(pairs.words) for pairs in self.given) >= MANY_WORDS else GROWTH
        for turn, share in enumerate(growth if number is None else (1.0,) * number, 1):
            if self.progress is not None:
                self.progress(f"self-learning, round {turn}")
            n = round(share * self.vocabulary)
            maps = self.forms().maps(**setting)
            mapped = [map_rows(X[:n], F) for X, F in zip(self.spaces, maps, strict=True)]
            found = {(i, j): mutual_nearest(mapped[i], mapped[j]) for i, j in self.links}
            self.induced = {place: (one.rows, one.columns) for place, one in found.items()}
            n_pairs = sum(len(one.rows) for one in found.values())
            total = sum(one.objective * len(one.rows) for one in found.values())
            self.history.append(Round(n_pairs, total / max(1, n_pairs)))

    def explore(self, seed: int = 0) -> None:
        """Find a way from few pairs: of those links of the hub that have few, each by itself."""
        for number, pairs in enumerate(self.given, 1):
            if len(pairs.words) < FEW_WORDS:
                learning = SelfLearning(self.spaces[0], self.spaces[number], pairs, progress=self.progress)
                start = Relative()
                learning.fit(start)
                learning.explore(start, seed)
                if learning.induced is not None:
                    self.induced[0, number] = learning.induced
