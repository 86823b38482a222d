"""Which of the candidate words become anchors: pure functions over row numbers and vectors.

A candidate is a dictionary word that both spaces know. Its vector here is its unit row in the source space beside the
unit mean of its translations' rows in the target space, so that a set of anchors is judged by what it spans in both.
Anchors chosen uniformly, by farthest-point sampling, by k-means and by frequency are compared by Moschella et al.
("Relative representations enable zero-shot latent space communication", ICLR 2023, appendix on the choice of anchors).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.relative import Array32, Array64, unit_rows
from wordrel.topk import Rows, has_direction

# Of the largest eigenvalue: the share that `wordrel.methods.relative.auto_ridge` has for many anchors. Of .001 to 1
# none was best for 100, 300 and 1,000 words alike (English-French, P@1 on left-out training words).
RIDGE = 0.05

# Values that differ by less are equal, and the earlier candidate is taken: unit rows are so only to float32.
_TIE = 1e-6

# Assignments hardly change after so many rounds: on the words of the English-Italian training dictionary the mean
# cosine to the nearest of 300 centroids rises from .471 to .623 in the first 10 rounds and to .624 in the next 20.
_KMEANS_ROUNDS = 10


class Strategy(NamedTuple):
    """A way to choose.

    Attributes
    ----------
    choose : callable
        Takes the candidates' vectors, their source row numbers, how many to choose (less than there are) and a random
        generator; returns places among the candidates.
    needs_vectors : bool
        Whether it looks at the vectors at all.
    summary : str
        What it takes, for people.
    """

    choose: Callable[[Array64, Rows, int, np.random.Generator], Rows]
    needs_vectors: bool
    summary: str


def joint_vectors(X: npt.ArrayLike, Y: npt.ArrayLike) -> Array32:
    """Put the two halves of each candidate side by side.

    Parameters
    ----------
    X, Y : arrays of shape (n, d) and (n, d')
        A candidate's row in the source space and the mean of its translations' unit rows in the target space.

    Returns
    -------
    array of float32, shape (n, d + d')
        Unit halves; all zero where one half is, for such a candidate can be no anchor.
    """
    left, right = unit_rows(X), unit_rows(Y)
    joined: Array32 = np.hstack([left, right])
    joined[~(has_direction(left) & has_direction(right))] = 0
    return joined


def choose(name: str, vectors: npt.ArrayLike, rows: npt.ArrayLike, n: int, seed: int = 0) -> Rows:
    """Choose n candidates.

    Parameters
    ----------
    name : str
        A name in `STRATEGIES`.
    vectors : array of shape (n_candidates, d)
        See `joint_vectors`. Candidates without a direction are taken only when no other is left.
    rows : array of int, shape (n_candidates,)
        Row numbers in the source vocabulary; lower is more frequent.
    n : int
        How many; all when there are no more.
    seed : int
        Of the strategies that draw at random.

    Returns
    -------
    array of int64, shape (min(n, n_candidates),)
        Places among the candidates, each once, in the order in which they were chosen.

    Raises
    ------
    InvalidParameter
        For an unknown strategy.
    """
    strategy = find_strategy(name)
    ranks = np.asarray(rows, dtype=np.int64)
    n_candidates = len(ranks)
    if n >= n_candidates:
        return np.arange(n_candidates)
    generator = np.random.default_rng(seed)
    if not strategy.needs_vectors:
        return strategy.choose(np.empty((n_candidates, 0)), ranks, n, generator)
    matrix = unit_rows(vectors)
    usable = has_direction(matrix)
    known, others = np.flatnonzero(usable), np.flatnonzero(~usable)
    if n >= len(known):
        return np.concatenate([known, others[: n - len(known)]])
    return known[strategy.choose(matrix[known].astype(np.float64), ranks[known], n, generator)]


def find_strategy(name: str) -> Strategy:
    """Return a strategy by name, or say which there are."""
    if name not in STRATEGIES:
        raise InvalidParameter(f"unknown anchor strategy '{name}'; choose one of: {', '.join(STRATEGIES)}")
    return STRATEGIES[name]


def _first(X: Array64, rows: Rows, n: int, generator: np.random.Generator) -> Rows:
    return np.arange(n)


def _uniform(X: Array64, rows: Rows, n: int, generator: np.random.Generator) -> Rows:
    return generator.permutation(len(rows))[:n]


def _frequency(X: Array64, rows: Rows, n: int, generator: np.random.Generator) -> Rows:
    return np.argsort(rows, kind="stable")[:n]


def _farthest(X: Array64, rows: Rows, n: int, generator: np.random.Generator) -> Rows:
    """Farthest-point sampling (Gonzalez 1985, "Clustering to minimize the maximum intercluster distance").

    It starts at the candidate nearest to the mean; each next one has the lowest cosine to the nearest of those before.
    """
    chosen = np.empty(n, dtype=np.int64)
    chosen[0] = _earliest_highest(X @ X.mean(axis=0))
    similarity = np.full(len(X), -np.inf)
    for i in range(1, n):
        np.maximum(similarity, X @ X[chosen[i - 1]], out=similarity)
        similarity[chosen[i - 1]] = np.inf
        chosen[i] = _earliest_highest(-similarity)
    return chosen


def _kmeans(X: Array64, rows: Rows, n: int, generator: np.random.Generator) -> Rows:
    """Take the candidate nearest to each centroid of spherical k-means (Dhillon and Modha 2001, section 3.1).

    The start is k-means++ (Arthur and Vassilvitskii 2007, section 2.2). A centroid whose nearest candidate is taken
    already gets the nearest of those that are left.
    """
    centroids = X[_spread(X, n, generator)]
    for _ in range(_KMEANS_ROUNDS):
        nearest = (X @ centroids.T).argmax(axis=1)
        order = np.argsort(nearest, kind="stable")
        filled, starts = np.unique(nearest[order], return_index=True)
        sums = np.add.reduceat(X[order], starts, axis=0)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        # A centroid that no candidate is nearest to, or whose candidates cancel out, stays where it was.
        centroids[filled] = np.where(norms > _TIE, sums / np.maximum(norms, _TIE), centroids[filled])
    table = centroids @ X.T
    chosen = np.empty(n, dtype=np.int64)
    for i in range(n):
        chosen[i] = _earliest_highest(table[i])
        table[:, chosen[i]] = -np.inf
    return chosen


def _spread(X: Array64, n: int, generator: np.random.Generator) -> Rows:
    """Draw each next start with probability proportional to its squared distance from the nearest one so far."""
    starts = [int(generator.integers(len(X)))]
    distance = np.full(len(X), np.inf)
    for _ in range(1, n):
        # |x - y|^2 = 2 (1 - cosine) for unit rows; the factor does not matter.
        distance = np.minimum(distance, np.maximum(1 - X @ X[starts[-1]], 0))
        total = distance.sum()
        starts.append(int(generator.choice(len(X), p=distance / total if total > _TIE else None)))
    return np.array(starts)


def _leverage(X: Array64, rows: Rows, n: int, generator: np.random.Generator) -> Rows:
    """Highest ridge leverage scores x' (X'X + ridge)^-1 x (El Alaoui and Mahoney, NeurIPS 2015, Definition 1)."""
    covariance = X.T @ X
    ridge = RIDGE * np.linalg.eigvalsh(covariance)[-1] * np.eye(len(covariance))
    scores = np.einsum("ij,ji->i", X, np.linalg.solve(covariance + ridge, X.T))
    return np.argsort(-scores, kind="stable")[:n]


def _d_optimal(X: Array64, rows: Rows, n: int, generator: np.random.Generator) -> Rows:
    """Greedy maximisation of log det(A'A + ridge), A the chosen rows (Fedorov 1972; Chen, Zhang, Zhou, NeurIPS 2018).

    A row x adds log(1 + x' M^-1 x) to the log-determinant of M, and M^-1 follows by Sherman and Morrison: each step
    costs a product of all candidates with one vector. The ridge is a share of the largest eigenvalue that n average
    candidates have.
    """
    ridge = RIDGE * np.linalg.eigvalsh(X.T @ X)[-1] * n / len(X)
    inverse = np.eye(X.shape[1]) / ridge
    gains = np.einsum("ij,ij->i", X, X) / ridge
    chosen = np.empty(n, dtype=np.int64)
    for i in range(n):
        chosen[i] = _earliest_highest(gains)
        x = X[chosen[i]]
        direction = inverse @ x
        direction /= np.sqrt(1 + x @ direction)
        inverse -= np.outer(direction, direction)
        gains -= (X @ direction) ** 2
        gains[chosen[i]] = -np.inf
    return chosen


def _earliest_highest(values: Array64) -> int:
    """Place of the highest value, the earliest among equals."""
    highest = values.max()
    return int(np.argmax(values >= highest - _TIE * max(1.0, abs(highest))))


# On left-out training words of English-French and English-Italian kmeans had the highest P@1 of all with 100 and 300
# words (English-Italian, 300 words: 29.0, uniform 23.7, first 24.0); fps, leverage and d-optimal look for the extremes,
# rare words with poor vectors, and had less than uniform. With 1,000 English-French words all but leverage and
# frequency were alike.
STRATEGIES = {
    "first": Strategy(_first, False, "in the order of the dictionary, or of the words that were named"),
    "uniform": Strategy(_uniform, False, "at random"),
    "frequency": Strategy(_frequency, False, "the most frequent words of the source vocabulary"),
    "fps": Strategy(_farthest, True, "each as far as possible from those before, often odd words"),
    "kmeans": Strategy(_kmeans, True, "the middle of each of N clusters, the best for few words"),
    "leverage": Strategy(_leverage, True, "those in the rarest directions, often odd words"),
    "d-optimal": Strategy(_d_optimal, True, "those that together span most, often odd words"),
}
