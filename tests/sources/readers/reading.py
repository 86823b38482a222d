"""What the tests of readers share: a file read to its end, and files of every format, written by the real libraries."""

import gzip
import io
import json
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wordrel.sources.opening import open_path
from wordrel.sources.options import ReadOptions
from wordrel.sources.rows import Table
from wordrel.sources.sniffing import reader_for

WORDS = [
    "cat",
    "caffè",
    "New York",
    "caffè\u00a0nero",
    "#",
    '"quoted"',
    "😀",
    "東京",
    "война",
    "L'Aquila",
    "a,b",
    "1999",
]
PLAIN = [word.replace(" ", "_") for word in WORDS]
VECTORS = np.random.default_rng(0).normal(size=(len(WORDS), 5)).astype(np.float32)


class Read(NamedTuple):
    words: list[str]
    vectors: np.ndarray
    table: Table


def read(path: Path, **options: object) -> Read:
    """Read a file by the reader that its content wants, all blocks."""
    with open_path(Path(path)) as opened:
        return drained(reader_for(opened)(opened, ReadOptions(**options)))


def drained(table: Table) -> Read:
    blocks = list(table.blocks)
    words = [word for block in blocks for word in block.words]
    vectors = np.concatenate([block.vectors for block in blocks]) if blocks else np.empty((0, table.dimensions))
    assert all(len(block.words) == len(block.vectors) for block in blocks)
    assert vectors.shape == (len(words), table.dimensions)
    return Read(words, vectors, table)


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def word2vec(words=PLAIN, vectors=VECTORS, end=b"\n", header=None) -> bytes:
    """The format of word2vec.c, written out."""
    rows = (word.encode() + b" " + row.astype("<f4").tobytes() + end for word, row in zip(words, vectors, strict=True))
    return (header or f"{len(words)} {vectors.shape[1]}\n").encode() + b"".join(rows)


def npz(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def npy(array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def safetensors(tensors) -> bytes:
    from safetensors.numpy import save

    return save(tensors)


def tokenizer(vocabulary) -> bytes:
    return json.dumps({"model": {"type": "WordLevel", "vocab": vocabulary}}, ensure_ascii=False).encode()


def parquet(columns, **options) -> bytes:
    import pyarrow
    import pyarrow.parquet

    stream = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), stream, **options)
    return stream.getvalue()


def fasttext_bytes(
    words=PLAIN, vectors=VECTORS, buckets=7, subwords=(3, 6), kind=2, version=12, labels=(), magic=793712314, quantised=0,
    pruned=-1, grams=None, entries=None,
) -> bytes:  # fmt: skip
    """fastText's format, written out in a loop: the package that writes it is not needed where only bytes matter."""
    import struct

    grams = np.zeros((buckets, vectors.shape[1])) if grams is None else grams
    spelt = [(word.encode(), 0) for word in words] + [(word.encode(), 1) for word in labels]
    head = struct.pack(
        "<ii12id", magic, version, vectors.shape[1], 5, 5, 1, 5, 1, 2, kind, buckets, *subwords, 100, 1e-4
    )
    head += struct.pack("<3i2q", entries or len(spelt), len(words), len(labels), 100, pruned)
    dictionary = b"".join(word + b"\0" + struct.pack("<qb", 1, entry) for word, entry in spelt)
    matrix = np.concatenate([vectors, grams]).astype("<f4")
    tail = struct.pack("<B2q", quantised, *matrix.shape) + matrix.tobytes()
    return head + dictionary + tail + struct.pack("<B2q", 0, 0, vectors.shape[1])


def silently(call, *arguments):
    """Call while warnings are passed over: what is measured is whether an error escapes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments)


def zipped(members: dict[str, bytes], **options) -> bytes:
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
