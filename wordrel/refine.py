"""Self-learning: from few anchors to many, by pairs that the alignment itself is sure of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.induction import best_both_ways, mutual_nearest
from wordrel.methods import make_aligner
from wordrel.methods.base import Aligner
from wordrel.relative import Array32
from wordrel.topk import Rows

# The most frequent words have the best vectors; pairs are looked for among so many of each side (Artetxe et al. 2018
# take 20,000, Conneau et al. 2018 10,000; 15,000 came out alike on English-Italian and English-French).
VOCABULARY = 10_000

# With fewer given words a first fit is too poor for its own mutual neighbours: from 25 words English-Italian stays at
# 6 % where random omissions find the way to 49 % (left-out training words).
FEW_WORDS = 250

# How much more a given pair counts than an induced one. 10 was no better on English-French and English-Italian.
GIVEN_WEIGHT = 3.0

# "auto" goes from the most frequent words, where a poor start does best, to the whole vocabulary: shares of it. More
# rounds changed nothing on training words of English-Italian, from 25 to 5,000 of them.
GROWTH = (0.25, 0.5, 1.0, 1.0)

# A start from many given words is good enough to begin with much of the vocabulary, and there is less to gain.
MANY_WORDS, MANY_GROWTH = 2000, (0.4, 0.8)

# Random omissions, as in Artetxe et al. 2018 (ACL, section 3.3): one similarity in ten is looked at to begin with, and
# twice as many each time the spaces have stopped to fit better. Theirs waits 10 rounds for a gain of 1e-6; on training
# words of English-Italian 4 rounds and 1e-3 came as far with a third of the rounds.
_EXPLORED_WORDS, _FIRST_KEPT, _PATIENCE, _GAIN, _MOST_EXPLORING = 4000, 0.1, 4, 1e-3, 100


@dataclass(frozen=True)
class Round:
    """What one round of self-learning found.

    Attributes
    ----------
    n_pairs : int
        Pairs that were induced.
    objective : float
        Mean cosine of these pairs: an unsupervised measure of how well the spaces fit.
    kept : float
        Share of the similarities that were looked at.
    """

    n_pairs: int
    objective: float
    kept: float = 1.0


class Pairs(NamedTuple):
    """Training pairs: row `sources[i]` of one space, row `targets[i]` of the other, counting `weights[i]`."""

    sources: Rows
    targets: Rows
    weights: npt.NDArray[np.float64]

    @property
    def words(self) -> Rows:
        """Different source rows, ascending."""
        return np.unique(self.sources)

    def with_induced(self, rows: Rows, columns: Rows, given_weight: float = GIVEN_WEIGHT) -> Pairs:
        """Put induced pairs, each counting 1, beside these, which count `given_weight` times their weight."""
        return Pairs(
            np.concatenate([self.sources, rows]),
            np.concatenate([self.targets, columns]),
            np.concatenate([given_weight * self.weights, np.ones(len(rows))]),
        )

    def without(self, words: Rows) -> Pairs:
        """Leave out all pairs of some source rows."""
        kept = ~np.isin(self.sources, words)
        return Pairs(self.sources[kept], self.targets[kept], self.weights[kept])


@dataclass
class SelfLearning:
    """Self-learning between two prepared spaces.

    Parameters
    ----------
    X, Y : arrays of float32, shape (n, d) and (n', d')
        Prepared rows, most frequent words first.
    given : Pairs
        Always kept; may be empty.
    vocabulary : int
        Pairs are induced among so many first rows of each side.
    progress : callable, optional
        Told at the start of each round which one it is.

    Attributes
    ----------
    induced : tuple of two arrays
        Rows of both sides that the last fit had beside the given ones.
    history : list of Round
    """

    X: Array32
    Y: Array32
    given: Pairs
    vocabulary: int = VOCABULARY
    progress: Callable[[str], None] | None = None
    induced: tuple[Rows, Rows] | None = field(init=False, default=None)
    history: list[Round] = field(init=False, default_factory=list)

    @property
    def pairs(self) -> Pairs:
        """The given pairs and those that were induced last."""
        return self.given if self.induced is None else self.given.with_induced(*self.induced)

    def fit(self, aligner: Aligner) -> None:
        """Fit an aligner on the pairs that are known by now."""
        sources, targets, weights = self.pairs
        aligner.fit(self.X[sources], self.Y[targets], weights, vocabulary=(self.X, self.Y))

    def rounds(self, aligner: Aligner, number: int | None = None) -> None:
        """Induce pairs again and again: the mutual nearest neighbours of a fit that knows those of the round before.

        Parameters
        ----------
        aligner : Aligner
            Fitted; fitted anew in place between the rounds, not after the last.
        number : int, optional
            How many times; two to four times with a growing vocabulary when left out.

        References
        ----------
        Mutual nearest neighbours by CSLS: Conneau et al. (ICLR 2018, section 2.2). Self-learning: Artetxe, Labaka,
        Agirre, "Learning bilingual word embeddings with (almost) no bilingual data", ACL 2017, section 3.
        """
        if number is not None and number < 1:
            raise InvalidParameter(f"the number of rounds must be 1 or more, not {number}")
        growth = MANY_GROWTH if len(self.given.words) >= MANY_WORDS else GROWTH
        shares = growth if number is None else (1.0,) * number
        for turn, share in enumerate(shares, 1):
            self._say(f"self-learning, round {turn}")
            induced = mutual_nearest(*self._mapped(aligner, round(share * self.vocabulary)))
            self.history.append(Round(len(induced.rows), induced.objective))
            self.induced = induced.rows, induced.columns
            if turn < len(shares):
                self.fit(aligner)

    def explore(self, aligner: Aligner, seed: int = 0) -> None:
        """Find a way from a poor start: induce pairs among the most frequent words, with random omissions.

        Parameters
        ----------
        aligner : Aligner
            Fitted: the start. Then orthogonal Procrustes is fitted in each round, which a wrong pair distorts least;
            `fit` takes what was found.
        seed : int
            Of the omissions.

        References
        ----------
        Artetxe, Labaka, Agirre, "A robust self-learning method for fully unsupervised cross-lingual mappings of word
        embeddings", ACL 2018, section 3.3.
        """
        random = np.random.default_rng(seed)
        kept, best, waited = _FIRST_KEPT, -np.inf, 0
        current: Aligner = aligner
        for turn in range(1, _MOST_EXPLORING + 1):
            self._say(f"exploring, round {turn}")
            induced = best_both_ways(*self._mapped(current, _EXPLORED_WORDS), kept, random)
            self.history.append(Round(len(induced.rows), induced.objective, kept))
            self.induced = induced.rows, induced.columns
            waited = 0 if induced.objective > best + _GAIN else waited + 1
            best = max(best, induced.objective)
            if waited == _PATIENCE:
                if kept == 1:
                    break
                kept, waited = min(1.0, 2 * kept), 0
            current = make_aligner("procrustes")
            self.fit(current)

    def _mapped(self, aligner: Aligner, vocabulary: int) -> tuple[Array32, Array32]:
        left, right = aligner.transform(self.X[:vocabulary]), aligner.transform(self.Y[:vocabulary], 1)
        return left, right

    def _say(self, step: str) -> None:
        if self.progress is not None:
            self.progress(step)
