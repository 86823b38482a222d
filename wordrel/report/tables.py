"""A Document as one CSV file in long form, a line a value, which spreadsheets and pandas read alike.

Columns: ``table``, ``section``, ``row`` (from 1), ``name`` (what the row is headed with), ``column``, then ``value``,
``low``, ``high`` (95 % interval) and ``sd`` of numbers, or ``text`` of words. Numbers have all their digits, shares are
from 0 to 1, and charts are tables too. With pandas, ``pivot(index=["row", "name"], columns="column", values="value")``
of the lines of one table lays it out again.

The file begins with a byte order mark, without which Excel takes UTF-8 for Windows-1252. A text that begins with
= + - @ is written with an apostrophe before it, so that no spreadsheet runs it (unless it is a number).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from wordrel.report.document import Cell, Deviation, Document, Figure, Spread, Table
from wordrel.report.figures import as_tables
from wordrel.report.wording import visible

_HEAD = ("table", "section", "row", "name", "column", "value", "low", "high", "sd", "text")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
# Full-width forms are commands to some spreadsheets, too.
_COMMANDS = tuple("=+-@＝＋－＠")


def to_csv(document: Document) -> str:
    """Write the numbers of a document as CSV.

    Parameters
    ----------
    document : Document

    Returns
    -------
    str
        With a byte order mark at its head.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    facts = (("title", document.title), ("verdict", document.lead), *document.facts)
    for row, (key, value) in enumerate(facts, 1):
        writer.writerow(("report", "", row, guarded(key), "value", "", "", "", "", guarded(value)))
    for section in document.sections:
        for block in section.blocks:
            for table in _tables(block):
                for place in _cells(table):
                    writer.writerow((guarded(table.title), guarded(section.title), *place))
    return "\ufeff" + out.getvalue()


def _tables(block: object) -> list[Table]:
    if isinstance(block, Table):
        return [block]
    return as_tables(block) if isinstance(block, Figure) else []


def _cells(table: Table) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(table.rows, 1):
        name = guarded(str(row[0])) if table.headed and row[0] is not None else ""
        for column, cell in list(zip(table.columns, row, strict=True))[table.headed :]:
            yield (number, name, guarded(column.title), *_values(cell))


def _values(cell: Cell) -> tuple[object, ...]:
    if cell is None:
        return ("", "", "", "", "")
    if isinstance(cell, str):
        return ("", "", "", "", guarded(cell))
    if isinstance(cell, Spread):
        return (cell.value, cell.low, cell.high, "", "")
    return (cell.mean, "", "", cell.sd, "") if isinstance(cell, Deviation) else (cell, "", "", "", "")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what one might run."""
    shown = visible(text)
    command = text[:1] in ("\t", "\r") or shown.lstrip().startswith(_COMMANDS)
    return f"'{shown}" if command and not _NUMBER.fullmatch(shown.strip()) else shown
