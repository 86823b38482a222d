"""What an aligner learnt about one side: a map from prepared rows to unit rows of the shared space, kept with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import numpy.typing as npt

from wordrel.blockwise import blocks
from wordrel.errors import InvalidParameter
from wordrel.relative import Array32, map_rows
from wordrel.sparse import Matrix, is_sparse

# Kinds of maps and where they live; an alignment names the kind it was saved with.
KINDS = {"linear": ("maps", "LinearMap"), "asif": ("asif", "AsifMap")}

# Rows that are mapped at a time where the result takes their place.
_ROWS = 8192


class RowMap(Protocol):
    """A map of one side.

    Each is rebuilt by `load_map` from its `settings`, which are JSON, and its `arrays`.
    """

    @property
    def settings(self) -> dict[str, Any]:
        """Its kind, as in `KINDS`, and its parameters."""

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What it learnt."""

    @classmethod
    def load(cls, settings: Mapping[str, Any], read: Callable[[str], npt.NDArray[Any]]) -> RowMap:
        """Rebuild a map; `read` returns one of its arrays by name."""

    def transform(self, X: npt.ArrayLike) -> Matrix:
        """Map prepared rows, shape (n, d), to unit rows of the shared space, each by itself; a zero row stays zero."""


@dataclass(frozen=True)
class LinearMap:
    """x -> unit(x F).

    Attributes
    ----------
    matrix : array of float32, shape (d, rank)
    """

    matrix: Array32

    @property
    def settings(self) -> dict[str, Any]:
        """Its kind."""
        return {"kind": "linear"}

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The matrix."""
        return {"map": self.matrix}

    @classmethod
    def load(cls, settings: Mapping[str, Any], read: Callable[[str], npt.NDArray[Any]]) -> LinearMap:
        """Rebuild a map that was saved."""
        return cls(read("map"))

    def transform(self, X: npt.ArrayLike) -> Array32:
        """Map prepared rows, shape (n, d), to unit rows, shape (n, rank)."""
        return map_rows(X, self.matrix)


def transform_in_place(row_map: RowMap, rows: Array32) -> Matrix:
    """Map prepared rows and write the result over them, where there is room for it.

    Memory that was never used before takes longer to come by than a product of 300 numbers a row.

    Parameters
    ----------
    row_map : RowMap
    rows : array of float32, shape (n, d)
        Prepared rows that nobody needs any more.

    Returns
    -------
    array or csr_array of float32, shape (n, rank)
        `rows` itself when the rank is d; as `RowMap.transform` returns it otherwise.
    """
    first = row_map.transform(rows[:1])
    if is_sparse(first) or first.shape[1] != rows.shape[1]:
        return row_map.transform(rows)
    for part in blocks(len(rows), _ROWS):
        rows[part] = row_map.transform(rows[part])
    return rows


def load_map(settings: Mapping[str, Any], read: Callable[[str], npt.NDArray[Any]]) -> RowMap:
    """Rebuild a map from its settings and a reader of its arrays.

    Raises
    ------
    InvalidParameter
        For a kind that this version does not know.
    """
    kind = settings["kind"]
    if kind not in KINDS:
        raise InvalidParameter(f"unknown kind of map '{kind}'; upgrade wordrel, or make the alignment again")
    module, name = KINDS[kind]
    loaded: RowMap = getattr(import_module(f"wordrel.methods.{module}"), name).load(settings, read)
    return loaded
