"""The table of a sweep: one line a cell, in the same order and the same bytes whatever ran it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from wordrel.errors import OutputExists
from wordrel.sweep.cell import Cell
from wordrel.sweep.journal import Record, write_whole
from wordrel.sweep.running import SCORES

SCORERS = ("csls", "nn", "reranked")
_SETTINGS = tuple(one.name for one in fields(Cell))
COLUMNS = (
    *_SETTINGS,
    "status",
    "anchor_words",
    "test_words",
    "coverage",
    *(f"{scorer}_{name}" for scorer in SCORERS for name in SCORES),
    "error",
    "key",
)


def check_table(path: Path) -> None:
    """Refuse to put a table in the place of anything that is none.

    Raises
    ------
    OutputExists
    """
    if path.exists():
        head = "\t".join(_SETTINGS).encode()
        if not path.is_file() or not _first_line(path).startswith(head):
            raise OutputExists(f"{path}: exists and is no table of a sweep; choose another --output")


def _first_line(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.readline()


def write_table(path: Path, records: Mapping[str, Record], cells: Sequence[Cell]) -> None:
    """Write the cells, in their order, as tab-separated values; numbers have six decimal places.

    Parameters
    ----------
    path : Path
    records : mapping of str to dict
        By key; a cell without one has no line.
    cells : sequence of Cell
    """
    rows = [COLUMNS, *(_row(cell, records[cell.key]) for cell in cells if cell.key in records)]
    write_whole(path, ("\t".join(row).encode() + b"\n" for row in rows))


def _row(cell: Cell, record: Record) -> tuple[str, ...]:
    settings = (_text(getattr(cell, name)) for name in _SETTINGS)
    coverage = record.get("coverage", {})
    found = (record.get("anchors", {}).get("words"), coverage.get("words_found"), coverage.get("fraction"))
    facts = (record["status"], *map(_text, found), *_scores(record), _text(record.get("error")))
    return (*settings, *facts, cell.key)


def _scores(record: Record) -> Iterator[str]:
    for scorer in SCORERS:
        scores = record.get("scores", {}).get(scorer, {})
        yield from (_text(scores.get(name)) for name in SCORES)


def _text(value: Any) -> str:
    """A value in one field; nothing for None, no tabs or line breaks inside."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return " ".join(text.split())
