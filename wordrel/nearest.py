"""Nearest rows of a pool by inner product: for a few queries, or on a device, this beats building an index."""

from __future__ import annotations

from typing import Any

import numpy as np

from wordrel.backend import Backend
from wordrel.blockwise import blocks
from wordrel.budget import block_rows
from wordrel.pool import Pool
from wordrel.relative import Array32
from wordrel.sparse import Matrix, is_sparse, rows_kept
from wordrel.topk import NUMPY, Best, Rows, backend_for, check_k, each_block, has_direction

# A table of so many queries or more, up to the most at a time, against so many rows or more, is computed few columns
# at a time: as rows of the whole width, 8 MB would be few rows, and few rows are multiplied slowly. Of 1,500 queries
# against 20,000 rows this takes .8 of the time, against 50,000 .6; with 4 MB 1.3 and .9.
_FEWEST_STREAMED, _MOST_STREAMED, _WIDE, _STREAMED = 128, 2048, 1 << 14, 1 << 21


def nearest(queries: Matrix, pool: Matrix | Pool, k: int, backend: Backend | None = None) -> tuple[Rows, Array32]:
    """Nearest rows of a pool by inner product: for a few queries, or on a device, this beats building an index.

    Parameters
    ----------
    queries : array of float32, shape (q, d)
    pool : array of float32, shape (n, d), or Pool
        Rows without a direction are never found. What is searched again and again is better a `Pool`.
    k : int
        1 or more; no more columns come back than there are rows to be found.
    backend : Backend, optional
        Where to compute; in numpy when left out.

    Returns
    -------
    rows : array of int64, shape (q, min(k, n_found))
        Best first, the lower row first among equals; -1 for a query without a direction.
    scores : array of float32, same shape
        -inf where the row is -1.
    """
    check_k(k)
    pool = pool if isinstance(pool, Pool) else Pool(pool)
    where = backend_for(backend, queries, pool.rows)
    usable = has_direction(queries)
    asked, queries = np.flatnonzero(usable), rows_kept(queries, usable)
    k = min(k, len(pool.numbers))
    rows = np.full((len(usable), k), -1, dtype=np.int64)
    scores = np.full((len(usable), k), -np.inf, dtype=np.float32)
    if not k:
        return rows, scores

    def fill(block: slice, table: Any) -> None:
        columns, scores[asked[block]] = where.sorted_top(table, k)
        rows[asked[block]] = pool.numbers[columns]

    screen = pool.screen(queries) if where is NUMPY else None
    if screen is not None:
        columns, scores[asked] = screen.top(np.asarray(queries, dtype=np.float32), k)
        rows[asked] = pool.numbers[columns]
    elif where is NUMPY and not is_sparse(pool.rows) and len(asked) > _FEWEST_STREAMED and len(pool.numbers) > _WIDE:
        for block in blocks(len(asked), _MOST_STREAMED):
            best = _streamed(queries[block], pool.rows, k)
            rows[asked[block]], scores[asked[block]] = pool.numbers[best.columns], best.values
    else:
        each_block(queries, pool.rows, fill, where)
    return rows, scores


def _streamed(queries: Array32, pool: Any, k: int) -> Best:
    """The same for many queries and a large pool, each row of which is then met once."""
    best, step = Best(len(queries), k), block_rows(len(queries), _STREAMED)
    table = np.empty((len(queries), step), dtype=np.float32)
    for start in range(0, len(pool), step):
        part = pool[start : start + step]
        best.add(np.matmul(queries, part.T, out=table[:, : len(part)]), start)
    return best
