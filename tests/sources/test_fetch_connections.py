"""Connections that break, servers that say no or send elsewhere, networks that are not there."""

import json
import random
import shutil
import socket
import subprocess

import pytest

from tests.sources.conftest import CONTENT, HURRIED, SHA256, fetch, files_in, refused
from wordrel.errors import FetchError
from wordrel.sources import transport
from wordrel.sources.retry import Policy

pytestmark = pytest.mark.usefixtures("cache_folder")


# --- Connections that break ---


@pytest.mark.parametrize("validator", [{}, {"etag": None, "last_modified": "Thu, 01 Mar 2018 10:00:00 GMT"}])
def test_a_connection_that_is_cut_is_taken_up_where_it_was(server, validator):
    url = server.add("/it.vec", CONTENT, cut_at=0.37, cuts=1, **validator)
    assert fetch(url, sha256=SHA256).read_bytes() == CONTENT
    assert server.sent["/it.vec"] == len(CONTENT)
    assert server.requests == [("/it.vec", None), ("/it.vec", "bytes=111000-")]
    assert server.headers[1]["If-Range"] == (server.files["/it.vec"].tag or validator["last_modified"])


def test_a_connection_that_is_reset_is_taken_up_before_what_was_lost(server):
    url = server.add("/it.vec", CONTENT, cut_at=0.37, cuts=1, reset=True)
    assert fetch(url, sha256=SHA256).read_bytes() == CONTENT


def test_cut_at_37_percent_twice_then_whole_and_nothing_is_sent_twice(server, cache_folder):
    # The first cut is at 37 %; the second, after the next 37 %.
    url = server.add("/it.vec", CONTENT, cut_every=111_000)
    assert fetch(url).read_bytes() == CONTENT
    assert [part for _, part in server.requests] == [None, "bytes=111000-", "bytes=222000-"]
    assert server.sent["/it.vec"] == len(CONTENT) and files_in(cache_folder) == {"it.vec", "manifest.json"}


def test_more_cuts_than_tries_are_no_matter_while_it_makes_progress(server):
    url = server.add("/it.vec", CONTENT, cut_every=20_000)
    assert fetch(url).read_bytes() == CONTENT and len(server.requests) == 15 > HURRIED.tries


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(server, cache_folder):
    url = server.add("/it.vec", CONTENT, cut_at=0.5, cuts=1)
    assert refused(url, policy=Policy(tries=1)) == (
        f"{url}: the connection was cut at 150.0 kB of 300.0 kB; try again later: what has come is kept"
    )
    assert files_in(cache_folder) == {".part", ".part.json"}
    assert fetch(url).read_bytes() == CONTENT and server.sent["/it.vec"] == len(CONTENT)


def test_a_server_without_ranges_starts_over(server):
    url = server.add("/it.vec", CONTENT, ranges=False, cut_at=0.37, cuts=2)
    assert fetch(url, sha256=SHA256).read_bytes() == CONTENT
    assert server.sent["/it.vec"] == 2 * 111_000 + len(CONTENT)


def test_without_a_validator_bytes_of_two_versions_are_never_mixed(server):
    url = server.add("/it.vec", CONTENT, etag=None, cut_at=0.37, cuts=1)
    assert fetch(url, sha256=SHA256).read_bytes() == CONTENT
    assert server.requests == [("/it.vec", None)] * 2


def test_a_weak_etag_is_no_validator(server):
    url = server.add("/it.vec", CONTENT, etag='W/"1"', cut_at=0.37, cuts=1)
    assert fetch(url, sha256=SHA256).read_bytes() == CONTENT
    assert server.requests == [("/it.vec", None)] * 2


def test_a_server_that_never_gets_further_is_given_up(server):
    url = server.add("/it.vec", CONTENT, ranges=False, cut_at=0.37, cuts=99)
    assert refused(url) == (
        f"{url}: the connection was cut at 111.0 kB of 300.0 kB, 4 times in a row; try again later: what has come is kept"
    )
    assert len(server.requests) == 4


def test_a_file_that_changed_meanwhile_starts_over(server):
    new = random.Random(2).randbytes(200_000)
    url = server.add("/it.vec", CONTENT, cut_at=0.5, cuts=1, then=new)
    assert fetch(url).read_bytes() == new


def test_a_server_that_sends_a_part_of_another_version_is_not_believed(server):
    new = random.Random(2).randbytes(300_000)
    url = server.add("/it.vec", CONTENT, cut_at=0.5, cuts=1, then=new, careless=True)
    assert fetch(url).read_bytes() == new
    assert [part for _, part in server.requests] == [None, "bytes=150000-", None]


