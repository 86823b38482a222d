"""Downloads from a server that misbehaves: right bytes, nothing sent twice, one line when it cannot be."""

import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server import Server
from tests.sources.conftest import HURRIED, files_in
from wordrel.errors import CacheError, FetchError, WordrelError, WordrelWarning
from wordrel.sources import cache, catalogue, transport
from wordrel.sources import fetch as fetching
from wordrel.sources.retry import Policy

CONTENT = random.Random(1).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()

pytestmark = pytest.mark.usefixtures("cache_folder")


def fetch(url: str, policy: Policy = HURRIED, **more) -> Path:
    return fetching.fetch(url, policy=policy, **more)


def refused(url: str, kind: type[WordrelError] = FetchError, **more) -> str:
    with pytest.raises(kind) as caught:
        fetch(url, **more)
    return str(caught.value)


def test_a_download_is_there_with_all_that_is_known_of_it(server: Server, cache_folder):
    url = server.add("/it.vec", CONTENT, last_modified="Thu, 01 Mar 2018 10:00:00 GMT")
    path = fetch(url, sha256=SHA256, md5=MD5.upper(), size=len(CONTENT), name="some:it")
    assert path.read_bytes() == CONTENT and path.name == "it.vec" and cache_folder in path.parents
    facts = json.loads((path.parent / "manifest.json").read_text())
    assert time.strptime(facts.pop("time"), "%Y-%m-%dT%H:%M:%SZ")
    assert facts == {
        "source": "some:it",
        "licence": None,
        "url": url,
        "final_url": url,
        "etag": f'"{MD5}"',
        "last_modified": "Thu, 01 Mar 2018 10:00:00 GMT",
        "bytes": len(CONTENT),
        "files": {"it.vec": SHA256},
        "md5": MD5,
    }
    assert files_in(cache_folder) == {"it.vec", "manifest.json"}


def test_what_is_there_is_not_fetched_again(server):
    url = server.add("/it.vec", CONTENT)
    path = fetch(url)
    assert fetch(url, sha256=SHA256, md5=MD5, size=len(CONTENT)) == path and len(server.requests) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        {"sha256": hashlib.sha256(b"new").hexdigest()},
        {"md5": hashlib.md5(b"new").hexdigest()},
        {"size": 3},
    ],
)
def test_what_is_there_and_not_what_is_asked_for_is_replaced(server, wanted, cache_folder):
    url = server.add("/it.vec", CONTENT)
    fetch(url)
    server.add("/it.vec", b"new")
    assert fetch(url, **wanted).read_bytes() == b"new" and files_in(cache_folder) == {"it.vec", "manifest.json"}


def test_a_download_that_someone_shortened_is_fetched_again(server):
    url = server.add("/it.vec", CONTENT)
    path = fetch(url)
    os.truncate(path, 1000)
    assert fetch(url).read_bytes() == CONTENT


def test_two_addresses_with_the_same_file_name_do_not_meet(server):
    urls = server.add("/a/x.vec", b"one"), server.add("/b/x.vec", b"two")
    assert [fetch(url).read_bytes() for url in urls] == [b"one", b"two"]


@pytest.mark.parametrize("path", ["/", "/a/", "/manifest.json", "/.part", "/%2Fx", "/" + "y" * 300])
def test_strange_names_stay_in_their_folder(server, path, cache_folder):
    where = fetch(server.add(path, CONTENT))
    assert where.read_bytes() == CONTENT
    assert where.parent.parent == cache_folder / "downloads" and len(files_in(cache_folder)) == 2


