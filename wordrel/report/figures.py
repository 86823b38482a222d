"""The numbers of a figure as a table: for who does not see it, and for formats that hold no drawing."""

from __future__ import annotations

from wordrel.report.document import Cell, Column, Figure, Spread, Table
from wordrel.report.graphics import BarChart, HeatMap, LineChart, Panels, Plain, ScatterChart


def as_tables(figure: Figure) -> list[Table]:
    """A table of each chart of a figure."""
    chart = figure.chart
    if not isinstance(chart, Panels):
        return [_table(chart, figure.title, figure.note)]
    return [
        _table(one, f"{figure.title}: {title}", figure.note)
        for title, one in zip(chart.titles, chart.charts, strict=True)
    ]


def has_points(figure: Figure) -> bool:
    """Whether a figure shows points: no one reads a table of thousands, and only the CSV file has them."""
    charts = figure.chart.charts if isinstance(figure.chart, Panels) else (figure.chart,)
    return any(isinstance(chart, ScatterChart) for chart in charts)


def _table(chart: Plain, title: str, note: str) -> Table:
    if isinstance(chart, LineChart):
        return _lines(chart, title, note)
    if isinstance(chart, BarChart):
        return _bars(chart, title, note)
    return _points(chart, title, note) if isinstance(chart, ScatterChart) else _heat(chart, title, note)


def _spread(value: float | None, low: float | None, high: float | None) -> Cell:
    return value if value is None or low is None or high is None else Spread(value, low, high)


def _lines(chart: LineChart, title: str, note: str) -> Table:
    kind = "percent" if chart.percent else "number"
    xs = sorted({x for one in chart.series for x in one.xs})
    known: list[dict[float, Cell]] = []
    for one in chart.series:
        lows, highs = one.lows or (None,) * len(one.xs), one.highs or (None,) * len(one.xs)
        cells = [_spread(y, low, high) for y, low, high in zip(one.ys, lows, highs, strict=True)]
        known.append(dict(zip(one.xs, cells, strict=True)))
    rows = tuple((_whole(x), *(cells.get(x) for cells in known)) for x in xs)
    columns = (
        Column(chart.x_label or "x", "number"),
        *(Column(one.name or chart.y_label, kind) for one in chart.series),
    )
    return Table(title, columns, rows, note)


def _whole(x: float) -> float:
    return int(x) if x == int(x) else x


def _bars(chart: BarChart, title: str, note: str) -> Table:
    kind = "percent" if chart.percent else "number"
    absent = (None,) * len(chart.categories)
    cells = [
        [_spread(*ends) for ends in zip(one.values, one.lows or absent, one.highs or absent, strict=True)]
        for one in chart.series
    ]
    rows = tuple((name, *(column[i] for column in cells)) for i, name in enumerate(chart.categories))
    return Table(
        title, (Column("category"), *(Column(one.name or chart.y_label, kind) for one in chart.series)), rows, note
    )


def _points(chart: ScatterChart, title: str, note: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for group in chart.groups:
        labels = group.labels or ("",) * len(group.xs)
        rows += [(group.name, label, x, y) for label, x, y in zip(labels, group.xs, group.ys, strict=True)]
    columns = (
        Column("group"),
        Column("label"),
        Column(chart.x_label or "x", "number"),
        Column(chart.y_label or "y", "number"),
    )
    return Table(title, columns, tuple(rows), note)


def _heat(chart: HeatMap, title: str, note: str) -> Table:
    kind = "percent" if chart.percent else "number"
    columns = (Column(chart.y_label or "row"), *(Column(name, kind) for name in chart.column_names))
    rows = tuple((name, *values) for name, values in zip(chart.row_names, chart.values, strict=True))
    return Table(title, columns, rows, note)
