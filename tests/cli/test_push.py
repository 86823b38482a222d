"""``wordrel push`` through real files."""

import json
import sys

import pytest

from tests.stores.conftest import SEARCHES
from wordrel.stores import open_store

FOLDERS = {"qdrant": "store", "lancedb": "store", "milvus": "store.db"}


@pytest.fixture
def saved_small(here, small):
    small.save(here / "xx-yy.wordrel")
    return small


def test_what_is_pushed_is_said_and_found_later(run, saved_small, kind):
    outcome = run("push", "--to", kind, "--path", FOLDERS[kind], "--limit", 12, "--batch", 5)
    assert outcome.code == 0 and outcome.err == ""
    assert outcome.out == f"Wrote 12 xx and 12 yy words x 6 numbers to the collection xx_yy of {FOLDERS[kind]}.\n"
    assert run("push", "--to", kind, "--path", FOLDERS[kind]) == (
        2, "",
        f"wordrel: {FOLDERS[kind]}: has a collection 'xx_yy'; choose another name with --collection, or replace it with --force\n",
    )  # fmt: skip
    more = ["--limit", 4, "--force", "--collection", "words", "--json"]
    assert json.loads(run("push", "xx-yy.wordrel", "--to", kind, "--path", FOLDERS[kind], *more).out) == {
        "store": kind, "place": FOLDERS[kind], "collection": "words", "dimensions": 6, "words": {"xx": 4, "yy": 4}, "zeros": 0
    }  # fmt: skip
    with open_store(kind, path=FOLDERS[kind]) as store:
        assert (store.count("xx_yy"), store.count("words")) == (24, 8)
        (found,) = SEARCHES[kind](store, saved_small.source["x2"], "yy", 1)
        best = max(range(4), key=lambda i: float(saved_small.source["x2"] @ saved_small.target[f"y{i}"]))
        assert (found[0], found[2]) == (f"y{best}", best + 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--path", "a"], "Missing option '--to'. Choose from: qdrant, lancedb, milvus; see 'wordrel push --help'"),
        (["--to", "redis", "--path", "a"], "Invalid value for '--to': 'redis' is not one of 'qdrant', 'lancedb', 'milvus'; see 'wordrel push --help'"),
        (["--to", "qdrant"], "give --url or --path, one of the two: where the store is; see 'wordrel push --help'"),
        (["--to", "qdrant", "--path", "a", "--batch", "0"], "Invalid value for '--batch': 0 is not in the range x>=1; see 'wordrel push --help'"),
        (["nix", "--to", "qdrant", "--path", "a"], "nix: no such alignment; make one with 'wordrel align SRC TGT'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(run, saved_small, here, arguments, message):
    outcome = run("push", *arguments)
    assert (outcome.code, outcome.out) == (2, "") and " ".join(outcome.err.split()) == f"wordrel: {message}"
    assert [file.name for file in here.iterdir()] == ["xx-yy.wordrel"]


@pytest.mark.parametrize(
    ("store", "module", "package"),
    [
        ("qdrant", "qdrant_client", "qdrant-client"),
        ("lancedb", "lancedb", "lancedb"),
        ("milvus", "pymilvus", "pymilvus"),
    ],
)
def test_a_store_that_is_not_installed(run, saved_small, monkeypatch, store, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    assert run("push", "--to", store, "--path", "a") == (
        2, "", f"wordrel: The store {store} needs the package {package}; install it with: pip install 'wordrel[{store}]'\n"
    )  # fmt: skip
