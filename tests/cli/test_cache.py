"""`wordrel cache`, on real folders."""

import json
import time
from pathlib import Path

import pytest

from tests.sources.conftest import cache_folder  # noqa: F401
from tests.sources.test_cache import age, converted

DAY = "2024-05-06"


@pytest.fixture
def filled(cache_folder: Path) -> Path:  # noqa: F811
    """Two converted files of a known age, and one that was begun."""
    first = converted(cache_folder, "k1", "fasttext:it", words=b"a\n" * 500)
    second = converted(cache_folder, "k2", "glove:6b.50", words=b"b\n")
    noon = time.mktime(time.strptime(f"{DAY} 12:00", "%Y-%m-%d %H:%M"))
    for place in (first, second):
        age(place, (time.time() - noon) / 86400)
    (cache_folder / "converted" / "k3.tmp").mkdir()
    (cache_folder / "converted" / "k3.tmp" / "vectors.npy").write_bytes(b"1" * 2000)
    return cache_folder


def test_the_list_has_names_kinds_sizes_and_days(run, filled):
    first, second = (filled / "converted" / key / "manifest.json" for key in ("k1", "k2"))
    sizes = 1000 + first.stat().st_size, 2 + second.stat().st_size
    assert run("cache") == (
        0,
        f"{filled}: {sum(sizes) / 1000:.1f} kB\n"
        f"  fasttext:it  converted     {sizes[0] / 1000:.1f} kB  {DAY}\n"
        f"  glove:6b.50  converted  {sizes[1]} bytes  {DAY}\n"
        "  1 unfinished (2.0 kB), which the next download goes on with or 'prune' removes\n",
        "",
    )


def test_the_list_as_json(run, filled):
    listed = json.loads(run("cache", "--json").out)
    assert listed["path"] == str(filled) and listed["unfinished"] == [str(filled / "converted" / "k3.tmp")]
    assert [item["name"] for item in listed["items"]] == ["fasttext:it", "glove:6b.50"]
    assert listed["bytes"] == sum(item["bytes"] for item in listed["items"])
    assert listed["items"][0]["folder"] == str(filled / "converted" / "k1")
    assert list(listed["items"][0]["files"]) == ["words"]


def test_an_empty_cache(run, cache_folder):  # noqa: F811
    assert run("cache") == (0, f"{cache_folder}: nothing\n", "")
    assert run("cache", "verify") == (0, "nothing to verify\n", "")
    assert run("cache", "prune") == (0, "nothing to remove\n", "")
    assert run("cache", "path") == (0, f"{cache_folder}\n", "")
    assert json.loads(run("cache", "path", "--json").out) == {"path": str(cache_folder)}
    assert not cache_folder.exists()


def test_verify_says_what_is_damaged(run, filled):
    assert run("cache", "verify") == (0, "fasttext:it  converted  intact\nglove:6b.50  converted  intact\n", "")
    file = filled / "converted" / "k2" / "words"
    file.write_bytes(b"c\n")
    assert run("cache", "verify") == (
        2,
        "fasttext:it  converted  intact\nglove:6b.50  converted  damaged\n",
        f"wordrel: {file}: is not what was stored (damaged or missing); remove it with: wordrel cache prune k2\n",
    )
    assert run("cache", "verify", "fasttext:*").code == 0
    checked = run("cache", "verify", "--json")
    assert checked.code == 2
    assert [(item["name"], item["intact"]) for item in json.loads(checked.out)] == [
        ("fasttext:it", True),
        ("glove:6b.50", False),
    ]
    assert run("cache", "prune", "k2").out.startswith("removed glove:6b.50 (converted, ")
    assert run("cache", "verify").code == 0


def test_prune_removes_what_is_unfinished_and_what_is_named(run, filled):
    assert run("cache", "prune") == (0, "removed 1 unfinished\n2.0 kB are free now\n", "")
    size = 1000 + (filled / "converted" / "k1" / "manifest.json").stat().st_size
    assert run("cache", "prune", "fasttext:it") == (
        0,
        f"removed fasttext:it (converted, {size / 1000:.1f} kB)\n{size / 1000:.1f} kB are free now\n",
        "",
    )
    assert json.loads(run("cache", "prune", "--older-than", "36500", "--json").out) == {
        "removed": [], "unfinished": [], "bytes": 0, "in_use": []
    }  # fmt: skip
    removed = json.loads(run("cache", "prune", "--older-than", "1", "--json").out)
    assert [item["name"] for item in removed["removed"]] == ["glove:6b.50"]
    assert list((filled / "converted").iterdir()) == []


def test_prune_all(run, filled):
    assert run("cache", "prune", "--all").out.splitlines()[2] == "removed 1 unfinished"
    assert list((filled / "converted").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prune", "x"], "'x': nothing in the cache has this name; 'wordrel cache' lists what is there"),
        (["verify", "x"], "'x': nothing in the cache has this name; 'wordrel cache' lists what is there"),
        (["prune", "fasttext:it", "--all"], "give names or --all, not both; see 'wordrel cache prune --help'"),
        (["prune", "--older-than", "-1"], "Invalid value for '--older-than': -1.0 is not in the range x>=0; see 'wordrel cache prune --help'"),
        (["--json", "verify"], "--json belongs behind 'verify'; see 'wordrel cache --help'"),
        (["list"], "No such command 'list'; see 'wordrel cache --help'"),
    ],
)  # fmt: skip
def test_mistakes_end_in_one_line(run, filled, arguments, message):
    assert run("cache", *arguments) == (2, "", f"wordrel: {message}\n")


def test_a_folder_that_cannot_be_written(run, monkeypatch, filled, tmp_path):
    (filled / "locks").write_text("")
    assert run("cache", "prune", "--all") == (
        2,
        "",
        f"wordrel: {filled / 'locks'}: cannot write here (File exists); set WORDREL_CACHE to a folder that you can write to\n",
    )


def test_every_subcommand_explains_itself_with_json(run):
    for name in ("path", "verify", "prune"):
        text = run("cache", name, "--help").out
        assert f"Usage: wordrel cache {name}" in text and "--json" in text