def test_a_part_as_long_as_the_file_became_is_not_believed_to_be_it(server):
    url = server.add("/it.vec", CONTENT, cut_at=0.5, cuts=1, then=b"x" * 150_000, careless=True)
    assert fetch(url).read_bytes() == b"x" * 150_000


def test_a_server_that_refuses_a_part_without_a_word_is_asked_for_the_whole(server):
    url = server.add("/it.vec", CONTENT, cut_at=0.5, cuts=1)
    refused(url, policy=Policy(tries=1))
    server.files["/it.vec"].failures = [(416, {})]
    assert fetch(url).read_bytes() == CONTENT
    assert [part for _, part in server.requests] == [None, "bytes=150000-", None]


def test_a_file_that_became_shorter_than_what_has_come(server):
    url = server.add("/it.vec", CONTENT, etag='"same"', cut_at=0.5, cuts=1, then=b"short")
    assert fetch(url).read_bytes() == b"short"


def test_chunks_without_a_length(server):
    url = server.add("/it.vec", CONTENT, chunked=True)
    assert fetch(url).read_bytes() == CONTENT
    url = server.add("/cut.vec", CONTENT, chunked=True, cut_at=0.4, cuts=1)
    assert (
        fetch(url, sha256=SHA256).read_bytes() == CONTENT and server.sent["/cut.vec"] <= len(CONTENT) + transport.CHUNK
    )


def test_a_content_length_that_is_too_long_is_found_out(server):
    url = server.add("/it.vec", CONTENT, length=len(CONTENT) + 10, ranges=False)
    assert refused(url) == (
        f"{url}: the connection was cut at 300.0 kB of 300.0 kB, 4 times in a row; try again later: what has come is kept"
    )


def test_a_content_length_that_is_too_short_is_found_out_where_the_size_is_known(server):
    url = server.add("/it.vec", CONTENT, length=1000)
    assert refused(url, size=len(CONTENT)) == (
        f"{url}: has 1,000 bytes, not the 300,000 that it should have; it is another file now, check the address"
    )


def test_what_has_come_is_not_said_to_be_kept_where_it_cannot_be(server):
    url = server.add("/it.vec", CONTENT, etag=None, cut_at=0.5, cuts=1)
    assert refused(url, policy=Policy(tries=1)) == (
        f"{url}: the connection was cut at 150.0 kB of 300.0 kB; try again later"
    )


# --- Servers that say no ---


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "the server wants a password (401 Unauthorized); download the file with a browser and name the file"),
        (403, "the server refuses it (403 Forbidden); check the address, or download the file with a browser and name the file"),
        (404, "the server has no such file (404 Not Found); check the address"),
        (410, "the server has removed this file (410 Gone); look for its new place"),
        (418, "the server does not send it (418 I'm a Teapot); check the address"),
        (501, "the server does not send it (501 Not Implemented); check the address"),
    ],
)  # fmt: skip
def test_answers_that_stay_as_they_are(server, status, message, cache_folder):
    url = server.add("/it.vec", failures=[(status, {})])
    assert refused(url) == f"{url}: {message}"
    assert len(server.requests) == 1 and list((cache_folder / "downloads").iterdir()) == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_answers_that_pass(server, status):
    url = server.add("/it.vec", CONTENT, failures=[(status, {})] * 3)
    assert fetch(url).read_bytes() == CONTENT and len(server.requests) == 4


def test_an_answer_that_should_pass_and_does_not(server):
    url = server.add("/it.vec", CONTENT, failures=[(503, {})] * 4)
    assert refused(url) == (
        f"{url}: the server cannot answer now (503 Service Unavailable), 4 times in a row; try again later"
    )


@pytest.mark.parametrize("after", ["7", "Thu, 01 Mar 2018 10:00:00 GMT", "soon"])
def test_retry_after_is_honoured(server, after, monkeypatch):
    pauses = []
    monkeypatch.setattr("wordrel.sources.retry.time.sleep", pauses.append)
    url = server.add("/it.vec", CONTENT, failures=[(503, {"Retry-After": after})])
    fetch(url, policy=Policy(pause=2))
    if after == "soon":  # neither seconds nor a date: the usual pause, 2 s with jitter
        assert 1 <= pauses[0] <= 2
    else:
        assert pauses == [7.0 if after == "7" else 0.0]


def test_pauses_grow_with_jitter(server, monkeypatch):
    pauses = []
    monkeypatch.setattr("wordrel.sources.retry.time.sleep", pauses.append)
    fetch(server.add("/it.vec", CONTENT, failures=[(503, {})] * 5), policy=Policy(pause=1, longest=6))
    assert len(pauses) == 5
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(pauses, (1, 2, 4, 6, 6), strict=True))


