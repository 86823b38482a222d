"""Pairs of items that two encoders have both encoded: words and translations, images of digits and their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.latent import ASIF
from wordrel.preprocessing import Preprocessing
from wordrel.relative import Array32
from wordrel.reproduce.images import digits
from wordrel.sources import load, load_dictionary

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

_RECIPE = ("unit", "center", "unit")


class Setting(NamedTuple):
    """Parameters of an `ASIF`: k is at most the number of anchors."""

    label: str
    k: int
    power: float

    def fit(self, X: Array32, Y: Array32, ids: Sequence[str]) -> ASIF:
        """Store the anchors."""
        return ASIF(min(self.k, len(X)), self.power).fit(X, Y, ids)


PAPER = Setting("the paper's k 800, power 8", 800, 8.0)
# The defaults of `wordrel.methods.Asif`, which were chosen on training words of English and French.
WORDS = Setting("k 400, power 2", 400, 2.0)


class Pool(NamedTuple):
    """Items that two encoders have both encoded, and what is asked of them.

    Attributes
    ----------
    X, Y : arrays of float32, shape (n, d) and (n, d')
        Pairs, of which anchors are drawn.
    ids : tuple of str, length n
    queries : array of float32, shape (q, d)
    candidates : array of float32, shape (c, d')
    gold : array of bool, shape (q, c)
        Which candidates are right.
    """

    X: Array32
    Y: Array32
    ids: tuple[str, ...]
    queries: Array32
    candidates: Array32
    gold: npt.NDArray[np.bool_]

    def anchors(self, n: int, seed: int) -> npt.NDArray[np.int64]:
        """Draw rows; a larger draw of the same seed holds the smaller one."""
        return np.random.default_rng(seed).permutation(len(self.X))[:n]

    def accuracy(self, predicted: npt.NDArray[np.int64]) -> float:
        """Share of queries whose candidate is right; -1, nothing found, is not."""
        return float((self.gold[np.arange(len(predicted)), predicted] & (predicted >= 0)).mean())


def word_pool(most: int | None = None) -> tuple[Pool, tuple[str, ...]]:
    """English and Italian words, and the candidates by name.

    Parameters
    ----------
    most : int, optional
        Ask at most so many words; their translations are then all candidates.
    """
    source, target = load("embedded:en"), load("embedded:it")
    left, right = (Preprocessing(_RECIPE).fit_transform(space.vectors) for space in (source, target))
    dictionary = load_dictionary("embedded:en-it")
    train, test = (
        [(a, b) for a, b in pairs if a in source and b in target] for pairs in (dictionary.train, dictionary.test)
    )
    first = dict(reversed(train))
    queries = list(dict.fromkeys(a for a, _ in test))[:most]
    asked = set(queries)
    test = [(a, b) for a, b in test if a in asked]
    candidates = list(dict.fromkeys(b for _, b in test))
    gold = np.zeros((len(queries), len(candidates)), dtype=bool)
    places = [{word: place for place, word in enumerate(side)} for side in (queries, candidates)]
    for a, b in test:
        gold[places[0][a], places[1][b]] = True
    pool = Pool(
        left[source.rows(first)],
        right[target.rows(first.values())],
        tuple(f"{a} – {b}" for a, b in first.items()),
        left[source.rows(queries)],
        right[target.rows(candidates)],
        gold,
    )
    return pool, tuple(candidates)


def digit_pool(seed: int, n_queries: int = 500) -> Pool:
    """Images of digits and the vectors of their names; the seed draws which are asked."""
    images = digits()
    space = load("embedded:en")
    names = Preprocessing(_RECIPE).fit_transform(space.vectors)[space.rows(DIGITS)]
    order = np.random.default_rng(seed).permutation(len(images.values))
    asked, kept = order[:n_queries], order[n_queries:]
    # No label is needed to know the mean image of those that can become anchors.
    values = images.values - images.values[kept].mean(axis=0)
    return Pool(
        values[kept],
        names[images.groups[kept]],
        tuple(DIGITS[group] for group in images.groups[kept]),
        values[asked],
        names,
        images.groups[asked, None] == np.arange(len(DIGITS)),
    )


def fit(pool: Pool, setting: Setting, n: int, seed: int) -> ASIF:
    """Store anchors that the seed draws."""
    rows = pool.anchors(n, seed)
    return setting.fit(pool.X[rows], pool.Y[rows], [pool.ids[row] for row in rows])
