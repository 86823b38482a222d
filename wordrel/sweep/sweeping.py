"""A sweep: cells that are not finished are run, each is written down once, and all become a table."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wordrel.errors import WordrelWarning
from wordrel.sweep.cell import Cell
from wordrel.sweep.config import Plan
from wordrel.sweep.engine import Engine
from wordrel.sweep.journal import Journal, Record
from wordrel.sweep.running import task_of
from wordrel.sweep.table import check_table, write_table

State = Literal["finished", "failed", "to run"]


@dataclass(frozen=True)
class Swept:
    """What a sweep did.

    Attributes
    ----------
    results, table, timings : Path
        The records, a JSON line each; the table; seconds of each cell.
    records : tuple of dict
        Of all cells, in the order of the table.
    n_before : int
        How many were finished before.
    """

    results: Path
    table: Path
    timings: Path
    records: tuple[Record, ...]
    n_before: int

    @property
    def failed(self) -> tuple[Record, ...]:
        """Records of the cells that failed."""
        return tuple(record for record in self.records if record["status"] == "failed")


def state(plan: Plan, output: Path) -> dict[str, State]:
    """Say of each cell, by its key, whether it is finished; reads only.

    Raises
    ------
    FormatError
        When `output` holds a line that no sweep has written.
    """
    found = {record["key"]: record.get("status") for record in Journal(output).read()}
    names: dict[str | None, State] = {"done": "finished", "failed": "failed"}
    return {cell.key: names.get(found.get(cell.key), "to run") for cell in plan.cells}


def sweep(plan: Plan, output: Path, engine: Engine, progress: Callable[[str], object] = lambda step: None) -> Swept:
    """Run all cells that are not finished.

    Parameters
    ----------
    plan : Plan
    output : Path
        The records; cells that are finished there are not run again, those that failed are. Beside it stand the table
        (``.table.tsv``) and the seconds of each cell (``.timings.jsonl``).
    engine : Engine
    progress : callable
        Told of each cell that is done.

    Returns
    -------
    Swept

    Raises
    ------
    OutputExists
        When another sweep writes there, or something else is in the table's place.
    FormatError
        When `output` holds a line that no sweep has written.
    EngineError, MissingExtra
        When there is nothing to run the cells; those that were finished are kept.

    Warns
    -----
    WordrelWarning
        Of what was passed over in cells, once each, with the number of cells; of a line that a killed run left torn.

    Notes
    -----
    A cell is known by its settings alone: when the content of a file has changed under the same name, begin a new
    `output`.
    """
    journal = Journal(output)
    table, timings = output.with_suffix(".table.tsv"), Journal(output.with_suffix(".timings.jsonl"))
    check_table(table)
    with journal.locked():
        if journal.mend():
            message = f"{output}: its last line was torn when a run was killed; that cell runs again"
            warnings.warn(message, WordrelWarning, stacklevel=2)
        timings.mend()
        wanted = {cell.key: cell for cell in plan.cells}
        kept = journal.keep(lambda record: record.get("status") == "done" or record["key"] not in wanted)
        records = {record["key"]: record for record in kept if record["key"] in wanted}
        n_before = len(records)
        todo = [cell for cell in plan.cells if cell.key not in records]
        notes: Counter[str] = Counter()
        for record, seconds in engine.run([task_of(cell, plan.folder) for cell in todo]) if todo else ():
            journal.append(record)
            timings.append({"key": record["key"], "seconds": round(seconds, 3)}, safely=False)
            records[record["key"]] = record
            notes.update(record.get("notes", ()))
            progress(_name(wanted[record["key"]]))
        write_table(table, records, plan.cells)
    for note, n in sorted(notes.items()):
        warnings.warn(f"{note} (in {n:,} cell{'' if n == 1 else 's'})", WordrelWarning, stacklevel=2)
    done = tuple(records[cell.key] for cell in plan.cells)
    return Swept(output, table, timings.path, done, n_before)


def _name(cell: Cell) -> str:
    return f"{cell.source}-{cell.target} {cell.method} {cell.anchors or 'all'}"
