"""The interface that every aligner has."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.methods.limits import Limit
from wordrel.methods.maps import LinearMap, RowMap
from wordrel.relative import Array64, MapPair, comfortable, weight_column
from wordrel.sparse import Matrix

Vocabulary: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike]


class Aligner(ABC):
    """Maps two spaces into one, learnt from parallel anchors.

    In scikit-learn's manner: the constructor only stores, `fit` validates and learns, learnt attributes end in ``_``.

    Attributes
    ----------
    preprocessing : tuple of str
        Steps of `wordrel.preprocessing.Preprocessing` that both spaces go through before `fit` and `transform`.
    limits : dict of str to Limit
        What values the constructor's parameters can have; `fit` checks them.
    row_maps_ : tuple of two RowMap
        What was learnt about each side.
    """

    preprocessing: ClassVar[tuple[str, ...]] = ("unit", "center", "unit")
    limits: ClassVar[dict[str, Limit]] = {}
    row_maps_: tuple[RowMap, RowMap]

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Return the constructor's parameters and the values that they have when left out."""
        return {name: one.default for name, one in inspect.signature(cls).parameters.items()}

    def get_params(self) -> dict[str, Any]:
        """Return the constructor's parameters and their values."""
        return {name: getattr(self, name) for name in self.defaults()}

    def check_params(self) -> None:
        """Refuse parameters outside their limits; `fit` does so first of all.

        Raises
        ------
        InvalidParameter
        """
        for name, limit in self.limits.items():
            limit.check(name, getattr(self, name))

    def learnt_params(self) -> dict[str, Any]:
        """Return the values that `fit` gave to parameters that were set to "auto"."""
        learnt = {name: getattr(self, f"{name}_", None) for name in self.get_params()}
        return {name: value for name, value in learnt.items() if value is not None}

    def fit(
        self,
        X: npt.ArrayLike,
        Y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> Aligner:
        """Learn from parallel anchors.

        Parameters
        ----------
        X, Y : arrays of shape (n_pairs, d) and (n_pairs, d')
            Prepared rows; row i of one translates row i of the other.
        sample_weight : array of shape (n_pairs,), optional
            How much each pair counts.
        vocabulary : pair of arrays of shape (n, d) and (n', d'), optional
            All prepared rows of both spaces, most frequent words first, for methods that look at more than the anchors
            (`rcsls`); without it these make do with the anchors.

        Raises
        ------
        InvalidParameter
            For a parameter outside its limits, and for anchors from which nothing can be learnt: fewer than 2 pairs,
            numbers that are not finite, only zero vectors on one side, or the same vector in every pair.

        Notes
        -----
        Anchors may span fewer dimensions than the space has: because they are few, stand twice, or because a dimension
        is constant. What they do not span is then mapped as the method has it (Procrustes turns it arbitrarily, the
        others mostly leave it out) and the result is finite. That anchors are mere noise cannot be seen here; the score
        on words held out shows it.
        """
        self.check_params()
        left, right = _side(X), _side(Y)
        if len(left) != len(right):
            raise InvalidParameter(f"parallel anchors come in pairs, but there are {len(left):,} and {len(right):,}")
        if len(left) < 2:
            raise InvalidParameter(f"an alignment needs 2 or more pairs of anchors, not {len(left)}")
        weights = None if sample_weight is None else weight_column(sample_weight, len(left))[:, 0]
        counted = slice(None) if weights is None else weights > 0
        for side in (left[counted], right[counted]):
            if not side.any():
                raise InvalidParameter(
                    "all anchors of one space are zero vectors; choose anchors that have a direction"
                )
            if (side == side[0]).all():
                raise InvalidParameter(
                    "all anchors of one space are the same vector, from which one direction can be learnt at most; "
                    "choose anchors that differ"
                )
        self.row_maps_ = self._learn(left, right, weights, vocabulary)
        return self

    @abstractmethod
    def _learn(
        self, X: Array64, Y: Array64, weights: Array64 | None, vocabulary: Vocabulary | None
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
        self, X: Array64, Y: Array64, weights: Array64 | None, vocabulary: Vocabulary | None
    ) -> tuple[RowMap, RowMap]:
        maps = self._fit(X, Y, weights) if vocabulary is None else self._fit_within(X, Y, weights, vocabulary)
        self.set_maps(maps)
        return self.row_maps_

    def set_maps(self, maps: MapPair) -> None:
        """Take other maps than `fit` found, which something after it has made of them."""
        self.maps_ = MapPair(*(self._usable(matrix) for matrix in maps))
        source, target = (LinearMap(matrix.astype(np.float32)) for matrix in self.maps_)
        self.row_maps_ = source, target

    @abstractmethod
    def _fit(self, X: Array64, Y: Array64, weights: Array64 | None) -> MapPair: ...

    def _fit_within(self, X: Array64, Y: Array64, weights: Array64 | None, vocabulary: Vocabulary) -> MapPair:
        """Learn with the whole vocabularies at hand; most methods look at the anchors only."""
        return self._fit(X, Y, weights)

    def _usable(self, matrix: Array64) -> Array64:
        """A map of a size that float32 holds; its rows are normalised last, so that a factor changes nothing."""
        if not np.isfinite(matrix).all():
            values = ", ".join(f"{name} {value}" for name, value in self.get_params().items())
            raise InvalidParameter(
                f"the map left the range of numbers with {values}; take values nearer to the defaults"
            )
        return comfortable(matrix)


def _side(X: npt.ArrayLike) -> Array64:
    side = np.asarray(X, dtype=np.float64)
    if side.ndim != 2 or not np.isfinite(side).all():
        raise InvalidParameter("anchors must be a table of finite numbers, one row for each anchor")
    return comfortable(side)
