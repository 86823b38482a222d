"""Engines: workers that die, and ray where it is installed."""

import os
import signal
from pathlib import Path

import pytest

from wordrel.errors import WordrelError
from wordrel.sweep.engines import Local, make_engine


def die(task):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_local_worker_that_dies_is_one_line(monkeypatch):
    monkeypatch.setattr("wordrel.sweep.engines.run_cell", die)
    with pytest.raises(WordrelError) as caught:
        list(Local(2).run([{"key": "a"}, {"key": "b"}]))
    assert str(caught.value) == (
        "a worker process died, perhaps out of memory; finished cells are kept: "
        "run it again, with fewer --jobs or a smaller limit"
    )


@pytest.mark.parametrize(
    ("name", "address"),
    [("ray", None), ("ray://a.b:10001", "ray://a.b:10001"), ("dask://10.0.0.7:8786", "10.0.0.7:8786"), ("dask://[::1]:80/", "[::1]:80")],
)  # fmt: skip
def test_addresses(name, address):
    assert make_engine(name).address == address


@pytest.mark.slow
def test_ray_makes_the_same_table(run, settings):
    pytest.importorskip("ray", reason="the extra 'ray' is not installed")
    assert run("sweep", "sweep.toml", "--jobs", 1).code == 0
    outcome = run("sweep", "sweep.toml", "--engine", "ray", "-o", "ray.jsonl")
    assert outcome.code == 0, outcome.err
    assert Path("ray.table.tsv").read_bytes() == Path("sweep.table.tsv").read_bytes()
