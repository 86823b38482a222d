"""Strings that may hold anything, made fit to be shown: control characters visible, long ones short, widths guessed."""

from __future__ import annotations

import re
import unicodedata

from wordrel.report.document import Cell, Column, Deviation, Spread, Table, cell_value

DASH = "–"
# Characters of a cell of a table, a line on paper; headings, captions and what is needed to repeat it may be longer.
CELL, HEADING, FACT = 80, 200, 600
# Embeddings, overrides and isolates would turn what follows them; marks and joiners are parts of words.
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def visible(text: str) -> str:
    """Escape what cannot be shown or would disturb what stands around it; line ends and tabs become spaces."""
    if text.isprintable():
        return text
    return "".join(_visible(c) for c in text)


def _visible(c: str) -> str:
    if c in "\n\r\t":
        return " "
    if c in _TURNING or unicodedata.category(c) in ("Cc", "Cs"):
        return ascii(c)[1:-1]
    return c


def shorten(text: str, limit: int = CELL) -> str:
    """Cut a long string and end it with an ellipsis, not in the middle of what is drawn as one character."""
    text = visible(text)
    if len(text) <= limit:
        return text
    end = max(limit - 1, 1)
    for back in range(min(end - 1, 12)):
        if not _joined(text, end - back):
            return text[: end - back] + "…"
    return text[:end] + "…"


def _joined(text: str, at: int) -> bool:
    """Whether the character at a place belongs to the one before it: an accent, a skin tone, a joined emoji."""
    c = text[at]
    return (
        unicodedata.category(c) in ("Mn", "Me", "Mc")
        or c == "\u200d"
        or text[at - 1] == "\u200d"
        or "\U0001f3fb" <= c <= "\U0001f3ff"
    )


def tame(text: str, limit: int = 80) -> str:
    """Running text whose single words are not longer than a line."""
    return " ".join(shorten(word, limit) for word in visible(text).split())


def paragraphs(text: str) -> list[str]:
    """Parts of a text that empty lines divide."""
    return [part for part in re.split(r"\n\s*\n", text) if part.strip()]


def ems(text: str) -> float:
    """Width of a text in a sans-serif face, in ems, guessed from above."""
    return sum(_em(c) for c in text)


def _em(c: str) -> float:
    if unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(c) in "WF" or c >= "\U0001f000":
        return 1.3
    if c in " .,:;'|!ijlt()[]-":
        return 0.36
    return 0.9 if c in "mwMW@%…—" else 0.72 if c.isupper() else 0.62


def fit(text: str, width: float) -> str:
    """Cut a text so that it takes at most so many ems."""
    text = shorten(text, 200)
    if ems(text) <= width:
        return text
    limit = len(text)
    while limit > 2 and ems(text) > width:
        limit -= 1
        text = shorten(text, limit)
    return text


def number(value: float, digits: int | None = None) -> str:
    """A number for people: thousands apart, a true minus, whole ones without decimals."""
    if digits is None:
        digits = 0 if isinstance(value, int) else 3
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text.replace("-", "−")


def cell_parts(cell: Cell, column: Column) -> tuple[str, str]:
    """What a cell prints: its value, and after it the interval or the deviation, if it has one."""
    if isinstance(cell, str):
        return cell, ""
    value = cell_value(cell)
    if value is None:
        return DASH, ""
    share = column.kind == "percent"
    digits = column.digits
    if digits is None:
        digits = 1 if share else 0 if isinstance(cell, int) else 3

    def shown(x: float) -> str:
        return number(100 * x if share else x, digits)

    if isinstance(cell, Spread):
        return shown(value), f"[{shown(cell.low)}, {shown(cell.high)}]"
    if isinstance(cell, Deviation):
        return shown(value), f"± {shown(cell.sd)}"
    # A probability that is not zero is not printed as one.
    least = 10.0**-digits
    small = not share and 0 < value < least / 2
    return (f"<{number(least, digits)}" if small else shown(value)), ""


def cell_text(cell: Cell, column: Column) -> str:
    """What a cell prints, in one string."""
    return " ".join(part for part in cell_parts(cell, column) if part)


def column_title(column: Column) -> str:
    """The heading of a column; that of shares says per cent."""
    return f"{column.title} (%)" if column.kind == "percent" else column.title


def best_rows(table: Table, index: int) -> set[int]:
    """Rows that hold the best value of a column, as it is printed; none where nothing can be compared."""
    column = table.columns[index]
    values = {i: value for i, row in enumerate(table.rows) if (value := cell_value(row[index])) is not None}
    if not column.best or len(values) < 2:
        return set()
    best = (max if column.best == "high" else min)(values.values())
    winner = next(i for i, value in values.items() if value == best)
    shown = cell_parts(table.rows[winner][index], column)[0]
    return {i for i in values if cell_parts(table.rows[i][index], column)[0] == shown}
