"""What a piece of work took, beside what the machine can do at the same moment."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

# Rows of the two sides of the plain product, whose table of 16 MB stays in the cache, and what they are long.
_PEAK_ROWS, _PEAK_COLUMNS, _PEAK_LENGTH = 512, 8192, 300
_COPIED = 1 << 26
_LEAST_CPU = 1.0


@dataclass(frozen=True)
class Measured:
    """What a task's process reports.

    Attributes
    ----------
    cpu, wall : float
        Seconds; of one repetition where there were several.
    peak, before : float
        Largest memory of the process in MB of 10^6 bytes, at the end and before what is timed.
    flops, moved : float
        Arithmetic, and bytes that must be read or written; 0 where that says nothing about the task.
    gflops, gbytes : float
        The same for each second of CPU, in 10^9.
    peak_gflops, peak_gbytes : float
        What a plain product, and a copy, did in the same process afterwards; 0 if not asked for.
    note : str
    """

    cpu: float
    wall: float
    peak: float
    before: float
    flops: float = 0
    moved: float = 0
    peak_gflops: float = 0
    peak_gbytes: float = 0
    note: str = ""

    @property
    def gflops(self) -> float:
        """Achieved, for each second of CPU."""
        return self.flops / self.cpu / 1e9

    @property
    def gbytes(self) -> float:
        """Achieved, for each second of CPU."""
        return self.moved / self.cpu / 1e9


def peak_mb() -> float:
    """Largest memory of this process so far, in MB of 10^6 bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(
    work: Callable[[], Any], *, flops: float = 0, moved: float = 0, repeat: int = 1, note: str = ""
) -> Measured:
    """Do a piece of work, and then what tells the limits of the machine.

    Parameters
    ----------
    work : callable
        Its result is dropped.
    flops, moved : float
        Of one repetition.
    repeat : int
    note : str
    """
    before = peak_mb()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(repeat):
        work()
    cpu, wall = (time.process_time() - cpu) / repeat, (time.perf_counter() - wall) / repeat
    peak = peak_mb()  # before the limits are measured, which takes memory of its own
    limits = (sgemm_peak() if flops else 0.0), (copy_peak() if moved else 0.0)
    return Measured(max(cpu, 1e-9), wall, peak, before, flops, moved, *limits, note)


def sgemm_peak() -> float:
    """10^9 operations for each second of CPU of a plain float32 product."""
    rng = np.random.default_rng(0)
    left = rng.standard_normal((_PEAK_ROWS, _PEAK_LENGTH), dtype=np.float32)
    right = rng.standard_normal((_PEAK_COLUMNS, _PEAK_LENGTH), dtype=np.float32)
    out = np.empty((_PEAK_ROWS, _PEAK_COLUMNS), dtype=np.float32)
    return 2.0 * out.size * _PEAK_LENGTH * _per_cpu_second(lambda: np.matmul(left, right.T, out=out)) / 1e9


def copy_peak() -> float:
    """10^9 bytes, read and written, for each second of CPU of a plain copy."""
    source = np.ones(_COPIED, dtype=np.float32)
    target = np.zeros_like(source)
    return 2.0 * source.nbytes * _per_cpu_second(lambda: np.copyto(target, source)) / 1e9


def _per_cpu_second(work: Callable[[], Any]) -> float:
    """How often it is done; after once for nothing."""
    work()
    start, times = time.process_time(), 0
    while (taken := time.process_time() - start) < _LEAST_CPU:
        work()
        times += 1
    return times / taken
