import bz2
import gzip
import io
import lzma
import os
import re
import subprocess
import sys
import threading
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.readers.reading import put, zipped
from wordrel.errors import FetchError, FormatError, WordrelWarning
from wordrel.sources import decompression
from wordrel.sources.opening import open_path, open_stream, read_lines

TEXT = b"".join(b"word%d %d.5 2.25\n" % (i, i) for i in range(80_000))
PACK = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}
SMALL = TEXT[:5000]


@pytest.fixture(params=["with igzip", "without igzip"])
def either(request, monkeypatch):
    if request.param == "without igzip":
        monkeypatch.setitem(sys.modules, "isal", None)
    else:
        pytest.importorskip("isal")


def content(path, member=None):
    with open_path(path, member) as opened:
        return opened.stream.read()


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
@pytest.mark.parametrize("members", [1, 3])
def test_compressed_files_of_one_and_of_several_members(tmp_path, either, pack, members):
    step = len(TEXT) // members + 1
    packed = b"".join(pack(TEXT[start : start + step]) for start in range(0, len(TEXT), step))
    path = put(tmp_path / "a.vec", packed)
    with open_path(path) as opened:
        assert opened.path is None and opened.trusted and opened.size() is None
        assert opened.head(1 << 16) == TEXT[: 1 << 16] == opened.head(1 << 16)
        assert opened.stream.read() == TEXT
    assert list(read_lines(path)) == TEXT.splitlines(keepends=True)


def test_thousands_of_members_as_bgzip_makes_them(tmp_path, either):
    path = put(tmp_path / "a.gz", b"".join(gzip.compress(SMALL[i : i + 2]) for i in range(0, 5000, 2)))
    assert content(path) == SMALL


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
def test_zeros_after_a_stream_are_padding(tmp_path, either, pack):
    assert content(put(tmp_path / "a", pack(SMALL) + bytes(100_000))) == SMALL
    assert content(put(tmp_path / "a", pack(SMALL) + bytes(40_000) + pack(SMALL) + bytes(512))) == 2 * SMALL


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("rest", [b"rest", b"\0\0rest" * 50_000, b"\x1f"])
def test_other_bytes_after_a_stream_are_passed_over_and_reported(tmp_path, either, kind, rest):
    path = put(tmp_path / "a", PACK[kind](SMALL) + rest)
    with pytest.warns(WordrelWarning) as notes:
        assert content(path) == SMALL
    assert [str(note.message) for note in notes] == [
        f"{path}: passed over the bytes that follow the end of its {kind} stream"
    ]


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("cut", [1, 9, 100])
def test_a_stream_that_is_cut_short(tmp_path, either, kind, cut):
    path = put(tmp_path / "a", PACK[kind](SMALL)[:-cut])
    with pytest.raises(FormatError) as error:
        content(path)
    assert str(error.value) == f"{path}: its {kind} stream is cut short or damaged; download the file again"


