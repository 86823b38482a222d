"""The cache of converted files: right or rebuilt, never in the way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import wordrel
from tests.conftest import write_vec
from wordrel.errors import WordrelWarning
from wordrel.sources import converted, loading

WORDS = [f"wörd {i}" if i % 50 == 0 else f"w{i}" for i in range(400)]
VECTORS = np.random.default_rng(0).normal(size=(400, 7)).astype(np.float32).round(4)


@pytest.fixture
def file(tmp_path, own_cache, monkeypatch):
    monkeypatch.setattr(loading, "_WORTH_KEEPING", 0)
    return write_vec(tmp_path / "a.vec", WORDS, VECTORS)


def folders(own_cache):
    return sorted((own_cache / "converted").iterdir())


def is_mapped(space):
    return isinstance(space.vectors, np.memmap)


def check(space, n=400):
    assert list(space) == WORDS[:n]
    np.testing.assert_allclose(space.vectors, VECTORS[:n], atol=1e-6)


def test_the_second_time_is_a_memory_map_of_the_same(file, own_cache):
    first, second = wordrel.load(file), wordrel.load(file)
    assert not is_mapped(first) and is_mapped(second)
    check(first)
    check(second)
    assert first.provenance == second.provenance
    manifest = json.loads((folders(own_cache)[0] / "manifest.json").read_text())
    assert manifest["source"] == str(file) and manifest["rows"] == 400


def test_without_the_cache_nothing_is_kept(file, own_cache):
    check(wordrel.load(file, cache=False))
    assert not own_cache.exists()


def test_small_files_are_not_kept(tmp_path, own_cache):
    file = write_vec(tmp_path / "a.vec", WORDS, VECTORS)
    wordrel.load(file)
    assert not is_mapped(wordrel.load(file)) and not own_cache.exists()


def test_a_changed_file_is_read_again(file):
    wordrel.load(file)
    write_vec(file, WORDS[:10], VECTORS[:10])
    check(wordrel.load(file), 10)
    assert is_mapped(wordrel.load(file))


def test_other_options_are_kept_apart(file):
    check(wordrel.load(file, limit=30), 30)
    check(wordrel.load(file))
    upper = write_vec(file.with_name("b.vec"), [word.upper() for word in WORDS], VECTORS)
    assert [wordrel.load(upper, lower=True).words[1] for _ in range(2)] == ["w1", "w1"]
    assert [wordrel.load(upper).words[1] for _ in range(2)] == ["W1", "W1"]
    for _ in range(2):
        few = wordrel.load(file, only=["w3", "w5"])
        assert few.words == ("w3", "w5")
        np.testing.assert_allclose(few.vectors, VECTORS[[3, 5]], atol=1e-6)
    half = [wordrel.load(file, dtype="float16") for _ in range(2)]
    np.testing.assert_array_equal(half[0].vectors, VECTORS.astype(np.float16))
    np.testing.assert_array_equal(half[1].vectors, half[0].vectors)


def test_a_smaller_limit_is_served_by_a_larger_one(file, own_cache):
    wordrel.load(file)
    space = wordrel.load(file, limit=7)
    assert is_mapped(space) and len(folders(own_cache)) == 1
    check(space, 7)


def test_but_not_where_rows_were_left_out(tmp_path, own_cache, monkeypatch):
    monkeypatch.setattr(loading, "_WORTH_KEEPING", 0)
    file = write_vec(tmp_path / "a.vec", ["a", "b", "a", "c"], np.arange(1, 9).reshape(4, 2))
    with pytest.warns(WordrelWarning, match="1 repeated word"):
        assert wordrel.load(file).words == ("a", "b", "c")
    with pytest.warns(WordrelWarning, match="1 repeated word"):
        assert wordrel.load(file, limit=3).words == ("a", "b")


def test_notes_are_said_again(tmp_path, own_cache, monkeypatch):
    monkeypatch.setattr(loading, "_WORTH_KEEPING", 0)
    file = write_vec(tmp_path / "a.vec", ["a", "b", "a"], np.arange(1, 7).reshape(3, 2))
    said = []
    for _ in range(2):
        with pytest.warns(WordrelWarning) as notes:
            wordrel.load(file)
        said.append([str(note.message) for note in notes])
    assert said[0] == said[1] == [f"{file}: 1 repeated word left out (first: 'a', line 4)"]


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


DAMAGE = {
    "flipped byte": lambda folder: flip(folder / "vectors.npy"),
    "flipped byte, same times": lambda folder: keep_times(folder / "vectors.npy", flip),
    "cut": lambda folder: os.truncate(folder / "vectors.npy", 1000),
    "no vectors": lambda folder: (folder / "vectors.npy").unlink(),
    "no words": lambda folder: (folder / "words.txt").unlink(),
    "other words": lambda folder: (folder / "words.txt").write_text("x\n"),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "half a manifest": lambda folder: os.truncate(folder / "manifest.json", 40),
    "another manifest": lambda folder: (folder / "manifest.json").write_text("[1]"),
    "another version": lambda folder: (folder / "manifest.json").write_text(
        (folder / "manifest.json").read_text().replace('"version": 1', '"version": 2')
    ),
    "a file in its place": lambda folder: (shutil.rmtree(folder), folder.write_text("x")),
}


def keep_times(path, change):
    status = path.stat()
    change(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_rebuilt(file, own_cache, damage):
    wordrel.load(file)
    DAMAGE[damage](folders(own_cache)[0])
    rebuilt = wordrel.load(file)
    assert not is_mapped(rebuilt)
    check(rebuilt)
    if damage != "a file in its place":
        again = wordrel.load(file)
        assert is_mapped(again)
        check(again)


def test_a_cache_that_cannot_be_written_is_said_and_is_no_obstacle(file, own_cache):
    own_cache.write_text("a file where the folder should be")
    with pytest.warns(WordrelWarning, match="was read, but cannot be kept for the next time .*"):
        check(wordrel.load(file))


def test_a_full_disk_is_said_and_leaves_nothing(file, own_cache):
    script = (
        "import resource, signal, sys, wordrel\n"
        "from wordrel.sources import loading\n"
        "loading._WORTH_KEEPING = 0\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "print(len(wordrel.load(sys.argv[1])))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout == "400\n"
    assert "cannot be kept for the next time (File too large)" in done.stderr
    assert folders(own_cache) == []


@pytest.mark.parametrize("moments", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_a_conversion_that_is_killed_leaves_nothing_wrong(tmp_path, own_cache, moments):
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(30_000)]
    vectors = rng.normal(size=(30_000, 60)).astype(np.float32).round(4)
    file = write_vec(tmp_path / "a.vec", words, vectors)
    script = "import sys, wordrel; print('ready', flush=True); wordrel.load(sys.argv[1])"
    n_kept = 0
    for moment in rng.uniform(0, 0.4, size=moments):
        child = subprocess.Popen([sys.executable, "-c", script, str(file)], stdout=subprocess.PIPE)
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        time.sleep(moment)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        origin = converted.Origin.of_file(file)
        kept = converted.find(origin, wordrel.sources.ReadOptions())
        if kept is not None:
            n_kept += 1
            assert kept.words() == words
            np.testing.assert_allclose(kept.vectors, vectors, atol=1e-6)
            shutil.rmtree(own_cache)
    space = wordrel.load(file)
    assert list(space) == words
    np.testing.assert_allclose(space.vectors, vectors, atol=1e-6)
    assert n_kept < moments or moments < 50
