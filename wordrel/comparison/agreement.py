"""How far two spaces agree about the neighbours of a word: pure functions over rows in a form.

The three measures are those of Moschella et al. (ICLR 2023, section 4.1). For a word w, N(w) are the k nearest words of
the target space to w's vector in the source space, N'(w) the k nearest words of the target space to w's own vector
there, w itself among them: Jaccard is |N and N'| / |N or N'|, MRR 1 / rank of w in N, 0 beyond k. Cosine is that of w's
two vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.comparison.forms import FormRows
from wordrel.relative import Array64
from wordrel.topk import Rows, nearest

# Of lists of 50 neighbours that are held side by side: 512 x 50 x 50 truth values are 1.3 MB.
_BLOCK = 512


class Agreement(NamedTuple):
    """Means over the words that were asked, in one direction.

    Attributes
    ----------
    jaccard : dict of int to float
        By depth.
    mrr : float
    cosine : float
    """

    jaccard: dict[int, float]
    mrr: float
    cosine: float


def agreement(rows: FormRows, asked: Rows, k: int, depths: Sequence[int]) -> Agreement:
    """Ask some words of the source space in the target space.

    Parameters
    ----------
    rows : FormRows
        Of n words.
    asked : array of int64, shape (q,)
        Places of the words to ask; at least one.
    k : int
        Depth of the MRR.
    depths : sequence of int
        Of the Jaccard index.

    Returns
    -------
    Agreement
    """
    deepest = max(k, *depths)
    found, _ = nearest(rows.source[asked], rows.target, deepest)
    own, _ = nearest(rows.target_own[asked], rows.target_own, deepest)
    shares = jaccard_by_depth(found, own, depths)
    cosines = np.einsum("ij,ij->i", rows.source[asked], rows.target[asked], dtype=np.float64)
    return Agreement(
        {depth: float(share.mean()) for depth, share in zip(depths, shares, strict=True)},
        float(reciprocal_ranks(found[:, :k], asked).mean()),
        float(cosines.mean()),
    )


def reciprocal_ranks(found: Rows, answers: Rows) -> Array64:
    """1 / rank of the one right answer in each list, 0 where it is not in it.

    Parameters
    ----------
    found : array of int64, shape (q, k)
        Best first.
    answers : array of int64, shape (q,)

    Returns
    -------
    array of float64, shape (q,)
    """
    hits = found == answers[:, None]
    ranks: Array64 = (hits / np.arange(1, found.shape[1] + 1)).sum(axis=1)
    return ranks


def jaccard_by_depth(found: Rows, own: Rows, depths: Sequence[int]) -> Array64:
    """Jaccard index of the first neighbours in two lists, at several depths.

    Parameters
    ----------
    found, own : arrays of int64, shape (q, k) and (q, k')
        Each row number once in a list; -1 is "nothing found" and is in no set.
    depths : sequence of int

    Returns
    -------
    array of float64, shape (n_depths, q)
        0 where both sets are empty.
    """
    shares = np.zeros((len(depths), len(found)))
    for start in range(0, len(found), _BLOCK):
        block = slice(start, start + _BLOCK)
        one, two = found[block], own[block]
        same = (one[:, :, None] == two[:, None, :]) & (one >= 0)[:, :, None]
        for i, depth in enumerate(depths):
            common = same[:, :depth, :depth].sum(axis=(1, 2))
            either = _n_found(one, depth) + _n_found(two, depth) - common
            shares[i, block] = common / np.maximum(either, 1)
    return shares


def _n_found(rows: Rows, depth: int) -> npt.NDArray[np.int64]:
    n_found: npt.NDArray[np.int64] = (rows[:, :depth] >= 0).sum(axis=1)
    return n_found
