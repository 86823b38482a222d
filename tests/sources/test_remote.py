"""Files read over HTTP: the right bytes, and hardly more of them than were asked for."""

import gzip
import io
import random
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server import Server
from tests.sources.conftest import CONTENT, HURRIED
from wordrel.errors import FetchError
from wordrel.sources import transport
from wordrel.sources.remote import RemoteFile


def remote(url: str, **more) -> RemoteFile:
    return RemoteFile(url, policy=HURRIED, **more)


def refused(url: str, **more) -> str:
    with pytest.raises(FetchError) as caught, remote(url, **more) as file:
        file.read()
    return str(caught.value)


def test_it_reads_to_the_end_in_one_request(server: Server):
    with remote(server.add("/it.vec", CONTENT)) as file:
        assert file.read() == CONTENT and file.read(10) == b"" and file.tell() == len(CONTENT)
        assert file.transferred == len(CONTENT)
    assert server.requests == [("/it.vec", None)]


def test_nothing_is_asked_for_before_it_is_read(server):
    with remote(server.add("/it.vec", CONTENT)) as file:
        file.seek(100)
        file.seek(7, io.SEEK_CUR)
        assert file.tell() == 107 and server.requests == []
        assert file.read(3) == CONTENT[107:110]


def test_a_tenth_of_a_compressed_file_costs_hardly_more_than_a_tenth(server):
    rng = random.Random(3)
    lines = [f"w{i} {rng.randbytes(90).hex()}" for i in range(75_000)]
    packed = gzip.compress("\n".join(lines).encode(), 1)
    assert 8_000_000 < len(packed) < 9_000_000
    url = server.add("/it.vec.gz", packed)
    with RemoteFile(url) as file:  # with the buffers that users have
        stream = gzip.GzipFile(fileobj=io.BufferedReader(file, 1 << 15))
        assert [stream.readline().decode().rstrip("\n") for _ in range(7500)] == lines[:7500]
        assert file.transferred < 0.11 * len(packed)
        time.sleep(0.2)  # the worst case: a reader so slow that all buffers on the way are full
    server.settled()
    # A tenth, and what the systems of both sides hold in their buffers.
    assert server.sent["/it.vec.gz"] < 0.15 * len(packed)


def test_one_member_of_an_archive_without_the_others(server):
    rng = random.Random(4)
    members = {f"glove.{d}d.txt": rng.randbytes(400_000) for d in (50, 100, 200, 300)}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members.items():
            writer.writestr(name, content)
    url = server.add("/glove.zip", archive.getvalue())
    with remote(url) as file, zipfile.ZipFile(io.BufferedReader(file)) as reader:
        assert reader.namelist() == list(members)
        assert reader.read("glove.200d.txt") == members["glove.200d.txt"]
        assert file.transferred < 500_000


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from([0, 1, 2]), st.integers(-90_000, 310_000), st.integers(0, 70_000)), max_size=6
    )
)
def test_any_seeks_and_reads_are_those_of_a_file_on_disk(server, steps):
    url = server.add("/it.vec", CONTENT, cut_every=50_000)
    disk = io.BytesIO(CONTENT)
    with io.BufferedReader(remote(url), 4096) as file:
        for whence, offset, n_bytes in steps:
            base = {0: 0, 1: disk.tell(), 2: len(CONTENT)}[whence]
            if base + offset >= 0:
                disk.seek(base + offset)
                assert file.seek(offset, whence) == base + offset
            assert file.read(n_bytes) == disk.read(n_bytes)
            assert file.tell() == disk.tell()


def test_a_seek_before_the_beginning_is_refused(server):
    with remote(server.add("/it.vec", CONTENT)) as file, pytest.raises(ValueError, match="cannot seek to byte -1"):
        file.seek(-1)


def test_a_small_step_forward_reads_on_and_a_large_one_asks_again(server):
    with remote(server.add("/it.vec", CONTENT)) as file:
        file.read(10)
        file.seek(1000)
        assert file.read(10) == CONTENT[1000:1010] and len(server.requests) == 1
        file.seek(250_000)
        assert file.read(10) == CONTENT[250_000:250_010]
        assert server.requests[1:] == [("/it.vec", "bytes=250000-")]


def test_a_connection_that_is_cut_is_taken_up_with_a_condition(server):
    url = server.add("/it.vec", CONTENT, cut_every=111_000)
    with remote(url) as file:
        assert file.readall() == CONTENT and file.transferred == len(CONTENT)
    assert server.sent["/it.vec"] == len(CONTENT)
    assert [part for _, part in server.requests] == [None, "bytes=111000-", "bytes=222000-"]
    assert server.headers[1]["If-Range"] == server.files["/it.vec"].tag