@pytest.mark.parametrize("kind", PACK)
@given(place=st.integers(12, 700), bit=st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_a_changed_bit_is_found_or_changes_nothing(tmp_path_factory, kind, place, bit):
    packed = bytearray(PACK[kind](SMALL))
    packed[place % len(packed)] ^= 1 << bit
    path = put(tmp_path_factory.getbasetemp() / "changed", bytes(packed))
    try:
        found = content(path)
    except FormatError as error:
        assert str(error) == f"{path}: its {kind} stream is cut short or damaged; download the file again"
    else:
        # Some bits of a header mean nothing, as the time in that of gzip.
        assert found in (SMALL, bytes(packed))


def test_igzip_and_zlib_find_the_same_damages(tmp_path, monkeypatch):
    pytest.importorskip("isal")
    whole = gzip.compress(SMALL, mtime=0)
    found = []
    for module in ("isal", None):
        if module is None:
            monkeypatch.setitem(sys.modules, "isal", None)
        each = []
        for place in range(10, len(whole), 7):
            path = put(tmp_path / "a", whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
            try:
                each.append(content(path))
            except FormatError as error:
                each.append(str(error))
        found.append(each)
    assert found[0] == found[1] and len(set(map(str, found[0]))) == 1
    assert decompression._zlib() is zlib


def test_a_greedy_xz_header_is_refused(tmp_path):
    # The size of the dictionary stands in the header of the block, whose checksum is made anew: 4 GiB.
    packed = bytearray(lzma.compress(SMALL))
    header = packed[12 : 12 + 4 * (packed[12] + 1)]
    header[header.index(b"\x21\x01") + 2] = 40
    header[-4:] = zlib.crc32(bytes(header[:-4])).to_bytes(4, "little")
    packed[12 : 12 + len(header)] = header
    path = put(tmp_path / "a.xz", bytes(packed))
    with pytest.raises(FormatError, match="its xz stream is cut short or damaged; download the file again$"):
        content(path)


def test_a_plain_file_can_be_mapped(tmp_path):
    path = put(tmp_path / "a", TEXT)
    with open_path(path) as opened:
        assert opened.path == path and opened.size() == len(TEXT)
        assert opened.map()[:] == TEXT and opened.file().read() == TEXT
        assert opened.head(70_000) == TEXT[:70_000] and opened.stream.read() == TEXT


def test_a_stream_is_copied_to_be_mapped(tmp_path):
    path = put(tmp_path / "a", gzip.compress(TEXT))
    with open_path(path) as opened:
        assert opened.map()[:] == TEXT
    with open_path(put(path, gzip.compress(b""))) as opened, pytest.raises(FormatError) as error:
        opened.map()
    assert str(error.value) == f"{path}: is empty; check that the download is complete"


def test_an_empty_file_has_an_empty_head(tmp_path):
    with open_path(put(tmp_path / "a", b"")) as opened:
        assert opened.head(1 << 16) == b"" == opened.stream.read()


@pytest.mark.parametrize("packed", [TEXT, gzip.compress(TEXT), zipped({"a.vec": TEXT})], ids=["plain", "gzip", "zip"])
def test_a_pipe_is_read_once(tmp_path, packed):
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write():
        with path.open("wb", buffering=0) as pipe:
            # A few bytes first: one look at a pipe sees no more than was written.
            pipe.write(packed[:3])
            view = memoryview(packed)[3:]
            while view:
                view = view[pipe.write(view[:5000]) :]

    writer = threading.Thread(target=write)
    writer.start()
    with open_path(path) as opened:
        assert opened.path is None
        assert opened.head(1 << 16) == TEXT[: 1 << 16]
        assert opened.stream.read() == TEXT
    writer.join()


@pytest.mark.parametrize("piped", [True, False])
def test_standard_input(tmp_path, piped):
    path = put(tmp_path / "a.gz", gzip.compress(SMALL))
    code = (
        "from pathlib import Path; from wordrel.sources.opening import open_path\n"
        "with open_path(Path('/dev/stdin')) as o: print(o.path, len(o.head(4000)), len(o.stream.read()))"
    )
    with path.open("rb") as file:
        given = {"input": path.read_bytes()} if piped else {"stdin": file}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, **given)
    assert done.stdout == b"None 4000 5000\n"


def test_a_stream_of_the_network_is_neither_trusted_nor_closed():
    raw = io.BytesIO(gzip.compress(SMALL))
    with open_stream(raw, "http://a/b") as opened:
        assert (opened.name, opened.path, opened.trusted) == ("http://a/b", None, False)
        assert opened.stream.read() == SMALL
    assert not raw.closed
    raw = io.BytesIO(zipped({"a.vec": SMALL}))
    with open_stream(raw, "http://a/b") as opened:
        assert opened.stream.read() == SMALL
    assert not raw.closed


class Failing(io.RawIOBase):
    def __init__(self, error):
        self._error = error

    def readable(self):
        return True

    def readinto(self, buffer):
        raise self._error


def test_what_a_stream_says_of_itself_is_passed_on():
    with (
        pytest.raises(FetchError, match="^the line is down$"),
        open_stream(Failing(FetchError("the line is down")), "a"),
    ):
        pass
    broken = Failing(OSError(5, "Input/output error"))
    with pytest.raises(FormatError, match="^a: cannot be read .Input/output error.$"), open_stream(broken, "a"):
        pass
    with pytest.raises(ZeroDivisionError), open_stream(Failing(ZeroDivisionError()), "a"):
        pass


def test_a_folder_is_no_file(tmp_path):
    with (
        pytest.raises(FormatError, match="cannot be read .Is a directory.; check its permissions$"),
        open_path(tmp_path),
    ):
        pass


METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflate": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_only_member_of_a_zip_archive(tmp_path, method):
    path = put(tmp_path / "a", zipped({"folder/": b"", "folder/notes": TEXT}, compression=method))
    with open_path(path) as opened:
        assert opened.path is None and opened.head(70_000) == TEXT[:70_000] and opened.stream.read() == TEXT


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["wiki.bin", "wiki.vec"], "wiki.vec"),
        (["README", "meta.json", "model.bin", "model.txt"], "model.bin"),
        (["LICENSE", "a/b.txt"], "a/b.txt"),
        (["__MACOSX/a.vec", ".a.vec", "a/.b.vec", "real"], "real"),
        (["readme.txt", "a.vec.gz"], "a.vec.gz"),
        (["readme.md", "A.VEC"], "A.VEC"),
    ],
)
def test_the_member_that_looks_like_vectors(tmp_path, names, chosen):
    members = {name: name.encode() for name in names}
    assert content(put(tmp_path / "a.zip", zipped(members))) == chosen.encode()
    for name in names:
        assert content(tmp_path / "a.zip", name) == name.encode()


