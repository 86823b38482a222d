"""Bar charts with whiskers: standing where the names of the categories fit beneath, else lying."""

from __future__ import annotations

from collections.abc import Iterator

from wordrel.report.frame import (
    PLOT,
    SIZE,
    WIDTH,
    Frame,
    bar,
    frame,
    left_margin,
    percent_label,
    two_lines,
    under,
    wide,
    y_grid,
)
from wordrel.report.graphics import BarChart
from wordrel.report.scales import Axis, value_axis
from wordrel.report.svg import Element, label, line, picture
from wordrel.report.wording import number, shorten

_SMALL = 11.5


def draw(chart: BarChart, identity: str, title: str, description: str) -> Element:
    """Draw bars."""
    values = [v for one in chart.series for part in (one.values, one.lows or (), one.highs or ()) for v in part]
    known = [value for value in values if value is not None]
    slot = (WIDTH - 50) / max(len(chart.categories), 1)
    fits = all(wide(name) + 8 <= slot for name in chart.categories) and slot >= 10 * len(chart.series)
    parts, height = _standing(chart, known) if fits else _lying(chart, known)
    return picture(identity, title, description, WIDTH, height, *parts)


def _bars(chart: BarChart) -> Iterator[tuple[int, int, float, float | None, float | None, str]]:
    """Category, series, value and ends of the interval of each bar that there is, and what is told of it."""
    for index, one in enumerate(chart.series):
        for place, value in enumerate(one.values):
            if value is None:
                continue
            low = one.lows[place] if one.lows is not None else None
            high = one.highs[place] if one.highs is not None else None
            text = f"{shorten(chart.categories[place], 60)}, {shorten(one.name, 60)}: {_shown(value, chart)}"
            if low is not None and high is not None:
                text += f" [{_shown(low, chart)}, {_shown(high, chart)}]"
            yield place, index, value, low, high, text


def _shown(value: float, chart: BarChart) -> str:
    if chart.percent:
        return number(100 * value, 1)
    return number(value, 0 if abs(value) >= 100 or value == int(value) else 3)


def _standing(chart: BarChart, known: list[float]) -> tuple[list[Element], float]:
    names = [one.name for one in chart.series]
    box = frame(percent_label(chart.y_label, chart.percent), names, "bar", 0)
    # Room for the numbers on top of the bars.
    axis = value_axis(known, box.bottom, box.top + 12, zero=True, percent=chart.percent)
    box = Frame(left_margin(axis), WIDTH - 8, box.top, box.bottom, box.parts)
    slot = (box.right - box.left) / max(len(chart.categories), 1)
    width = min(0.8 * slot / len(names), 44)
    parts = [*box.parts, *y_grid(axis, box)]
    for place, index, value, low, high, text in _bars(chart):
        x = box.left + (place + 0.5) * slot + (index - len(names) / 2) * width
        y, base = axis.at(value), axis.at(0)
        parts += bar(index, x + 0.5, min(y, base), width - 1, abs(base - y), text)
        top = min(y, base)
        if low is not None and high is not None:
            parts += _whisker(axis, low, high, x + width / 2, lying=False)
            top = min(top, axis.at(high))
        shown = _shown(value, chart)
        if wide(shown, _SMALL) <= width + 4:
            parts.append(label(shown, x + width / 2, top - 4, "middle", "vl"))
    parts.append(line(box.left, axis.at(0), box.right, axis.at(0), "ax"))
    ticks = [
        label(name, box.left + (place + 0.5) * slot, box.bottom + 18, "middle", "tk")
        for place, name in enumerate(chart.categories)
    ]
    ticks, height = under(ticks, box, "")
    return [*parts, *ticks], height


def _lying(chart: BarChart, known: list[float]) -> tuple[list[Element], float]:
    names = [one.name for one in chart.series]
    thick = 18.0 if len(names) == 1 else 13.0
    slot = thick * len(names) + 10
    box = frame(
        percent_label(chart.y_label, chart.percent), names, "bar", 0, max(slot * len(chart.categories), PLOT / 4)
    )
    left = min(max(map(wide, chart.categories), default=0) + 10, 0.4 * WIDTH)
    room = max(wide(_shown(value, chart), _SMALL) for value in known or [0.0]) + 8
    axis = value_axis(known, left, WIDTH - room, zero=True, percent=chart.percent)
    box = Frame(left, WIDTH - room, box.top, box.bottom, box.parts)
    parts = list(box.parts)
    for tick in axis.ticks:
        parts.append(line(axis.at(tick), box.top, axis.at(tick), box.bottom, "g"))
    for place, name in enumerate(chart.categories):
        middle = box.top + (place + 0.5) * slot
        lines = two_lines(name, left - 10)
        for i, text in enumerate(lines):
            y = middle + SIZE / 3 + (i - (len(lines) - 1) / 2) * (SIZE + 1)
            parts.append(label(text, left - 7, y, "end", "tk"))
    for place, index, value, low, high, text in _bars(chart):
        y = box.top + (place + 0.5) * slot + (index - len(names) / 2) * thick
        x, base = axis.at(value), axis.at(0)
        parts += bar(index, min(x, base), y + 0.5, abs(x - base), thick - 1, text)
        end = max(x, base)
        if low is not None and high is not None:
            parts += _whisker(axis, low, high, y + thick / 2, lying=True)
            end = max(end, axis.at(high))
        parts.append(label(_shown(value, chart), end + 4, y + thick / 2 + 4, class_="vl"))
    parts.append(line(axis.at(0), box.top, axis.at(0), box.bottom, "ax"))
    edge = 0.0
    for tick, word in zip(axis.ticks, axis.words(), strict=True):
        half = wide(word) / 2
        if axis.at(tick) - half >= edge:
            parts.append(label(word, axis.at(tick), box.bottom + 18, "middle", "tk"))
            edge = axis.at(tick) + half + 6
    return parts, box.bottom + 24


def _whisker(axis: Axis, low: float, high: float, at: float, lying: bool) -> list[Element]:
    ends = axis.at(low), axis.at(high)
    if lying:
        caps = [line(end, at - 3, end, at + 3, "w") for end in ends]
        return [line(ends[0], at, ends[1], at, "w"), *caps]
    caps = [line(at - 3, end, at + 3, end, "w") for end in ends]
    return [line(at, ends[0], at, ends[1], "w"), *caps]