def test_a_server_that_comes_back_is_waited_for(server):
    url = server.add("/it.vec", CONTENT, failures=[(503, {})] * 3, stall_at=70_000, stalls=1)
    with remote(url) as file:
        assert file.readall() == CONTENT


def test_a_server_that_stays_away_is_given_up(server):
    url = server.add("/it.vec", CONTENT, cut_at=0.37, cuts=99, ranges=False)
    assert refused(url) == f"{url}: the server sends only the whole file, no part of it; fetch it whole instead"
    url = server.add("/mute.vec", CONTENT, stall_at=0, stalls=9)
    assert refused(url) == f"{url}: nothing came from the server for 0.4 s, 4 times in a row; try again later"


def test_a_file_that_changes_while_it_is_read(server):
    url = server.add("/it.vec", CONTENT, cut_at=0.37, cuts=1, then=CONTENT[::-1])
    assert refused(url) == f"{url}: was replaced by another file while it was read; read it again"
    url = server.add("/careless.vec", CONTENT, cut_at=0.37, cuts=1, then=CONTENT[::-1], careless=True)
    assert refused(url) == f"{url}: was replaced by another file while it was read; read it again"
    url = server.add("/long.vec", CONTENT, etag=None, cut_at=0.37, cuts=1, then=CONTENT * 2)
    assert refused(url) == f"{url}: was replaced by another file while it was read; read it again"


def test_a_file_that_ends_early_is_never_taken_for_whole(server):
    url = server.add("/it.vec", CONTENT)
    with remote(url) as file:
        file.read(10)
        server.files["/it.vec"].failures = [(416, {})]
        file.seek(200_000)
        with pytest.raises(FetchError, match="was replaced by another file while it was read; read it again"):
            file.read(10)
    with remote(url) as file:
        file.seek(300_000)
        assert file.read(10) == b""


def test_a_server_without_ranges_is_read_from_the_beginning_only(server):
    url = server.add("/it.vec", CONTENT, ranges=False)
    with remote(url) as file:
        assert file.seek(-5, io.SEEK_END) == len(CONTENT) - 5
        file.seek(0)
        assert file.readall() == CONTENT and len(server.requests) == 1
        file.seek(-5, io.SEEK_END)
        with pytest.raises(FetchError) as caught:
            file.read(5)
    assert str(caught.value) == f"{url}: the server sends only the whole file, no part of it; fetch it whole instead"


def test_a_server_that_says_no_length(server):
    url = server.add("/it.vec", CONTENT, chunked=True, ranges=False)
    with remote(url) as file:
        assert file.readall() == CONTENT and file.read(1) == b""
    with remote(url) as file, pytest.raises(FetchError) as caught:
        file.seek(0, io.SEEK_END)
    assert str(caught.value) == f"{url}: the server does not say how long it is; fetch it whole instead"


def test_an_empty_file(server):
    url = server.add("/it.vec", b"")
    with remote(url) as file:
        assert file.seek(0, io.SEEK_END) == 0 and file.readall() == b""
    with remote(url) as file:
        assert file.readall() == b""


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"failures": [(404, {})]}, "the server has no such file (404 Not Found); check the address"),
        ({"redirect": "file:///etc/passwd"}, "leads to file:///etc/passwd, which is no web address; it was not followed, check the address"),
        ({"content": b"<html>", "content_type": "text/html"}, "a web page came instead of the file (of a network that wants a login?); open the address in a browser, then try again"),
        ({"content": b"<!doctype HTML><p>"}, "a web page came instead of the file (of a network that wants a login?); open the address in a browser, then try again"),
    ],
)  # fmt: skip
def test_errors_are_those_of_a_download(server, how, message):
    url = server.add("/it.vec", **how)
    assert refused(url) == f"{url}: {message}"


def test_offline_it_is_not_even_made(server, monkeypatch):
    url = server.add("/it.vec", CONTENT)
    assert refused(url, offline=True, name="some:it") == (
        "some:it: is not in the cache, and offline was asked for; read it with a network connection"
    )
    monkeypatch.setenv("WORDREL_OFFLINE", "1")
    assert refused(url) == f"{url}: is not in the cache, and WORDREL_OFFLINE is set; read it with a network connection"
    assert server.requests == []


def test_progress_counts_what_has_come(server):
    told = []
    with remote(server.add("/it.vec", CONTENT), progress=lambda *state: told.append(state), name="some:it") as file:
        file.read(transport.CHUNK)
        file.seek(200_000)
        file.read(1000)
    assert told == [("some:it", transport.CHUNK, 300_000), ("some:it", transport.CHUNK + 1000, 300_000)]


def test_closed_it_is_closed(server):
    file = remote(server.add("/it.vec", CONTENT))
    file.read(10)
    file.close()
    file.close()
    with pytest.raises(ValueError, match="closed file"):
        file.read(1)
