"""Pairs that two aligned spaces suggest themselves: the other side's best by CSLS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wordrel.relative import Array32
from wordrel.topk import Rows, has_direction, mean_similarity, product_blocks, top_mean

# Of CSLS (Conneau et al. 2018, section 2.3).
NEIGHBOURHOOD = 10

# Similarities are dropped by comparing random bytes, the cheapest random numbers there are.
_BYTE = 256


class Induced(NamedTuple):
    """Pairs and how well the spaces fit.

    Attributes
    ----------
    rows, columns : arrays of int64, shape (n_pairs,)
        Row `rows[i]` of one space and row `columns[i]` of the other.
    objective : float
        Mean cosine that measures how well the spaces fit, without knowing a pair.
    """

    rows: Rows
    columns: Rows
    objective: float


# What two spaces suggest of which one has no row with a direction.
_NOTHING = Induced(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), 0.0)


def mutual_nearest(X: Array32, Y: Array32) -> Induced:
    """Pairs of rows that are each other's best by CSLS, exactly.

    Parameters
    ----------
    X, Y : arrays of float32, shape (n, d) and (n', d)
        Unit rows.

    Returns
    -------
    Induced
        Rows ascending; the objective is the mean cosine of the pairs, 0 when there is none.

    References
    ----------
    Conneau et al., "Word translation without parallel data", ICLR 2018, section 2.2.
    """
    known, wanted = np.flatnonzero(has_direction(X)), np.flatnonzero(has_direction(Y))
    if not len(known) or not len(wanted):
        return _NOTHING
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
    pairs = known[mutual], wanted[forward[mutual]]
    cosines = np.einsum("ij,ij->i", X[pairs[0]], Y[pairs[1]])
    return Induced(*pairs, float(cosines.mean()) if len(mutual) else 0.0)


def best_both_ways(X: Array32, Y: Array32, keep: float = 1.0, random: np.random.Generator | None = None) -> Induced:
    """Each row's best by CSLS, from X to Y and from Y to X, with similarities left out at random.

    Parameters
    ----------
    X, Y : arrays of float32, shape (n, d) and (n', d)
        Unit rows.
    keep : float
        Probability with which the similarity of two rows is looked at: below 1 the pairs vary, and self-learning
        leaves poor solutions that it would be stuck in.
    random : Generator, optional
        Where the choice comes from when `keep` is below 1.

    Returns
    -------
    Induced
        The objective is the mean of all rows' highest cosines (of both directions), none left out.

    References
    ----------
    Artetxe, Labaka, Agirre, "A robust self-learning method for fully unsupervised cross-lingual mappings of word
    embeddings", ACL 2018, section 3.3 (stochastic dictionary induction, bidirectional dictionary induction).
    """
    known, wanted = np.flatnonzero(has_direction(X)), np.flatnonzero(has_direction(Y))
    if not len(known) or not len(wanted):
        return _NOTHING
    left, right = X[known], Y[wanted]
    r_source = mean_similarity(right, left, NEIGHBOURHOOD)
    forward = np.empty(len(left), dtype=np.int64)
    forward_score = np.empty(len(left), dtype=np.float32)
    backward = np.zeros(len(right), dtype=np.int64)
    backward_score = np.full(len(right), -np.inf, dtype=np.float32)
    highest, highest_back = 0.0, np.full(len(right), -np.inf, dtype=np.float32)
    for rows, table in product_blocks(left, right):
        highest += float(table.max(axis=1).sum(dtype=np.float64))
        np.maximum(highest_back, table.max(axis=0), out=highest_back)
        r_target = top_mean(table, NEIGHBOURHOOD)
        table *= 2
        table -= r_source
        table -= r_target[:, None]
        if keep < 1 and random is not None:
            bytes_ = np.frombuffer(random.bytes(table.size), dtype=np.uint8).reshape(table.shape)
            table[bytes_ >= round(_BYTE * keep)] = -np.inf
        forward[rows] = table.argmax(axis=1)
        forward_score[rows] = table.max(axis=1)
        best = table.argmax(axis=0)
        score = table[best, np.arange(len(right))]
        better = score > backward_score
        backward[better] = best[better] + rows.start
        backward_score[better] = score[better]
    # In a small vocabulary all similarities of a row may have been left out.
    ahead, back = np.isfinite(forward_score), np.isfinite(backward_score)
    sources = np.concatenate([known[ahead], known[backward[back]]])
    targets = np.concatenate([wanted[forward[ahead]], wanted[back]])
    objective = (highest / len(left) + float(highest_back.mean())) / 2
    return Induced(sources, targets, objective)
