"""The interface that every aligner has."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.methods.maps import LinearMap, RowMap
from wordrel.relative import MapPair
from wordrel.sparse import Matrix


class Aligner(ABC):
    """Maps two spaces into one, learnt from parallel anchors.

    In scikit-learn's manner: the constructor only stores, `fit` validates and learns, learnt attributes end in ``_``.

    Attributes
    ----------
    preprocessing : tuple of str
        Steps of `wordrel.preprocessing.Preprocessing` that both spaces go through before `fit` and `transform`.
    row_maps_ : tuple of two RowMap
        What was learnt about each side.
    """

    preprocessing: ClassVar[tuple[str, ...]] = ("unit", "center", "unit")
    row_maps_: tuple[RowMap, RowMap]

    def get_params(self) -> dict[str, Any]:
        """Return the constructor's parameters and their values."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def learnt_params(self) -> dict[str, Any]:
        """Return the values that `fit` gave to parameters that were set to "auto"."""
        learnt = {name: getattr(self, f"{name}_", None) for name in self.get_params()}
        return {name: value for name, value in learnt.items() if value is not None}

    def fit(self, X: npt.ArrayLike, Y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> Aligner:
        """Learn from parallel anchors.

        Parameters
        ----------
        X, Y : arrays of shape (n_pairs, d) and (n_pairs, d')
            Prepared rows; row i of one translates row i of the other.
        sample_weight : array of shape (n_pairs,), optional
            How much each pair counts.
        """
        left, right = np.asarray(X, dtype=np.float64), np.asarray(Y, dtype=np.float64)
        for side in (left, right):
            if side.ndim != 2 or not np.isfinite(side).all():
                raise InvalidParameter("anchors must be a table of finite numbers, one row for each anchor")
        if len(left) != len(right):
            raise InvalidParameter(f"parallel anchors come in pairs, but there are {len(left):,} and {len(right):,}")
        if len(left) < 2:
            raise InvalidParameter(f"an alignment needs 2 or more pairs of anchors, not {len(left)}")
        self.row_maps_ = self._learn(left, right, sample_weight)
        return self

    @abstractmethod
    def _learn(
        self, X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64], weights: npt.ArrayLike | None
    ) -> tuple[RowMap, RowMap]: ...

    def transform(self, X: npt.ArrayLike, space: int = 0) -> Matrix:
        """Map prepared rows of one space into the shared space.

        Parameters
        ----------
        X : array of shape (n, d)
        space : int
            0 for the space of X in `fit` (the source), 1 for that of Y (the target).

        Returns
        -------
        array or csr_array of float32, shape (n, rank)
            Unit rows; a zero row stays zero.
        """
        return self.row_maps_[space].transform(X)


class LinearAligner(Aligner):
    """An aligner that is a pair of linear maps: most are.

    Attributes
    ----------
    maps_ : MapPair
        The linear map of each side, in float64.
    """

    maps_: MapPair

    def _learn(
        self, X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64], weights: npt.ArrayLike | None
    ) -> tuple[RowMap, RowMap]:
        self.maps_ = self._fit(X, Y, weights)
        return LinearMap(self.maps_.source.astype(np.float32)), LinearMap(self.maps_.target.astype(np.float32))

    @abstractmethod
    def _fit(
        self, X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64], weights: npt.ArrayLike | None
    ) -> MapPair: ...
