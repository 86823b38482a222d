"""RESULTS.md: tables of what was measured, and the machine."""

from __future__ import annotations

import os
import platform
import shlex
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import wordrel
from benchmarks.measuring import Measured
from benchmarks.peers import PEERS
from benchmarks.tasks import TASKS

Outcome = Measured | str
"""What was measured, or why it was not."""

_HEADER = ("Task", "Words each side", "CPU, s", "Wall, s", "Peak, MB", "Before, MB", "Achieved", "Note")
_EXPLAINED = (
    'CPU seconds are those of all threads together. "Peak" is the largest memory of the whole process, with the pages '
    'of mapped files in it; "Before" is the same before what is timed. Achieved rates are for a second of CPU; '
    "behind each, the share of what a plain product (GFLOP/s) or a plain copy (GB/s, read and written) did in the "
    "same process. The work that is counted is that of the plain computation: every inner product in full, every "
    "vector read once. More than 100 % means that less was done; the note counts what was done. Products bound exact "
    "r_S and the cosine of 1,500 words, memory bounds the cosine and the neighbours of one word; the other tasks with "
    "rates are bound by neither: a fit makes passes over what it has just allocated, text is parsed, a flat index "
    "fills fresh pages. What is prepared for one word after another is in their CPU seconds, not in p50. On a busy "
    "machine CPU seconds are dearer, too, by the caches that are shared."
)
_BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def report(
    found: Mapping[tuple[str, int], Outcome],
    large: Mapping[int, str],
    loads: tuple[float, float],
    arguments: Sequence[str],
) -> str:
    """Write everything down.

    Parameters
    ----------
    found : mapping of (task, words) to Outcome
    large : mapping of words to str
        Tables of `benchmarks.scale`.
    loads : (float, float)
        Load of the machine, of one minute, before and after.
    arguments : sequence of str
        Of the command.
    """
    parts = [
        "# Results",
        f"Written by `{shlex.join(['python', '-m', 'benchmarks', *arguments])}`; do not edit.",
        "\n".join(f"- {line}" for line in machine(loads)),
        _EXPLAINED,
        _table(found, TASKS),
        "## Other packages, the same work",
        _table(found, PEERS),
        "## Growth",
        "CPU seconds grow with the number of words each side to the power of:",
        _growth(found),
    ]
    for rows, text in large.items():
        parts += [f"## {rows:,} words", text.strip()]
    return "\n\n".join(parts) + "\n"


def machine(loads: tuple[float, float]) -> list[str]:
    """Processor, memory, BLAS, threads, load and versions."""
    cpuinfo, meminfo = (_text(Path("/proc") / name) for name in ("cpuinfo", "meminfo"))
    model = cpuinfo.partition("model name\t: ")[2].partition("\n")[0] or platform.processor()
    memory = meminfo.partition("MemTotal:")[2].partition("kB")[0].strip()
    blas = np.__config__.show(mode="dicts")["Build Dependencies"]["blas"]
    threads = ", ".join(f"{name}={os.environ[name]}" for name in _BLAS_VARIABLES if name in os.environ)
    packages = {"numpy": np.__version__, "wordrel": wordrel.__version__}
    packages |= {name: _version(name) for name in ("scipy", "scikit-learn", "gensim", "faiss-cpu")}
    busy = "; shared with other work" if max(loads) > 1.5 * (os.cpu_count() or 1) else ""
    system = f"{platform.system()} {platform.machine()}"
    return [
        f"{model}, {os.cpu_count()} cores, {int(memory or 0) / 2**20:.0f} GiB; {system}",
        f"Load {loads[0]:.1f} at the start and {loads[1]:.1f} at the end{busy}",
        f"BLAS: {blas['name']} {blas['version']}; threads: {threads or 'as BLAS chooses'}",
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {number}" for name, number in packages.items()),
    ]


def _table(found: Mapping[tuple[str, int], Outcome], tasks: Mapping[str, tuple[str, object]]) -> str:
    rows: list[Sequence[str]] = [_HEADER, ["---"] * len(_HEADER)]
    for name, (label, _) in tasks.items():
        for (other, size), outcome in found.items():
            if other == name:
                rows.append([label, f"{size:,}", *_cells(outcome)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(outcome: Outcome) -> list[str]:
    if isinstance(outcome, str):
        return ["", "", "", "", "", outcome]
    memory = [f"{value:,.0f}" if value else "" for value in (outcome.peak, outcome.before)]
    return [_seconds(outcome.cpu), _seconds(outcome.wall), *memory, _achieved(outcome), outcome.note]


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def _achieved(one: Measured) -> str:
    rates = []
    if one.flops:
        rates.append(f"{one.gflops:.0f} of {one.peak_gflops:.0f} GFLOP/s ({100 * one.gflops / one.peak_gflops:.0f} %)")
    if one.moved:
        rates.append(f"{one.gbytes:.1f} of {one.peak_gbytes:.1f} GB/s ({100 * one.gbytes / one.peak_gbytes:.0f} %)")
    return ", ".join(rates)


def _growth(found: Mapping[tuple[str, int], Outcome]) -> str:
    rows: list[Sequence[str]] = [("Task", "Exponent"), ("---", "---")]
    for name, (label, _) in (TASKS | PEERS).items():
        points = [
            (size, one.cpu) for (other, size), one in found.items() if other == name and isinstance(one, Measured)
        ]
        if len(points) > 1:
            sizes, times = np.log(np.array(points, dtype=np.float64)).T
            rows.append((label, f"{np.polyfit(sizes, times, 1)[0]:.2f}"))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