def test_a_compressed_member_is_decompressed(tmp_path):
    assert content(put(tmp_path / "a.zip", zipped({"a.vec.xz": lzma.compress(SMALL)}))) == SMALL


def test_an_npz_is_left_to_its_reader(tmp_path):
    packed = zipped({"words.npy": b"a", "vectors.npy": b"b"})
    path = put(tmp_path / "a", packed)
    with open_path(path) as opened:
        assert opened.path == path and opened.stream.read() == packed
    with open_stream(io.BytesIO(packed), "a") as opened:
        assert opened.head(100) == packed[:100] and opened.stream.read() == packed
    assert content(path, "words.npy") == b"a"


def encrypted():
    packed = bytearray(zipped({"a.vec": SMALL}))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(magic) + place] |= 1
    return bytes(packed)


def unknown_method():
    packed = bytearray(zipped({"a.vec": SMALL}))
    for magic, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        packed[packed.index(magic) + place] = 93
    return bytes(packed)


GLOVE = {f"glove.{d}d.txt": b"x" for d in (50, 100, 200, 300)}
OUT = "which leads out of the archive; get the file from a source that you trust"
BAD_ZIP = {
    "several": (
        zipped(GLOVE),
        "has 4 members that may be vectors, 'glove.50d.txt', 'glove.100d.txt', 'glove.200d.txt', 'glove.300d.txt'; "
        "unpack it and name one",
    ),
    "many": (
        zipped({f"{i}.vec": b"x" for i in range(9)}),
        "has 9 members that may be vectors, '0.vec', '1.vec', '2.vec', '3.vec', '4.vec' and 4 more; unpack it and name one",
    ),
    "none": (
        zipped({"a.md": b"", "b.md": b""}),
        "has no member that looks like vectors, only 'a.md', 'b.md'",
    ),
    "nothing": (
        zipped({"a/": b"", "a/.b": b""}),
        "is a zip archive with nothing in it; check that the download is complete",
    ),
    "up": (zipped({"a.vec": b"", "../../evil": b""}), f"has a member named '../../evil', {OUT}"),
    "up on Windows": (zipped({"a\\..\\..\\evil.vec": b""}), f"has a member named 'a\\..\\..\\evil.vec', {OUT}"),
    "absolute": (zipped({"/etc/passwd": b""}), f"has a member named '/etc/passwd', {OUT}"),
    "drive": (zipped({"C:/evil": b""}), f"has a member named 'C:/evil', {OUT}"),
    "encrypted": (encrypted(), "'a.vec' is encrypted; unzip it with its password first"),
    "cut": (zipped({"a.vec": SMALL})[:-30], "its zip archive is cut short or damaged; download the file again"),
    "changed": (
        zipped({"a.vec": SMALL}).replace(b"word7 ", b"word8 ", 1),
        "its zip stream is cut short or damaged; download the file again",
    ),
}


@pytest.mark.parametrize(("packed", "problem"), BAD_ZIP.values(), ids=BAD_ZIP)
def test_bad_archives_say_what_is_wrong(tmp_path, packed, problem):
    path = put(tmp_path / "a.zip", packed)
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {problem}')}$"):
        content(path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def test_an_unknown_method(tmp_path):
    path = put(tmp_path / "a.zip", unknown_method())
    with pytest.raises(
        FormatError, match=f"^{re.escape(str(path))}: is a zip archive of a kind that Python cannot read"
    ):
        content(path)


def test_a_member_that_is_not_there(tmp_path):
    path = put(tmp_path / "a.zip", zipped({"a.vec": SMALL}))
    with pytest.raises(FormatError) as error:
        content(path, "b.vec")
    assert str(error.value) == f"{path}: has no member 'b.vec'; it has 'a.vec'"
    path = put(tmp_path / "a.vec", SMALL)
    with pytest.raises(FormatError) as error:
        content(path, "b.vec")
    assert str(error.value) == f"{path}: is no zip archive, so it has no member 'b.vec'; leave the member out"
