"""Scores of retrieval and of similarity between spaces: pure functions over row numbers and matrices.

Each mean has its function of the values of single words, which intervals and paired tests are made of.

A list of retrieved rows may contain -1, "nothing found": it matches no gold answer and no neighbour.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.relative import Array64, unit_rows

# Of lists of 50 neighbours that are held side by side: 512 x 50 x 50 truth values are 1.3 MB.
_BLOCK = 512

Retrieved = npt.NDArray[np.int64] | Sequence[Sequence[int]]
Gold = Sequence[Collection[int]]


def ranks(retrieved: Retrieved, gold: Gold) -> npt.NDArray[np.int64]:
    """Rank, from 1, of the first right answer to each query; 0 where none was retrieved.

    Parameters
    ----------
    retrieved : array of int, shape (q, k)
        Best first.
    gold : sequence of q collections of int
        The right answers of each query; at least one each.

    Returns
    -------
    array of int64, shape (q,)
    """
    if len(retrieved) != len(gold):
        raise InvalidParameter(f"{len(retrieved):,} lists were retrieved for {len(gold):,} sets of right answers")
    found = np.zeros(len(gold), dtype=np.int64)
    for i, (row, right) in enumerate(zip(retrieved, gold, strict=True)):
        answers = {int(answer) for answer in right} - {-1}
        found[i] = next((rank for rank, answer in enumerate(row, 1) if int(answer) in answers), 0)
    return found


def hits(ranks: npt.ArrayLike, k: int) -> Array64:
    """1 for each query with a right answer among the first k, else 0: what P@k is the mean of.

    Parameters
    ----------
    ranks : array of int, shape (q,)
        As `ranks` returns them.
    k : int

    Returns
    -------
    array of float64, shape (q,)
    """
    found = np.asarray(ranks)
    return ((found > 0) & (found <= k)).astype(np.float64)


def reciprocal_ranks(ranks: npt.ArrayLike, cutoff: int | None = None) -> Array64:
    """1 / rank of each query: what the MRR is the mean of.

    Parameters
    ----------
    ranks : array of int, shape (q,)
        From 1; 0 for a query without a right answer, which counts 0.
    cutoff : int, optional
        Count 0 beyond this rank, as Moschella et al. (2023, section 4.1) do. Without it the ranks should be those of
        the whole vocabulary (`wordrel.ranking.rank_of_answers`).

    Returns
    -------
    array of float64, shape (q,)
    """
    found = np.asarray(ranks)
    counted = (found > 0) & (found <= (found.max(initial=0) if cutoff is None else cutoff))
    return np.where(counted, 1 / np.maximum(found, 1), 0.0)


def precision_at_k(retrieved: Retrieved, gold: Gold, k: int) -> float:
    """Share of queries with a right answer among the first k (P@k of bilingual lexicon induction).

    Examples
    --------
    >>> precision_at_k([[3, 1], [5, 2]], [{1, 7}, {5}], k=1)
    0.5
    """
    return _mean(hits(ranks(retrieved, gold), k))


def mean_reciprocal_rank(retrieved: Retrieved, gold: Gold) -> float:
    """Mean of 1 / rank of the first right answer; 0 for a query whose answers were not retrieved.

    With k columns this is the MRR of Moschella et al. (2023, section 4.1), which counts 0 beyond k.

    Examples
    --------
    >>> mean_reciprocal_rank([[3, 1], [5, 2]], [{1, 7}, {5}])
    0.75
    """
    return _mean(reciprocal_ranks(ranks(retrieved, gold)))


def jaccards(neighbours: Retrieved, others: Retrieved) -> Array64:
    """|N and N'| / |N or N'| of each row, two lists of neighbours of the same word (section 4.1).

    Parameters
    ----------
    neighbours, others : arrays of int, shape (n, k)
        Row numbers of one shared vocabulary.

    Returns
    -------
    array of float64, shape (n,)
        0 where nothing was found in either.
    """
    if len(neighbours) != len(others):
        raise InvalidParameter(f"{len(neighbours):,} lists of neighbours cannot be compared with {len(others):,}")
    shares = np.zeros(len(neighbours))
    for i, (row, other) in enumerate(zip(neighbours, others, strict=True)):
        one, two = {int(i) for i in row} - {-1}, {int(i) for i in other} - {-1}
        if one or two:
            shares[i] = len(one & two) / len(one | two)
    return shares


def jaccard_at_k(neighbours: Retrieved, others: Retrieved) -> float:
    """Mean of `jaccards`.

    Parameters
    ----------
    neighbours, others : arrays of int, shape (n, k)

    Examples
    --------
    >>> jaccard_at_k([[1, 2, 3]], [[3, 2, 9]])
    0.5
    """
    return _mean(jaccards(neighbours, others))


def cosines(X: npt.ArrayLike, Y: npt.ArrayLike) -> Array64:
    """Cosine between row i of one matrix and row i of the other; 0 where one of them is zero.

    Parameters
    ----------
    X, Y : arrays of shape (n, d)

    Returns
    -------
    array of float64, shape (n,)
    """
    one, two = unit_rows(X), unit_rows(Y)
    if one.shape != two.shape:
        raise InvalidParameter(f"rows of shape {one.shape} cannot be compared with rows of shape {two.shape}")
    products: Array64 = np.einsum("ij,ij->i", one, two).astype(np.float64)
    return products


def jaccard_by_depth(found: npt.NDArray[np.int64], own: npt.NDArray[np.int64], depths: Sequence[int]) -> Array64:
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


def _n_found(rows: npt.NDArray[np.int64], depth: int) -> npt.NDArray[np.int64]:
    n_found: npt.NDArray[np.int64] = (rows[:, :depth] >= 0).sum(axis=1)
    return n_found


def mean_cosine(X: npt.ArrayLike, Y: npt.ArrayLike) -> float:
    """Mean of `cosines` (section 4.1).

    Parameters
    ----------
    X, Y : arrays of shape (n, d)
    """
    return _mean(cosines(X, Y))


def expected_calibration_error(
    confidences: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], bins: int = 10
) -> float:
    """Mean distance of confidence and share of right answers, over bins of equal width, weighted by their size.

    Parameters
    ----------
    confidences : array of shape (n,)
        0 to 1.
    right : bool array of shape (n,)
    bins : int

    References
    ----------
    Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.
    """
    place = np.minimum((np.asarray(confidences) * bins).astype(np.int64), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            error += float(inside.mean() * abs(np.asarray(confidences)[inside].mean() - right[inside].mean()))
    return error


def accuracy_at_coverage(confidences: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], coverage: float) -> float:
    """Share of right answers among the surest of them.

    Parameters
    ----------
    confidences : array of shape (n,)
    right : bool array of shape (n,)
    coverage : float
        Which share of the answers is given, above 0 to 1; at least one is.
    """
    n = max(round(coverage * len(right)), 1)
    surest = np.argsort(-np.asarray(confidences), kind="stable")[:n]
    return float(right[surest].mean())


def _mean(values: Array64) -> float:
    return float(values.mean()) if len(values) else 0.0