# --- Connections that break ---


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("validator", [{}, {"etag": None, "last_modified": "Thu, 01 Mar 2018 10:00:00 GMT"}])
def test_a_connection_cut_twice_is_taken_up_where_it_was(server, validator, reset):
    url = server.add("/it.vec", CONTENT, cut_at=0.37, cuts=2, reset=reset, **validator)
    server.files["/it.vec"].cuts = 1
    path = fetch(url, sha256=SHA256)
    assert path.read_bytes() == CONTENT
    if not reset:  # a reset throws away what the system had received and nobody had read
        assert server.sent["/it.vec"] == len(CONTENT)
        assert server.requests == [("/it.vec", None), ("/it.vec", "bytes=111000-")]


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
    server.files["/it.vec"].failures = []
    one_try = Policy(tries=1)
    assert refused(url, policy=one_try) == (
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
    assert len(server.requests) == 1 and files_in(cache_folder) == set()


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
    assert url.startswith("https://") and refused(url) == (
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


# --- The wrong thing ---


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"anything", "text/html; charset=utf-8"),
        (b"<!DOCTYPE html>\n<title>Log in</title>", "application/octet-stream"),
        (b"\xef\xbb\xbf \n<html lang=it>", "text/plain"),
    ],
)
def test_a_web_page_is_no_vectors(server, content, kind, cache_folder):
    url = server.add("/it.vec", content, content_type=kind)
    assert refused(url) == (
        f"{url}: a web page came instead of the file (of a network that wants a login?); "
        "open the address in a browser, then try again"
    )
    assert "it.vec" not in files_in(cache_folder)


def test_a_login_page_does_not_cost_what_has_come(server):
    url = server.add("/it.vec", CONTENT, cut_at=0.5, cuts=1)
    refused(url, policy=Policy(tries=1))
    file = server.files["/it.vec"]
    server.add("/it.vec", b"<html>", content_type="text/html", ranges=False)
    assert "a web page came" in refused(url)
    server.files["/it.vec"] = file
    assert fetch(url).read_bytes() == CONTENT and server.requests[-1] == ("/it.vec", "bytes=150000-")


@pytest.mark.parametrize(("kind", "right"), [("sha256", SHA256), ("md5", MD5)])
def test_a_wrong_checksum_is_deleted(server, kind, right, cache_folder):
    url = server.add("/it.vec", CONTENT)
    wrong = "0" * len(right)
    assert refused(url, **{kind: wrong}) == (
        f"{url}: its {kind} is {right}, not {wrong}; it was deleted, try again, and if it stays so do not use it"
    )
    assert files_in(cache_folder) == set()
    assert fetch(url, **{kind: right}).read_bytes() == CONTENT


def test_a_file_of_another_length_is_not_even_begun(server):
    url = server.add("/it.vec", CONTENT)
    assert refused(url, size=5) == (
        f"{url}: has 300,000 bytes, not the 5 that it should have; it is another file now, check the address"
    )


def test_an_empty_file(server):
    url = server.add("/it.vec", b"")
    assert refused(url) == f"{url}: the server sends an empty file; try again later"


# --- Licences and progress ---


def test_the_licence_is_said_once(server, monkeypatch):
    url = server.add("/muse.txt", b"cat\tgatto\n")
    entry = catalogue.find("muse", "en-it")
    object.__setattr__(entry, "url", url)
    try:
        with pytest.warns(WordrelWarning) as notes:
            path = fetching.fetch_entry(entry)
        assert [str(note.message) for note in notes] == [
            "muse:en-it is under CC BY-NC 4.0; cite Conneau, Lample, Ranzato, Denoyer, Jégou: "
            "Word Translation Without Parallel Data, ICLR 2018"
        ]
        assert fetching.fetch_entry(entry) == path  # a warning would be an error here
    finally:
        catalogue._family.cache_clear()
    assert json.loads((path.parent / "manifest.json").read_text())["source"] == "muse:en-it"


def test_progress_tells_bytes_and_total_and_goes_on_where_it_was(server):
    url = server.add("/it.vec", CONTENT, cut_at=0.5, cuts=1)
    told = []
    fetch(url, progress=lambda *state: told.append(state), name="some:it")
    assert told[0] == ("some:it", 0, 300_000) and told[-1] == ("some:it", 300_000, 300_000)
    assert [state[1] for state in told] == sorted(state[1] for state in told) and ("some:it", 150_000, 300_000) in told


def test_progress_without_a_length(server):
    told = []
    fetch(server.add("/it.vec", CONTENT, chunked=True), progress=lambda *state: told.append(state))
    assert told[0] == ("it.vec", 0, None) and told[-1] == ("it.vec", 300_000, None)


# --- Disks ---


def test_a_disk_that_is_too_small_is_found_out_beforehand(server, monkeypatch):
    url = server.add("/it.vec", CONTENT)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": 1000})())
    assert refused(url) == (
        f"{cache.slot(url).folder}: there is no room for it.vec (300.0 kB more needed, 1.0 kB free); "
        "free some space, or set WORDREL_CACHE to another folder"
    )
    assert server.sent["/it.vec"] < len(CONTENT)


