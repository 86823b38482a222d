"""Similarities of rows to anchors, and which changes of a space each of them does not see.

A relative representation is what is left of a row when only its similarities to anchors are known, so the similarity
decides what the representation is invariant to: two spaces that differ only by changes in `Similarity.invariances`
have the same relative representations. With cosine they stay linear in the row (`wordrel.relative`); with all others
they are not, and the m numbers of a row have to be formed, a block of rows at a time.

Sources: cosine, Moschella et al. (ICLR 2023, section 3); Euclidean and L1 distance beside it, and the view of a
similarity as a choice of invariances, Cannistraci et al., "From bricks to bridges: product of invariances to enhance
latent space communication", ICLR 2024, section 3.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.relative import Array32, Array64, unit_rows

# Changes of a whole space, rows and anchors alike.
ROTATION = "rotation"
REFLECTION = "reflection"
PERMUTATION = "permutation of dimensions"
SIGN_FLIPS = "sign flips of dimensions"
UNIFORM_RESCALING = "uniform rescaling"
ROW_RESCALING = "rescaling of each row by a positive number"
TRANSLATION = "translation"
DIMENSION_RESCALING = "rescaling of each dimension"

TRANSFORMATIONS = (
    ROTATION,
    REFLECTION,
    PERMUTATION,
    SIGN_FLIPS,
    UNIFORM_RESCALING,
    ROW_RESCALING,
    TRANSLATION,
    DIMENSION_RESCALING,
)

_ORTHOGONAL = frozenset({ROTATION, REFLECTION, PERMUTATION, SIGN_FLIPS})
_ANGLES = _ORTHOGONAL | {UNIFORM_RESCALING, ROW_RESCALING}

# The pairs of so many anchors, 500,000, are enough for a median.
_ENOUGH_ANCHORS = 1000

# Rows for which L1 holds its two tables of rows x anchors at once: with 5,000 anchors 2.5 MB, which stay in the cache.
_L1_ROWS = 64

Table = Callable[[Array32], Array32]
"""From rows, shape (n, d), to their similarities with the m anchors, shape (n, m)."""


class Similarity(ABC):
    """How near a row is to each anchor; higher is nearer."""

    @property
    @abstractmethod
    def invariances(self) -> frozenset[str]:
        """Which of `TRANSFORMATIONS`, applied to rows and anchors alike, change nothing."""

    @abstractmethod
    def against(self, anchors: Array32) -> Table:
        """Return a function from rows, shape (n, d), to their similarities with these anchors, shape (n, m)."""


@dataclass(frozen=True)
class Cosine(Similarity):
    """x.a / (|x| |a|), from -1 to 1; 0 for a zero row."""

    invariances: ClassVar[frozenset[str]] = _ANGLES

    def against(self, anchors: Array32) -> Table:
        """Cosines; see `Similarity.against`."""
        columns = unit_rows(anchors).T
        return lambda X: unit_rows(X) @ columns


@dataclass(frozen=True)
class Angular(Similarity):
    """1 - 2 arccos(cosine) / pi, from -1 to 1: the angle itself, which tells near directions apart as well as far ones.

    It is 0 at a right angle, as the cosine is, and for a zero row.
    """

    invariances: ClassVar[frozenset[str]] = _ANGLES

    def against(self, anchors: Array32) -> Table:
        """Angles; see `Similarity.against`."""
        cosines = Cosine().against(anchors)

        def table(X: Array32) -> Array32:
            angles: Array32 = np.arccos(np.clip(cosines(X), -1, 1))
            return 1 - angles * np.float32(2 / np.pi)

        return table


@dataclass(frozen=True)
class Euclidean(Similarity):
    """-|x - a|, 0 or less."""

    invariances: ClassVar[frozenset[str]] = _ORTHOGONAL | {TRANSLATION}

    def against(self, anchors: Array32) -> Table:
        """Negative distances; see `Similarity.against`."""
        squared = _squared_distances(anchors)
        return lambda X: -np.sqrt(squared(X)).astype(np.float32)


@dataclass(frozen=True)
class L1(Similarity):
    """-sum over dimensions of |x_j - a_j|, 0 or less."""

    invariances: ClassVar[frozenset[str]] = frozenset({PERMUTATION, SIGN_FLIPS, TRANSLATION})

    def against(self, anchors: Array32) -> Table:
        """Negative distances, one dimension at a time; see `Similarity.against`."""
        columns = np.ascontiguousarray(anchors.T)

        def table(X: Array32) -> Array32:
            out = np.zeros((len(X), len(anchors)), dtype=np.float32)
            for start in range(0, len(X), _L1_ROWS):
                rows, sums = X[start : start + _L1_ROWS], out[start : start + _L1_ROWS]
                gap = np.empty_like(sums)
                for j, column in enumerate(columns):
                    np.subtract(rows[:, j, None], column, out=gap)
                    np.abs(gap, out=gap)
                    sums -= gap
            return out

        return table


@dataclass(frozen=True)
class Rbf(Similarity):
    """exp(-gamma |x - a|^2), from 0 to 1.

    Parameters
    ----------
    gamma : float, optional
        Left out, 1 / the median of |a - a'|^2 over pairs of anchors, which makes the similarity free of the space's
        scale: e^-1 is then the similarity of two anchors at the usual distance. At most 1,000 anchors, evenly
        spread over their order, are asked; when half of the pairs or more are at distance 0, gamma is 1.
    """

    gamma: float | None = None

    def __post_init__(self) -> None:
        if self.gamma is not None and not (self.gamma > 0 and np.isfinite(self.gamma)):
            raise InvalidParameter(f"gamma must be a finite number above 0, not {self.gamma}")

    @property
    def invariances(self) -> frozenset[str]:
        """Uniform rescaling is among them only when gamma goes by the anchors."""
        return _ORTHOGONAL | {TRANSLATION} | (frozenset({UNIFORM_RESCALING}) if self.gamma is None else frozenset())

    def against(self, anchors: Array32) -> Table:
        """Values of the kernel; see `Similarity.against`."""
        squared = _squared_distances(anchors)
        gamma = _median_gamma(anchors) if self.gamma is None else self.gamma
        return lambda X: np.exp(-gamma * squared(X)).astype(np.float32)


@dataclass(frozen=True)
class Rank(Similarity):
    """The place of each cosine among the cosines of its row, from 0 (the farthest anchor) to 1 (the nearest).

    Equal cosines share the mean of their places.
    """

    invariances: ClassVar[frozenset[str]] = _ANGLES

    def against(self, anchors: Array32) -> Table:
        """Ranks; see `Similarity.against`."""
        cosines = Cosine().against(anchors)
        return lambda X: _mean_ranks(cosines(X))


@dataclass(frozen=True)
class Quantised(Similarity):
    """The cosine rounded to a multiple of `step`: small differences between two spaces disappear.

    Parameters
    ----------
    step : float
        Size of a bin, above 0. The default makes 20 bins of the range of the cosine; it was not tuned.
    """

    step: float = 0.1

    invariances: ClassVar[frozenset[str]] = _ANGLES

    def __post_init__(self) -> None:
        if not (self.step > 0 and np.isfinite(self.step)):
            raise InvalidParameter(f"the step must be a finite number above 0, not {self.step}")

    def against(self, anchors: Array32) -> Table:
        """Rounded cosines; see `Similarity.against`."""
        cosines = Cosine().against(anchors)
        step = np.float32(self.step)
        return lambda X: np.round(cosines(X) / step) * step


SIMILARITIES: dict[str, type[Similarity]] = {
    "cosine": Cosine,
    "angular": Angular,
    "euclidean": Euclidean,
    "l1": L1,
    "rbf": Rbf,
    "rank": Rank,
    "quantised": Quantised,
}


def make_similarity(similarity: str | Similarity) -> Similarity:
    """Look a similarity up by name; one that is an object already is returned as it is.

    Raises
    ------
    InvalidParameter
        For an unknown name.
    """
    if isinstance(similarity, Similarity):
        return similarity
    if similarity not in SIMILARITIES:
        raise InvalidParameter(f"unknown similarity '{similarity}'; choose one of: {', '.join(SIMILARITIES)}")
    return SIMILARITIES[similarity]()


def similarity_blocks(
    X: npt.ArrayLike, anchors: npt.ArrayLike, similarity: str | Similarity = "cosine", block_rows: int = 1024
) -> Iterator[tuple[slice, Array32]]:
    """Similarities of each row with each anchor, a block of rows at a time.

    Parameters
    ----------
    X : array of shape (n, d)
    anchors : array of shape (m, d)
    similarity : str or Similarity
        A name in `SIMILARITIES`, or an object.
    block_rows : int
        Rows in a block; memory is a few times block_rows x m numbers.

    Yields
    ------
    rows : slice
        Which rows of X the block holds.
    block : array of float32, shape (rows, m)
    """
    matrix = np.asarray(X, dtype=np.float32)
    table = make_similarity(similarity).against(np.asarray(anchors, dtype=np.float32))
    for start in range(0, len(matrix), block_rows):
        rows = slice(start, min(start + block_rows, len(matrix)))
        yield rows, table(matrix[rows])


def _squared_distances(anchors: Array32) -> Callable[[Array32], Array64]:
    """|x - a|^2 = |x|^2 + |a|^2 - 2 x.a, from the anchors' mean and in float64, so that little of it cancels."""
    mean = anchors.mean(axis=0, dtype=np.float64)
    A = anchors - mean
    columns, norms = A.T, np.einsum("ij,ij->i", A, A)

    def squared(X: Array32) -> Array64:
        rows = X - mean
        table: Array64 = rows @ columns
        table *= -2
        table += norms
        table += np.einsum("ij,ij->i", rows, rows)[:, None]
        return np.maximum(table, 0, out=table)

    return squared


def _median_gamma(anchors: Array32) -> float:
    chosen = anchors[:: -(-len(anchors) // _ENOUGH_ANCHORS)]
    pairs = _squared_distances(chosen)(chosen)[np.triu_indices(len(chosen), 1)]
    median = float(np.median(pairs)) if len(pairs) else 0.0
    return 1 / median if median > 0 else 1.0


def _mean_ranks(scores: Array32) -> Array32:
    """Places of the numbers of each row, scaled to [0, 1]; equal numbers share the mean of theirs."""
    n, m = scores.shape
    order = np.argsort(scores, axis=1)
    ordered = np.take_along_axis(scores, order, axis=1)
    places = np.broadcast_to(np.arange(m), (n, m))
    rises = np.ones((n, m + 1), dtype=bool)
    rises[:, 1:-1] = ordered[:, 1:] > ordered[:, :-1]
    first = np.maximum.accumulate(np.where(rises[:, :-1], places, 0), axis=1)
    last = np.minimum.accumulate(np.where(rises[:, 1:], places, m - 1)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty((n, m), dtype=np.float32)
    np.put_along_axis(ranks, order, ((first + last) / (2 * max(m - 1, 1))).astype(np.float32), axis=1)
    return ranks
