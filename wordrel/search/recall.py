"""How much an approximate search finds of what an exact one does, and how much effort that takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from wordrel.blockwise import blocks
from wordrel.relative import Array32
from wordrel.topk import Rows, sorted_top

K = 10
"""recall@10: the share of the 10 nearest rows that is found."""

# Rows whose exact products are this close cannot be told apart in float32.
_ROUNDING = np.float32(1e-6)

# Candidates for each neighbour that is asked for; with many the effort is found, then fewer are tried. With 16 what the
# storage rounds cost .03 of the recall on 200,000 generated rows, and no effort made up for it.
_MANY, _MOST = 64, 256


class Setting(NamedTuple):
    """How a search is done.

    Attributes
    ----------
    effort : int
        Cells that are looked into, or candidates on the way through a graph.
    candidates : int
        Rows that are scored exactly, for each neighbour that is asked for.
    recall : float
        recall@10 on the sample, 0 to 1.
    """

    effort: int
    candidates: int
    recall: float


def kth_best(queries: Array32, rows: Array32, numbers: Rows, k: int) -> Array32:
    """Inner product of each query with the k-th nearest of some rows, the last where there are fewer; in one pass.

    Parameters
    ----------
    queries : array of float32, shape (q, d)
    rows : array or Blockwise of shape (n, d)
    numbers : array of int64
        The rows that count, ascending; at least one.
    k : int

    Returns
    -------
    array of float32, shape (q,)
    """
    best: Array32 = np.empty((len(queries), 0), dtype=np.float32)
    for part in blocks(len(numbers), 8192):
        table = np.hstack([best, queries @ rows[numbers[part]].T])
        best = sorted_top(table, k)[1]
    return best[:, -1]


def recall(scores: Array32, least: Array32, k: int) -> float:
    """Share of the k nearest that were found, by exact inner products.

    Parameters
    ----------
    scores : array of float32, shape (q, m)
        Of what was found.
    least : array of float32, shape (q,)
        Of the k-th nearest.
    k : int
    """
    found = (scores >= least[:, None] - _ROUNDING).sum(axis=1)
    return float(np.minimum(found, k).mean() / k)


def tune(measure: Callable[[int, int], float], wanted: float, most_effort: int) -> Setting:
    """Raise effort and candidates until a recall is reached.

    Parameters
    ----------
    measure : callable
        Gives the recall for an effort and a number of candidates.
    wanted : float
    most_effort : int
        What effort can be.

    Returns
    -------
    Setting
        The cheapest in powers of two that reaches the recall; else the one with all effort.
    """
    effort, many = 1, _MANY
    reached = measure(effort, many)
    while reached < wanted and effort < most_effort:
        effort = min(2 * effort, most_effort)
        reached = measure(effort, many)
    while reached < wanted and many < _MOST:
        many *= 2
        reached = measure(effort, many)
    found = Setting(effort, many, reached)
    while found.candidates > 1:
        fewer = measure(effort, found.candidates // 2)
        if fewer < wanted:
            break
        found = Setting(effort, found.candidates // 2, fewer)
    return found
