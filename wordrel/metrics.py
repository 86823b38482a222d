"""Scores of retrieval and of similarity between spaces: pure functions over row numbers and matrices.

A list of retrieved rows may contain -1, "nothing found": it matches no gold answer and no neighbour.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.relative import unit_rows

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


def precision_at_k(retrieved: Retrieved, gold: Gold, k: int) -> float:
    """Share of queries with a right answer among the first k (P@k of bilingual lexicon induction).

    Examples
    --------
    >>> precision_at_k([[3, 1], [5, 2]], [{1, 7}, {5}], k=1)
    0.5
    """
    found = ranks(retrieved, gold)
    return float(((found > 0) & (found <= k)).mean()) if len(found) else 0.0


def mean_reciprocal_rank(retrieved: Retrieved, gold: Gold) -> float:
    """Mean of 1 / rank of the first right answer; 0 for a query whose answers were not retrieved.

    With k columns this is the MRR of Moschella et al. (2023, section 4.1), which counts 0 beyond k.

    Examples
    --------
    >>> mean_reciprocal_rank([[3, 1], [5, 2]], [{1, 7}, {5}])
    0.75
    """
    found = ranks(retrieved, gold)
    return float(np.where(found > 0, 1 / np.maximum(found, 1), 0).mean()) if len(found) else 0.0


def jaccard_at_k(neighbours: Retrieved, others: Retrieved) -> float:
    """Mean over rows of |N and N'| / |N or N'|, two lists of neighbours of the same word (section 4.1).

    Parameters
    ----------
    neighbours, others : arrays of int, shape (n, k)
        Row numbers of one shared vocabulary.

    Examples
    --------
    >>> jaccard_at_k([[1, 2, 3]], [[3, 2, 9]])
    0.5
    """
    if len(neighbours) != len(others):
        raise InvalidParameter(f"{len(neighbours):,} lists of neighbours cannot be compared with {len(others):,}")
    shares = []
    for row, other in zip(neighbours, others, strict=True):
        one, two = {int(i) for i in row} - {-1}, {int(i) for i in other} - {-1}
        shares.append(len(one & two) / len(one | two) if one | two else 0.0)
    return float(np.mean(shares)) if shares else 0.0


def mean_cosine(X: npt.ArrayLike, Y: npt.ArrayLike) -> float:
    """Mean cosine between row i of one matrix and row i of the other (section 4.1); a zero row counts 0.

    Parameters
    ----------
    X, Y : arrays of shape (n, d)
    """
    one, two = unit_rows(X), unit_rows(Y)
    if one.shape != two.shape:
        raise InvalidParameter(f"rows of shape {one.shape} cannot be compared with rows of shape {two.shape}")
    return float(np.einsum("ij,ij->i", one, two).mean(dtype=np.float64)) if len(one) else 0.0


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
