"""What is done to the vectors of similarities before they are compared; see `wordrel.similarities` for the vectors.

A transform is learnt on a space's rows and on its anchors, in passes over blocks, and gives a step that is applied to
any block of rows. The table of all rows x anchors is never held. Steps are plain objects: they can be kept and pickled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wordrel.errors import InvalidParameter
from wordrel.relative import Array32
from wordrel.sparse import Matrix, as_dense, from_entries, unit
from wordrel.topk import check_k, top_columns

Pass = Callable[[], Iterator[Matrix]]
"""Starts a pass over blocks of rows of similarities; each block has shape (rows, m)."""

Step = Callable[[Matrix], Matrix]
"""From a block of rows, shape (n, m), to the same block transformed, shape (n, m)."""


class Transform(ABC):
    """A way to transform vectors of similarities.

    Attributes
    ----------
    gives_sparse : bool
        Whether its step gives sparse rows, after which no other transform can follow.
    """

    gives_sparse: ClassVar[bool] = False

    @abstractmethod
    def learn(self, rows: Pass, anchors: Pass) -> Step:
        """Learn from passes over the similarities of the space's rows and of the anchors, both with the anchors."""


@dataclass(frozen=True)
class Unchanged(Transform):
    """The similarities as they are."""

    def learn(self, rows: Pass, anchors: Pass) -> Step:
        """Nothing is learnt; see `Transform.learn`."""
        return self

    def __call__(self, block: Matrix) -> Matrix:
        """Return the block."""
        return block


@dataclass(frozen=True)
class ZScore(Transform):
    """(r_j - mean_j) / deviation_j for each anchor j, both over the rows of the space.

    An anchor that is near to everything, a hub, then counts no more than others. An anchor to which all rows are
    equally similar gives 0.
    """

    def learn(self, rows: Pass, anchors: Pass) -> Standardised:
        """One pass over the rows; see `Transform.learn`."""
        n, mean, squares = 0, np.zeros(1), np.zeros(1)
        for block in rows():
            # Means and sums of squared deviations of two parts together: Chan, Golub and LeVeque (1983), section 2.
            table = as_dense(block, "standardised").astype(np.float64)
            own, share = table.mean(axis=0), len(table) / (n + len(table))
            gap = own - mean
            squares = squares + ((table - own) ** 2).sum(axis=0) + gap**2 * n * share
            mean = mean + gap * share
            n += len(table)
        deviation = np.sqrt(squares / max(n, 1))
        # Numbers that should be equal differ by a few units in the last place of a float32.
        constant = deviation <= 4 * np.finfo(np.float32).eps * np.abs(mean)
        deviation[constant] = np.inf
        return Standardised(mean, deviation)


@dataclass(frozen=True)
class Standardised:
    """Subtract a mean and divide by a deviation, both in float64 of shape (m,); infinite deviations give 0."""

    mean: np.ndarray
    deviation: np.ndarray

    def __call__(self, block: Matrix) -> Array32:
        """Standardise a block."""
        scores: Array32 = ((as_dense(block, "standardised") - self.mean) / self.deviation).astype(np.float32)
        return scores


@dataclass(frozen=True)
class TopkPower(Transform):
    """Keep the k highest similarities of a row, raise them to a power, scale the row to length 1.

    Only positive similarities are kept. Rows are sparse (`scipy.sparse.csr_array`). Among equals at the k-th place any
    are kept.

    Source: Norelli et al., "ASIF: coupled data turns unimodal models into multimodal without training", NeurIPS 2023,
    section 2.

    Parameters
    ----------
    k : int
        How many.
    power : float
        Above 0. How the defaults were chosen stands in `wordrel.methods.asif.Asif`.
    """

    k: int = 400
    power: float = 2.0

    gives_sparse: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_k(self.k)
        if not (self.power > 0 and np.isfinite(self.power)):
            raise InvalidParameter(f"the power must be a finite number above 0, not {self.power}")

    def learn(self, rows: Pass, anchors: Pass) -> TopkPower:
        """Nothing is learnt; see `Transform.learn`.

        Raises
        ------
        InvalidParameter
            When no anchor has a positive similarity even with itself, so that nothing would ever be kept.
        """
        first = next(anchors(), None)
        if first is not None and first.max(initial=0) <= 0:
            raise InvalidParameter(
                "topk_power keeps positive similarities, and these have none; "
                "choose cosine, angular, rbf, rank or quantised, or put zscore or softmax before it"
            )
        return self

    def __call__(self, block: Matrix) -> Matrix:
        """Return sparse unit rows; a row without a positive similarity is empty."""
        table = as_dense(block, "cut to their highest numbers")
        columns = np.sort(top_columns(table, self.k), axis=1)
        kept = np.maximum(np.take_along_axis(table, columns, axis=1), 0)
        # The largest becomes 1 first: powers of large or small numbers leave the range of float32.
        peak = kept.max(axis=1, keepdims=True, initial=0)
        peak[peak == 0] = 1
        powered: Array32 = (kept / peak) ** np.float32(self.power)
        # A power so small that float32 has it as 0 would make 1 of what is not kept.
        powered[kept == 0] = 0
        return unit(from_entries(columns, powered, table.shape[1]))


