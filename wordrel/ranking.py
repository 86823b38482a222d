"""The rank of a right answer in the whole vocabulary, in blocks: what an MRR without a cut-off is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from wordrel.budget import block_rows
from wordrel.errors import InvalidParameter
from wordrel.relative import Array32
from wordrel.sparse import Matrix, product, transposed
from wordrel.topk import Rows, has_direction

# Elements of a table of scores: 2 MB, which stay in a cache.
_TABLE = 1 << 19


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
    rows, of_query = _flat([answers[query] for query in asked])
    best = np.full(len(asked), -np.inf, dtype=np.float32)
    place = np.full(len(asked), n, dtype=np.int64)
    for start, table in _tables(queries[asked], targets, found, penalty):
        here = slice(*np.searchsorted(rows, [start, start + table.shape[1]]))
        # Rows ascend, so that of equal answers the first is the lowest.
        for query, row in zip(of_query[here].tolist(), rows[here].tolist(), strict=True):
            score = table[query, row - start]
            if score > best[query]:
                best[query], place[query] = score, row
    above = np.zeros(len(asked), dtype=np.int64)
    for start, table in _tables(queries[asked], targets, found, penalty):
        before = np.arange(start, start + table.shape[1]) < place[:, None]
        above += ((table > best[:, None]) | ((table == best[:, None]) & before)).sum(axis=1)
    ranks[asked] = 1 + above
    return ranks


def _flat(answers: Sequence[Rows]) -> tuple[Rows, Rows]:
    """Right rows of all queries, ascending, and whose each is."""
    rows, of_query = np.concatenate(answers), np.repeat(np.arange(len(answers)), [len(right) for right in answers])
    order = np.argsort(rows, kind="stable")
    return rows[order], of_query[order]


def _tables(
    queries: Matrix, targets: Matrix, found: npt.NDArray[np.bool_], penalty: Array32 | None
) -> Iterator[tuple[int, Array32]]:
    """Scores of all queries, and some targets after others; the same numbers each time.

    Of all queries at once each target is read once, and a table of some targets is small.
    """
    step = block_rows(queries.shape[0], _TABLE)
    for start in range(0, targets.shape[0], step):
        table = product(queries, transposed(targets[start : start + step]))
        if penalty is not None:
            table *= 2
            table -= penalty[start : start + step]
        table[:, ~found[start : start + step]] = -np.inf
        yield start, table
