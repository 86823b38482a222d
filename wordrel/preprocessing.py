"""Preprocessing: what is done to a whole space before it is aligned, learnt once and applied to new rows alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from wordrel.embeddings import FloatMatrix
from wordrel.errors import InvalidParameter
from wordrel.relative import unit_rows
from wordrel.sparse import as_dense

STEPS = ("unit", "center")


class Preprocessing:
    """Unit length and centring, in any order.

    Parameters
    ----------
    steps : sequence of {"unit", "center"}
        Applied from left to right. ``("unit", "center", "unit")`` is the usual recipe (Artetxe et al. 2018, section 3).

    Attributes
    ----------
    means_ : list of arrays of shape (n_dimensions,)
        What each "center" step subtracts.

    Notes
    -----
    A zero row has no direction: it is left out of the means and stays zero.
    """

    def __init__(self, steps: Sequence[str] = ("unit", "center", "unit")) -> None:
        self.steps = tuple(steps)
        self.means_: list[npt.NDArray[np.float32]] = []

    def fit_transform(self, X: npt.ArrayLike) -> FloatMatrix:
        """Learn the means of a space and return its rows prepared, shape (n_words, n_dimensions)."""
        self.means_ = []
        return self._apply(X, learn=True)

    def transform(self, X: npt.ArrayLike) -> FloatMatrix:
        """Prepare other rows of the same space with the means that were learnt."""
        return self._apply(X, learn=False)

    def _apply(self, X: npt.ArrayLike, learn: bool) -> FloatMatrix:
        rows: FloatMatrix = as_dense(X, "prepared for an alignment")
        known = iter(self.means_)
        nonzero = rows.any(axis=1)
        for step in self.steps:
            if step == "unit":
                rows = unit_rows(rows)
            elif step == "center":
                if learn:
                    mean = rows[nonzero].mean(axis=0, dtype=np.float64) if nonzero.any() else np.zeros(rows.shape[1])
                    self.means_.append(mean.astype(np.float32))
                    rows = rows - self.means_[-1]
                else:
                    rows = rows - next(known)
                rows[~nonzero] = 0
            else:
                raise InvalidParameter(f"unknown preprocessing step '{step}'; known: {', '.join(STEPS)}")
        return rows
