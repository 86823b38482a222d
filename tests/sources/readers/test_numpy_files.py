import io
import re
import zipfile

import numpy as np
import pytest

from tests.sources.readers.reading import VECTORS, WORDS, gzipped, npy, npz, put, read, zipped
from wordrel.errors import FormatError
from wordrel.sources.opening import open_stream
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import npy as header
from wordrel.sources.readers import numpy_files

DRESSES = {
    "float64": VECTORS.astype(np.float64),
    "float16": VECTORS.astype(np.float16),
    "big endian": VECTORS.astype(">f4"),
    "columns first": np.asfortranarray(VECTORS),
    "integers": (VECTORS * 100).astype(np.int8),
}


def compressed(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize("vectors", DRESSES.values(), ids=DRESSES)
@pytest.mark.parametrize("write", [npz, compressed])
@pytest.mark.parametrize("block", [8 << 20, 1])
@pytest.mark.parametrize("limit", [None, 5])
def test_npz(tmp_path, monkeypatch, vectors, write, block, limit):
    monkeypatch.setattr(numpy_files, "_BLOCK_BYTES", block)
    found = read(put(tmp_path / "a", write(words=np.array(WORDS), vectors=vectors)), limit=limit)
    assert found.words == WORDS[:limit] and found.table.rows == len(WORDS[:limit])
    np.testing.assert_array_equal(found.vectors, vectors[:limit])


def test_npz_of_a_stream_and_in_gzip(tmp_path):
    content = npz(words=np.array(WORDS, dtype=">U20"), vectors=VECTORS)
    with open_stream(io.BytesIO(content), "http://a/b") as opened:
        blocks = list(numpy_files.read_npz(opened, ReadOptions()).blocks)
    assert blocks[0].words == WORDS
    found = read(put(tmp_path / "a", gzipped(content)))
    np.testing.assert_array_equal(found.vectors, VECTORS)


@pytest.mark.parametrize("vocabulary", ["b.txt", "b.vocab", "words.txt", "vocab.txt"])
@pytest.mark.parametrize("vectors", DRESSES.values(), ids=DRESSES)
def test_npy_and_its_words(tmp_path, vocabulary, vectors):
    put(tmp_path / "b.npy", npy(vectors))
    put(tmp_path / vocabulary, ("\r\n".join(WORDS) + "\r\n").encode("utf-8-sig"))
    found = read(tmp_path / "b.npy", limit=7)
    assert found.words == WORDS[:7]
    np.testing.assert_array_equal(found.vectors, vectors[:7])


def test_npy_is_not_copied(tmp_path):
    put(tmp_path / "b.npy", npy(VECTORS))
    put(tmp_path / "b.txt", "\n".join(WORDS).encode())
    from wordrel.sources.opening import open_path

    with open_path(tmp_path / "b.npy") as opened:
        (block,) = numpy_files.read_npy(opened, ReadOptions()).blocks
    assert isinstance(block.vectors, np.memmap) and not block.vectors.flags.writeable


def member(header_text, body=b"", version=b"\x01\x00"):
    text = header_text.encode("latin1")
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + body


W = npy(np.array(WORDS))
V = npy(VECTORS)
HUGE = member("{'descr': '<f4', 'fortran_order': False, 'shape': (12, 1000000000), }\n")
OBJECTS = npy(np.array(["a"]))[:6] + member("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n")[6:]
CODES = npy(np.array(["ab"] * 12)).replace("b".encode("utf-32-le"), b"\x00\xd8\x00\x00")
BAD_NPZ = {
    "no words": (zipped({"vectors.npy": V}), "has no array 'words'; an .npz of vectors has 'words' and 'vectors'"),
    "no vectors": (zipped({"words.npy": W}), "has no array 'vectors'; an .npz of vectors has 'words' and 'vectors'"),
    "bytes": (
        npz(words=np.array([b"a"]), vectors=np.ones((1, 2))),
        "'words' must be a list of unicode strings; save it with np.array(words, dtype=str)",
    ),
    "one row": (
        npz(words=np.array(["a"]), vectors=np.ones(2)),
        "the vectors must be a table of numbers, words x dimensions",
    ),
    "complex": (
        npz(words=np.array(["a"]), vectors=np.ones((1, 2), dtype=complex)),
        "the vectors must be a table of numbers, words x dimensions",
    ),
    "counts": (
        npz(words=np.array(["a", "b"]), vectors=np.ones((3, 2))),
        "has 2 words and 3 vectors; there must be one for each",
    ),
    "nothing": (
        npz(words=np.array([], dtype=str), vectors=np.ones((0, 2))),
        "has no vectors in it; check that the download is complete",
    ),
    "no dimensions": (
        npz(words=np.array(["a"]), vectors=np.ones((1, 0))),
        "has no vectors in it; check that the download is complete",
    ),
    "objects": (
        zipped({"words.npy": OBJECTS, "vectors.npy": V}),
        "is not a readable .npz file (it holds Python objects, which can run code); save words with dtype=str",
    ),
    "a header that lies": (
        zipped({"words.npy": W, "vectors.npy": HUGE + VECTORS.tobytes()}),
        "is not a readable .npz file ('vectors' has other bytes than its header promises); check that it is complete",
    ),
    "more than its header says": (
        zipped({"words.npy": W, "vectors.npy": V + bytes(10_000_000)}, compression=zipfile.ZIP_DEFLATED),
        "is not a readable .npz file ('vectors' has other bytes than its header promises); check that it is complete",
    ),
    "no header": (
        zipped({"words.npy": b"PK", "vectors.npy": V}),
        "is not a readable .npz file (it has no header); check that it is complete",
    ),
    "no characters": (
        zipped({"words.npy": CODES, "vectors.npy": V}),
        "'words' has codes in it that are no characters; save them anew as UTF-8 text",
    ),
    "wide": (
        npz(words=np.array(["a", "b" * 300_000]), vectors=np.ones((2, 2))),
        "'words' has room for words of 300,000 characters; leave the longest one out",
    ),
}


@pytest.mark.parametrize(("content", "problem"), BAD_NPZ.values(), ids=BAD_NPZ)
def test_a_bad_npz_says_what_is_wrong(tmp_path, content, problem):
    path = put(tmp_path / "a.npz", content)
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {problem}')}$"):
        read(path)


def test_a_member_that_lies_about_its_length_is_never_inflated(tmp_path):
    """A zip archive whose directory promises a gigabyte for a member of some bytes: no memory is set aside for it."""
    shape = (12, 25_000_000)
    lying = member(f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n")
    content = bytearray(zipped({"words.npy": W, "vectors.npy": lying + VECTORS.tobytes()}))
    size = len(lying) + 4 * shape[0] * shape[1]
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = size.to_bytes(4, "little")
    with pytest.raises(FormatError, match=r"\('vectors' has other bytes than its header promises\); check that it is"):
        read(put(tmp_path / "a.npz", bytes(content)))


@pytest.mark.parametrize("cut", [1, 17, 100, 300])
def test_a_cut_npz(tmp_path, cut):
    path = put(tmp_path / "a.npz", npz(words=np.array(WORDS), vectors=VECTORS)[:-cut])
    with pytest.raises(
        FormatError, match=f"^{re.escape(str(path))}: .*(check that it is complete|download the file again)$"
    ):
        read(path)


def test_damaged_numbers_are_found_by_the_checksum(tmp_path):
    content = bytearray(npz(words=np.array(WORDS), vectors=VECTORS))
    content[content.index(VECTORS.tobytes()) + 5] ^= 1
    path = put(tmp_path / "a.npz", bytes(content))
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == (
        f"{path}: is not a readable .npz file (Bad CRC-32 for file 'vectors.npy'); check that it is complete"
    )


def test_bad_npy(tmp_path):
    path = put(tmp_path / "a.npy", V)
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == f"{path}: its words are missing; put them, one a line, into a.txt beside it"
    put(tmp_path / "a.txt", b"one\nt\xe8o\n")
    with pytest.raises(FormatError, match=f"^{re.escape(str(tmp_path / 'a.txt'))}:2: is not UTF-8; convert"):
        read(path)
    put(tmp_path / "a.txt", b"one\n\n")
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == f"{path}: has 2 words and 12 vectors; there must be one for each"
    put(path, V[:-7])
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == (
        f"{path}: is not a readable .npy file (it has {len(V) - 7} bytes, and its header promises {len(V)}); "
        "check that it is complete"
    )
    put(path, gzipped(V))
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == f"{path}: its words are missing; an .npy file is read from disk, not compressed"


@pytest.mark.parametrize(
    "array", [VECTORS, np.asfortranarray(VECTORS), np.ones(3), np.ones((2, 0, 3), ">i2"), np.array("a")]
)
def test_headers_are_those_that_numpy_reads(array):
    content = npy(array)
    found = header.parse(content, "a", "b")
    assert (found.dtype, found.shape, found.end) == (array.dtype, array.shape, len(content))
    assert found.fortran == (array.flags.f_contiguous and not array.flags.c_contiguous)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x93NUMPY\x01", "it has no header"),
        (b"\x93NUMPY\x09\x00\x01\x00 ", "its version is 9"),
        (member("{'descr': '<f4'")[:-4], "its header is cut short"),
        (
            member("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"),
            "its header names no plain array",
        ),
        (member("{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }"), "its type is '<f3'"),
        (member("{'descr': '<U999999999', 'fortran_order': False, 'shape': (1,), }"), "its type is '<U999999999'"),
        (member("{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}"), "its header names no plain array"),
    ],
)
def test_headers_that_are_none(content, reason):
    with pytest.raises(FormatError) as error:
        header.parse(content, "a.npy", "is not a readable .npy file")
    assert str(error.value) == f"a.npy: is not a readable .npy file ({reason}); check that it is complete"
