"""How sure a score is: bootstrap intervals and a paired test, by resampling the units that it is a mean over.

The units are source words, pairs of words or sentences. A unit keeps all its values when it is drawn, so that metrics
of one set of words, or two systems that answered the same words, are compared draw by draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.relative import Array64

SEED, RESAMPLES, LEVEL = 0, 1000, 0.95

# Units drawn at once: 2 MB of float64 counts, so that a thousand resamples of any number of words stay small.
_BLOCK = 1 << 18


@dataclass(frozen=True)
class Interval:
    """A score and where it would be on other units of the same kind.

    Attributes
    ----------
    value : float
        The score itself.
    low, high : float
        Ends of the interval.
    """

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Return the interval as plain values."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class PairedTest:
    """Two systems on the same units.

    Attributes
    ----------
    difference : Interval
        Mean of the first less mean of the second.
    p_value : float
        Two-sided, above 0 to 1.
    wins, losses, ties : int
        Units on which the first is above, below and equal to the second.
    """

    difference: Interval
    p_value: float
    wins: int
    losses: int
    ties: int

    def to_dict(self) -> dict[str, Any]:
        """Return the test as plain values."""
        return {
            "difference": self.difference.to_dict(),
            "p_value": self.p_value,
            "wins": self.wins,
            "losses": self.losses,
            "ties": self.ties,
        }


def bootstrap(values: npt.ArrayLike, seed: int = SEED, resamples: int = RESAMPLES, level: float = LEVEL) -> Interval:
    """Mean over units with its percentile bootstrap interval.

    Parameters
    ----------
    values : array of shape (n,) or (n, m)
        One number a unit, or m numbers of the same unit (of m seeds, say), which are averaged first.
    seed : int
    resamples : int
    level : float
        Share of the resamples that lie within the interval.

    Returns
    -------
    Interval
        Of one unit its ends are its value.

    Raises
    ------
    InvalidParameter
        When there is no unit, or a number is not finite.

    References
    ----------
    Efron and Tibshirani, "An introduction to the bootstrap", 1993, section 13.3.
    """
    table = _table(values)
    return bootstrap_means(table.mean(axis=1, keepdims=True), seed, resamples, level)[0]


def bootstrap_means(
    values: npt.ArrayLike, seed: int = SEED, resamples: int = RESAMPLES, level: float = LEVEL
) -> list[Interval]:
    """`bootstrap` of many metrics of the same units, resampled once for all: one interval a column.

    Parameters
    ----------
    values : array of shape (n, m)
    seed, resamples, level : see `bootstrap`

    Returns
    -------
    list of m Interval
        Each is what `bootstrap` gives for its column, but for rounding.
    """
    table = _table(values)
    draws = _resampled_means(table, seed, resamples)
    return [percentile(value, drawn, level) for value, drawn in zip(table.mean(axis=0), draws.T, strict=True)]


def paired_bootstrap(
    one: npt.ArrayLike, other: npt.ArrayLike, seed: int = SEED, resamples: int = RESAMPLES, level: float = LEVEL
) -> PairedTest:
    """Test whether two systems differ on the units that both were asked.

    Parameters
    ----------
    one, other : arrays of shape (n,)
        Values of the same units in the same order.
    seed, resamples, level : see `bootstrap`

    Returns
    -------
    PairedTest
        The p-value is twice the smaller share of resamples in which the difference is 0 or less, or 0 or more, counting
        the sample itself as one more resample, so that it is never 0; it agrees with the interval.

    Raises
    ------
    InvalidParameter
        Also when the two are not of the same length.

    References
    ----------
    Efron and Tibshirani 1993, section 15.4 (a test from an interval). Koehn, "Statistical significance tests for
    machine translation evaluation", EMNLP 2004 (paired resampling). Davison and Hinkley, "Bootstrap
    methods and their application", 1997, chapter 4 (the sample counts as a resample).
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise InvalidParameter(
            f"a paired test needs one value of each unit for both, not {first.shape} and {second.shape}; "
            "ask both the same words"
        )
    differences = first - second
    table = _table(differences)
    draws = _resampled_means(table, seed, resamples)[:, 0]
    # What cancels in exact arithmetic leaves up to this much of rounding, which is no difference.
    noise = 1e-12 * max(1.0, float(np.abs(differences).max()))
    tail = min(int((draws <= noise).sum()), int((draws >= -noise).sum()))
    return PairedTest(
        percentile(float(table.mean()), draws, level),
        min(1.0, 2 * (1 + tail) / (1 + resamples)),
        int((differences > 0).sum()),
        int((differences < 0).sum()),
        int((differences == 0).sum()),
    )


def resampled_counts(n: int, seed: int = SEED, resamples: int = RESAMPLES) -> Iterator[Array64]:
    """How often each of n units is drawn when n are drawn with replacement, a block of resamples at a time.

    Parameters
    ----------
    n : int
        1 or more.
    seed, resamples : int

    Yields
    ------
    array of float64, shape (block, n)
        Whole numbers; each row adds up to n.

    Raises
    ------
    InvalidParameter
    """
    if n < 1:
        raise InvalidParameter("there is nothing to resample; give one word or more")
    if resamples < 1:
        raise InvalidParameter(f"the number of resamples must be 1 or more, not {resamples}")
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK // n)
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = random.integers(0, n, (size, n))
        drawn += n * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def percentile(value: float, draws: Array64, level: float = LEVEL) -> Interval:
    """Interval from resampled values: the middle share of them.

    Parameters
    ----------
    value : float
        The score on all units.
    draws : array of shape (resamples,)
    level : float
        Above 0 and below 1.
    """
    if not 0 < level < 1:
        raise InvalidParameter(f"the level of an interval must be above 0 and below 1, not {level}")
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value), float(low), float(high))


def _resampled_means(table: Array64, seed: int, resamples: int) -> Array64:
    """Means of each column over resampled rows, shape (resamples, m)."""
    n = len(table)
    return np.concatenate([counts @ table / n for counts in resampled_counts(n, seed, resamples)])


def _table(values: npt.ArrayLike) -> Array64:
    """Values as a table of units x metrics, all finite."""
    table = np.asarray(values, dtype=np.float64)
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2 or not len(table) or not table.shape[1]:
        raise InvalidParameter("there is nothing to resample; give one word or more")
    if not np.isfinite(table).all():
        raise InvalidParameter("a value to resample is NaN or infinite; leave its word out")
    return table
