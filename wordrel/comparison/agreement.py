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

from wordrel.comparison.forms import FormRows
from wordrel.metrics import jaccard_by_depth
from wordrel.nearest import nearest
from wordrel.relative import Array64
from wordrel.topk import Rows


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
