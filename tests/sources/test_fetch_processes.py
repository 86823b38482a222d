"""Full disks, several processes, and processes that die at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server import Server
from tests.sources.conftest import CONTENT, SHA256, fetch, files_in, refused
from wordrel.errors import CacheError
from wordrel.sources import cache

pytestmark = pytest.mark.usefixtures("cache_folder")


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
