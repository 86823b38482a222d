"""What latents and anchors must be, whether they are arrays or tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.relative import Array32

Anchors = npt.ArrayLike | tuple[npt.ArrayLike, npt.ArrayLike]
"""Row numbers of items that two spaces share, or a pair of tables: the same items as each space has them."""


def check_shape(shape: Sequence[int], name: str) -> None:
    """Refuse what is not a table."""
    if len(shape) != 2:
        raise InvalidParameter(f"{name} has the shape {tuple(shape)}; give a table with one row for each item")


def check_finite(finite: npt.NDArray[np.bool_], name: str) -> None:
    """Refuse rows that are not finite; `finite` tells which are, shape (n,)."""
    if not finite.all():
        bad = np.flatnonzero(~finite)
        raise InvalidParameter(
            f"{name} has {len(bad):,} of {len(finite):,} rows with NaN or infinite numbers, the first is row "
            f"{bad[0]:,}; leave these items out, or train the encoder again"
        )


def check_enough(m: int) -> None:
    """Refuse fewer than 2 anchors: with one, a relative vector has one number and all directions are the same."""
    if m < 2:
        raise InvalidParameter(f"relative representations need 2 or more anchors, not {m}; choose more")


def check_width(d: int, own: int) -> None:
    """Refuse rows and anchors of different spaces."""
    if d != own:
        raise InvalidParameter(
            f"rows of {d:,} numbers cannot be compared with anchors of {own:,}; take the anchors from the same space"
        )


def check_items(n: int, n_reference: int) -> None:
    """Refuse two models that did not encode the same items."""
    if n != n_reference:
        raise InvalidParameter(
            f"there are {n:,} items and the reference model has {n_reference:,}; encode the same items with both"
        )


def check_pairs(m: int, other: int) -> None:
    """Refuse anchors that do not pair up."""
    if m != other:
        raise InvalidParameter(
            f"parallel anchors come in pairs, but there are {m:,} and {other:,}; give the same items in both spaces"
        )


def latents(Z: npt.ArrayLike, name: str) -> Array32:
    """Take a table of latents, shape (n, d), in float32.

    Raises
    ------
    InvalidParameter
        When it is no table, or a number is NaN or beyond what float32 holds.
    """
    with np.errstate(over="ignore"):
        table: Array32 = np.asarray(Z, dtype=np.float32)
    check_shape(table.shape, name)
    check_finite(np.all(np.isfinite(table), axis=1), name)
    return table


def anchor_tables(Z: Array32, Z_ref: Array32, anchors: Anchors) -> tuple[Array32, Array32]:
    """Look up the anchors of two spaces of the same items.

    Parameters
    ----------
    Z, Z_ref : arrays of shape (n, d) and (n, d')
    anchors : array of int, shape (m,), or pair of arrays of shape (m, d) and (m, d')

    Returns
    -------
    two arrays of float32, shape (m, d) and (m, d')

    Raises
    ------
    InvalidParameter
        For fewer than 2 anchors, row numbers outside the data, and tables that do not pair up.
    """
    if isinstance(anchors, (tuple, list)) and len(anchors) == 2 and np.ndim(anchors[0]) == 2:
        one, other = (latents(side, "a side of the anchors") for side in anchors)
        check_pairs(len(one), len(other))
        check_enough(len(one))
        for side, space in ((one, Z), (other, Z_ref)):
            check_width(space.shape[1], side.shape[1])
        return one, other
    rows = anchor_rows(anchors, len(Z))
    return Z[rows], Z_ref[rows]


def anchor_rows(anchors: Anchors, n: int) -> npt.NDArray[np.int64]:
    """Check row numbers of anchors among n items, shape (m,)."""
    rows = _array(anchors)
    if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
        raise InvalidParameter("anchors are neither row numbers nor a pair of tables; give one of these")
    check_enough(len(rows))
    outside = rows[(rows < 0) | (rows >= n)]
    if len(outside):
        raise InvalidParameter(
            f"anchor {outside[0]} is outside the data, whose rows are 0 to {n - 1:,}; choose anchors among them"
        )
    return rows.astype(np.int64)


def _array(anchors: Anchors) -> npt.NDArray[Any]:
    try:
        return np.asarray(anchors)
    except ValueError:
        # Tables of different shapes, and more or fewer than two: no array, and refused as such.
        return np.empty((0, 0))
