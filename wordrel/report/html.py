"""A Document as one HTML file that needs nothing else: no network and no script; for screens, paper and telephones."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import bidirectional

from wordrel.report.charts import chart_style, drawings
from wordrel.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Gallery,
    Image,
    Prose,
    Section,
    Table,
    cell_value,
)
from wordrel.report.figures import as_tables, has_points
from wordrel.report.frame import hatches
from wordrel.report.graphics import Panels
from wordrel.report.wording import (
    CELL,
    FACT,
    HEADING,
    best_rows,
    cell_parts,
    column_title,
    paragraphs,
    shorten,
    tame,
    visible,
)

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"
# Words of the page itself; everything else comes from the document.
_TITLE = "To repeat it"


def to_html(document: Document) -> str:
    """Write a document as a page.

    Parameters
    ----------
    document : Document

    Returns
    -------
    str
        HTML; the same document gives the same page.
    """
    script = (_TEMPLATES / "script.js").read_text(encoding="utf-8")
    # Whatever else a page might come to hold, no script runs in it but this one.
    digest = b64encode(sha256(script.encode()).digest()).decode()
    numbers = _Numbers(count(1), count(1))
    return _template().render(
        title=shorten(document.title, HEADING),
        lead=[_prose(text) for text in paragraphs(document.lead)],
        language=document.language,
        sections=[_section(section, numbers) for section in document.sections],
        facts=[(_short(key, HEADING), _short(value, FACT)) for key, value in document.facts],
        facts_title=_TITLE,
        style=_markup(chart_style() + (_TEMPLATES / "style.css").read_text(encoding="utf-8")),
        script=_markup(script),
        policy="; ".join(
            (
                "default-src 'none'",
                "style-src 'unsafe-inline'",
                f"script-src 'sha256-{digest}'",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
        hatches=_markup(str(hatches())),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    surroundings = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    return surroundings.get_template("page.html")


def _markup(text: str) -> Markup:
    """Text that is not escaped: our own style, script and drawings, which escape what is in them."""
    from markupsafe import Markup

    return Markup(text)


@dataclass(frozen=True)
class _Numbers:
    tables: count[int]
    figures: count[int]


def _prose(text: str) -> Markup:
    """Running text; words that run from right to left are kept apart, so that they do not turn figures beside them."""
    from markupsafe import escape

    words = tame(text).split(" ")
    turned = (any(bidirectional(c) in ("R", "AL") for c in word) for word in words)
    return _markup(
        " ".join(f"<bdi>{escape(w)}</bdi>" if t else str(escape(w)) for w, t in zip(words, turned, strict=True))
    )


def _short(text: str, limit: int = CELL) -> dict[str, str]:
    """A string, and the whole of it where that is more than is shown."""
    short = shorten(text, limit)
    return {"text": short, "full": text if short.endswith("…") and short != text else ""}


def _section(section: Section, numbers: _Numbers) -> dict[str, Any]:
    groups: list[dict[str, Any]] = []
    for block in section.blocks:
        one = _block(block, numbers)
        # Figures that follow one another stand side by side where there is room.
        if one["kind"] == "figure" and groups and groups[-1]["kind"] == "figures":
            groups[-1]["figures"].append(one)
        else:
            groups.append({"kind": "figures", "figures": [one]} if one["kind"] == "figure" else one)
    return {
        "title": shorten(section.title, HEADING),
        "intro": [_prose(text) for text in paragraphs(section.intro)],
        "blocks": groups,
    }


def _block(block: Block, numbers: _Numbers) -> dict[str, Any]:
    if isinstance(block, Prose):
        return {"kind": "prose", "paragraphs": [_prose(text) for text in paragraphs(block.text)]}
    if isinstance(block, Table):
        return {"kind": "table", **_table(block, f"Table {next(numbers.tables)}", sortable=True)}
    number = next(numbers.figures)
    name = f"Figure {number}"
    head = {"name": name, "title": _short(block.title, HEADING), "description": _prose(block.description)}
    if isinstance(block, Gallery):
        images = [_image(image) for image in block.images]
        return {"kind": "gallery", **head, "images": images, "columns": max(block.columns, 1)}
    drawn = [{"title": _short(one.title, HEADING), "svg": _markup(one.svg)} for one in drawings(block, f"f{number}")]
    shown = not has_points(block)
    tables = [_table(one, f"Numbers of figure {number}") for one in as_tables(replace(block, note=""))] if shown else []
    for part, table in enumerate(tables, 1):
        table["region"] = f"{table['name']}, {part}" if len(tables) > 1 else table["name"]
    wide = isinstance(block.chart, Panels)
    return {
        "kind": "panels" if wide else "figure",
        **head,
        "drawn": drawn,
        "note": _prose(block.note),
        "tables": tables,
    }


def _table(table: Table, name: str, sortable: bool = False) -> dict[str, Any]:
    best = [best_rows(table, index) for index in range(len(table.columns))]
    return {
        "name": name,
        "region": name,
        "title": _short(table.title, HEADING),
        "note": _prose(table.note),
        "sortable": sortable and len(table.rows) > 1,
        "columns": [{"kind": column.kind, **_short(column_title(column))} for column in table.columns],
        "rows": [
            [
                _cell(cell, column, i in best[j], sortable)
                for j, (cell, column) in enumerate(zip(row, table.columns, strict=True))
            ]
            for i, row in enumerate(table.rows)
        ],
        "headed": table.headed,
    }


def _cell(cell: Cell, column: Column, best: bool, sortable: bool) -> dict[str, Any]:
    text, more = cell_parts(cell, column)
    value = cell_value(cell)
    return {
        **_short(text),
        "more": more,
        "best": best,
        "kind": column.kind,
        "value": f"{value:.9g}" if sortable and value is not None else "",
    }


def _image(image: Image) -> dict[str, Any]:
    # The size stands in the first part of every PNG file.
    width, height = (int.from_bytes(image.png[at : at + 4], "big") for at in (16, 20))
    return {
        "data": b64encode(image.png).decode(),
        "alt": shorten(image.alt, HEADING),
        "caption": _short(image.caption, HEADING),
        "width": width,
        "height": height,
        "tiny": width < 100,
    }
