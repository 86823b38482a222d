"""Heat maps: one colour, the stronger the greater the value, which reads the same in light, in dark and in grey."""

from __future__ import annotations

from wordrel.report.frame import SIZE, WIDTH, cut, percent_label, wide
from wordrel.report.graphics import HeatMap
from wordrel.report.scales import tick_words
from wordrel.report.svg import Element, element, label, picture
from wordrel.report.wording import number, shorten

_SMALL = 11.5
# The full colour at this strength leaves the text on it readable in both themes.
_STRONGEST = 0.75


def draw(chart: HeatMap, identity: str, title: str, description: str) -> Element:
    """Draw a heat map."""
    known = [value for row in chart.values for value in row if value is not None]
    low, high = chart.value_range or (min(known, default=0.0), max(known, default=1.0))
    left = min(max(map(wide, chart.row_names), default=0) + 8, 0.35 * WIDTH)
    width = (WIDTH - left - 2) / max(len(chart.column_names), 1)
    parts, top = _head(chart, left, width)
    height = min(max(width, 20), 32)
    texts = [[None if v is None else _shown(v, chart) for v in row] for row in chart.values]
    room = max((wide(t, _SMALL) for row in texts for t in row if t), default=0) + 4 <= width
    for i, row in enumerate(chart.values):
        y = top + i * height
        parts.append(label(cut(chart.row_names[i], left - 8), left - 6, y + height / 2 + SIZE / 3, "end", "tk"))
        for j, value in enumerate(row):
            x = left + j * width
            told = f"{shorten(chart.row_names[i], 60)}, {shorten(chart.column_names[j], 60)}: {texts[i][j] or '–'}"
            strength = 0.0 if value is None else _STRONGEST * _share(value, low, high)
            parts.append(_cell(x, y, width, height, strength, told))
            text = texts[i][j] if value is not None else "–"
            if text and room:
                parts.append(label(text, x + width / 2, y + height / 2 + 4, "middle", "vl"))
    end = top + len(chart.values) * height
    scale, end = _scale(chart, low, high, left, end + 14)
    return picture(identity, title, description, WIDTH, end, *parts, *scale)


def _share(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.5


def _shown(value: float, chart: HeatMap) -> str:
    return number(100 * value, 1) if chart.percent else number(value, 2)


def _cell(x: float, y: float, width: float, height: float, strength: float, told: str = "") -> Element:
    return element(
        "rect",
        *([element("title", told)] if told else []),
        x=x + 0.5,
        y=y + 0.5,
        width=width - 1,
        height=height - 1,
        class_="ht",
        fill_opacity=f"{strength:.3f}",
    )


def _head(chart: HeatMap, left: float, width: float) -> tuple[list[Element], float]:
    """Names of the axes and of the columns, which stand upright where they are wider than the columns."""
    parts: list[Element] = []
    top = 0.0
    if chart.y_label or chart.x_label:
        names = [f"{name} {arrow}" for name, arrow in ((chart.y_label, "↓"), (chart.x_label, "→")) if name]
        parts.append(label(cut("   ".join(names), WIDTH), 0, SIZE, class_="al"))
        top = SIZE + 10
    if all(wide(name) + 4 <= width for name in chart.column_names):
        for j, name in enumerate(chart.column_names):
            parts.append(label(name, left + (j + 0.5) * width, top + SIZE, "middle", "tk"))
        return parts, top + SIZE + 7
    texts = [cut(name, 150) for name in chart.column_names]
    tall = max(map(wide, texts), default=0) + 6
    for j, text in enumerate(texts):
        x = left + (j + 0.5) * width + SIZE / 3
        parts.append(label(text, x, top + tall - 4, class_="tk", turn=-90))
    return parts, top + tall


def _scale(chart: HeatMap, low: float, high: float, left: float, top: float) -> tuple[list[Element], float]:
    """The key to the colours."""
    words = tick_words((round(low, 4), round(high, 4)), chart.percent)
    x = left + wide(words[0]) + 6
    parts: list[Element] = [label(words[0], x - 6, top + 11, "end", "tk")]
    for i in range(10):
        parts.append(_cell(x + 14 * i, top, 14, 14, _STRONGEST * i / 9))
    parts.append(label(percent_label(words[1], chart.percent), x + 146, top + 11, class_="tk"))
    return parts, top + 18
