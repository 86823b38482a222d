"""Exact CSLS and its largest products on a device of torch, beside numpy: the same answers, and how fast."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.align import N_CLUSTERS, NOISE, SEED, SPECTRUM_DECAY, machine
from wordrel.backend import DEVICES, STORAGE, TorchBackend, choose
from wordrel.csls import CslsSearch
from wordrel.nearest import nearest
from wordrel.relative import unit_rows
from wordrel.topk import mean_similarity

Array32 = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
K = 10


class Task(NamedTuple):
    """One thing that is computed twice.

    Attributes
    ----------
    name : str
    products : int
        Floating-point operations of its products; 0 where they depend on the data.
    run : callable
        Gets a backend; returns scores and, where there are any, rows.
    """

    name: str
    products: int
    run: Callable[[TorchBackend | None], tuple[Array32, Rows | None]]


def generated(n: int, d: int) -> tuple[Array32, Array32]:
    """Make a clustered space with a decaying spectrum, and the same space turned and blurred: unit rows."""
    rng = np.random.default_rng(SEED)
    source = rng.standard_normal((n, d), dtype=np.float32)
    source += rng.standard_normal((N_CLUSTERS, d), dtype=np.float32)[rng.integers(N_CLUSTERS, size=n)]
    source *= np.arange(1, d + 1, dtype=np.float32) ** -SPECTRUM_DECAY
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0].astype(np.float32)
    return unit_rows(source), unit_rows(source @ turn + NOISE * rng.standard_normal((n, d), dtype=np.float32))


def tasks(source: Array32, target: Array32, n_queries: int, n_means: int) -> list[Task]:
    """List what is measured, all of it on vectors that lie in the memory of the machine when the clock starts."""
    n, d = source.shape
    queries, some = source[:n_queries], target[:n_means]

    def near(backend: TorchBackend | None) -> tuple[Array32, Rows | None]:
        rows, scores = nearest(queries, target, K, backend)
        return scores, rows

    def csls(backend: TorchBackend | None) -> tuple[Array32, Rows | None]:
        rows, scores = CslsSearch(source, target, backend=backend).top(queries, K)
        return scores, rows

    def means(backend: TorchBackend | None) -> tuple[Array32, Rows | None]:
        return mean_similarity(some, source, K, backend), None

    return [
        Task(f"nearest {K} of {len(queries):,} queries", 2 * len(queries) * n * d, near),
        Task(f"CSLS of {len(queries):,} queries", 0, csls),
        Task(f"mean of the nearest {K} of {len(some):,} rows", 2 * len(some) * n * d, means),
    ]


def compare(task: Task, backend: TorchBackend) -> list[str]:
    """Measure one task in numpy and on the device."""
    expected, rows, seconds = _timed(task, None)
    # The first run loads kernels and plans; a person who asks for a device has many queries.
    _timed(task, backend)
    found, device_rows, device_seconds = _timed(task, backend)
    same = "" if rows is None or device_rows is None else f"{(rows == device_rows).mean():.2%}"
    speeds = [f"{task.products / each / 1e9:,.0f}" if task.products else "" for each in (seconds, device_seconds)]
    error = f"{np.abs(found - expected).max():.1e}"
    return [task.name, f"{seconds:.2f}", speeds[0], f"{device_seconds:.2f}", speeds[1], error, same]


def _timed(task: Task, backend: TorchBackend | None) -> tuple[Array32, Rows | None, float]:
    """Run a task; its answers are numpy arrays, so that the device is done when the clock stops."""
    start = time.perf_counter()
    scores, rows = task.run(backend)
    return scores, rows, time.perf_counter() - start


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.device", description=__doc__)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto: cuda, else mps, else torch's cpu")
    parser.add_argument("--storage", choices=STORAGE, default="float32", help="how vectors are kept on the device")
    parser.add_argument("--words", type=int, default=200_000, help="of each of the two spaces")
    parser.add_argument("--dimensions", type=int, default=300)
    parser.add_argument("--queries", type=int, default=1_500)
    parser.add_argument("--means", type=int, default=20_000, help="rows of the largest product")
    options = parser.parse_args()
    backend = choose(options.device, options.storage) or TorchBackend("cpu", options.storage)
    print(machine())
    print(f"{backend} beside numpy, {options.words:,} x {options.dimensions} on each side, seed {SEED}\n")
    header = ["Task", "numpy, s", "GFLOP/s", f"{backend.device}, s", "GFLOP/s", "Largest difference", "Same rows"]
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}", flush=True)
    source, target = generated(options.words, options.dimensions)
    for task in tasks(source, target, options.queries, options.means):
        print(f"| {' | '.join(compare(task, backend))} |", flush=True)


if __name__ == "__main__":
    main()
