"""From values to places on the page: axes with round numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from wordrel.report.wording import number


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high` at places from `start` to `end`, with ticks."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    log: bool = False
    percent: bool = False

    def at(self, value: float) -> float:
        """Place of a value."""
        low, high = (log10(self.low), log10(self.high)) if self.log else (self.low, self.high)
        share = ((log10(value) if self.log else value) - low) / (high - low)
        return self.start + share * (self.end - self.start)

    def words(self) -> list[str]:
        """What stands at the ticks."""
        return tick_words(self.ticks, self.percent)


def tick_words(ticks: Sequence[float], percent: bool = False) -> list[str]:
    """Ticks as text, all with as many decimals as the finest needs."""
    values = [100 * tick if percent else tick for tick in ticks]
    digits = next((d for d in range(7) if all(abs(v - round(v, d)) < 1e-9 * max(1, abs(v)) for v in values)), 7)
    return [number(value, digits) for value in values]


def round_ticks(low: float, high: float, most: int = 7) -> tuple[float, ...]:
    """Multiples of 1, 2 or 5 times a power of ten, from at or below `low` to at or above `high`."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    power = 10.0 ** floor(log10((high - low) / most))
    for step in (power, 2 * power, 5 * power, 10 * power, 20 * power):
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        if last - first < most:
            break
    # Dividing by a whole number keeps 0.3 from becoming 0.30000000000000004.
    return tuple(i * step if step >= 1 else i / round(1 / step) for i in range(first, last + 1))


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Powers of ten within a range, with their doubles and fives where there are few of them."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    tens = tuple(10.0**p for p in powers if low <= 10.0**p <= high)
    if len(tens) > 2:
        return tens
    fine = tuple(m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high)
    return fine or (low, high)


def value_axis(
    values: Sequence[float],
    start: float,
    end: float,
    *,
    zero: bool = False,
    given: tuple[float, float] | None = None,
    percent: bool = False,
) -> Axis:
    """An axis of measured values: from 0 where that is near or asked for, else from a round number below the least."""
    if given is not None:
        ticks = tuple(t for t in round_ticks(*given) if given[0] - 1e-9 <= t <= given[1] + 1e-9)
        return Axis(*given, start, end, ticks, percent=percent)
    low, high = min(values, default=0.0), max(values, default=1.0)
    if zero or 0 < low < high / 2:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (0.0, 2 * high) if high > 0 else (2 * low, 0.0) if low < 0 else (0.0, 1.0)
    ticks = round_ticks(low, high)
    if ticks[0] < 0 < ticks[-1] and -low < 0.15 * high:
        # An interval that reaches a little below 0 does not open a whole step of empty paper.
        ticks = tuple(tick for tick in ticks if tick >= 0)
        return Axis(min(low, ticks[0]), ticks[-1], start, end, ticks, percent=percent)
    return Axis(ticks[0], ticks[-1], start, end, ticks, percent=percent)


def free_axis(values: Sequence[float], start: float, end: float, *, log: bool = False) -> Axis:
    """An axis of what was varied: it ends with the values, and its ticks are the values where they are few."""
    low, high = min(values, default=1.0), max(values, default=10.0)
    if low == high:
        low, high = (low / 2, 2 * high) if log else (low - 0.5, high + 0.5)
    places = sorted(set(values))
    axis = Axis(low, high, start, end, tuple(places), log=log)
    gaps = [abs(axis.at(b) - axis.at(a)) for a, b in pairwise(places)]
    widest = max((len(word) for word in axis.words()), default=1)
    if len(places) <= 8 and min(gaps, default=99) >= 8 * widest + 6:
        return axis
    ticks = log_ticks(low, high) if log else tuple(t for t in round_ticks(low, high) if low <= t <= high)
    return Axis(low, high, start, end, ticks, log=log)