@dataclass(frozen=True)
class Softmax(Transform):
    """exp(r_j / temperature), scaled to a sum of 1 in each row.

    Parameters
    ----------
    temperature : float
        Above 0; a lower one leaves only the nearest anchors. The default was not tuned.
    """

    temperature: float = 0.1

    def __post_init__(self) -> None:
        if not (self.temperature > 0 and np.isfinite(self.temperature)):
            raise InvalidParameter(f"the temperature must be a finite number above 0, not {self.temperature}")

    def learn(self, rows: Pass, anchors: Pass) -> Softmax:
        """Nothing is learnt; see `Transform.learn`."""
        return self

    def __call__(self, block: Matrix) -> Array32:
        """Return rows of sum 1."""
        table = as_dense(block, "made a softmax of")
        powers: Array32 = np.exp((table - table.max(axis=1, keepdims=True)) / np.float32(self.temperature))
        powers /= powers.sum(axis=1, keepdims=True)
        return powers


@dataclass(frozen=True)
class Whiten(Transform):
    """r -> r (|K| + ridge)^-1/2, with K the similarities of the anchors with each other.

    |K| = (K'K)^1/2 is K itself when K is positive semi-definite, as for cosine and rbf; for the others it is the
    nearest thing that is. Learning takes a few tables of m x m numbers in float64, and m^3 operations.

    Parameters
    ----------
    ridge : float
        As a share of the largest eigenvalue of |K|; above 0. The default is that of `RelativeProjection`.
    """

    ridge: float = 0.05

    def __post_init__(self) -> None:
        if not (self.ridge > 0 and np.isfinite(self.ridge)):
            raise InvalidParameter(f"the ridge must be a finite number above 0, not {self.ridge}")

    def learn(self, rows: Pass, anchors: Pass) -> Product:
        """One pass over the anchors; see `Transform.learn`."""
        K = np.concatenate([as_dense(block, "whitened") for block in anchors()]).astype(np.float64)
        _, values, vectors = np.linalg.svd(K)
        largest = values[0] if values[0] > 0 else 1.0
        return Product((vectors.T * (values + self.ridge * largest) ** -0.5) @ vectors)


@dataclass(frozen=True)
class Product:
    """Multiply by a matrix in float64, shape (m, m)."""

    matrix: np.ndarray

    def __call__(self, block: Matrix) -> Array32:
        """Multiply a block."""
        whitened: Array32 = as_dense(block, "whitened") @ self.matrix.astype(np.float32)
        return whitened


@dataclass(frozen=True)
class Chain(Transform):
    """Several transforms, one after the other; each learns from what those before it give.

    Parameters
    ----------
    transforms : tuple of Transform
        One that gives sparse rows only in the last place.
    """

    transforms: tuple[Transform, ...]

    def __post_init__(self) -> None:
        if any(transform.gives_sparse for transform in self.transforms[:-1]):
            raise InvalidParameter("topk_power gives sparse rows and must be the last of the transforms")

    def learn(self, rows: Pass, anchors: Pass) -> Steps:
        """As many passes as the transforms need; see `Transform.learn`."""
        steps = Steps(())
        for transform in self.transforms:
            step = transform.learn(_through(rows, steps), _through(anchors, steps))
            steps = Steps((*steps.steps, step))
        return steps


@dataclass(frozen=True)
class Steps:
    """Steps that were learnt, one after the other."""

    steps: tuple[Step, ...]

    def __call__(self, block: Matrix) -> Matrix:
        """Apply each step to a block."""
        for step in self.steps:
            block = step(block)
        return block


def _through(blocks: Pass, step: Step) -> Pass:
    return lambda: map(step, blocks())


TRANSFORMS: dict[str, type[Transform]] = {
    "none": Unchanged,
    "zscore": ZScore,
    "topk_power": TopkPower,
    "softmax": Softmax,
    "whiten": Whiten,
}


def make_transform(transform: str | Transform | Sequence[str | Transform] | None) -> Transform:
    """Look a transform up by name; None is "none", a sequence is a `Chain`, an object is returned as it is.

    Raises
    ------
    InvalidParameter
        For an unknown name.
    """
    if transform is None:
        return Unchanged()
    if isinstance(transform, Transform):
        return transform
    if not isinstance(transform, str):
        return Chain(tuple(make_transform(one) for one in transform))
    if transform not in TRANSFORMS:
        raise InvalidParameter(f"unknown transform '{transform}'; choose one of: {', '.join(TRANSFORMS)}")
    return TRANSFORMS[transform]()
