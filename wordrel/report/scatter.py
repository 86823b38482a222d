"""Scatter charts: points with words, joined by thin lines, with a fitted line."""

from __future__ import annotations

from wordrel.report.frame import PLOT, WIDTH, Frame, cut, frame, left_margin, wide, x_ticks, y_grid
from wordrel.report.graphics import Points, ScatterChart
from wordrel.report.scales import Axis, round_ticks, value_axis
from wordrel.report.svg import Element, label, line, marker, path, picture
from wordrel.report.wording import number, shorten

_SMALL = 11.0
# More points than this are drawn small.
_MANY = 60
_Box = tuple[float, float, float, float]


def draw(chart: ScatterChart, identity: str, title: str, description: str) -> Element:
    """Draw points."""
    height = PLOT if chart.x_label or chart.y_label else 1.5 * PLOT
    box = frame(chart.y_label, [one.name for one in chart.groups], "point", 0, height)
    xs = [x for one in chart.groups for x in one.xs]
    ys = [y for one in chart.groups for y in one.ys]
    y_axis = _axis(ys, box.bottom, box.top)
    left = left_margin(y_axis) if chart.y_label else 1.0
    box = Frame(left, WIDTH - 8, box.top, box.bottom, box.parts)
    x_axis = _axis(xs, box.left, box.right)
    if chart.equal:
        x_axis, y_axis = _same_scale(x_axis, y_axis)
    parts = [*box.parts, *(y_grid(y_axis, box) if chart.y_label else [])]
    end = box.bottom + 6
    if chart.x_label:
        ticks, end = x_ticks(x_axis, box, chart.x_label, grid=True)
        parts += ticks
    corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    parts.append(path(corners, "fr", closed=True))
    places = [[(x_axis.at(x), y_axis.at(y)) for x, y in zip(g.xs, g.ys, strict=True)] for g in chart.groups]
    for a, b in chart.links:
        parts.append(line(*places[0][a], *places[1][b], "ln"))
    if chart.fit:
        parts += _fitted(chart.groups[0], x_axis, y_axis)
    taken: list[_Box] = []
    small = len(xs) > _MANY
    for index, group in enumerate(chart.groups):
        for i, (x, y) in enumerate(places[index]):
            parts.append(marker(index, x, y, _told(group, i), small))
            taken.append((x - 4, y - 4, x + 4, y + 4))
    for index, group in enumerate(chart.groups):
        for place, word in zip(places[index], group.labels or (), strict=False):
            parts += _word(word, *place, box, taken)
    return picture(identity, title, description, WIDTH, end, *parts)


def _axis(values: list[float], start: float, end: float) -> Axis:
    axis = value_axis(values, start, end)
    # Points on the frame would be half outside.
    low, high = min(values, default=axis.low), max(values, default=axis.high)
    margin = 0.04 * (high - low) or 1.0
    low, high = min(low - margin, axis.low if axis.low == 0 else low), high + margin
    ticks = tuple(t for t in round_ticks(low, high) if low <= t <= high)
    return Axis(low, high, start, end, ticks)


def _same_scale(x: Axis, y: Axis) -> tuple[Axis, Axis]:
    """Widen the axis whose unit is longer on the page."""
    unit = min(abs(axis.end - axis.start) / (axis.high - axis.low) for axis in (x, y))

    def widened(axis: Axis) -> Axis:
        middle, half = (axis.low + axis.high) / 2, abs(axis.end - axis.start) / unit / 2
        low, high = middle - half, middle + half
        return Axis(low, high, axis.start, axis.end, tuple(t for t in round_ticks(low, high) if low <= t <= high))

    return widened(x), widened(y)


def least_squares(xs: tuple[float, ...], ys: tuple[float, ...]) -> tuple[float, float] | None:
    """Slope and intercept of the line with the least squared vertical distances; None where the x are all one."""
    n = len(xs)
    if n < 2 or min(xs) == max(xs):
        return None
    mean_x, mean_y = sum(xs) / n, sum(ys) / n
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)
    return slope, mean_y - slope * mean_x


def _fitted(group: Points, x_axis: Axis, y_axis: Axis) -> list[Element]:
    found = least_squares(group.xs, group.ys)
    if found is None:
        return []
    slope, intercept = found
    ends = [min(group.xs), max(group.xs)]
    inside = [(x, min(max(slope * x + intercept, y_axis.low), y_axis.high)) for x in ends]
    return [path([(x_axis.at(x), y_axis.at(y)) for x, y in inside], "dg")]


def _told(group: Points, i: int) -> str:
    place = f"{number(group.xs[i], 3)}, {number(group.ys[i], 3)}"
    return f"{shorten(group.name, 60)}: {place}" if group.labels is None else f"{shorten(group.labels[i], 60)}: {place}"


def _word(word: str, x: float, y: float, box: Frame, taken: list[_Box]) -> list[Element]:
    """A word beside its point, on the first side where it touches nothing; none where there is no room (it is told)."""
    text = cut(word, 110, _SMALL)
    width = wide(text, _SMALL)
    for at, baseline, anchor in (
        (x + 7, y + 4, "start"),
        (x - 7, y + 4, "end"),
        (x, y - 8, "middle"),
        (x, y + 16, "middle"),
    ):
        left = at if anchor == "start" else at - width if anchor == "end" else at - width / 2
        here = (left, baseline - 10, left + width, baseline + 3)
        inside = box.left <= here[0] and here[2] <= box.right and box.top <= here[1] and here[3] <= box.bottom
        if inside and not any(here[0] < t[2] and t[0] < here[2] and here[1] < t[3] and t[1] < here[3] for t in taken):
            taken.append(here)
            return [label(text, at, baseline, anchor, "wd")]
    return []
