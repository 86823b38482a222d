"""A real scheduler and real workers on the loopback address, some of which are killed."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra 'sweep-dask' is not installed")

SCHEDULER = """
import asyncio
from distributed import Scheduler
async def main():
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()
asyncio.run(main())
"""

# A worker whose cells wait for as long as its gate stands.
WORKER = """
import asyncio, sys, time
from pathlib import Path
from wordrel.sweep import running
from distributed import Worker
gate, run_cell = Path(sys.argv[2]), running.run_cell
def gated(task):
    gate.with_suffix(".reached").touch()
    while gate.exists():
        time.sleep(0.02)
    return run_cell(task)
running.run_cell = gated
async def main():
    async with Worker(sys.argv[1], nthreads=1, host="127.0.0.1", dashboard=False) as worker:
        print("ready", flush=True)
        await worker.finished()
asyncio.run(main())
"""


@contextmanager
def process(code: str, *arguments: str) -> Iterator[subprocess.Popen]:
    """Start Python, and end it."""
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def kill_when_reached(worker: subprocess.Popen, gate: Path) -> threading.Thread:
    """Kill a worker as soon as it has begun a cell."""

    def wait() -> None:
        for _ in range(1500):
            if gate.with_suffix(".reached").exists():
                break
            time.sleep(0.02)
        worker.kill()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_workers_are_killed_and_the_table_is_that_of_a_local_run(run, settings, here, monkeypatch):
    monkeypatch.setattr("wordrel.sweep.on_dask.PATIENCE_SECONDS", 0.5)
    first, second = here / "first.gate", here / "second.gate"
    first.touch()
    with ExitStack() as stack:
        address = stack.enter_context(process(SCHEDULER)).stdout.readline().strip()
        workers = [stack.enter_context(process(WORKER, address, str(gate))) for gate in (first, second)]
        assert (
            address.startswith("tcp://127.0.0.1:")
            and [worker.stdout.readline() for worker in workers] == ["ready\n"] * 2
        )
        engine = address.replace("tcp://", "dask://")

        # One of two workers dies in the middle of a cell: the other one runs it.
        killer = kill_when_reached(workers[0], first)
        outcome = run("sweep", "sweep.toml", "--engine", engine)
        killer.join()
        assert workers[0].wait() == -signal.SIGKILL and first.with_suffix(".reached").exists()
        assert (outcome.code, outcome.err) == (0, ""), outcome.err
        table, lines = Path("sweep.table.tsv").read_bytes(), Path("sweep.jsonl").read_bytes().splitlines()

        # The last worker dies, too.
        second.touch()
        second.with_suffix(".reached").unlink()
        killer = kill_when_reached(workers[1], second)
        outcome = run("sweep", "sweep.toml", "--engine", engine, "-o", "again.jsonl")
        killer.join()
        assert outcome == (
            2, "",
            f"wordrel: {engine}: no worker is left; finished cells are kept: start some with "
            f"'dask worker {address} --nthreads 1' and run this again\n",
        )  # fmt: skip
    assert run("sweep", "sweep.toml", "-o", "again.jsonl", "--jobs", 1).code == 0
    assert Path("again.table.tsv").read_bytes() == table and table.count(b"\tdone\t") == 8
    assert sorted(Path("again.jsonl").read_bytes().splitlines()) == sorted(lines)


def test_an_address_that_nobody_listens_on(run, settings, monkeypatch):
    monkeypatch.setattr("wordrel.sweep.on_dask.CONNECT_SECONDS", 0.2)
    assert run("sweep", "sweep.toml", "--engine", "dask://127.0.0.1:1") == (
        2, "",
        "wordrel: dask://127.0.0.1:1: no scheduler answers there; start one with 'dask scheduler', or check the address\n",
    )  # fmt: skip
