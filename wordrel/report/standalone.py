"""Figures as files of their own: for formats that hold no drawing but can point to one."""

from __future__ import annotations

from dataclasses import replace

from wordrel.report.charts import Drawing, chart_style, drawings
from wordrel.report.document import Document, Figure, Gallery
from wordrel.report.frame import SIZE, hatches
from wordrel.report.svg import Element, element, label, picture

_MARGIN, _GAP, _COLUMNS = 12.0, 24.0, 2


def picture_name(stem: str, figure: int, image: int | None = None) -> str:
    """The file of a figure, by its number in the document; of a gallery, that of one of its images."""
    return f"{stem}-{figure}.svg" if image is None else f"{stem}-{figure}-{image}.png"


def picture_files(document: Document, stem: str) -> dict[str, bytes]:
    """Draw all figures of a document, each as a file: SVG of a chart, PNG of each image of a gallery.

    Parameters
    ----------
    document : Document
    stem : str
        What the names begin with.

    Returns
    -------
    dict of str to bytes
        By `picture_name`.
    """
    shown = [one for part in document.sections for one in part.blocks if isinstance(one, Figure | Gallery)]
    files: dict[str, bytes] = {}
    for number, block in enumerate(shown, 1):
        if isinstance(block, Figure):
            files[picture_name(stem, number)] = svg_file(block).encode("utf-8", "backslashreplace")
        else:
            files |= {picture_name(stem, number, i): image.png for i, image in enumerate(block.images, 1)}
    return files


def svg_file(figure: Figure) -> str:
    """Draw a figure as an SVG file that needs no page around it; panels stand two in a row.

    Parameters
    ----------
    figure : Figure

    Returns
    -------
    str
        It has the ground and the colours of a page, light or dark as its reader's system is.
    """
    drawn = drawings(figure, "d")
    columns = min(len(drawn), _COLUMNS)
    parts: list[Element] = []
    y, widest = _MARGIN, 0.0
    for start in range(0, len(drawn), _COLUMNS):
        row = drawn[start : start + _COLUMNS]
        heading = SIZE + 9 if any(one.title for one in row) else 0.0
        x = _MARGIN
        for one in row:
            width = _size(one)[0]
            if one.title:
                parts.append(label(one.title, x, y + SIZE))
            parts.append(_placed(one, x, y + heading))
            x += width + _GAP
        widest = max(widest, x - _GAP + _MARGIN)
        y += heading + max(_size(one)[1] for one in row) + (_GAP if start + columns < len(drawn) else 0.0)
    y += _MARGIN
    ground = element("rect", width=widest, height=y, style="fill: var(--bg)")
    style = element("style", chart_style())
    whole = picture("f", figure.title, figure.description, widest, y, style, hatches(), ground, *parts)
    # A viewer that is told no size takes all the room there is.
    sized = element("svg", width=widest, height=y).attributes
    return str(replace(whole, attributes=whole.attributes + sized)) + "\n"


def _size(one: Drawing) -> tuple[float, float]:
    _, _, width, height = map(float, dict(one.drawn.attributes)["viewBox"].split())
    return width, height


def _placed(one: Drawing, x: float, y: float) -> Element:
    width, height = _size(one)
    place = element("svg", x=x, y=y, width=width, height=height).attributes
    return replace(one.drawn, attributes=one.drawn.attributes + place)
