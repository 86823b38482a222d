"""Sizes of files as people read them."""

from __future__ import annotations

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size_text(n_bytes: int) -> str:
    """Write a size in decimal units, as the labels of disks and downloads do: ``862.2 MB``."""
    if n_bytes < 1000:
        return f"{n_bytes} bytes"
    size, unit = float(n_bytes), 0
    # 999.95 would be printed as 1000.0.
    while size >= 999.95 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}"
