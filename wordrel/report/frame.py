"""What charts have in common: a legend, the names of the axes, grid and ticks, and where the plot lies between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wordrel.report.scales import Axis
from wordrel.report.svg import Element, element, label, line, marker
from wordrel.report.wording import ems, fit, shorten

# At this width the page shows a drawing about as large as it is, and a telephone at four fifths: 13 px become 10.6.
WIDTH = 440.0
SIZE = 13.0
PLOT = 210.0

# One a series from the second on, in a square of 8 by 8.
_HATCHES = (
    "M-1 9L9-1M-1 1L1-1M7 9L9 7",
    "M2 2h2v2h-2zM6 6h2v2h-2z",
    "M-1-1L9 9M-1 7L1 9M7-1L9 1",
    "M0 4H8",
    "M4 0V8",
    "M0 4H8M4 0V8",
    "M-1-1L9 9M-1 9L9-1",
)


@dataclass(frozen=True)
class Frame:
    """Edges of the plot, and what is drawn above it."""

    left: float
    right: float
    top: float
    bottom: float
    parts: tuple[Element, ...]


def wide(text: str, size: float = SIZE) -> float:
    """Width of a text on the drawing."""
    return size * ems(text)


def cut(text: str, room: float, size: float = SIZE) -> str:
    """A text that fits into so much room."""
    return fit(text, room / size)


def two_lines(text: str, room: float) -> list[str]:
    """A text in one line or, broken at a space, in two; what does not fit even so is cut."""
    words = shorten(text, 120).split()
    first: list[str] = []
    while words and wide(" ".join([*first, words[0]])) <= room:
        first.append(words.pop(0))
    if not first or not words:
        return [cut(text, room)]
    return [" ".join(first), cut(" ".join(words), room)]


def percent_label(text: str, percent: bool) -> str:
    """Name of an axis; that of shares says per cent."""
    return f"{text} (%)" if percent and text else text


def frame(y_label: str, names: Sequence[str], kind: str, left: float, height: float = PLOT) -> Frame:
    """Legend and name of the vertical axis at the top, the plot beneath."""
    parts, top = legend(names, kind) if len(names) > 1 else ([], 4.0)
    if y_label:
        parts = [*parts, label(cut(y_label, WIDTH), 0, top + SIZE + 3, class_="al")]
        top += SIZE + 13
    top += 6
    return Frame(left, WIDTH - 8, top, top + height, tuple(parts))


def legend(names: Sequence[str], kind: str) -> tuple[list[Element], float]:
    """A key to the series in rows, and where it ends; `kind` is line, bar or point."""
    parts: list[Element] = []
    sample = {"line": 26.0, "bar": 14.0, "point": 12.0}[kind]
    x, y = 0.0, 12.0
    for index, name in enumerate(names):
        text = cut(name, WIDTH - sample - 12)
        width = sample + 6 + wide(text)
        if x and x + width > WIDTH:
            x, y = 0.0, y + 20
        if kind == "line":
            parts += [line(x, y - 4, x + sample, y - 4, f"l s{index} d{index}"), marker(index, x + sample / 2, y - 4)]
        elif kind == "bar":
            parts += bar(index, x, y - 11, 13, 13)
        else:
            parts.append(marker(index, x + 6, y - 4))
        parts.append(label(text, x + sample + 6, y))
        x += width + 18
    return parts, y + 8


def bar(index: int, x: float, y: float, width: float, height: float, title: str = "") -> list[Element]:
    """A filled rectangle with the hatching of its series, so that colour is not all that tells them apart."""
    solid = element(
        "rect",
        *([element("title", title)] if title else []),
        x=x,
        y=y,
        width=width,
        height=height,
        class_=f"b s{index}",
    )
    if not index:
        return [solid]
    # The pattern is defined once in the page, or the file.
    hatch = element("rect", x=x, y=y, width=width, height=height, fill=f"url(#hatch{index})", class_="h")
    return [solid, hatch]


def hatches() -> Element:
    """Definitions of the patterns that `bar` lays on all series but the first."""
    patterns = (
        element(
            "pattern", element("path", d=shape), id=f"hatch{index}", width=8, height=8, patternUnits="userSpaceOnUse"
        )
        for index, shape in enumerate(_HATCHES, 1)
    )
    return element("defs", *patterns)


def left_margin(axis: Axis) -> float:
    """Room for what stands at the ticks of the vertical axis."""
    return max(wide(word) for word in axis.words()) + 10


def y_grid(axis: Axis, box: Frame) -> list[Element]:
    """Horizontal lines with their values."""
    parts: list[Element] = []
    for tick, word in zip(axis.ticks, axis.words(), strict=True):
        y = axis.at(tick)
        parts += [line(box.left, y, box.right, y, "g"), label(word, box.left - 7, y + 4.5, "end", "tk")]
    return parts


def x_ticks(axis: Axis, box: Frame, name: str, grid: bool = False) -> tuple[list[Element], float]:
    """Values under the plot, but for those that would touch the one before; the axis's name; where it all ends."""
    parts: list[Element] = []
    edge = 0.0
    for tick, word in zip(axis.ticks, axis.words(), strict=True):
        x, half = axis.at(tick), wide(word) / 2
        place = min(x, WIDTH - half)
        if grid:
            parts.append(line(x, box.top, x, box.bottom, "g"))
        if place - half >= edge:
            parts += [line(x, box.bottom, x, box.bottom + 4, "ax"), label(word, place, box.bottom + 18, "middle", "tk")]
            edge = place + half + 6
    return under(parts, box, name)


def under(parts: list[Element], box: Frame, name: str) -> tuple[list[Element], float]:
    """The name of the horizontal axis beneath its ticks, and where the drawing ends."""
    if not name:
        return parts, box.bottom + 24
    parts.append(
        label(cut(name, WIDTH), min((box.left + box.right) / 2, WIDTH / 2 + 30), box.bottom + 38, "middle", "al")
    )
    return parts, box.bottom + 44
