"""CSLS, exact, at a part of the price: only targets that can still win are computed in full.

CSLS(x, y) = 2 cos(x, y) - r_T(x) - r_S(y), r the mean cosine to the 10 nearest rows of the other space (Conneau et al.,
"Word translation without parallel data", ICLR 2018, section 2.3). r_S(y) costs a pass over all sources for each
target. But the mean of the 10 highest cosines of y to *some* sources is a lower bound of r_S(y), a close one when
those sources lie around y. With it, 2 cos(x, y) - r_T(x) - bound is an upper bound of CSLS, and r_S is computed only
for targets that lead by their upper bound, until the leaders are exact.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.backend import Backend
from wordrel.blockwise import blocks, is_blockwise
from wordrel.budget import block_rows
from wordrel.crowding import Crowd
from wordrel.pivots import neighbourhoods
from wordrel.pool import Pool
from wordrel.relative import Array32
from wordrel.screen import Screen
from wordrel.sparse import Matrix, as_matrix, is_sparse
from wordrel.topk import (
    BLOCK_ELEMENTS,
    NUMPY,
    Best,
    Rows,
    backend_for,
    check_k,
    fewest_queries,
    has_direction,
    mean_similarity,
)

# Two float32 computations of one cosine of d = 300 differ by less than this; a lower bound has to stay below both.
_ROUNDING = np.float32(2e-6)

# Pivots, in multiples of the square root of the number of sources, and sources around each. For 1,000 queries 4 and 256
# took the least CPU in all of 2, 4 and 8 by 128, 256, 512 and 1,024, on English-Italian and English-French; the bounds
# are then .02 too low in the mean. For a few queries a rougher bound costs less in all.
_CLOSE = (4.0, 256)
_ROUGH = (1.0, 64)
_FEW_QUERIES, _ANY_NUMBER = 64, 1 << 62

# Queries whose leaders are made exact together, and targets: the more are asked for at a time, the less each costs.
_SETTLED_TOGETHER = 2048

# Elements of a table of scores: 13 MB.
_QUERY_BLOCK = 1 << 20

# A pass over the sources takes as long for so many targets as for one: it waits for memory. A single query then needs
# two passes where it needed five.
_ONE_PASS = 16

# Upper bounds of cosines let so many times more candidates through than the cosines themselves.
_LOOSER = 8

# With so many sources, and so many targets to be made exact, `Crowd` is worth its preparation.
_LARGE_POOL, _MANY_TARGETS = 1 << 14, 512


def csls_top(
    source: npt.ArrayLike | Matrix,
    target: npt.ArrayLike | Matrix,
    queries: npt.ArrayLike | None = None,
    k: int = 10,
    neighbourhood: int = 10,
    backend: Backend | None = None,
) -> tuple[Rows, Array32]:
    """Best targets of some source rows by cross-domain similarity local scaling, exactly.

    Parameters
    ----------
    source, target : arrays of shape (n, d) and (n', d)
        Unit rows. Zero rows and rows with NaN are never found, and do not count in r.
    queries : array of int, optional
        Rows of `source` to be answered; all when left out.
    k : int
        1 or more; no more columns come back than there are targets to be found.
    neighbourhood : int
        How many neighbours r averages; fewer when a space has fewer rows.
    backend : Backend, optional
        Where to compute (`wordrel.backend.choose`); in numpy when left out.

    Returns
    -------
    rows : array of int64, shape (n_queries, min(k, n_found))
        Rows of `target`, best first, the lower row first among equals; -1 for a query without a direction.
    scores : array of float32, same shape
        CSLS; -inf where the row is -1.
    """
    left, right = as_matrix(source), as_matrix(target)
    asked = np.arange(left.shape[0]) if queries is None else np.asarray(queries, dtype=np.int64)
    return CslsSearch(left, right, neighbourhood, backend=backend).top(left[asked], k)


class _Leaders(NamedTuple):
    """Targets that lead by the upper bounds of their CSLS, for n queries.

    Attributes
    ----------
    candidates : array of int64, shape (n, c)
    doubled : array of float32, shape (n, c)
        Twice their cosine.
    beyond : array of float32, shape (n,)
        What a target that is no candidate can still reach, 2 cos - r_S.
    r_target : array of float32, shape (n,)
    near : array of int64, shape (n, k)
        Targets by cosine, best first.
    """

    candidates: Rows
    doubled: Array32
    beyond: Array32
    r_target: Array32
    near: Rows

    @classmethod
    def unknown(cls, n: int, n_candidates: int, k: int) -> _Leaders:
        """Room for what is to be found; nothing is beyond the candidates."""
        return cls(
            np.empty((n, n_candidates), dtype=np.int64),
            np.empty((n, n_candidates), dtype=np.float32),
            np.full(n, -np.inf, dtype=np.float32),
            np.empty(n, dtype=np.float32),
            np.empty((n, k), dtype=np.int64),
        )


class CslsSearch:
    """CSLS from any vectors to the rows of `target`; what was computed is kept for the next query.

    Parameters
    ----------
    source, target : arrays of float32, shape (n, d) and (n', d), or Pools of them
        Unit rows, both dense or both sparse.
    neighbourhood : int
        As in `csls_top`.
    bounds : array of float32, shape (n',), optional
        `lower_bounds` of an earlier search in the same spaces, wherever it was computed.
    backend : Backend, optional
        Where to compute, and to hold both spaces; in numpy when left out.

    Raises
    ------
    InvalidParameter
        When the memory budget (`wordrel.budget.limits`) is too small for the scores of one row.
    """

    def __init__(
        self,
        source: Matrix | Pool,
        target: Matrix | Pool,
        neighbourhood: int = 10,
        bounds: Array32 | None = None,
        backend: Backend | None = None,
    ) -> None:
        check_k(neighbourhood, "the neighbourhood")
        self._sources, self._targets = (one if isinstance(one, Pool) else Pool(one) for one in (source, target))
        # A budget that is too small is refused now, and not after half of the work.
        block_rows(max(self._sources.size, self._targets.size, 1), BLOCK_ELEMENTS)
        self._backend = backend_for(backend, self._sources.rows, self._targets.rows)
        self._neighbourhood = neighbourhood
        self._source = self._backend.hold(self._sources.rows)
        self._rows = self._targets.numbers
        self._target = self._backend.hold(self._targets.rows)
        self._target_columns = self._backend.columns(self._target)
        self._exact = np.zeros(len(self._rows), dtype=bool)
        # Cosines are never below -1; `_bound` raises that.
        self._r_source = np.full(len(self._rows), -1, dtype=np.float32)
        self._bounds_serve = 0
        self._crowd: Crowd | None = None
        if bounds is not None:
            self._r_source = np.array(bounds[self._rows], dtype=np.float32) - np.float32(self._backend.error)
            self._bounds_serve = _ANY_NUMBER

    def prepare(self) -> None:
        """Have now what makes searches for one vector after another quick; `top` has it after the first few."""
        if self._backend is NUMPY and self._source.shape[0] and len(self._rows):
            self._bound(1)
            self._targets.prepare(self._sources.drawn())
            self._sources.prepare(self._targets.drawn())

    def _bound(self, n_queries: int) -> None:
        """Have lower bounds of r_S that are worth their price for so many queries."""
        if self._bounds_serve >= n_queries:
            return
        few = n_queries <= _FEW_QUERIES
        crowd = None if few else self._crowded()
        if crowd is None:
            bounds = self._pivot_bounds(*(_ROUGH if few else _CLOSE))
        else:
            bounds = crowd.lower(self._target) - _ROUNDING
        self._r_source = np.maximum(self._r_source, bounds)
        self._bounds_serve = _FEW_QUERIES if few else _ANY_NUMBER

    def _crowded(self) -> Crowd | None:
        """What makes many values of r_S cheap; None where the sources are few, sparse, in blocks or on a device."""
        held = (self._source, self._target)
        plain = self._backend is NUMPY and not any(is_sparse(one) or is_blockwise(one) for one in held)
        if self._crowd is None and plain and self._source.shape[0] >= _LARGE_POOL:
            self._crowd = Crowd(self._source, self._neighbourhood)
        return self._crowd

    def _pivot_bounds(self, density: float, n_around: int) -> Array32:
        """Lower bounds of r_S: each target against the sources that lie around the pivot nearest to it."""
        take, n_around = self._backend.take, max(n_around, self._neighbourhood)
        bounds = np.empty(self._target.shape[0], dtype=np.float32)
        for targets, sources in neighbourhoods(self._target, self._source, density, n_around, self._backend):
            bounds[targets] = self._mean_similarity(take(self._target, targets), take(self._source, sources))
        return bounds - _ROUNDING

    def _mean_similarity(self, queries: Any, pool: Any) -> Array32:
        return mean_similarity(queries, pool, self._neighbourhood, self._backend)

    @property
    def lower_bounds(self) -> Array32:
        """What is known of r_S: exact where it was needed, close lower bounds elsewhere, shape (n',)."""
        self._bound(_ANY_NUMBER)
        bounds = np.zeros(self._targets.size, dtype=np.float32)
        bounds[self._rows] = self._r_source - np.float32(self._backend.error)
        return bounds

    @property
    def has_close_bounds(self) -> bool:
        """Whether `lower_bounds` are at hand, or would have to be computed."""
        return self._bounds_serve == _ANY_NUMBER

    @property
    def exact_share(self) -> float:
        """Share of the targets whose r_S had to be computed in full."""
        return float(self._exact.mean()) if len(self._exact) else 0.0

    def top(self, vectors: npt.ArrayLike | Matrix, k: int) -> tuple[Rows, Array32]:
        """Best k targets of each vector, as `csls_top` returns them."""
        rows, scores, _ = self.top_and_nearest(vectors, k)
        return rows, scores

    def top_and_nearest(self, vectors: npt.ArrayLike | Matrix, k: int) -> tuple[Rows, Array32, Rows]:
        """Best k targets of each vector by CSLS and, from the same product, by inner product.

        Parameters
        ----------
        vectors : array of shape (q, d)
        k : int

        Returns
        -------
        rows, scores : arrays of shape (q, min(k, n_found))
            As `csls_top` returns them.
        nearest : array of int64, same shape
            Rows of `target` by inner product, best first; -1 for a query without a direction.
        """
        check_k(k)
        matrix = as_matrix(vectors)
        width = min(k, len(self._rows))
        rows = np.full((matrix.shape[0], width), -1, dtype=np.int64)
        near = rows.copy()
        scores = np.full((matrix.shape[0], width), -np.inf, dtype=np.float32)
        if width:
            usable = np.flatnonzero(has_direction(matrix))
            self._bound(len(usable))
            for start in range(0, len(usable), _SETTLED_TOGETHER):
                part = usable[start : start + _SETTLED_TOGETHER]
                rows[part], scores[part], near[part] = self._top_block(matrix[part], width)
        return rows, scores, near

    def _top_block(self, matrix: Matrix, k: int) -> tuple[Rows, Array32, Rows]:
        n = matrix.shape[0]
        rows, near = np.empty((n, k), dtype=np.int64), np.empty((n, k), dtype=np.int64)
        scores = np.empty((n, k), dtype=np.float32)
        waiting = np.arange(n)
        n_candidates = 8 * k + 32
        while len(waiting):
            found = self._lead(matrix[waiting], k, n_candidates)
            best, best_scores = self._settle(found.doubled, found.candidates, k)
            near[waiting] = found.near
            # A tie with the bound may hide a lower row among the others: only a better k-th value settles.
            settled = best_scores[:, -1] > found.beyond
            done = waiting[settled]
            rows[done] = self._rows[best[settled]]
            scores[done] = best_scores[settled] - found.r_target[settled, None]
            waiting = waiting[~settled]
            n_candidates *= 4
        return rows, scores, self._rows[near]

    def _lead(self, matrix: Matrix, k: int, n_candidates: int) -> _Leaders:
        """Targets that lead by their upper bounds; a block of queries at a time, since a row of scores is long."""
        backend, n, n_targets = self._backend, matrix.shape[0], len(self._rows)
        screen = self._targets.screen(matrix) if backend is NUMPY else None
        if screen is not None:
            return self._lead_screened(screen, matrix[:], k, n_candidates)
        if backend is NUMPY and n * n_targets > _QUERY_BLOCK and not is_sparse(self._target):
            return self._lead_of_many(matrix[:], k, n_candidates)
        width = min(n_candidates, n_targets)
        found = _Leaders.unknown(n, width, k)

        def lead(rows: slice) -> None:
            upper = backend.product(backend.hold(matrix[rows]), self._target_columns)
            near, cosines = backend.sorted_top(upper, max(k, self._neighbourhood))
            backend.double_less(upper, self._r_source)
            candidates, values = backend.top(upper, width)
            found.candidates[rows] = candidates
            found.doubled[rows] = values + self._r_source[candidates]
            if width < n_targets:
                found.beyond[rows] = values.min(axis=1)
            found.r_target[rows] = cosines[:, : self._neighbourhood].mean(axis=1)
            found.near[rows] = near[:, :k]

        backend.in_blocks(n, n_targets, max(_QUERY_BLOCK, fewest_queries(self._target) * n_targets), lead)
        return found

    def _lead_screened(self, screen: Screen, queries: Array32, k: int, n_candidates: int) -> _Leaders:
        """The same for a few queries, by upper bounds of the cosines, too: only candidates have theirs computed."""
        n_targets = len(self._rows)
        width = min(_LOOSER * n_candidates, n_targets)
        found = _Leaders.unknown(len(queries), width, k)
        for rows in blocks(len(queries), block_rows(n_targets, _QUERY_BLOCK)):
            upper = screen.upper(queries[rows])
            near, cosines = screen.top(queries[rows], max(k, min(self._neighbourhood, n_targets)), upper)
            bounds = np.ascontiguousarray((upper + screen.slack(queries[rows])).T)
            NUMPY.double_less(bounds, self._r_source)
            candidates, values = NUMPY.top(bounds, width)
            found.candidates[rows] = candidates
            found.doubled[rows] = 2 * screen.products(queries[rows], candidates)
            if width < n_targets:
                found.beyond[rows] = values.min(axis=1)
            found.r_target[rows] = cosines[:, : self._neighbourhood].mean(axis=1)
            found.near[rows] = near[:, :k]
        return found

    def _lead_of_many(self, queries: Array32, k: int, n_candidates: int) -> _Leaders:
        """The same for so many queries that it is the targets that come in blocks, each of them once."""
        n, n_targets = len(queries), len(self._rows)
        near, leaders = Best(n, max(k, min(self._neighbourhood, n_targets))), Best(n, min(n_candidates, n_targets))
        step = block_rows(n, _QUERY_BLOCK)
        table = np.empty((n, min(step, n_targets)), dtype=np.float32)
        for start in range(0, n_targets, step):
            targets = self._target[start : start + step]
            part = np.matmul(queries, targets.T, out=table[:, : len(targets)])
            near.add(part, start)
            NUMPY.double_less(part, self._r_source[start : start + step])
            leaders.add(part, start)
        return _Leaders(
            leaders.columns,
            leaders.values + self._r_source[leaders.columns],
            leaders.values[:, -1] if n_candidates < n_targets else np.full(n, -np.inf, dtype=np.float32),
            near.values[:, : self._neighbourhood].mean(axis=1),
            near.columns[:, :k],
        )

    def _settle(self, doubled: Array32, candidates: Rows, k: int) -> tuple[Rows, Array32]:
        """Make r_S exact for the leading candidates until the best k of them are all exact."""
        waiting = np.arange(len(candidates))
        best = np.empty((len(candidates), k), dtype=np.int64)
        best_scores = np.empty((len(candidates), k), dtype=np.float32)
        while len(waiting):
            columns = candidates[waiting]
            current = doubled[waiting] - self._r_source[columns]
            # Sorted by score, the lower row first among equals.
            order = np.lexsort((columns, -current), axis=1)[:, : max(k, _ONE_PASS // len(waiting))]
            lead = np.take_along_axis(columns, order, axis=1)
            best[waiting] = lead[:, :k]
            best_scores[waiting] = np.take_along_axis(current, order[:, :k], axis=1)
            exact = self._exact[lead]
            settled = exact[:, :k].all(axis=1)
            self._make_exact(np.unique(lead[~settled][~exact[~settled]]))
            waiting = waiting[~settled]
        return best, best_scores

    def _make_exact(self, rows: Rows) -> None:
        crowd = self._crowd if len(rows) < _MANY_TARGETS else self._crowded()
        for start in range(0, len(rows), _SETTLED_TOGETHER):
            part = rows[start : start + _SETTLED_TOGETHER]
            targets = self._backend.take(self._target, part)
            # What many queries made is there for their last few targets, too.
            screen = self._sources.screen(targets) if crowd is None and self._backend is NUMPY else None
            if screen is not None:
                nearest = screen.top(targets, min(self._neighbourhood, self._source.shape[0]))
                self._r_source[part] = nearest[1].mean(axis=1)
            elif crowd is None:
                self._r_source[part] = self._mean_similarity(targets, self._source)
            else:
                self._r_source[part] = crowd.exact(targets)
        self._exact[rows] = True
