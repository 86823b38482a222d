"""A reproduced finding as a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wordrel.pages.facts import facts_of
from wordrel.report import Cell, Column, Deviation, Document, Prose, Section, Table
from wordrel.reproduce.base import AGREES, Finding, Measured


def finding_page(finding: Finding, repeat: Mapping[str, Any]) -> Document:
    """Make a document of a finding.

    Parameters
    ----------
    finding : Finding
    repeat : mapping
        What is needed to repeat it, as plain values.
    """
    agrees = finding.verdict == AGREES
    lead = f"{finding.claim} What was measured here {'agrees' if agrees else 'does not agree'}: {finding.reason}."
    measured = (_table(finding), Prose(finding.note)) if finding.note else (_table(finding),)
    sections = [Section("What was measured", measured)]
    if finding.pictures:
        sections.append(Section("Pictures", finding.pictures))
    facts = (("finding", finding.name), ("source", finding.paper), *facts_of(repeat))
    return Document(finding.title, lead, tuple(sections), facts)


def _table(finding: Finding) -> Table:
    columns = [Column("")]
    with_paper = []
    for name in finding.columns:
        columns.append(Column(name, "number", 3))
        has_paper = any(name in row.cells and row.cells[name].paper is not None for row in finding.rows)
        with_paper.append(has_paper)
        if has_paper:
            columns.append(Column(f"{name}, paper", "number", 3))
    rows = []
    for row in finding.rows:
        cells: list[Cell] = [row.label]
        for name, has_paper in zip(finding.columns, with_paper, strict=True):
            cell = row.cells.get(name)
            cells.append(None if cell is None else _cell(cell))
            if has_paper:
                cells.append(None if cell is None else cell.paper)
        rows.append(tuple(cells))
    seeds = ", ".join(map(str, finding.seeds))
    note = f"Mean ± standard deviation over {len(finding.seeds)} seeds ({seeds})."
    return Table(finding.title, tuple(columns), tuple(rows), note)


def _cell(cell: Measured) -> Cell:
    return cell.mean if cell.sd is None else Deviation(cell.mean, cell.sd)
