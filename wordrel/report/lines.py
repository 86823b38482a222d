"""Line charts, with bands for intervals."""

from __future__ import annotations

from wordrel.report.frame import WIDTH, Frame, frame, left_margin, percent_label, x_ticks, y_grid
from wordrel.report.graphics import LineChart, Series
from wordrel.report.scales import Axis, free_axis, value_axis
from wordrel.report.svg import Element, line, marker, path, picture
from wordrel.report.wording import number

# A curve with more points than this is drawn without markers.
_MARKED = 30


def draw(chart: LineChart, identity: str, title: str, description: str) -> Element:
    """Draw lines."""
    ys = [y for one in chart.series for part in (one.ys, one.lows or (), one.highs or ()) for y in part]
    xs = [x for one in chart.series for x in one.xs]
    box = frame(percent_label(chart.y_label, chart.percent), [one.name for one in chart.series], "line", 0)
    y_axis = value_axis(ys, box.bottom, box.top, given=chart.y_range, percent=chart.percent)
    left = left_margin(y_axis)
    box = Frame(left, WIDTH - 8, box.top, box.bottom, box.parts)
    # Points on the very edge of the plot would lie upon its frame.
    inside = box.left + 10, box.right - 10
    if chart.diagonal:
        ends = (y_axis.low, y_axis.high)
        x_axis = value_axis([], box.left, box.right, given=ends)
    else:
        x_axis = free_axis(xs, *inside, log=chart.log_x)
    ticks, height = x_ticks(x_axis, box, chart.x_label, grid=chart.diagonal)
    parts = [*box.parts, *y_grid(y_axis, box), *ticks, line(box.left, box.bottom, box.right, box.bottom, "ax")]
    if chart.diagonal:
        ends = (x_axis.low, x_axis.high)
        parts.append(path([(x_axis.at(end), y_axis.at(end)) for end in ends], "dg"))
    for index, one in enumerate(chart.series):
        parts += _series(one, index, x_axis, y_axis, chart.percent)
    return picture(identity, title, description, WIDTH, height, *parts)


def _series(one: Series, index: int, x_axis: Axis, y_axis: Axis, percent: bool) -> list[Element]:
    order = sorted(range(len(one.xs)), key=one.xs.__getitem__)

    def places(values: tuple[float, ...]) -> list[tuple[float, float]]:
        # What lies outside a range that was asked for is drawn on its edge.
        return [(x_axis.at(one.xs[i]), y_axis.at(min(max(values[i], y_axis.low), y_axis.high))) for i in order]

    parts: list[Element] = []
    if not order:
        return parts
    if one.lows is not None and one.highs is not None and len(order) > 1:
        parts.append(path([*places(one.highs), *reversed(places(one.lows))], f"bd s{index}", closed=True))
    if len(order) > 1:
        parts.append(path(places(one.ys), f"l s{index} d{index}"))
    if len(order) <= _MARKED:
        for i, (x, y) in zip(order, places(one.ys), strict=True):
            parts.append(marker(index, x, y, _told(one, i, percent)))
    return parts


def _told(one: Series, i: int, percent: bool) -> str:
    def shown(value: float) -> str:
        return number(100 * value, 1) if percent else number(value, 3)

    x = one.xs[i]
    text = f"{one.name}: {number(int(x) if x == int(x) else x)}, {shown(one.ys[i])}"
    if one.lows is None or one.highs is None:
        return text
    return f"{text} [{shown(one.lows[i])}, {shown(one.highs[i])}]"
