"""Self-learning: from few anchors to many, by pairs that the alignment itself is sure of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wordrel.csls import CslsSearch
from wordrel.errors import InvalidParameter
from wordrel.methods.base import Aligner
from wordrel.relative import Array32
from wordrel.topk import Rows

# The most frequent words have the best vectors; pairs are looked for among so many of each side (Artetxe et al. 2018
# take 20,000, Conneau et al. 2018 10,000).
VOCABULARY = 10_000

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
    forward, backward = CslsSearch(X, Y).top(X, 1)[0], CslsSearch(Y, X).top(Y, 1)[0]
    if not forward.size or not backward.size:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    rows = np.flatnonzero(forward[:, 0] >= 0)
    columns = forward[rows, 0]
    mutual = backward[columns, 0] == rows
    return rows[mutual], columns[mutual]


def refine(
    aligner: Aligner,
    X: Array32,
    Y: Array32,
    source_rows: Rows,
    target_rows: Rows,
    weights: npt.NDArray[np.float64],
    rounds: int,
    vocabulary: int = VOCABULARY,
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
    for _ in range(rounds):
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
