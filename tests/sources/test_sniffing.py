import gzip
import importlib
import io
import re
import struct
import tarfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.readers.reading import (
    PLAIN,
    VECTORS,
    WORDS,
    fasttext_bytes,
    npy,
    npz,
    parquet,
    put,
    safetensors,
    word2vec,
    zipped,
)
from wordrel.errors import FormatError
from wordrel.sources import sniffing
from wordrel.sources.opening import open_path
from wordrel.sources.readers import text

TEXT_ROWS = "".join(f"{w} {' '.join(f'{x:.4f}' for x in row)}\n" for w, row in zip(WORDS, VECTORS, strict=True))
FORMATS = {
    "word2vec_binary.read": [word2vec(), word2vec(end=b""), word2vec(vectors=np.zeros((12, 5), np.float32))],
    "fasttext_bin.read": [fasttext_bytes()],
    "numpy_files.read_npz": [npz(words=np.array(WORDS), vectors=VECTORS)],
    "numpy_files.read_npy": [npy(VECTORS)],
    "parquet.read": [parquet({"word": WORDS, "vector": list(VECTORS)})],
    "safetensors_file.read": [safetensors({"embeddings": VECTORS})],
    "keyed_vectors.read": [b"\x80\x04\x95", b"\x80\x02ca\nb\n"],
    "text.read": [
        TEXT_ROWS.encode(),
        f"12 5\n{TEXT_ROWS}".encode(),
        f"\ufeff12 5\r\n{TEXT_ROWS}".encode(),
        b"12 5\n",
        b"3 0\na\n",
        b"",
        # Control characters in a word or two, as crawled vectors have them.
        ("12 5\n" + TEXT_ROWS.replace("caff", "ca\x01ff")).encode(),
        f"12 5\n{TEXT_ROWS}".encode().replace("è".encode(), b"\xe8"),
        b"\x01 1 2 3\n" + TEXT_ROWS.encode(),
        # A row that is a number short is text that is wrong, not binary.
        b"12 5\ncat 1 2 3 4\n",
        b"2 3\nNew York 1 2 3\n",
        b"< 1 2 3\n<html 1 2 3\n",
    ],
}


@pytest.fixture(autouse=True)
def text_reader(monkeypatch):
    monkeypatch.setattr(text, "read", lambda opened, options: None, raising=False)


def chosen(path):
    with open_path(path) as opened:
        return sniffing.reader_for(opened)


@pytest.mark.parametrize(
    ("name", "content"), [(name, content) for name, contents in FORMATS.items() for content in contents]
)
@pytest.mark.parametrize("dress", ["plain", "gzip", "zip"])
def test_the_reader_is_chosen_by_content(tmp_path, name, content, dress):
    packed = {"plain": content, "gzip": gzip.compress(content), "zip": zipped({"a": content})}[dress]
    module, function = name.split(".")
    expected = getattr(importlib.import_module(f"wordrel.sources.readers.{module}"), function)
    path = put(tmp_path / "any.name", packed)
    assert chosen(path) is expected


@given(
    words=st.lists(st.text(st.characters(codec="utf-8", exclude_characters=" \n"), min_size=1), min_size=1, max_size=9),
    dimensions=st.integers(4, 60),
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([1e-3, 1.0, 100.0]),
)
@settings(max_examples=200, deadline=None)
def test_binary_and_text_of_the_same_vectors_are_told_apart(words, dimensions, seed, scale):
    vectors = (np.random.default_rng(seed).normal(size=(len(words), dimensions)) * scale).astype(np.float32)
    assert sniffing.is_word2vec_binary(word2vec(words, vectors)[: sniffing.HEAD])
    rows = "".join(f"{w} {' '.join(map(str, row))}\n" for w, row in zip(words, vectors, strict=True))
    assert not sniffing.is_word2vec_binary(f"{len(words)} {dimensions}\n{rows}".encode())


def test_long_rows_and_one_dimension(tmp_path):
    wide = np.random.default_rng(0).normal(size=(2, 30_000)).astype(np.float32)
    assert sniffing.is_word2vec_binary(word2vec(["a", "b"], wide)[: sniffing.HEAD])
    text_rows = "".join(f"{w} {' '.join(map(str, row))}\n" for w, row in zip("ab", wide, strict=True))
    assert not sniffing.is_word2vec_binary(f"2 30000\n{text_rows}".encode()[: sniffing.HEAD])
    assert sniffing.is_word2vec_binary(word2vec(PLAIN, VECTORS[:, :1]))
    # Two numbers without a control character among their bytes.
    assert sniffing.is_word2vec_binary(b"1 2\n0 \x86/\xb59\xdcaW:\n")
    assert not sniffing.is_word2vec_binary(b"3 1\na 1\nb 2\nc 3\n")


def tar():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("a.vec")
        info.size = len(TEXT_ROWS.encode())
        archive.addfile(info, io.BytesIO(TEXT_ROWS.encode()))
    return stream.getvalue()


HTML = "is an HTML page, not vectors; the address may need a log-in or have moved, open it in a browser"
UTF16 = "is UTF-16 text; convert the file with 'iconv -f utf-16 -t utf-8'"
UNKNOWN = (
    "is in a binary format that is neither word2vec's nor fastText's nor another that wordrel reads; save it as .vec, "
    ".npz, .parquet or .safetensors"
)
OTHER = {
    "html": (b"<html>\n<p>hello</p>\n", HTML),
    "doctype": (b"\xef\xbb\xbf\r\n  <!DOCTYPE html><title>Sign in</title>", HTML),
    "HTML": (b"<HTML lang='en'>", HTML),
    "xhtml": (b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC>", HTML),
    "pdf": (b"%PDF-1.7\n", "is a PDF document, not vectors; name a file of vectors"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "is a 7z archive; unpack it with '7z x' and name the file in it"),
    "rar": (b"Rar!\x1a\x07\x01\0", "is a RAR archive; unpack it with 'unrar x' and name the file in it"),
    "zstd": (b"\x28\xb5\x2f\xfd\x04\0", "is compressed with zstd; decompress it with 'zstd -d' first"),
    "lz4": (b"\x04\x22\x4d\x18\x64", "is compressed with lz4; decompress it with 'lz4 -d' first"),
    "compress": (b"\x1f\x9d\x90", "is compressed with compress; decompress it with 'uncompress' first"),
    "hdf5": (
        b"\x89HDF\r\n\x1a\n\0",
        "is an HDF5 file, which wordrel does not read; save it as .npz with words and vectors",
    ),
    "lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
        "is a pointer of Git LFS, not the file itself; fetch it with 'git lfs pull'",
    ),
    "utf-16": (TEXT_ROWS.encode("utf-16"), UTF16),
    "utf-16 big": (b"\xfe\xff" + TEXT_ROWS.encode("utf-16-be"), UTF16),
    "tar": (tar(), "is a tar archive; unpack it with 'tar xf' and name the file in it"),
    "binary": (struct.pack("<20i", *range(20)), UNKNOWN),
    "old fastText": (struct.pack("<12i", 100, 5, 5, 5, 5, 1, 1, 2, 2_000_000, 3, 6, 100), UNKNOWN),
}


@pytest.mark.parametrize(("content", "problem"), OTHER.values(), ids=OTHER)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_something_else_is_named(tmp_path, content, problem, packed):
    path = put(tmp_path / "a.vec", gzip.compress(content) if packed else content)
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {problem}')}$"):
        chosen(path)
