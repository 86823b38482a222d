"""Grey pictures as PNG files, without a library for pictures."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt


def grey_png(values: npt.NDArray[np.floating], scale: int = 1) -> bytes:
    """Write numbers from 0, black, to 1, white, as a PNG file.

    Parameters
    ----------
    values : array of shape (height, width)
    scale : int
        Pixels a number, each way.

    References
    ----------
    Portable Network Graphics (PNG) Specification, W3C, sections 5 and 11.2.
    """
    pixels = np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
    pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    height, width = pixels.shape
    # Each line begins with the number of its filter: none.
    lines = np.hstack([np.zeros((height, 1), dtype=np.uint8), pixels])
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
