"""The rank of a right answer in the whole vocabulary, in blocks: what an MRR without a cut-off is made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from wordrel.errors import InvalidParameter
from wordrel.relative import Array32
from wordrel.sparse import Matrix
from wordrel.topk import Rows, has_direction, product_blocks


def rank_of_answers(
    queries: Matrix, targets: Matrix, gold: Sequence[Collection[int]], penalty: Array32 | None = None
) -> Rows:
    """Rank, from 1, of the best right answer to each query among all targets.

    Parameters
    ----------
    queries : array of float32, shape (q, d)
        Unit rows.
    targets : array of float32, shape (n, d)
        Unit rows; those without a direction are never found, as in a search.
    gold : sequence of q collections of int
        Rows of `targets` that are right; -1, "nothing", is passed over.
    penalty : array of float32, shape (n,), optional
        r_S of each target (`wordrel.topk.mean_similarity` of the targets to the source space): targets are then ranked
        by CSLS, 2 q.y - r_S(y), and by q.y without it. What CSLS takes off for the query changes no rank.

    Returns
    -------
    array of int64, shape (q,)
        The lower row comes first among equals. 0 for a query without a direction or without a right answer that can be
        found.

    Raises
    ------
    InvalidParameter
        When the lengths disagree, or a right answer is no row of the targets.
    """
    n = targets.shape[0]
    if queries.shape[0] != len(gold):
        raise InvalidParameter(f"{queries.shape[0]:,} queries have {len(gold):,} sets of right answers")
    if penalty is not None and len(penalty) != n:
        raise InvalidParameter(f"{len(penalty):,} penalties are given for {n:,} targets")
    if any(not -1 <= int(row) < n for answers in gold for row in answers):
        raise InvalidParameter(f"a right answer is none of the {n:,} rows of the targets")
    ranks = np.zeros(len(gold), dtype=np.int64)
    found = has_direction(targets) if n else np.zeros(0, dtype=bool)
    answers = [np.array(sorted(int(row) for row in right if row >= 0 and found[row]), dtype=np.int64) for right in gold]
    asked = np.flatnonzero(has_direction(queries) & np.array([len(right) > 0 for right in answers], dtype=bool))
    if not len(asked):
        return ranks
    for block, table in product_blocks(queries[asked], targets):
        if penalty is not None:
            table *= 2
            table -= penalty
        table[:, ~found] = -np.inf
        for query, scores in zip(asked[block], table, strict=True):
            right = answers[query]
            # Rows ascend, so that of equal answers the first is the lowest.
            best = right[scores[right].argmax()]
            ranks[query] = 1 + (scores > scores[best]).sum() + (scores[:best] == scores[best]).sum()
    return ranks
