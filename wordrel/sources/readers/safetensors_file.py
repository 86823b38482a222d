"""safetensors: the table of a static embedding, as model2vec saves it, with its vocabulary in a file beside it.

Format: 8 bytes, the length of a header; the header, JSON that gives each tensor's type, shape and place; the numbers
(https://github.com/huggingface/safetensors). It is simple enough to be read, and memory-mapped, without a package.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, shorten
from wordrel.sources.opening import Opened
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import tokenizer
from wordrel.sources.rows import Block, Table

_NAMES = ("embeddings", "embedding.weight")
_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I8": "|i1",
    "U8": "|u1",
    "I16": "<i2",
}
# The limit of the format's own library.
_LONGEST_HEADER = 100_000_000
_BLOCK_BYTES = 8 << 20


class _Tensor(NamedTuple):
    kind: str
    array: npt.NDArray[Any]


def read(opened: Opened, options: ReadOptions) -> Table:
    """Read the tensor ``embeddings``, or the only table there is, and its words.

    model2vec's ``mapping`` from words to rows and its ``weights`` of words are taken into account.

    Raises
    ------
    FormatError
    """
    if opened.path is None:
        problem = (
            "its words are missing; a .safetensors file is read from disk, not compressed, with tokenizer.json beside"
        )
        raise FormatError(opened.name, problem)
    tensors = _tensors(opened)
    name = next((known for known in _NAMES if known in tensors), None) or _only_table(opened.name, tensors)
    kind, table = tensors[name]
    if table.ndim != 2 or not table.size or (table.dtype.kind != "f" and kind != "BF16"):
        raise FormatError(opened.name, f"the tensor '{shorten(name)}' must be a table of numbers, words x dimensions")
    mapping, weights = (_column(opened.name, tensors, key) for key in ("mapping", "weights"))
    if mapping is not None and (mapping.dtype.kind not in "iu" or (mapping.min() < 0 or mapping.max() >= len(table))):
        raise FormatError(opened.name, "its 'mapping' names rows that the table does not have; save it again")
    words, rows = tokenizer.words(opened.path, len(table) if mapping is None else len(mapping))
    if weights is not None and len(weights) != len(table if mapping is None else mapping):
        raise FormatError(opened.name, "its 'weights' must be one for each word; save it again")
    wanted = slice(options.limit)
    blocks = _blocks(words[wanted], rows[wanted], table, kind == "BF16", mapping, weights)
    return Table(table.shape[1], blocks, len(words[wanted]))


def _tensors(opened: Opened) -> dict[str, _Tensor]:
    data = opened.map()
    length = int.from_bytes(data[:8], "little")
    start = 8 + length
    if length > _LONGEST_HEADER or start > len(data):
        raise FormatError(opened.name, "its header is cut short; download the file again")
    try:
        header = json.loads(data[8:start])
    except (ValueError, RecursionError):
        raise FormatError(opened.name, "its header is not readable JSON; download the file again") from None
    tensors = {}
    for name, entry in header.items() if isinstance(header, dict) else ():
        if name != "__metadata__":
            tensors[name] = _tensor(opened.name, name, entry, data, start)
    return {name: tensor for name, tensor in tensors.items() if tensor is not None}


def _tensor(file: str, name: str, entry: Any, data: Any, start: int) -> _Tensor | None:
    wrong = FormatError(file, f"the place of the tensor '{shorten(name)}' is damaged; download the file again")
    if not isinstance(entry, dict):
        raise wrong
    kind, shape, place = entry.get("dtype"), _naturals(entry.get("shape")), _naturals(entry.get("data_offsets"))
    if shape is None or place is None or len(place) != 2 or not isinstance(kind, str):
        raise wrong
    if kind not in _TYPES:
        return None
    dtype = np.dtype(_TYPES[kind])
    if place[1] - place[0] != prod(shape) * dtype.itemsize or start + place[1] > len(data) or len(shape) > 8:
        raise wrong
    if 0 in shape:
        # numpy refuses other lengths that would be too long together, though there is nothing in them.
        shape = [0] * len(shape)
    return _Tensor(kind, np.ndarray(tuple(shape), dtype, data, start + place[0]))


def _naturals(values: Any) -> list[int] | None:
    good = isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)
    return values if good else None


def _only_table(file: str, tensors: dict[str, _Tensor]) -> str:
    tables = [name for name, (_, array) in tensors.items() if array.ndim == 2]
    if len(tables) != 1:
        problem = (
            f"has {len(tables)} tables and none is named 'embeddings'; save the one of word vectors under that name"
        )
        raise FormatError(file, problem)
    return tables[0]


def _column(file: str, tensors: dict[str, _Tensor], key: str) -> npt.NDArray[Any] | None:
    if key not in tensors:
        return None
    kind, array = tensors[key]
    if kind == "BF16":
        array = _widened(array)
    if array.ndim != 1 or not array.size:
        raise FormatError(file, f"its '{key}' must be one number for each word; save it again")
    return array


def _blocks(
    words: list[str],
    tokens: npt.NDArray[np.int64],
    table: npt.NDArray[Any],
    is_bfloat: bool,
    mapping: npt.NDArray[Any] | None,
    weights: npt.NDArray[Any] | None,
) -> Iterator[Block]:
    rows = tokens if mapping is None else mapping[tokens].astype(np.int64)
    if weights is None and not is_bfloat and np.array_equal(rows, np.arange(len(rows))):
        # A row a word, in order: the map as it is.
        yield Block(words, table[: len(words)])
        return
    step = max(1, _BLOCK_BYTES // (4 * table.shape[1]))
    for start in range(0, len(words), step):
        part = slice(start, start + step)
        vectors = table[rows[part]]
        if is_bfloat:
            vectors = _widened(vectors)
        if weights is not None:
            vectors = vectors * weights[tokens[part], None]
        yield Block(words[part], vectors)


def _widened(bfloats: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    # bfloat16 is the upper half of a float32.
    return (bfloats.astype(np.uint32) << 16).view(np.float32)
