"""Downloads: what is there afterwards, what is refused, and what is said."""

import hashlib
import json
import os
import subprocess
import sys
import time

import pytest

from tests.server import Server
from tests.sources.conftest import CONTENT, MD5, SHA256, fetch, files_in, refused
from wordrel.errors import WordrelWarning
from wordrel.sources import catalogue
from wordrel.sources import fetch as fetching
from wordrel.sources.retry import Policy

pytestmark = pytest.mark.usefixtures("cache_folder")


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


def test_what_is_there_is_found_without_the_libraries_of_the_network(server):
    url = server.add("/it.vec", CONTENT)
    path = fetch(url)
    code = (
        "import sys; from wordrel.sources import fetch, remote\n"
        "print(fetch.fetch(sys.argv[1]))\n"
        "print(sorted({'requests', 'urllib3', 'filelock'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == (f"{path}\n[]\n", "")


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
