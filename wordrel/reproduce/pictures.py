"""Pictures of findings, as reports draw them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.report import Figure, HeatMap, Panels, Points, ScatterChart

# A page of thousands of points is slow to open, and a few hundred show the shape.
_MOST_POINTS, _MOST_GROUPS = 300, 8


def heat_map(title: str, description: str, rows: list[str], columns: list[str], values: npt.ArrayLike) -> Figure:
    """Draw a table in colours; NaN where a combination cannot be."""
    cells = tuple(
        tuple(None if np.isnan(value) else float(value) for value in row) for row in np.asarray(values, dtype=float)
    )
    return Figure(title, description, HeatMap(tuple(rows), tuple(columns), cells))


def clouds(
    title: str,
    description: str,
    panels: list[tuple[str, npt.NDArray[np.floating]]],
    groups: npt.NDArray[np.int64],
) -> Figure:
    """Draw the same items in several spaces of two dimensions, side by side.

    Parameters
    ----------
    title, description : str
    panels : list of (str, array of shape (n, 2))
        What each shows.
    groups : array of int, shape (n,)
        What the items show, from 0; the first eight groups are drawn.
    """
    kept = np.flatnonzero(groups < _MOST_GROUPS)[:_MOST_POINTS]
    charts = []
    for _, points in panels:
        drawn = []
        for group in np.unique(groups[kept]):
            rows = kept[groups[kept] == group]
            xs, ys = points[rows].astype(float).T.tolist()
            drawn.append(Points(str(group), tuple(xs), tuple(ys)))
        charts.append(ScatterChart("", "", tuple(drawn), equal=True))
    return Figure(title, description, Panels(tuple(name for name, _ in panels), tuple(charts)))
