"""A Document as Markdown, with the tables that GitHub, GitLab, Pandoc and Obsidian know; charts as their numbers.

Where pictures lie beside the file, charts are pointed to instead.
"""

from __future__ import annotations

import re
from itertools import count

from wordrel.report.document import Block, Document, Figure, Gallery, Prose, Table
from wordrel.report.figures import as_tables, has_points
from wordrel.report.standalone import picture_name
from wordrel.report.wording import (
    CELL,
    FACT,
    HEADING,
    best_rows,
    cell_text,
    column_title,
    paragraphs,
    shorten,
    tame,
)

# What means something within a line; < > & are escaped as in HTML, which Markdown lets through.
_MARKS = re.compile(r"([\\`*_\[\]|~$])")
_OPENING = re.compile(r"^(#{1,6}(?=\s|$)|[-+=](?=\s|$|[-+=])|\d+(?=[.)](\s|$)))")

_PLAIN_NAME, _ANGLE = re.compile(r"[\w.-]+"), re.compile(r"[<>\\]")
_ESCAPE = r"\\\g<0>"


def to_markdown(document: Document, stem: str = "") -> str:
    """Write a document as Markdown.

    Parameters
    ----------
    document : Document
    stem : str
        What the names of its pictures begin with, as `wordrel.report.standalone.picture_files` makes them; when left
        out, there are none, and charts are tables of their numbers.

    Returns
    -------
    str
    """
    tables, figures = count(1), count(1)
    parts = [f"# {escaped(document.title, HEADING)}", *map(_running, paragraphs(document.lead))]
    for section in document.sections:
        parts.append(f"## {escaped(section.title, HEADING)}")
        parts += map(_running, paragraphs(section.intro))
        for block in section.blocks:
            parts += _block(block, tables, figures, stem)
    if document.facts:
        parts.append("## To repeat it")
        lines = [f"| {escaped(key)} | {escaped(value, FACT)} |" for key, value in document.facts]
        parts.append("\n".join(["| what | value |", "|---|---|", *lines]))
    return "\n\n".join(parts) + "\n"


def escaped(text: str, limit: int = CELL) -> str:
    """A short text in which nothing is markup."""
    return _escape(shorten(text, limit).strip())


def _escape(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", text)


def _running(text: str) -> str:
    line = _escape(tame(text))
    opening = _OPENING.match(line)
    if opening is None:
        return line
    # A number and its dot at the head of a paragraph would become a list.
    return f"{opening[0]}\\{line[opening.end() :]}" if opening[0].isdigit() else f"\\{line}"


def _block(block: Block, tables: count[int], figures: count[int], stem: str) -> list[str]:
    if isinstance(block, Prose):
        return [_running(text) for text in paragraphs(block.text)]
    if isinstance(block, Table):
        return _table(block, f"Table {next(tables)}")
    number = next(figures)
    name = f"Figure {number}"
    head = [f"**{name}.** {escaped(block.title, HEADING)}", _running(block.description)]
    if stem:
        return [*head, *_pictures(block, number, stem)]
    if isinstance(block, Gallery):
        return [*head, "\n".join(f"- {escaped(image.alt, HEADING)}" for image in block.images)]
    if has_points(block):
        return [*head, *([_running(block.note)] if block.note else [])]
    numbers = as_tables(block)
    parts = [
        part for i, one in enumerate(numbers) for part in _table(one, "" if len(numbers) == 1 else f"{name}.{i + 1}")
    ]
    return [*head, *parts]


def _pictures(block: Figure | Gallery, number: int, stem: str) -> list[str]:
    """Links to the pictures of a block; what stands under them follows."""
    if isinstance(block, Gallery):
        return [
            f"{_link(image.alt, picture_name(stem, number, i))} {escaped(image.caption, HEADING)}".rstrip()
            for i, image in enumerate(block.images, 1)
        ]
    return [_link(block.title, picture_name(stem, number)), *([_running(block.note)] if block.note else [])]


def _link(alt: str, name: str) -> str:
    # Spaces and brackets end a name that does not stand in angle brackets.
    target = name if _PLAIN_NAME.fullmatch(name) else f"<{_ANGLE.sub(_ESCAPE, name)}>"
    return f"![{escaped(alt, HEADING)}]({target})"


def _table(table: Table, name: str) -> list[str]:
    best = [best_rows(table, index) for index in range(len(table.columns))]
    rows = [" | ".join(escaped(column_title(column)) for column in table.columns)]
    rows.append(" | ".join("---" if column.kind == "text" else "---:" for column in table.columns))
    for i, row in enumerate(table.rows):
        cells = [escaped(cell_text(cell, column)) for cell, column in zip(row, table.columns, strict=True)]
        rows.append(" | ".join(f"**{cell}**" if i in best[j] else cell for j, cell in enumerate(cells)))
    caption = [f"**{name}.** {escaped(table.title, HEADING)}"] if name else []
    note = [_running(table.note)] if table.note else []
    return [*caption, "\n".join(f"| {row} |" for row in rows), *note]
