"""Which reader a file wants, by its first bytes: a name can be anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import cast

from wordrel.errors import FormatError
from wordrel.sources.opening import Opened
from wordrel.sources.options import ReadOptions
from wordrel.sources.rows import Table

Reader = Callable[[Opened, ReadOptions], Table]

HEAD = 1 << 16
"""So many bytes are looked at."""

# Module and function of each reader: a module is imported when a file of its format is read.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "numpy_files", "read_npz"),
    (b"\x93NUMPY", "numpy_files", "read_npy"),
    (b"\xba\x16\x4f\x2f", "fasttext_bin", "read"),
    (b"PAR1", "parquet", "read"),
)
_TEXT = ("text", "read")

_OTHER: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "is a PDF document, not vectors; name a file of vectors"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it with '7z x' and name the file in it"),
    (b"Rar!\x1a\x07", "is a RAR archive; unpack it with 'unrar x' and name the file in it"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd; decompress it with 'zstd -d' first"),
    (b"\x04\x22\x4d\x18", "is compressed with lz4; decompress it with 'lz4 -d' first"),
    (b"\x1f\x9d", "is compressed with compress; decompress it with 'uncompress' first"),
    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file, which wordrel does not read; save it as .npz with words and vectors"),
    (b"version https://git-lfs", "is a pointer of Git LFS, not the file itself; fetch it with 'git lfs pull'"),
    (b"\xff\xfe", "is UTF-16 text; convert the file with 'iconv -f utf-16 -t utf-8'"),
    (b"\xfe\xff", "is UTF-16 text; convert the file with 'iconv -f utf-16 -t utf-8'"),
)

_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|\?xml[^>]*>\s*<(?:!doctype\s+html|html))\b", re.I)
_HEADER = re.compile(rb"[ \t]{0,20}(\d{1,20})[ \t]{1,20}(\d{1,20})[ \t]{0,20}\r?\n")

# Control characters that a text of vectors has none of.
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r"))
_NUMERIC = b"0123456789+-.eEinfatyINFATY"
# More than this share of control characters is no text: crawled words contain one in thousands, float32 one in ten.
_BINARY_SHARE = 0.01


def reader_for(opened: Opened) -> Reader:
    """Choose the reader of a file by its first bytes.

    Returns
    -------
    callable
        ``read(opened, options)``, which gives a `Table`.

    Raises
    ------
    FormatError
        When the file is certainly something else: a web page, an archive, an unknown binary format.
    """
    head = opened.head(HEAD)
    for magic, module, function in _MAGIC:
        if head.startswith(magic):
            return _reader(module, function)
    for magic, problem in _OTHER:
        if head.startswith(magic):
            raise FormatError(opened.name, problem)
    if _HTML.match(head):
        raise FormatError(
            opened.name,
            "is an HTML page, not vectors; the address may need a log-in or have moved, open it in a browser",
        )
    if head[257:262] == b"ustar":
        raise FormatError(opened.name, "is a tar archive; unpack it with 'tar xf' and name the file in it")
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return _reader("keyed_vectors", "read")
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 32:
        return _reader("safetensors_file", "read")
    if is_word2vec_binary(head):
        return _reader("word2vec_binary", "read")
    if _HEADER.match(head) is None and _is_binary(head):
        raise FormatError(
            opened.name,
            "is in a binary format that is neither word2vec's nor fastText's nor another that wordrel reads; "
            "save it as .vec, .npz, .parquet or .safetensors",
        )
    return _reader(*_TEXT)


def is_word2vec_binary(head: bytes) -> bool:
    """Tell word2vec's binary format from its text format; both begin with a header of two counts.

    In text the first row is a word and as many numbers as the header says. In binary, four bytes a number follow the
    word, and of those of ordinary numbers about one in ten is a control character, which text has none of.
    """
    header = _HEADER.match(head)
    if header is None or not (dimensions := int(header[2])):
        return False
    rows = head[header.end() :]
    _, blank, numbers = rows.partition(b" ")
    if not blank:
        return False
    line = numbers.partition(b"\n")[0]
    fields = line.split()
    numeric = sum(not field.translate(None, _NUMERIC) for field in fields)
    if numeric == len(fields) == dimensions:
        return False
    if _controls(numbers[: 4 * dimensions]) or _is_binary(rows):
        return True
    # Text with a row that is wrong has mostly numbers in it still; a few floats without a control character have none.
    return 2 * numeric < len(fields) and not _is_utf8(line)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_binary(data: bytes) -> bool:
    return _controls(data) > _BINARY_SHARE * len(data)


def _controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, _CONTROL))


def _reader(module: str, function: str) -> Reader:
    return cast(Reader, getattr(import_module(f"wordrel.sources.readers.{module}"), function))
