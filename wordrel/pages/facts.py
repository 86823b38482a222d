"""What is needed to repeat a measurement, as pairs of words for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def facts_of(repeat: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Flatten plain values: a list becomes a fact an entry, a mapping its items in one line."""
    found: list[tuple[str, str]] = []
    for name, value in repeat.items():
        if isinstance(value, list):
            found += [(name, _text(one)) for one in value]
        else:
            found.append((name, _text(value)))
    return tuple(found)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    return "none" if value is None else str(value)
