"""numpy's ``.npz``, safetensors and Parquet, written block by block.

References
----------
The ``.npy`` format as `numpy.lib.format` describes it, in an uncompressed zip archive, which is what `numpy.savez`
writes; the safetensors format as its README describes it: the length of a JSON header in 8 bytes, the header, the data.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import MissingExtra
from wordrel.interop.rows import Rows, Unwritable

# numpy pads a string with NUL characters, and so loses those that end a word.
FINAL_NULS = Unwritable(r"\0(?=\0*\Z)", "NUL characters at the end")
# Wherever str.splitlines would begin a new line.
LINE_BREAKS = Unwritable("[\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029]", "line breaks")

# Row groups of 16 MB, so that Parquet's readers have not too many of them.
_ROW_GROUP_NUMBERS = 1 << 22


def write_npz(rows: Rows, path: Path, dtype: npt.DTypeLike = "<f4") -> None:
    """Write ``words`` (unicode) and ``vectors``, as `numpy.savez` would."""
    width = max(map(len, rows.words))
    text, number = np.dtype(f"<U{width}"), np.dtype(dtype).newbyteorder("<")
    n, d = len(rows.words), rows.dimensions
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        _write_member(archive, "words", text, (n,), (np.array(words, dtype=text) for words, _ in rows.blocks()))
        _write_member(archive, "vectors", number, (n, d), (block.astype(number) for _, block in rows.blocks()))


def _write_member(
    archive: zipfile.ZipFile,
    name: str,
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
    blocks: Iterator[npt.NDArray[Any]],
) -> None:
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    # A ZipInfo of one's own has no date of today: the same alignment gives the same bytes.
    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, header)
        for block in blocks:
            member.write(block.tobytes())


def write_safetensors(rows: Rows, path: Path, dtype: npt.DTypeLike = "<f4") -> None:
    """Write a folder: the tensor ``embeddings`` in ``model.safetensors``, and ``words.txt`` with a word a line."""
    number = np.dtype(dtype).newbyteorder("<")
    shape = [len(rows.words), rows.dimensions]
    tensor = {
        "dtype": f"F{8 * number.itemsize}",
        "shape": shape,
        "data_offsets": [0, shape[0] * shape[1] * number.itemsize],
    }
    header = json.dumps({"__metadata__": {"format": "np", "language": rows.language}, "embeddings": tensor}).encode()
    # The data begin at a multiple of 8, so that they can be memory-mapped.
    header += b" " * (-len(header) % 8)
    path.mkdir()
    with (path / "model.safetensors").open("wb") as stream:
        stream.write(len(header).to_bytes(8, "little") + header)
        for _, block in rows.blocks():
            stream.write(block.astype(number).tobytes())
    with (path / "words.txt").open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{word}\n" for word in rows.words)


def write_parquet(rows: Rows, path: Path, dtype: npt.DTypeLike = "<f4") -> None:
    """Write the columns ``word`` and ``vector``, lists of a fixed size.

    Raises
    ------
    MissingExtra
        Without pyarrow.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtra("Parquet", "pyarrow", "parquet") from None
    number = np.dtype(dtype)
    vector = pyarrow.list_(pyarrow.from_numpy_dtype(number), rows.dimensions)
    schema = pyarrow.schema([("word", pyarrow.string()), ("vector", vector)])
    with parquet.ParquetWriter(path, schema, use_dictionary=False) as writer:
        for words, block in rows.blocks(_ROW_GROUP_NUMBERS):
            flat = pyarrow.array(block.astype(number, copy=False).ravel())
            lists = pyarrow.FixedSizeListArray.from_arrays(flat, type=vector)
            writer.write_table(
                pyarrow.Table.from_arrays([pyarrow.array(words, pyarrow.string()), lists], schema=schema)
            )
