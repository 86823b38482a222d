"""Parquet tables: a column of words and one of lists of numbers, or a column of numbers for each dimension."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, MissingExtra, shorten
from wordrel.sources.opening import Opened
from wordrel.sources.options import ReadOptions
from wordrel.sources.rows import Block, Table

_WORD_COLUMNS = ("word", "words", "token")
# 4,096 rows of 300 numbers are about 5 MB.
_BLOCK_ROWS = 4096


def read(opened: Opened, options: ReadOptions) -> Table:
    """Read a Parquet file, batch by batch.

    The words are in the column ``word``, ``words`` or ``token``, or the only one of strings; the vectors in the only
    column of lists, or in all columns of numbers, in order.

    Raises
    ------
    FormatError
    MissingExtra
        When pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("Parquet", "pyarrow", "parquet") from None
    source = pyarrow.BufferReader(pyarrow.py_buffer(opened.map()))
    damages = (pyarrow.ArrowException, OSError, ValueError, MemoryError)
    try:
        file = pyarrow.parquet.ParquetFile(source)
        schema, rows = file.schema_arrow, file.metadata.num_rows
    except damages as error:
        raise _damaged(opened.name, error) from None
    columns = _columns(opened.name, schema, pyarrow.types)
    blocks = _blocks(opened.name, file, columns, options.limit, damages)
    first = next(blocks, None)
    if first is None or not first.vectors.shape[1]:
        raise FormatError(opened.name, "has no vectors in it; check that the download is complete")
    size = opened.size()
    # A column of numbers may be packed well, but a word takes a byte.
    wanted = rows if options.limit is None else min(rows, options.limit)
    return Table(first.vectors.shape[1], chain([first], blocks), wanted if size is None or 0 <= rows <= size else None)


def _damaged(name: str, error: Exception) -> FormatError:
    reason = shorten(str(error).splitlines()[0] if str(error) else type(error).__name__, 100)
    return FormatError(name, f"is not a readable Parquet file ({reason}); download the file again")


def _columns(name: str, schema: Any, types: Any) -> list[str]:
    """Choose the column of words and those of vectors."""
    strings, lists, numbers = [], [], []
    for field in schema:
        kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        if types.is_string(kind) or types.is_large_string(kind):
            strings.append(field.name)
        elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
            if _is_number(kind.value_type, types):
                lists.append(field.name)
        elif _is_number(kind, types):
            numbers.append(field.name)
    if len(set(schema.names)) < len(schema.names):
        raise FormatError(name, "has two columns of one name; rename one of them")
    word = next((known for known in _WORD_COLUMNS if known in strings), None)
    if word is None and len(strings) == 1:
        word = strings[0]
    if word is None:
        problem = f"has {len(strings)} columns of strings and none is named 'word'; name the column of words so"
        raise FormatError(name, problem)
    if len(lists) > 1:
        raise FormatError(name, f"has {len(lists)} columns of lists; keep only the one of vectors")
    if not lists and not numbers:
        raise FormatError(name, "has no column of numbers; give each word a list of them, or a column a dimension")
    return [word, *(lists or numbers)]


def _is_number(kind: Any, types: Any) -> bool:
    return bool(types.is_floating(kind) or types.is_integer(kind))


def _blocks(
    name: str, file: Any, columns: list[str], limit: int | None, damages: tuple[type[Exception], ...]
) -> Iterator[Block]:
    done = 0
    dimensions = 0
    batches = file.iter_batches(batch_size=min(limit or _BLOCK_ROWS, _BLOCK_ROWS), columns=columns)
    while limit is None or done < limit:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            words = batch.column(columns[0]).to_pylist()
            vectors = _vectors(name, batch, columns, done)
        except FormatError:
            raise
        except damages as error:
            raise _damaged(name, error) from None
        if None in words:
            raise FormatError(name, f"row {done + words.index(None)}: the word is missing; leave the row out")
        if done and words and vectors.shape[1] != dimensions:
            problem = f"expected {dimensions} numbers, found {vectors.shape[1]}; correct the row or leave it out"
            raise FormatError(name, f"row {done}: {problem}")
        dimensions = vectors.shape[1]
        kept = len(words) if limit is None else min(len(words), limit - done)
        if kept:
            yield Block(words[:kept], vectors[:kept])
        done += len(words)


def _vectors(name: str, batch: Any, columns: list[str], first_row: int) -> npt.NDArray[Any]:
    column = batch.column(columns[1])
    if not hasattr(column, "flatten") or len(columns) > 2 or not hasattr(column.type, "value_type"):
        return np.stack([_numbers(batch.column(name)) for name in columns[1:]], axis=1)
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise FormatError(name, f"row {first_row + row}: the vector is missing; leave the row out")
    lengths = column.value_lengths().to_numpy(zero_copy_only=False)
    if len(lengths) and (lengths != lengths[0]).any():
        row = int(np.argmax(lengths != lengths[0]))
        problem = f"expected {lengths[0]} numbers, found {lengths[row]}; correct the row or leave it out"
        raise FormatError(name, f"row {first_row + row}: {problem}")
    return _numbers(column.flatten()).reshape(len(column), int(lengths[0]) if len(lengths) else 0)


def _numbers(column: Any) -> npt.NDArray[Any]:
    # Empty cells become NaN, which is reported like any other.
    numbers: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return numbers
