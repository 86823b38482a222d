"""Elements of SVG, escaped by construction.

Our own, since no library draws static SVG that takes its colours from the page (light and dark), needs no script and is
a few kilobytes: matplotlib's turns text into outlines, fixes colours and takes a second to import.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from wordrel.report.wording import visible


@dataclass(frozen=True)
class Element:
    """An element; strings among its children are text."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Element | str, ...]

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{escape(visible(value))}"' for name, value in self.attributes)
        inside = "".join(str(c) if isinstance(c, Element) else escape(visible(c), quote=False) for c in self.children)
        return f"<{self.name}{attributes}>{inside}</{self.name}>" if inside else f"<{self.name}{attributes}/>"


def element(name: str, *children: Element | str, **attributes: str | float | None) -> Element:
    """Make an element; `class_` is class, `stroke_width` is stroke-width, and None leaves an attribute out."""
    pairs = tuple(
        (
            key.rstrip("_").replace("_", "-") if key != "viewBox" else key,
            value if isinstance(value, str) else short(value),
        )
        for key, value in attributes.items()
        if value is not None
    )
    return Element(name, pairs, children)


def short(value: float) -> str:
    """A length with one decimal: a tenth of a pixel is not seen, and many digits make large pages."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def label(
    text: str, x: float, y: float, anchor: str = "start", class_: str | None = None, turn: float | None = None
) -> Element:
    """A line of text at a place."""
    place = None if turn is None else f"rotate({short(turn)} {short(x)} {short(y)})"
    return element(
        "text", text, x=x, y=y, class_=class_, text_anchor=None if anchor == "start" else anchor, transform=place
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Element:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def path(points: list[tuple[float, float]], class_: str, closed: bool = False) -> Element:
    """A line through points, or the area within it."""
    steps = "L".join(f"{short(x)} {short(y)}" for x, y in points)
    return element("path", d=f"M{steps}{'Z' if closed else ''}", class_=class_)


# Around (0, 0), of about one area: circle, square, triangle, diamond, cross, plus, triangle upside down, star.
_SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "M-3.6-3.6H3.6V3.6H-3.6Z",
    "M0-4.6L4.4 3.4H-4.4Z",
    "M0-5L5 0L0 5L-5 0Z",
    "M-3.5-3.5L3.5 3.5M-3.5 3.5L3.5-3.5",
    "M-4.5 0H4.5M0-4.5V4.5",
    "M0 4.6L4.4-3.4H-4.4Z",
    "M0-4.5V4.5M-3.9-2.2L3.9 2.2M-3.9 2.2L3.9-2.2",
)


def marker(index: int, x: float, y: float, title: str = "", small: bool = False) -> Element:
    """The marker of a series; its title is shown by browsers to who points at it."""
    open_ = "o" if "Z" not in _SHAPES[index] and index else "m"
    return element(
        "path",
        *([element("title", title)] if title else []),
        d=_SHAPES[index],
        class_=f"{open_} s{index}",
        transform=f"translate({short(x)} {short(y)}){' scale(.7)' if small else ''}",
    )


def picture(identity: str, title: str, description: str, width: float, height: float, *parts: Element) -> Element:
    """A whole drawing with its name and its description in words; `identity` is unique in the page."""
    names = f"{identity}-t", f"{identity}-d"
    return element(
        "svg",
        element("title", title, id=names[0]),
        element("desc", description, id=names[1]),
        *parts,
        viewBox=f"0 0 {short(width)} {short(height)}",
        role="img",
        aria_labelledby=" ".join(names),
        xmlns="http://www.w3.org/2000/svg",
    )
