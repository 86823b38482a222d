"""What a report says, as values: titles, prose, tables, figures. Nothing here knows what was measured, or of a format.

A Document is made once and written in any of the formats of `wordrel.report.writing`. Every string is plain text: no
markup is read in it, and each format escapes it. Numbers stay numbers until a format prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from wordrel.errors import InvalidParameter
from wordrel.report.graphics import Chart


@dataclass(frozen=True)
class Spread:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Deviation:
    """A mean over several runs with its standard deviation."""

    mean: float
    sd: float


# None is what there is no value for, and prints as a dash.
Cell = str | int | float | Spread | Deviation | None


def cell_value(cell: Cell) -> float | None:
    """The number that a cell is sorted and compared by; None of text and of an empty cell."""
    if cell is None or isinstance(cell, str):
        return None
    if isinstance(cell, Spread):
        return cell.value
    return cell.mean if isinstance(cell, Deviation) else cell


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : str
    kind : {"text", "number", "percent"}
        What its cells are. Those of "percent" are shares from 0 to 1, printed times 100, and the title says per cent.
    digits : int, optional
        Decimals; by default 1 in per cent, 3 of other numbers, none of whole ones.
    best : {"", "high", "low"}
        Which value of the column is set in bold; none by default.
    """

    title: str
    kind: str = "text"
    digits: int | None = None
    best: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ("text", "number", "percent"):
            raise InvalidParameter(f"kind must be text, number or percent, not {self.kind!r}")
        if self.best not in ("", "high", "low"):
            raise InvalidParameter(f"best must be empty, high or low, not {self.best!r}")


@dataclass(frozen=True)
class Prose:
    """Paragraphs, with an empty line between them."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its heading when the first column is text.

    Attributes
    ----------
    title : str
        Caption; it names the table to who hears the page, and in the CSV file.
    columns : tuple of Column
    rows : tuple of tuple of Cell
    note : str
        What stands under it.

    Raises
    ------
    InvalidParameter
        When a row has another number of cells than there are columns, or a number is not finite.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.columns:
            raise InvalidParameter(f"the table {self.title!r} has no column; give it one or more")
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                cells = f"{len(row)} cells in {len(self.columns)} columns"
                raise InvalidParameter(f"row {number} of the table {self.title!r} has {cells}; give one a column")
            if not all(isfinite(number) for cell in row for number in _numbers(cell)):
                raise InvalidParameter(
                    f"row {number} of the table {self.title!r} has a number that is not finite; give None"
                )

    @property
    def headed(self) -> bool:
        """Whether the first cell of each row is its heading."""
        return self.columns[0].kind == "text" and len(self.columns) > 1


def _numbers(cell: Cell) -> tuple[float, ...]:
    if cell is None or isinstance(cell, str):
        return ()
    if isinstance(cell, Spread):
        return (cell.value, cell.low, cell.high)
    return (cell.mean, cell.sd) if isinstance(cell, Deviation) else (cell,)


@dataclass(frozen=True)
class Figure:
    """A chart.

    Attributes
    ----------
    title : str
    description : str
        What there is to see, in words, for who does not see it; it should say what the chart shows, not how it looks.
    chart : Chart
        One of `wordrel.report.graphics`.
    note : str
        What stands under it.
    """

    title: str
    description: str
    chart: Chart
    note: str = ""


@dataclass(frozen=True)
class Image:
    """A picture, as the bytes of a PNG file."""

    png: bytes
    alt: str
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.png.startswith(b"\x89PNG\r\n\x1a\n"):
            raise InvalidParameter("an image of a report must be the bytes of a PNG file")


@dataclass(frozen=True)
class Gallery:
    """Pictures in a grid of so many columns, row by row."""

    title: str
    description: str
    images: tuple[Image, ...]
    columns: int = 4


Block = Prose | Table | Figure | Gallery


@dataclass(frozen=True)
class Section:
    """A part of a document; it stands in the table of contents."""

    title: str
    blocks: tuple[Block, ...]
    intro: str = ""


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes
    ----------
    title : str
    lead : str
        The verdict in words, one short paragraph.
    sections : tuple of Section
    facts : tuple of (str, str)
        Everything needed to repeat it: command, versions, seeds, checksums of what was read, parameters.
    language : str
        Language of the prose, a BCP 47 tag.
    """

    title: str
    lead: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...] = ()
    language: str = "en"
