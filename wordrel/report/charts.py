"""A chart becomes drawings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wordrel.report import bars, heat, lines, scatter
from wordrel.report.document import Figure
from wordrel.report.graphics import BarChart, LineChart, Panels, Plain, ScatterChart
from wordrel.report.svg import Element


@dataclass(frozen=True)
class Drawing:
    """A drawing, and the title of its panel where there are several."""

    title: str
    drawn: Element

    @property
    def svg(self) -> str:
        """The drawing as inline SVG."""
        return str(self.drawn)


def chart_style() -> str:
    """The CSS of drawings: colours in light and in dark, lines, text."""
    return (Path(__file__).parent / "templates" / "chart.css").read_text(encoding="utf-8")


def drawings(figure: Figure, identity: str) -> list[Drawing]:
    """Draw a figure; `identity` is the beginning of all its ids, unique in the page."""
    chart = figure.chart
    if not isinstance(chart, Panels):
        return [Drawing("", _draw(chart, identity, figure.title, figure.description))]
    return [
        Drawing(title, _draw(one, f"{identity}p{i}", f"{figure.title}: {title}", figure.description))
        for i, (title, one) in enumerate(zip(chart.titles, chart.charts, strict=True), 1)
    ]


def _draw(chart: Plain, identity: str, title: str, description: str) -> Element:
    if isinstance(chart, LineChart):
        return lines.draw(chart, identity, title, description)
    if isinstance(chart, BarChart):
        return bars.draw(chart, identity, title, description)
    if isinstance(chart, ScatterChart):
        return scatter.draw(chart, identity, title, description)
    return heat.draw(chart, identity, title, description)