def test_a_server_that_wants_to_be_left_alone_for_long(server):
    url = server.add("/it.vec", CONTENT, failures=[(429, {"Retry-After": "3600"})])
    assert refused(url) == (
        f"{url}: the server cannot answer now (429 Too Many Requests); it asks to come back in 3600 s, do so then"
    )


def test_a_server_that_falls_silent(server):
    url = server.add("/it.vec", CONTENT, stall_at=100_000, stalls=1)
    assert fetch(url).read_bytes() == CONTENT
    url = server.add("/mute.vec", CONTENT, stall_at=0, stalls=9)
    assert refused(url) == (f"{url}: nothing came from the server for 0.4 s, 4 times in a row; try again later")


# --- Redirects ---


def test_redirects_are_followed_and_noted(server):
    final = server.add("/real.vec", CONTENT)
    url = server.add("/it.vec", redirect="/real.vec")
    path = fetch(url)
    assert path.read_bytes() == CONTENT and path.name == "it.vec"
    assert json.loads((path.parent / "manifest.json").read_text())["final_url"] == final


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[::1/x"])
def test_redirects_off_the_web_are_not_followed(server, target):
    url = server.add("/it.vec", redirect=target)
    assert refused(url) == (
        f"{url}: leads to {target}, which is no web address; it was not followed, check the address"
    )


def test_redirects_in_a_circle_end(server):
    url = server.add("/a", redirect="/b")
    server.add("/b", redirect="/a")
    assert refused(url) == f"{url}: leads from one address to the next, more than 10 times; check the address"
    assert len(server.requests) == 11


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "it.vec",
        "FILE:///etc/passwd",
        "http://[::1/x",
        "http:///x",
        "http://a:port/x",
    ],
)
def test_only_web_addresses_are_asked(url):
    assert refused(url) == f"{url}: is no address that begins with https:// or http:// and a name; check it"


def test_redirects_from_https_to_http_are_not_followed():
    with pytest.raises(FetchError) as caught:
        transport.check_address("https://a.org/x", "http://a.org/x")
    assert str(caught.value) == (
        "https://a.org/x: leads to http://a.org/x, which anyone on the way could change; it was not followed, check the address"
    )
    transport.check_address("https://a.org/x", "https://b.org/y")
    transport.check_address("http://a.org/x", "https://a.org/x")


# --- No network ---


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate that nobody trusts")
def test_a_certificate_that_nobody_trusts(server, tmp_path):
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=x"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    server.secure(certificate, key)
    url = server.add("/it.vec", CONTENT)
    # OpenSSL 1.1 writes it without the hyphen.
    assert url.startswith("https://") and refused(url).replace("self signed", "self-signed") == (
        f"{url}: the certificate of '127.0.0.1' is not trusted (self-signed certificate); check the clock, or name your "
        "network's certificates in REQUESTS_CA_BUNDLE"
    )
    assert server.requests == []


def test_a_port_where_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/it.vec"
        message = "'127.0.0.1' takes no connections; check the address; check the network connection and try again"
        assert refused(url) == f"{url}: {message}"


def test_a_name_that_leads_nowhere(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    url = "http://nowhere.invalid/it.vec"
    assert refused(url) == (
        f"{url}: the name 'nowhere.invalid' leads nowhere; check the address; check the network connection and try again"
    )


def test_no_network_at_all(monkeypatch):
    def unreachable(*_, **__):
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    url = "http://127.0.0.1:9/it.vec"
    assert refused(url) == f"{url}: there is no way to '127.0.0.1'; check the network connection and try again"


def test_a_proxy_that_is_not_there(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        url = "http://example.invalid/it.vec"
        assert refused(url) == (
            f"{url}: the proxy cannot be reached; check HTTPS_PROXY and HTTP_PROXY in the environment"
        )


def test_a_proxy_of_the_environment_is_asked(server, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", server.address)
    # A proxy is asked for the whole address.
    server.add("http://example.invalid/it.vec", CONTENT)
    assert fetch("http://example.invalid/it.vec").read_bytes() == CONTENT


def test_offline_never_asks(server, monkeypatch, cache_folder):
    url = server.add("/it.vec", CONTENT)
    remedy = "fetch it once with a network connection"
    assert refused(url, offline=True, name="some:it") == (
        f"some:it: is not in the cache ({cache_folder}), and offline was asked for; {remedy}"
    )
    monkeypatch.setenv("WORDREL_OFFLINE", "1")
    assert refused(url) == f"{url}: is not in the cache ({cache_folder}), and WORDREL_OFFLINE is set; {remedy}"
    assert server.requests == [] and not cache_folder.exists()
    monkeypatch.setenv("WORDREL_OFFLINE", "0")
    path = fetch(url)
    monkeypatch.setenv("WORDREL_OFFLINE", "1")
    assert fetch(url) == path
