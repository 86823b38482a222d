"""Correlations of two lists of numbers, with ties ranked right, and their bootstrap intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.intervals import LEVEL, RESAMPLES, SEED, Interval, percentile, resampled_counts
from wordrel.relative import Array64


@dataclass(frozen=True)
class Correlations:
    """How two lists of numbers agree.

    Attributes
    ----------
    spearman : Interval
        Pearson's correlation of the ranks, ties having their average rank.
    pearson : Interval
    harmonic_mean : Interval
        Of the two, the official score of SemEval-2017 task 2; 0 unless both are positive.
    """

    spearman: Interval
    pearson: Interval
    harmonic_mean: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the correlations as plain values."""
        return asdict(self)


def average_ranks(values: npt.ArrayLike) -> Array64:
    """Rank of each number, from 1, lowest first; equal numbers share the mean of the ranks that they take up.

    Parameters
    ----------
    values : array of shape (n,)

    Examples
    --------
    >>> average_ranks([30, 10, 30, 20])
    array([3.5, 1. , 3.5, 2. ])
    """
    table = np.asarray(values, dtype=np.float64)
    return _Ranking(table).ranks(np.ones((1, len(table)))).reshape(-1)


def pearson(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Product-moment correlation; 0 when one of the lists is constant, where it is not defined.

    Parameters
    ----------
    one, other : arrays of shape (n,)
    """
    x, y = _two(one, other)
    return float(_weighted(x[None], y[None], np.ones((1, len(x))))[0])


def spearman(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Correlation of the ranks, with average ranks for ties; 0 when one of the lists is constant.

    Parameters
    ----------
    one, other : arrays of shape (n,)
    """
    x, y = _two(one, other)
    return pearson(average_ranks(x), average_ranks(y))


def correlate(
    one: npt.ArrayLike, other: npt.ArrayLike, seed: int = SEED, resamples: int = RESAMPLES, level: float = LEVEL
) -> Correlations:
    """Spearman, Pearson and their harmonic mean, with percentile bootstrap intervals over the pairs of numbers.

    Parameters
    ----------
    one, other : arrays of shape (n,)
        Two numbers of each pair.
    seed, resamples, level : see `wordrel.intervals.bootstrap`

    Returns
    -------
    Correlations
        Each resample is ranked anew.

    Raises
    ------
    InvalidParameter
        When there are fewer than two pairs, or a number is not finite.
    """
    x, y = _two(one, other)
    rank_x, rank_y = _Ranking(x), _Ranking(y)
    drawn = []
    for counts in resampled_counts(len(x), seed, resamples):
        by_rank = _weighted(rank_x.ranks(counts), rank_y.ranks(counts), counts)
        by_value = _weighted(x[None], y[None], counts)
        drawn.append(np.stack([by_rank, by_value, _harmonic(by_rank, by_value)]))
    draws = np.concatenate(drawn, axis=1)
    at_all = np.array([[spearman(x, y)], [pearson(x, y)]])
    values = [float(at_all[0, 0]), float(at_all[1, 0]), float(_harmonic(*at_all)[0])]
    return Correlations(*(percentile(value, row, level) for value, row in zip(values, draws, strict=True)))


class _Ranking:
    """Average ranks of resamples of some numbers, which are sorted once for all resamples."""

    def __init__(self, values: Array64) -> None:
        distinct, self._group = np.unique(values, return_inverse=True)
        self._order = np.argsort(self._group, kind="stable")
        self._starts = np.searchsorted(self._group[self._order], np.arange(len(distinct)))

    def ranks(self, counts: Array64) -> Array64:
        """Rank of each number among the resampled ones; shape (resamples, n), as the counts."""
        if not counts.shape[1]:
            return counts
        sizes = np.add.reduceat(counts[:, self._order], self._starts, axis=1)
        ranks: Array64 = (np.cumsum(sizes, axis=1) - (sizes - 1) / 2)[:, self._group]
        return ranks


def _weighted(x: Array64, y: Array64, weights: Array64) -> Array64:
    """Pearson of each row, pairs having weights that add up to n; shape (resamples,)."""
    n = weights.sum(axis=1, keepdims=True)
    left = x - (weights * x).sum(axis=1, keepdims=True) / n
    right = y - (weights * y).sum(axis=1, keepdims=True) / n
    spread_x = np.sqrt((weights * left * left).sum(axis=1))
    spread_y = np.sqrt((weights * right * right).sum(axis=1))
    # A constant list leaves rounding noise, which would correlate with anything.
    noise = 1e-14 * np.sqrt(n[:, 0])
    defined = (spread_x > noise * np.abs(x).max(axis=1)) & (spread_y > noise * np.abs(y).max(axis=1))
    products = (weights * left * right).sum(axis=1)
    correlations: Array64 = np.zeros(len(products))
    np.divide(products, spread_x * spread_y, out=correlations, where=defined)
    return np.clip(correlations, -1, 1)


def _harmonic(one: Array64, other: Array64) -> Array64:
    positive = (one > 0) & (other > 0)
    return np.divide(2 * one * other, one + other, out=np.zeros(len(one)), where=positive)


def _two(one: npt.ArrayLike, other: npt.ArrayLike) -> tuple[Array64, Array64]:
    x, y = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise InvalidParameter(
            f"a correlation needs two lists of the same two or more things, not {x.shape} and {y.shape}"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InvalidParameter("a number to correlate is NaN or infinite; leave its pair out")
    return x, y
