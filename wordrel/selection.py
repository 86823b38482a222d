"""Choosing a method's parameters by cross-validation over the source words of the training dictionary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.methods import make_aligner
from wordrel.relative import Array32
from wordrel.topk import Rows, mean_similarity, product_blocks

# What is tried for `relative`: around what served English-French and English-Italian best on training folds.
RELATIVE_GRID: tuple[dict[str, float], ...] = tuple(
    {"exponent": exponent, "ridge": ridge, "power": power}
    for exponent, ridge, power in product((1.0, 1.25, 1.5), (0.02, 0.05, 0.1), (0.5, 0.75))
)

# With fewer words a fold has too few to tell settings apart.
FEWEST_WORDS = 100

# Frequent words that stand beside the held-out ones, so that a held-out word has something to be confused with.
_DISTRACTORS = 4000


class Candidate(NamedTuple):
    """A setting and its score.

    Attributes
    ----------
    parameters : dict
    score : float
        Share of held-out source words whose first CSLS candidate is right.
    """

    parameters: dict[str, float]
    score: float


def cross_validate(
    method: str,
    grid: Sequence[Mapping[str, float]],
    X: Array32,
    Y: Array32,
    source_rows: Rows,
    target_rows: Rows,
    weights: npt.NDArray[np.float64],
    n_folds: int = 4,
    use_folds: int = 2,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> list[Candidate]:
    """Score settings of a method on training words that were left out of the fit.

    Parameters
    ----------
    method : str
        A name in `wordrel.methods.METHODS`.
    grid : sequence of mappings
        Settings, the preferred ones first: among equals the earlier wins.
    X, Y : arrays of shape (n, d) and (n', d')
        The two prepared spaces, most frequent words first.
    source_rows, target_rows, weights : arrays of shape (n_pairs,)
        The training pairs. All pairs of a source word are left out together.
    n_folds, use_folds : int
        How many parts the source words are split into, and how many of these are left out in turn.
    seed : int
        Of the split.
    progress : callable, optional
        Told which fold begins.

    Returns
    -------
    list of Candidate
        Best first.
    """
    words = np.unique(source_rows)
    folds = np.array_split(np.random.default_rng(seed).permutation(words), n_folds)[:use_folds]
    hits = np.zeros(len(grid))
    for number, fold in enumerate(folds, 1):
        if progress is not None:
            progress(f"choosing parameters, fold {number}")
        held = np.isin(source_rows, fold)
        sources = np.union1d(source_rows[held], np.arange(min(_DISTRACTORS, len(X))))
        targets = np.union1d(target_rows[held], np.arange(min(_DISTRACTORS, len(Y))))
        gold = set(zip(source_rows[held].tolist(), target_rows[held].tolist(), strict=True))
        for i, parameters in enumerate(grid):
            aligner = make_aligner(method, **parameters)
            aligner.fit(X[source_rows[~held]], Y[target_rows[~held]], weights[~held])
            left, right = aligner.transform(X[sources]), aligner.transform(Y[targets], 1)
            best = _best(left[np.searchsorted(sources, fold)], left, right)
            hits[i] += sum((int(s), int(t)) in gold for s, t in zip(fold, targets[best], strict=True))
    scores = hits / sum(map(len, folds))
    order = np.argsort(-scores, kind="stable")
    return [Candidate(dict(grid[i]), float(scores[i])) for i in order]


def _best(queries: Array32, left: Array32, right: Array32) -> Rows:
    """First candidate of each query by CSLS; r_T is the same for all candidates of a query and can be left out."""
    r_source = mean_similarity(right, left, 10)
    return np.concatenate([(2 * table - r_source).argmax(axis=1) for _, table in product_blocks(queries, right)])
