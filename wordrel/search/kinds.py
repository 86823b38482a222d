"""Kinds of indexes: which one for how many rows, and how FAISS builds and reads them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.blockwise import blocks
from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.relative import Array32

KINDS = {
    "flat": "exact: every row, in float32",
    "ivf": "cells of rows that lie together, in float16; a query looks into some",
    "hnsw": "a graph of neighbours, rows in float16; slow to build",
    "ivfpq": "cells of rows in 2 bits a number: the smallest, and ten times quicker to look through than the others",
    "sq8": "cells of rows in 8 bits a number",
}
"""Names, and what they are."""

MOST_FLAT = 200_000
"""Up to so many rows "auto" is flat, where a query takes some 10 ms; above it ivfpq."""

# 16 codes need some 40 points each, and there are 25 cells at least.
FEWEST = 1000

# Cells, in multiples of the square root of the number of rows; each has 40 rows or more. For 2,000,000 rows .966 of the
# neighbours are in 64 of twice as many (2.3 % of the rows); with four times as many a query was no faster (.963 in 32),
# and the index took twice as long to build.
_CELLS, _ROWS_A_CELL = 2.0, 40
# Half of the points and of the rounds that FAISS takes: a quarter of the time of k-means, which is that of minutes.
_POINTS_A_CELL, _ROUNDS = 20, 5
_LINKS = 32


def check_kind(kind: str) -> None:
    """Refuse an unknown kind.

    Raises
    ------
    InvalidParameter
    """
    if kind != "auto" and kind not in KINDS:
        raise InvalidParameter(f"unknown kind of index '{kind}'; choose auto, {', '.join(KINDS)}")


def choose(kind: str, n_rows: int) -> str:
    """Decide on a kind for so many rows; one that has too few becomes flat, with a warning.

    Raises
    ------
    InvalidParameter
        For an unknown kind.
    """
    check_kind(kind)
    if kind == "auto":
        return "flat" if n_rows <= MOST_FLAT else "ivfpq"
    if kind != "flat" and n_rows < FEWEST:
        message = f"{n_rows:,} rows are too few for {kind}, which needs {FEWEST:,}; the index is flat, so exact"
        warnings.warn(message, WordrelWarning, stacklevel=3)
        return "flat"
    return kind


def build(kind: str, rows: Array32, numbers: npt.NDArray[np.int64] | None, seed: int) -> Any:
    """Build a FAISS index by inner product.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    rows : array of float32 or Blockwise, shape (n, d)
    numbers : array of int64, optional
        The rows that go into it, ascending; all when left out.
    seed : int
        Of the rows that the cells are learnt from.
    """
    import faiss

    n, d = len(rows) if numbers is None else len(numbers), rows.shape[1]
    n_cells = int(min(_CELLS * np.sqrt(n), n / _ROWS_A_CELL))
    pairs = (d + 1) // 2
    factory = {
        "flat": "Flat",
        "ivf": f"IVF{n_cells},SQfp16",
        "hnsw": f"HNSW{_LINKS}_SQfp16",
        # A code of 4 bits stands for two numbers: an odd one out gets a second by a random rotation.
        "ivfpq": f"{f'RR{2 * pairs},' if d % 2 else ''}IVF{n_cells},PQ{pairs}x4fs",
        "sq8": f"IVF{n_cells},SQ8",
    }[kind]
    index = faiss.index_factory(d, factory, faiss.METRIC_INNER_PRODUCT)
    cells = faiss.try_extract_index_ivf(index)
    if cells is not None:
        cells.cp.niter, cells.cp.min_points_per_centroid = _ROUNDS, _POINTS_A_CELL // 2
    if not index.is_trained:
        n_points = max(10_000, _POINTS_A_CELL * n_cells)
        chosen = np.sort(np.random.default_rng(seed).permutation(n)[:n_points])
        index.train(np.ascontiguousarray(rows[chosen if numbers is None else numbers[chosen]]))
    for part in blocks(n):
        index.add(np.ascontiguousarray(rows[part if numbers is None else numbers[part]]))
    return index


def set_effort(index: Any, effort: int) -> None:
    """Let a query look into so many cells, or keep so many candidates on its way through the graph."""
    import faiss

    cells = faiss.try_extract_index_ivf(index)
    if cells is not None:
        cells.nprobe = effort
    elif isinstance(index, faiss.IndexHNSW):
        index.hnsw.efSearch = effort


def most_effort(index: Any) -> int:
    """The effort with which nothing is passed over; 1 for a flat index."""
    import faiss

    cells = faiss.try_extract_index_ivf(index)
    if cells is not None:
        return int(cells.nlist)
    return int(index.ntotal) if isinstance(index, faiss.IndexHNSW) else 1


def write(index: Any, file: str) -> None:
    """Write a FAISS index."""
    import faiss

    faiss.write_index(index, file)


def read(file: str) -> Any:
    """Read a FAISS index, memory-mapped as far as this FAISS can.

    Raises
    ------
    ValueError
        When it is none.
    """
    import faiss

    # The newer flag maps every kind, the older one only cells.
    flags = getattr(faiss, "IO_FLAG_MMAP_IFC", faiss.IO_FLAG_MMAP) | faiss.IO_FLAG_READ_ONLY
    try:
        return faiss.read_index(file, flags)
    except RuntimeError:
        raise ValueError("FAISS cannot read it") from None