RUN = (
    "import sys; from wordrel.sources.fetch import fetch; from wordrel.sources.retry import Policy\n"
    "from wordrel.errors import WordrelError\n"
    "try: print(fetch(sys.argv[1], policy=Policy(read=5, pause=0.01, tries=3)))\n"
    "except WordrelError as error: print(error)\n"
)


def in_process(code: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_disk_that_fills_up_on_the_way(server):
    url = server.add("/it.vec", CONTENT)
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n" + RUN
    out, err = in_process(limited, url).communicate(timeout=30)
    assert (out, err) == (
        f"{cache.slot(url).folder}: there is no room for it.vec (200.0 kB more needed); "
        "free some space, or set WORDREL_CACHE to another folder\n",
        "",
    )
    # What has come is kept: with more room it goes on.
    assert fetch(url).read_bytes() == CONTENT and server.requests[-1][1] == "bytes=100000-"


def test_a_cache_that_is_a_file(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WORDREL_CACHE", str(tmp_path / "file"))
    assert refused(server.add("/it.vec", CONTENT), CacheError) == (
        f"{tmp_path / 'file'}: cannot write here (File exists); set WORDREL_CACHE to a folder that you can write to"
    )


def test_a_download_folder_that_cannot_be_made(server, cache_folder):
    cache_folder.mkdir()
    (cache_folder / "downloads").write_text("")
    url = server.add("/it.vec", CONTENT)
    assert refused(url, CacheError) == (
        f"{cache.slot(url).folder}: cannot be written (Not a directory); check its permissions"
    )


# --- Several processes, and processes that die ---


def test_two_processes_fetch_one_file_once(server):
    url = server.add("/it.vec", CONTENT, pace=0.005)
    answers = [process.communicate(timeout=30) for process in [in_process(RUN, url), in_process(RUN, url)]]
    path = cache.slot(url).path
    assert answers == [(f"{path}\n", "")] * 2 and path.read_bytes() == CONTENT
    assert server.sent["/it.vec"] == len(CONTENT) and len(server.requests) == 1


def kill_at_random_moments(server: Server, folder: Path, moments: int, seed: int) -> None:
    rng = random.Random(seed)
    for moment in range(moments):
        # 74 blocks with a pause each: some 0.2 s on the way, and a moment before and after.
        path = f"/{moment}.vec"
        url = server.add(path, CONTENT, pace=0.002)
        process = in_process(RUN, url)
        while not server.requests or server.requests[-1][0] != path:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.3))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        server.files[path].pace = 0
        assert fetch(url).read_bytes() == CONTENT
    downloads = list((folder / "downloads").iterdir())
    assert len(downloads) == moments
    for entry in downloads:
        name = entry.name.rpartition("-")[0]
        assert {file.name for file in entry.iterdir()} == {name, "manifest.json"}
    assert cache.leftovers() == []


def test_killed_at_five_moments_the_next_run_finishes(server, cache_folder):
    kill_at_random_moments(server, cache_folder, 5, seed=1)


@pytest.mark.slow
def test_killed_at_fifty_moments_the_next_run_finishes(server, cache_folder):
    kill_at_random_moments(server, cache_folder, 50, seed=2)


@pytest.mark.parametrize("step", ["write_json", "replace", "unlink"])
def test_killed_in_its_last_steps_the_next_run_finishes_without_a_request(server, step, monkeypatch, cache_folder):
    """The moments that chance does not find: after the last byte, before everything has its name."""
    url = server.add("/it.vec", CONTENT)

    class Killed(BaseException):
        pass

    def die(path: Path, *_, **__):
        if path.name in ("manifest.json", ".part", ".part.json") and server.sent["/it.vec"] == len(CONTENT):
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*((cache, step) if step == "write_json" else (Path, step)), _dying(step, die))
        with pytest.raises(Killed):
            fetch(url)
    assert fetch(url, sha256=SHA256).read_bytes() == CONTENT
    assert len(server.requests) == 1 and files_in(cache_folder) == {"it.vec", "manifest.json"}


def _dying(step, die):
    real = cache.write_json if step == "write_json" else getattr(Path, step)

    def instead(path, *arguments, **more):
        die(path)
        return real(path, *arguments, **more)

    return instead
