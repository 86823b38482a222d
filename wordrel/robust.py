"""Robust anchors: pairs that fit badly where the others are fitted count little, and can be shown to people.

A dictionary has wrong and old-fashioned translations. A pair must not vouch for itself, so it is judged by an alignment
that was fitted without its source word: by its cosine, and by its CSLS margin, the lead over the best word that is no
translation in the dictionary.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import numpy as np

from wordrel.methods.base import Aligner
from wordrel.relative import Array32, Array64
from wordrel.sparse import Matrix, row_products
from wordrel.topk import Rows, mean_similarity, product_blocks

# Tukey's biweight falls to 0 here. Of 3, 3.5, 4 and 4.685 (the usual value) this gave the highest P@1 on left-out
# training words of English-French, 300 to 4,000 words with and without a fifth of the pairs shuffled; all were close.
CUT_OFF = 3.5

# The usual bound for an outlier (Rousseeuw and Leroy 1987, chapter 1); such a pair has a quarter of its weight at most.
SUSPICIOUS = 2.5

# With fewer words the folds are fitted on too little to judge a pair; a fold then has 15 words to learn from.
FEWEST_WORDS = 20

# Frequent words that a translation has to lead over; as many as cross-validation takes.
_DISTRACTORS = 4000

# Of CSLS (Conneau et al. 2018, section 2.3).
_NEIGHBOURHOOD = 10

# A spread of cosines below this is rounding, not noise: without a floor, identical spaces would be full of outliers.
_SMALLEST_SCALE = 0.01

# The mean of two standard scores that rise and fall together keeps a spread of 1, of independent ones of .7; half is
# what is left when one of the two has no spread at all.
_SMALLEST_MEAN_SCALE = 0.5


@dataclass(frozen=True)
class Reweighted:
    """What one round of re-weighting made of the pairs.

    Attributes
    ----------
    weights : array of float64, shape (n_pairs,)
        The given weights, lower for what fits badly, 0 for what is out of the question; their sum is unchanged.
    misfits : array of float64, shape (n_pairs,)
        Robust standard deviations by which each pair fits worse than the median one.
    """

    weights: Array64
    misfits: Array64

    @property
    def suspicious(self) -> Rows:
        """Places of the pairs whose misfit is above `SUSPICIOUS`, worst first."""
        found = np.flatnonzero(self.misfits > SUSPICIOUS)
        return found[np.argsort(-self.misfits[found], kind="stable")]


def reweight(
    aligner: Aligner,
    X: Array32,
    Y: Array32,
    source_rows: Rows,
    target_rows: Rows,
    weights: Array64,
    n_folds: int = 4,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Reweighted:
    """Weigh training pairs by how well they fit where they were left out.

    Parameters
    ----------
    aligner : Aligner
        Copied for each fit, itself not changed.
    X, Y : arrays of shape (n, d) and (n', d')
        The two prepared spaces, most frequent words first.
    source_rows, target_rows, weights : arrays of shape (n_pairs,)
        The training pairs. All pairs of a source word are left out together.
    n_folds : int
        How many parts the source words are split into; each is left out once.
    seed : int
        Of the split.
    progress : callable, optional
        Told which fold begins.

    Returns
    -------
    Reweighted
        The given weights and misfits of 0 when there are fewer than `FEWEST_WORDS` source words.

    References
    ----------
    Biweight: Beaton and Tukey, "The fitting of power series, meaning polynomials, illustrated on band-spectroscopic
    data", Technometrics 1974; Holland and Welsch, "Robust regression using iteratively reweighted least-squares", 1977.
    """
    if len(np.unique(source_rows)) < FEWEST_WORDS:
        return Reweighted(weights, np.zeros(len(weights)))
    fits = held_out_fits(aligner, X, Y, source_rows, target_rows, weights, n_folds, seed, progress)
    misfits = misfit(*fits)
    lowered = weights * biweight(misfits)
    # Half of the pairs are no worse than the median, so the sum is above 0. It is restored because methods that go by
    # the number of anchors would take doubt for a smaller dictionary.
    return Reweighted(lowered * (weights.sum() / lowered.sum()), misfits)


def held_out_fits(
    aligner: Aligner,
    X: Array32,
    Y: Array32,
    source_rows: Rows,
    target_rows: Rows,
    weights: Array64,
    n_folds: int = 4,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> tuple[Array64, Array64]:
    """Cosine and CSLS margin of each pair in an alignment that its source word had no part in.

    Parameters are those of `reweight`.

    Returns
    -------
    cosines, margins : arrays of float64, shape (n_pairs,)
        A margin is CSLS of the pair less CSLS of the source word and the best word that is none of its translations;
        0 when there is no such word.
    """
    cosines, margins = np.empty(len(source_rows)), np.empty(len(source_rows))
    words = np.random.default_rng(seed).permutation(np.unique(source_rows))
    for number, fold in enumerate(np.array_split(words, n_folds), 1):
        if progress is not None:
            progress(f"judging the pairs, fold {number}")
        held = np.isin(source_rows, fold)
        fitted = copy(aligner).fit(X[source_rows[~held]], Y[target_rows[~held]], weights[~held])
        sources = np.union1d(source_rows[held], np.arange(min(_DISTRACTORS, len(X))))
        targets = np.union1d(target_rows[held], np.arange(min(_DISTRACTORS, len(Y))))
        left, right = fitted.transform(X[sources]), fitted.transform(Y[targets], 1)
        rows, columns = np.searchsorted(sources, source_rows[held]), np.searchsorted(targets, target_rows[held])
        cosines[held] = row_products(left[rows], right[columns])
        margins[held] = _margins(left, right, rows, columns)
    return cosines, margins


def _margins(left: Matrix, right: Matrix, rows: Rows, columns: Rows) -> Array32:
    """CSLS of row and column less that of the row's best other column; r_T is the same for both and falls out."""
    r_source = mean_similarity(right, left, _NEIGHBOURHOOD)
    words, place = np.unique(rows, return_inverse=True)
    margins = np.zeros(len(rows), dtype=np.float32)
    for block, table in product_blocks(left[words], right):
        inside = np.flatnonzero((place >= block.start) & (place < block.stop))
        within = place[inside] - block.start
        scores = 2 * table - r_source
        own = scores[within, columns[inside]]
        scores[within, columns[inside]] = -np.inf
        best = scores.max(axis=1)[within]
        led = np.isfinite(best)
        margins[inside[led]] = own[led] - best[led]
    return margins


