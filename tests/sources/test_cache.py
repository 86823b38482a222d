"""The cache: what is whole, what is not, what is damaged, what goes and what stays."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import platformdirs
import pytest

from tests.sources.conftest import CONTENT, fetch, files_in
from wordrel.errors import CacheError
from wordrel.sources import cache
from wordrel.sources.retry import Policy


def converted(folder: Path, key: str, source: str, **files: bytes) -> Path:
    """A converted file, as its manifest is promised to be."""
    place = folder / "converted" / key
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / name).write_bytes(content)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = {"source": source, "bytes": sum(map(len, files.values())), "files": sums}
    (place / "manifest.json").write_text(json.dumps(manifest))
    return place


def age(folder: Path, days: float) -> None:
    then = time.time() - 86400 * days
    os.utime(folder / "manifest.json", (then, then))


def test_the_folder_is_that_of_the_environment_or_of_the_system(monkeypatch, tmp_path):
    monkeypatch.setenv("WORDREL_CACHE", str(tmp_path / "a" / "b"))
    assert cache.place() == tmp_path / "a" / "b" and not cache.place().exists()
    assert cache.root() == tmp_path / "a" / "b" and cache.root().is_dir()
    monkeypatch.setenv("WORDREL_CACHE", "~/words")
    assert cache.place() == Path.home() / "words"
    monkeypatch.delenv("WORDREL_CACHE")
    assert cache.place() == platformdirs.user_cache_path("wordrel", appauthor=False)


def test_a_folder_that_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WORDREL_CACHE", str(tmp_path / "file" / "x"))
    with pytest.raises(CacheError) as caught:
        cache.root()
    assert str(caught.value) == (
        f"{tmp_path / 'file' / 'x'}: cannot write here (Not a directory); "
        "set WORDREL_CACHE to a folder that you can write to"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(monkeypatch, tmp_path):
    tmp_path.chmod(0o500)
    monkeypatch.setenv("WORDREL_CACHE", str(tmp_path))
    with pytest.raises(CacheError) as caught:
        cache.root()
    tmp_path.chmod(0o700)
    assert str(caught.value) == (
        f"{tmp_path}: cannot write here (Permission denied); set WORDREL_CACHE to a folder that you can write to"
    )


def test_an_empty_cache_is_not_made_by_looking(cache_folder):
    assert (cache.items(), cache.leftovers(), cache_folder.exists()) == ([], [], False)


def test_items_are_what_is_whole(server, cache_folder):
    path = fetch(server.add("/it.vec", CONTENT), name="fasttext:it", licence=None)
    place = converted(cache_folder, "k1", "fasttext:it", **{"words.txt": b"a\nb\n", "vectors.npy": b"12345678"})
    half = converted(cache_folder, "k2", "it.bin", **{"words.txt": b"a\n"})
    (half / "words.txt").unlink()
    begun = converted(cache_folder, "k3.tmp", "en.bin", **{"words.txt": b"a\n"})
    download, made = cache.items()
    assert (download.kind, download.source, download.folder) == ("download", "fasttext:it", path.parent)
    assert download.bytes == sum(file.stat().st_size for file in path.parent.iterdir())
    assert download.files == {"it.vec": hashlib.sha256(CONTENT).hexdigest()}
    assert (made.kind, made.source, made.folder) == ("converted", "fasttext:it", place)
    assert made.bytes == 12 + (place / "manifest.json").stat().st_size
    assert cache.leftovers() == [half, begun]


def test_verify_finds_what_changed_and_what_is_gone(cache_folder):
    place = converted(cache_folder, "k1", "it.bin", **{"words.txt": b"a\nb\n", "vectors.npy": b"12345678"})
    (item,) = cache.items()
    assert cache.verify(item) == []
    (place / "vectors.npy").write_bytes(b"12345679")
    assert cache.verify(item) == [place / "vectors.npy"]
    (place / "words.txt").unlink()
    assert cache.verify(item) == [place / "words.txt", place / "vectors.npy"]


@pytest.mark.parametrize(
    ("names", "gone"),
    [
        (["fasttext:it"], {"k1", "k2"}),
        (["fasttext:*"], {"k1", "k2", "k3"}),
        (["k2"], {"k2"}),
        (["words3.txt"], {"k3"}),
        (["fasttext:en", "here/it.bin"], {"k3", "k4"}),
    ],
)
def test_prune_removes_what_is_named(cache_folder, names, gone):
    for key, source in (("k1", "fasttext:it"), ("k2", "fasttext:it"), ("k3", "fasttext:en"), ("k4", "here/it.bin")):
        converted(cache_folder, key, source, **{f"words{key[1]}.txt": b"a\n"})
    before = {item.folder.name: item.bytes for item in cache.items()}
    pruned = cache.prune(names)
    assert {item.folder.name for item in pruned.items} == gone
    assert pruned.bytes == sum(before[key] for key in gone) and (pruned.leftovers, pruned.busy) == ((), ())
    assert {item.folder.name for item in cache.items()} == {"k1", "k2", "k3", "k4"} - gone


def test_prune_by_age_and_by_name_and_age(cache_folder):
    for key, source, days in (("k1", "a", 10), ("k2", "a", 100), ("k3", "b", 100)):
        age(converted(cache_folder, key, source, words=b"a\n"), days)
    assert [item.folder.name for item in cache.prune(["a"], older_than=50).items] == ["k2"]
    assert [item.folder.name for item in cache.prune(older_than=50).items] == ["k3"]
    assert [item.folder.name for item in cache.items()] == ["k1"]


def test_prune_everything_and_prune_nothing(cache_folder):
    converted(cache_folder, "k1", "a", words=b"a\n")
    assert cache.prune() == cache.Pruned((), (), 0, ()) and len(cache.items()) == 1
    assert len(cache.prune(everything=True).items) == 1 and files_in(cache_folder) == set()


def test_an_unknown_name_removes_nothing(cache_folder):
    converted(cache_folder, "k1", "a", words=b"a\n")
    with pytest.raises(CacheError) as caught:
        cache.prune(["a", "b"])
    assert str(caught.value) == "'b': nothing in the cache has this name; 'wordrel cache' lists what is there"
    assert len(cache.items()) == 1


def test_prune_removes_what_killed_runs_left_and_nothing_that_is_whole(server, cache_folder):
    url = server.add("/it.vec", CONTENT, cut_at=0.5, cuts=1)
    with pytest.raises(OSError, match="was cut at"):
        fetch(url, policy=Policy(tries=1))
    part = cache.slot(url).folder
    whole = fetch(server.add("/en.vec", CONTENT))
    (whole.parent / ".part.json").write_text("{}")
    begun = cache_folder / "converted" / "k1.tmp"
    begun.mkdir(parents=True)
    (begun / "vectors.npy").write_bytes(b"1234")
    pruned = cache.prune()
    assert set(pruned.leftovers) == {part, begun, whole.parent / ".part.json"} and pruned.items == ()
    assert pruned.bytes > 150_004
    assert files_in(cache_folder) == {"en.vec", "manifest.json"} and whole.read_bytes() == CONTENT


def test_what_another_process_works_on_stays(cache_folder):
    converted(cache_folder, "k1", "a", words=b"a\n")
    (cache_folder / "converted" / "k2.tmp").mkdir()
    code = (
        "import sys; from wordrel.sources import cache\n"
        "with cache.lock('k1'), cache.lock('k2'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        pruned = cache.prune(everything=True)
        assert pruned.items == () and pruned.bytes == 0
        assert pruned.busy == (cache_folder / "converted" / "k1", cache_folder / "converted" / "k2.tmp")
        other.kill()  # the system frees the locks of a process that dies
    assert len(cache.prune(everything=True).items) == 1 and cache.leftovers() == []


@pytest.mark.parametrize("manifest", ["", "[]", '{"source": 1, "files": {}}', '{"source": "a"}', "\xff"])
def test_a_damaged_manifest_makes_a_leftover(cache_folder, manifest):
    place = converted(cache_folder, "k1", "a", words=b"a\n")
    (place / "manifest.json").write_text(manifest, encoding="latin-1")
    assert cache.items() == [] and cache.leftovers() == [place]


def test_a_cache_that_can_only_be_read_still_gives_what_it_has(server, cache_folder, monkeypatch):
    url = server.add("/it.vec", CONTENT)
    path = fetch(url)

    def read_only(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", read_only)
    monkeypatch.setattr(Path, "unlink", read_only)
    assert fetch(url) == path
    with pytest.raises(CacheError, match="cannot write here \\(Read-only file system\\)"):
        fetch(server.add("/en.vec", CONTENT))
