"""Preprocessing: what is done to a whole space before it is aligned, learnt once and applied to new rows alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from wordrel.blockwise import Blockwise, blocks, is_blockwise
from wordrel.embeddings import FloatMatrix
from wordrel.errors import InvalidParameter
from wordrel.relative import Array64, unit_rows
from wordrel.sparse import as_dense

STEPS = {
    "unit": "scale each row to length 1",
    "center": "subtract the mean of the rows",
    "all-but-the-top": "subtract the mean, then remove the first principal directions: a hundredth of the dimensions, "
    "or N with all-but-the-top:N",
    "iterative": "unit and center in turn, 5 times or N with iterative:N, then unit",
}

# Both hold at once only in the limit. After 5 rounds the mean of the unit rows is 2e-6 long for the embedded English
# vectors and 6e-9 for the Italian ones; after 3 rounds it was 2e-4 and 6e-7.
_ROUNDS = 5

# What is left of a row that lies in the removed directions is rounding: float32 rows of 300 numbers leave up to 4e-7.
_RESIDUE = np.float32(1e-6)

# Rows that are prepared at a time: they stay in the cache from one step to the next.
_ROWS = 2048

MOST_BYTES = 1 << 30
"""A space is prepared as a whole up to this size in float32, 900,000 rows of 300 numbers; above it block by block."""


class Preprocessing:
    """Unit length, centring and the removal of dominant directions, in any order.

    Parameters
    ----------
    steps : sequence of str
        Names of `STEPS`, applied from left to right. ``("unit", "center", "unit")`` is the usual recipe (Artetxe et al.
        2018, section 3). ``"all-but-the-top:3"`` removes three directions, ``"iterative:10"`` takes ten rounds.

    Attributes
    ----------
    means_ : list of arrays of shape (n_dimensions,)
        What each centring subtracts: one for "center" and "all-but-the-top", one a round for "iterative".
    directions_ : list of arrays of shape (n_removed, n_dimensions)
        What each "all-but-the-top" removes: orthonormal rows.

    Raises
    ------
    InvalidParameter
        For an unknown step, and by `fit_transform` when "all-but-the-top" would remove every direction.

    Notes
    -----
    A zero row has no direction: it is left out of what is learnt and stays zero. A row that lies wholly in the removed
    directions becomes zero. One dimension has no direction to spare: "all-but-the-top" only centres it.

    References
    ----------
    "all-but-the-top": Mu and Viswanath, "All-but-the-top: simple and effective postprocessing for word
    representations", ICLR 2018, algorithm 1. "iterative": Zhang, Xu, Kawarabayashi, Jegelka, Boyd-Graber, "Are girls
    neko or shōjo? Cross-lingual alignment of non-isomorphic embeddings with iterative normalization", ACL 2019,
    section 3.
    """

    def __init__(self, steps: Sequence[str] = ("unit", "center", "unit")) -> None:
        self.steps = tuple(steps)
        self._operations = [operation for step in self.steps for operation in _operations(step)]
        self.means_: list[npt.NDArray[np.float32]] = []
        self.directions_: list[npt.NDArray[np.float32]] = []

    def fit(self, X: npt.ArrayLike) -> Preprocessing:
        """Learn from a space, shape (n_words, n_dimensions), in passes over blocks of its rows."""
        self.means_, self.directions_ = [], []
        rows = _dense(X)
        for number, (name, n_removed) in enumerate(self._operations):
            before = self._operations[:number]
            if name == "center":
                self.means_.append(_mean(self._apply(rows[part], before) for part in blocks(len(rows), _ROWS)))
            elif name == "remove":
                done = (self._apply(rows[part], before)[0] for part in blocks(len(rows), _ROWS))
                self.directions_.append(_principal(done, rows.shape[1], n_removed))
        return self

    def fit_transform(self, X: npt.ArrayLike) -> FloatMatrix:
        """Learn from a space and return its rows prepared, shape (n_words, n_dimensions)."""
        return self.fit(X).transform(X)

    def transform(self, X: npt.ArrayLike) -> FloatMatrix:
        """Prepare other rows of the same space with what was learnt."""
        rows = _dense(X)
        prepared = np.empty(rows.shape, dtype=np.float32)
        for part in blocks(len(rows), _ROWS):
            prepared[part] = self._apply(rows[part], self._operations)[0]
        return prepared

    def prepared(self, X: npt.ArrayLike) -> FloatMatrix:
        """Rows of a space with what was learnt: now, or each time that they are asked for where they are many.

        Returns
        -------
        array of float32, or PreparedRows, shape (n_words, n_dimensions)
        """
        rows = _dense(X)
        if 4 * rows.shape[0] * rows.shape[1] <= MOST_BYTES:
            return self.transform(X)
        return cast("FloatMatrix", PreparedRows(rows, self))

    def _apply(
        self, rows: FloatMatrix, operations: Sequence[tuple[str, int | None]]
    ) -> tuple[FloatMatrix, npt.NDArray[np.bool_]]:
        """Prepare rows with the first operations, and tell which of them had a direction to begin with."""
        means, directions = iter(self.means_), iter(self.directions_)
        known = _nonzero(rows)
        for name, _ in operations:
            if name == "center":
                rows = _centred(rows, next(means), known)
            elif name == "remove":
                rows = _without(rows, next(directions))
            else:
                rows = unit_rows(rows)
        return rows, known

    def restore(self, means: npt.ArrayLike, directions: npt.ArrayLike | None = None) -> None:
        """Take over what an earlier `fit_transform` learnt, as an alignment stores it.

        Parameters
        ----------
        means : array of shape (n_means, n_dimensions)
        directions : array of shape (n_directions, n_dimensions), optional
            Those of all "all-but-the-top" steps, one after another.
        """
        self.means_ = list(np.asarray(means))
        if directions is not None:
            table = np.asarray(directions)
            counts = [_n_removed(n, table.shape[1]) for name, n in self._operations if name == "remove"]
            self.directions_ = np.split(table, np.cumsum(counts)[:-1])


def _nonzero(rows: FloatMatrix) -> npt.NDArray[np.bool_]:
    """Tell which rows have a direction."""
    return np.asarray(rows.any(axis=1), dtype=np.bool_)


def _operations(step: str) -> Sequence[tuple[str, int | None]]:
    """Spell a step out in "unit", "center" and "remove", each with its number."""
    found = re.fullmatch(r"(unit|center|all-but-the-top|iterative)(?::([1-9]\d{0,5}))?", step)
    if not found or (found[2] and found[1] in ("unit", "center")):
        known = "unit, center, all-but-the-top or all-but-the-top:N, iterative or iterative:N"
        raise InvalidParameter(f"unknown preprocessing step '{step}'; known: {known}")
    number = int(found[2]) if found[2] else None
    if found[1] == "all-but-the-top":
        return [("center", None), ("remove", number)]
    if found[1] == "iterative":
        return [("unit", None), ("center", None)] * (number or _ROUNDS) + [("unit", None)]
    return [(found[1], None)]


def _centred(rows: FloatMatrix, mean: npt.NDArray[np.float32], known: npt.NDArray[np.bool_]) -> FloatMatrix:
    rows = rows - mean
    rows[~known] = 0
    return rows


def _n_removed(number: int | None, n_dimensions: int) -> int:
    """How many directions to remove: as said, or a hundredth of the dimensions (the paper's rule of thumb)."""
    if number is None:
        return min(max(1, round(n_dimensions / 100)), n_dimensions - 1)
    if number >= n_dimensions:
        raise InvalidParameter(
            f"all-but-the-top:{number} would leave nothing of {n_dimensions} dimension"
            f"{'' if n_dimensions == 1 else 's'}; remove fewer directions"
        )
    return number


def _mean(parts: Iterable[tuple[FloatMatrix, npt.NDArray[np.bool_]]]) -> npt.NDArray[np.float32]:
    """Mean of the rows that have a direction, of blocks of at least one row; zero when there are none."""
    total, count = np.zeros(1), 0
    for rows, known in parts:
        total = total + rows.sum(axis=0, dtype=np.float64)  # the others are zero
        count += int(known.sum())
    mean: npt.NDArray[np.float32] = (total / max(count, 1)).astype(np.float32)
    return mean


def _principal(parts: Iterable[FloatMatrix], d: int, number: int | None) -> npt.NDArray[np.float32]:
    """First principal directions of centred rows, the strongest first; zero rows add nothing to their covariance."""
    n_removed = _n_removed(number, d)
    covariance: Array64 = np.zeros((d, d))
    for part in parts:
        block = part.astype(np.float64)
        covariance += block.T @ block
    _, vectors = np.linalg.eigh(covariance)
    return np.ascontiguousarray(vectors[:, ::-1][:, :n_removed].T, dtype=np.float32)


def _without(rows: FloatMatrix, directions: npt.NDArray[np.float32]) -> FloatMatrix:
    """Remove what lies in some orthonormal directions."""
    left = rows.copy()
    left -= (rows @ directions.T) @ directions
    left[np.abs(left).max(axis=1, initial=0) <= _RESIDUE * np.abs(rows).max(axis=1, initial=0)] = 0
    return left


def _dense(X: npt.ArrayLike) -> FloatMatrix:
    return cast("FloatMatrix", X) if is_blockwise(X) else as_dense(X, "prepared for an alignment")


class PreparedRows(Blockwise):
    """Rows of a large space that are prepared when they are asked for.

    Parameters
    ----------
    rows : array or Blockwise of shape (n, d)
        As they were before.
    steps : Preprocessing
        Fitted.
    """

    def __init__(self, rows: FloatMatrix, steps: Preprocessing) -> None:
        self._rows, self._steps = rows, steps
        self.shape = (int(rows.shape[0]), int(rows.shape[1]))

    def __getitem__(self, rows: Any) -> FloatMatrix:
        found = np.asarray(self._rows[rows])
        return self._steps.transform(found) if found.ndim == 2 else self._steps.transform(found[None])[0]
