"""The way to paper: a Document of prose, tables and figures becomes HTML, Markdown, CSV or LaTeX."""

from wordrel.report.document import (
    Block,
    Cell,
    Column,
    Deviation,
    Document,
    Figure,
    Gallery,
    Image,
    Prose,
    Section,
    Spread,
    Table,
)
from wordrel.report.graphics import (
    BarChart,
    Bars,
    Chart,
    HeatMap,
    LineChart,
    Panels,
    Points,
    ScatterChart,
    Series,
)
from wordrel.report.writing import check_report_path, write_report

__all__ = [
    "BarChart",
    "Bars",
    "Block",
    "Cell",
    "Chart",
    "Column",
    "Deviation",
    "Document",
    "Figure",
    "Gallery",
    "HeatMap",
    "Image",
    "LineChart",
    "Panels",
    "Points",
    "Prose",
    "ScatterChart",
    "Section",
    "Series",
    "Spread",
    "Table",
    "check_report_path",
    "write_report",
]
