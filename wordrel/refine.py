"""Self-learning: from few anchors to many, by pairs that the alignment itself is sure of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.methods.base import Aligner
from wordrel.relative import Array32
from wordrel.topk import Rows, has_direction, mean_similarity, product_blocks, top_mean

# The most frequent words have the best vectors; pairs are looked for among so many of each side (Artetxe et al. 2018
# take 20,000, Conneau et al. 2018 10,000).
VOCABULARY = 10_000

# Of CSLS (Conneau et al. 2018, section 2.3).
NEIGHBOURHOOD = 10

# How much more a given pair counts than an induced one.
GIVEN_WEIGHT = 3.0


@dataclass(frozen=True)
class Round:
    """What one round of self-learning found.

    Attributes
    ----------
    n_pairs : int
        Pairs that are each other's nearest by CSLS.
    objective : float
        Mean cosine of these pairs: an unsupervised measure of how well the spaces fit.
    """

    n_pairs: int
    objective: float


def mutual_nearest(X: Array32, Y: Array32) -> tuple[Rows, Rows]:
    """Pairs of rows that are each other's best by CSLS, exactly.

    Parameters
    ----------
    X, Y : arrays of float32, shape (n, d) and (n', d)
        Unit rows.

    Returns
    -------
    rows, columns : arrays of int64, shape (n_pairs,)
        Row `rows[i]` of X and row `columns[i]` of Y, rows ascending.
    """
    known, wanted = np.flatnonzero(has_direction(X)), np.flatnonzero(has_direction(Y))
    if not len(known) or not len(wanted):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    left, right = X[known], Y[wanted]
    r_source = mean_similarity(right, left, NEIGHBOURHOOD)
    r_target = np.empty(len(left), dtype=np.float32)
    forward = np.empty(len(left), dtype=np.int64)
    for rows, table in product_blocks(left, right):
        r_target[rows] = top_mean(table, NEIGHBOURHOOD)
        forward[rows] = (2 * table - r_source).argmax(axis=1)
    # The way back is asked only of those that were somebody's best.
    chosen, place = np.unique(forward, return_inverse=True)
    backward = np.empty(len(chosen), dtype=np.int64)
    for rows, table in product_blocks(right[chosen], left):
        backward[rows] = (2 * table - r_target).argmax(axis=1)
    mutual = np.flatnonzero(backward[place] == np.arange(len(left)))
    return known[mutual], wanted[forward[mutual]]


def refine(
    aligner: Aligner,
    X: Array32,
    Y: Array32,
    source_rows: Rows,
    target_rows: Rows,
    weights: npt.NDArray[np.float64],
    rounds: int,
    vocabulary: int = VOCABULARY,
    progress: Callable[[str], None] | None = None,
) -> list[Round]:
    """Fit an aligner again and again, each time with the pairs that the last fit induces beside the given ones.

    Parameters
    ----------
    aligner : Aligner
        Fitted on the given pairs; fitted anew in place.
    X, Y : arrays of shape (n, d) and (n', d')
        The two prepared spaces, most frequent words first.
    source_rows, target_rows, weights : arrays of shape (n_pairs,)
        The given pairs: always kept, counting `GIVEN_WEIGHT` times their weight.
    rounds : int
        How many times.
    vocabulary : int
        Pairs are induced among so many first rows of each side.
    progress : callable, optional
        Told at the start of each round which one it is.

    Returns
    -------
    list of Round
        What each round worked with.

    References
    ----------
    Mutual nearest neighbours: Conneau et al. (ICLR 2018, section 2.2). Self-learning: Artetxe, Labaka, Agirre,
    "Learning bilingual word embeddings with (almost) no bilingual data", ACL 2017, section 3.
    """
    if rounds < 1:
        raise InvalidParameter(f"the number of rounds must be 1 or more, not {rounds}")
    history = []
    for number in range(1, rounds + 1):
        if progress is not None:
            progress(f"self-learning, round {number}")
        left, right = aligner.transform(X[:vocabulary]), aligner.transform(Y[:vocabulary], 1)
        rows, columns = mutual_nearest(left, right)
        cosines = np.einsum("ij,ij->i", left[rows], right[columns])
        history.append(Round(len(rows), float(cosines.mean()) if len(rows) else 0.0))
        aligner.fit(
            X[np.concatenate([source_rows, rows])],
            Y[np.concatenate([target_rows, columns])],
            np.concatenate([GIVEN_WEIGHT * weights, np.ones(len(rows))]),
        )
    return history