def misfit(cosines: Array64, margins: Array64) -> Array64:
    """Join cosine and margin in one robust standard score; high is bad.

    Parameters
    ----------
    cosines, margins : arrays of shape (n_pairs,)

    Returns
    -------
    array of float64, shape (n_pairs,)
    """
    mean = (_below_median(cosines, _SMALLEST_SCALE) + _below_median(margins, _SMALLEST_SCALE)) / 2
    return _below_median(-mean, _SMALLEST_MEAN_SCALE)


def _below_median(values: Array64, smallest: float) -> Array64:
    """How far each value is below the median, in units of the spread of those above it.

    The spread is the median absolute deviation of the upper half, times the 1.4826 that makes it a standard deviation
    for the normal distribution. The lower half is where the outliers are, and would widen it: with a fifth of the
    English-French pairs shuffled, 97.7 % of them were above 2.5 this way, and 91.3 % by both halves.
    """
    median = np.median(values)
    spread = 1.4826 * np.median(values[values >= median] - median)
    result: Array64 = (median - values) / max(float(spread), smallest)
    return result


def biweight(misfits: Array64) -> Array64:
    """Tukey's biweight (1 - (z / c)^2)^2, c the `CUT_OFF`, of misfits z above 0; 1 below.

    Only the bad side is lowered: a pair cannot fit too well.

    Parameters
    ----------
    misfits : array of shape (n_pairs,)

    Returns
    -------
    array of float64, shape (n_pairs,)
        From 0 to 1.
    """
    scaled = np.clip(misfits / CUT_OFF, 0, 1)
    weights: Array64 = (1 - scaled**2) ** 2
    return weights
