"""What can be drawn, as values: lines, bars, points, a heat map, several of them side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from wordrel.errors import InvalidParameter

# Series, bars or groups of one chart: so many have a colour, a marker and a dash pattern of their own.
MOST_SERIES = 8


@dataclass(frozen=True)
class Series:
    """A line through points; `lows` and `highs` are the ends of intervals, drawn as a band."""

    name: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    lows: tuple[float, ...] | None = None
    highs: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _alike(self.name, self.xs, self.ys, self.lows, self.highs)


@dataclass(frozen=True)
class LineChart:
    """Lines.

    Attributes
    ----------
    x_label, y_label : str
    series : tuple of Series
    log_x : bool
        Whether the horizontal axis is logarithmic.
    diagonal : bool
        Whether the line y = x is drawn, as in a calibration curve.
    y_range : (float, float), optional
        Ends of the vertical axis; by default what the values need, from 0 where that is near.
    percent : bool
        Whether the vertical values are shares from 0 to 1, printed in per cent.
    """

    x_label: str
    y_label: str
    series: tuple[Series, ...]
    log_x: bool = False
    diagonal: bool = False
    y_range: tuple[float, float] | None = None
    percent: bool = False

    def __post_init__(self) -> None:
        _few([one.name for one in self.series])
        if self.log_x and any(x <= 0 for one in self.series for x in one.xs):
            raise InvalidParameter("a logarithmic axis needs values above 0")


@dataclass(frozen=True)
class Bars:
    """One bar a category; None where there is no value. `lows` and `highs` are drawn as whiskers."""

    name: str
    values: tuple[float | None, ...]
    lows: tuple[float | None, ...] | None = None
    highs: tuple[float | None, ...] | None = None

    def __post_init__(self) -> None:
        _alike(self.name, self.values, self.values, self.lows, self.highs)


@dataclass(frozen=True)
class BarChart:
    """Bars, grouped by category; they lie where the names of the categories are long."""

    y_label: str
    categories: tuple[str, ...]
    series: tuple[Bars, ...]
    percent: bool = False

    def __post_init__(self) -> None:
        _few([one.name for one in self.series])
        for one in self.series:
            if len(one.values) != len(self.categories):
                raise InvalidParameter(f"{one.name!r} must have a value for each of {len(self.categories)} categories")


@dataclass(frozen=True)
class Points:
    """A cloud of points; with labels the words stand beside them."""

    name: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    labels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _alike(self.name, self.xs, self.ys)
        if self.labels is not None and len(self.labels) != len(self.xs):
            raise InvalidParameter(f"{self.name!r} has {len(self.labels)} labels for {len(self.xs)} points")


@dataclass(frozen=True)
class ScatterChart:
    """Points.

    Attributes
    ----------
    x_label, y_label : str
        Empty where the axes mean nothing by themselves, as in a picture of principal components: then no ticks either.
    groups : tuple of Points
    links : tuple of (int, int)
        Points of the first group and of the second that a thin line joins.
    fit : bool
        Whether the least-squares line through the points of the first group is drawn.
    equal : bool
        Whether both axes have one scale.
    """

    x_label: str
    y_label: str
    groups: tuple[Points, ...]
    links: tuple[tuple[int, int], ...] = ()
    fit: bool = False
    equal: bool = False

    def __post_init__(self) -> None:
        _few([one.name for one in self.groups])
        sizes = [len(one.xs) for one in self.groups[:2]]
        if self.links and (len(sizes) < 2 or any(not (0 <= a < sizes[0] and 0 <= b < sizes[1]) for a, b in self.links)):
            raise InvalidParameter("links lead from a point of the first group to one of the second")


@dataclass(frozen=True)
class HeatMap:
    """A matrix in colours, the values in the cells where there is room.

    Attributes
    ----------
    row_names, column_names : tuple of str
    values : tuple of tuple of (float or None)
        A tuple a row.
    x_label, y_label : str
    value_range : (float, float), optional
        What the ends of the colour scale mean; by default the least and the greatest value.
    percent : bool
        Whether values are shares from 0 to 1, printed in per cent.
    """

    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    x_label: str = ""
    y_label: str = ""
    value_range: tuple[float, float] | None = None
    percent: bool = False

    def __post_init__(self) -> None:
        if len(self.values) != len(self.row_names) or any(len(row) != len(self.column_names) for row in self.values):
            raise InvalidParameter(
                "a heat map needs a row of values for each row name, and a value for each column name"
            )
        _finite("the heat map", [value for row in self.values for value in row])


Plain = LineChart | BarChart | ScatterChart | HeatMap


@dataclass(frozen=True)
class Panels:
    """Charts side by side (one under the other where the page is narrow), each with its title."""

    titles: tuple[str, ...]
    charts: tuple[Plain, ...]

    def __post_init__(self) -> None:
        if len(self.titles) != len(self.charts):
            raise InvalidParameter(f"{len(self.titles)} titles for {len(self.charts)} panels; give one each")


Chart = LineChart | BarChart | ScatterChart | HeatMap | Panels


def _few(names: Sequence[str]) -> None:
    if not 1 <= len(names) <= MOST_SERIES:
        raise InvalidParameter(f"a chart shows 1 to {MOST_SERIES} series, not {len(names)}; use a table for more")


def _alike(
    name: str, xs: Sequence[float | None], ys: Sequence[float | None], *ends: Sequence[float | None] | None
) -> None:
    if len(xs) != len(ys) or any(end is not None and len(end) != len(xs) for end in ends):
        raise InvalidParameter(f"{name!r} must have as many values and ends of intervals as points")
    if (ends[:1] == (None,)) != (ends[1:] == (None,)):
        raise InvalidParameter(f"{name!r} must have both ends of its intervals or neither")
    for values in (xs, ys, *(end for end in ends if end is not None)):
        _finite(repr(name), values)


def _finite(name: str, values: Iterable[float | None]) -> None:
    if not all(value is None or isfinite(value) for value in values):
        raise InvalidParameter(f"{name} has a value that is not finite; leave the point out")
