"""The tasks that are measured, each in a process of its own: python -m benchmarks.tasks NAME ROWS FOLDER."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import wordrel
from benchmarks import generated
from benchmarks.measuring import Measured, measure, peak_mb
from wordrel import Alignment, Embeddings
from wordrel.csls import CslsSearch
from wordrel.pool import Pool
from wordrel.relative import Array32

# Parameters of a pure fit; those that cross-validation chooses for the embedded data.
PARAMETERS = {"exponent": 1.0, "ridge": 0.05, "power": 0.75}
N_SINGLE = 200
Task = Callable[[int, Path], Measured]


def saved(rows: int, folder: Path) -> Path:
    """Where the alignment is that the other tasks use."""
    return folder / f"{rows}.wordrel"


def indexed(rows: int, folder: Path) -> Path:
    """Where its copy with approximate indexes is."""
    return folder / f"{rows}-indexed.wordrel"


def load(rows: int, folder: Path) -> Alignment:
    """Open it."""
    return wordrel.load_alignment(saved(rows, folder))


def test_words(rows: int) -> list[str]:
    """The words that are asked."""
    return list(generated.pairs(rows).test.sources)


def write_text(rows: int, folder: Path) -> Path:
    """Write the source space as fastText does, unless it is there."""
    path = folder / f"source-{rows}.vec"
    if not path.exists():
        vectors = np.load(generated.write(folder, rows).source, mmap_mode="r")
        line = "%s" + " %.4f" * vectors.shape[1] + "\n"
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as stream:
            stream.write(f"{rows} {vectors.shape[1]}\n")
            for start in range(0, rows, 1000):
                block = vectors[start : start + 1000].tolist()
                stream.writelines(line % (f"s{start + i}", *row) for i, row in enumerate(block))
        part.replace(path)
    return path


def prepare(rows: int, folder: Path) -> Measured:
    """Make what the other tasks need: spaces, text, an alignment with its bounds."""
    generated.write(folder, rows)
    write_text(rows, folder)
    alignment = _fit(rows, folder)
    assert len(alignment.csls("s").lower_bounds) == rows  # computed now, and saved
    alignment.save(saved(rows, folder), force=True)
    return Measured(0, 0, peak_mb(), 0)


def load_text(rows: int, folder: Path) -> Measured:
    """Read a text file of vectors."""
    path = write_text(rows, folder)
    return measure(lambda: wordrel.load(path, cache=False), moved=path.stat().st_size)


def load_converted(rows: int, folder: Path) -> Measured:
    """The next time: what was read is kept converted."""
    path = write_text(rows, folder)
    wordrel.load(path)
    return measure(lambda: wordrel.load(path)["s7"])


def _fit(rows: int, folder: Path, **options: Any) -> Alignment:
    source, target = generated.write(folder, rows).load()
    given: dict[str, Any] = {"parameters": PARAMETERS, "refine": 0, "rerank": False} | options
    return wordrel.align(source, target, generated.pairs(rows), "relative", **given)


def align(rows: int, folder: Path) -> Measured:
    """Fit with given parameters, and bring both vocabularies into the shared space."""
    _touch(rows, folder)
    d = generated.N_DIMENSIONS
    n_train = len(generated.pairs(rows).train)
    # Two d x d covariances, a cross one, and the projection of both spaces.
    flops = 2.0 * d * d * (3 * n_train + 2 * rows)
    return measure(lambda: _fit(rows, folder), flops=flops, moved=4.0 * 2 * 2 * rows * d)


def align_default(rows: int, folder: Path) -> Measured:
    """What `wordrel.align` does when nothing is said: cross-validation, self-learning, tuning, re-ranking."""
    _touch(rows, folder)
    return measure(lambda: _fit(rows, folder, parameters=None, refine=None, rerank=True))


def csls(rows: int, folder: Path) -> Measured:
    """Exact CSLS of 1,500 test words, ten answers each, nothing known before; P@1 in the note."""
    alignment = load(rows, folder)
    source, target = alignment.source.vectors, alignment.target.vectors
    asked = alignment.source.rows(test_words(rows))
    found: dict[str, Any] = {}

    def work() -> None:
        search = CslsSearch(source, target)
        found["rows"], _ = search.top(source[asked], 10)
        found["share"] = search.exact_share

    result = measure(work)
    note = f"P@1 {100 * np.mean(found['rows'][:, 0] == asked):.1f} %, r_S exact of {100 * found['share']:.0f} %"
    return Measured(**asdict(result) | {"note": note})


def csls_same(rows: int, folder: Path) -> Measured:
    """Whether these answers are those of the full computation, which computes r_S of every target."""
    from wordrel.topk import mean_similarity, product_blocks, sorted_top

    alignment = load(rows, folder)
    source, target = alignment.source.vectors, alignment.target.vectors
    asked = alignment.source.rows(test_words(rows))
    quick, _ = CslsSearch(source, target).top(source[asked], 10)
    full = np.empty_like(quick)
    gaps = [0.0]

    def work() -> None:
        r_source = mean_similarity(target, source, 10)
        for block, table in product_blocks(source[asked], target):
            table *= 2
            table -= r_source
            full[block], scores = sorted_top(table, 10)
            gaps.append(float(np.abs(np.take_along_axis(table, quick[block], axis=1) - scores).max()))

    result = measure(work)
    differ = int((full != quick).sum())
    # In float32 a score is known to some 1e-6, and what is nearer than that has no order.
    note = f"{differ:,} of {full.size:,} answers differ" + (f", by {max(gaps):.0e} at most" if differ else "")
    return Measured(**asdict(result) | {"note": note})


def exact(rows: int, folder: Path) -> Measured:
    """The part of it that takes longest: exact r_S of 4,000 targets, through principal axes.

    The work is that of the plain computation, all cosines of 4,000 x `rows`; the note says what products were made.
    """
    from wordrel.crowding import Crowd

    alignment = load(rows, folder)
    source, target = alignment.source.vectors, alignment.target.vectors
    crowd = Crowd(source, 10)
    asked = target[:: max(1, rows // 4000)]
    plain = 2.0 * len(asked) * rows * source.shape[1]
    result = measure(lambda: crowd.exact(asked), flops=plain)
    done = 100 * crowd.width / source.shape[1] * result.gflops / result.peak_gflops
    note = f"by products of {crowd.width} numbers, not {source.shape[1]}: {done:.0f} % counting those"
    return Measured(**asdict(result) | {"note": note})


def evaluate(rows: int, folder: Path) -> Measured:
    """`wordrel.evaluate`, one direction, without intervals: P@k and MRR by cosine and CSLS, ten answers a word."""
    alignment = load(rows, folder)
    alignment = Alignment(
        list(alignment.spaces.values()),
        list(alignment.projections.values()),
        alignment.anchors,
        alignment.test,
        alignment.info,
    )
    options: dict[str, Any] = {"tasks": ("bli",), "both_directions": False, "resamples": 0}
    return measure(lambda: wordrel.evaluate(alignment, generated.pairs(rows).test, **options))


def translate_many(rows: int, folder: Path) -> Measured:
    """1,500 words at once, with the saved bounds."""
    alignment, words = load(rows, folder), test_words(rows)
    return measure(lambda: alignment.translate_many(words))


def translate_nn(rows: int, folder: Path) -> Measured:
    """1,500 words at once by the cosine alone: one product and a selection."""
    alignment, words = load(rows, folder), test_words(rows)
    flops = 2.0 * len(words) * rows * alignment.target.dimensions
    return measure(lambda: alignment.translate_many(words, scorer="nn"), flops=flops)


def translate_one(rows: int, folder: Path) -> Measured:
    """One word after another, with the saved bounds."""
    alignment = load(rows, folder)
    return _singly(alignment, lambda word: alignment.translate(word), rows)


def translate_one_nn(rows: int, folder: Path) -> Measured:
    """The same by the cosine alone: the plain computation reads the target vectors once."""
    alignment = load(rows, folder)
    return _singly(alignment, lambda word: alignment.translate(word, scorer="nn"), rows, alignment.target)


def neighbours(rows: int, folder: Path) -> Measured:
    """Ten neighbours of one word in its own language."""
    alignment = load(rows, folder)
    return _singly(alignment, lambda word: alignment.neighbors(word, within="s"), rows, alignment.source)


def index(rows: int, folder: Path) -> Measured:
    """Build a flat index of the target vectors."""
    alignment = load(rows, folder)
    alignment.target.vectors.sum()  # from disk to memory
    wordrel.SearchIndex(np.eye(2))  # FAISS is imported
    return measure(lambda: alignment.index("t"), moved=8.0 * rows * alignment.target.dimensions)


def index_cells(rows: int, folder: Path) -> Measured:
    """What ``wordrel index --kind ivfpq`` builds beside a copy of the alignment: indexes of both sides."""
    place = indexed(rows, folder)
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(saved(rows, folder), place)
    alignment = wordrel.load_alignment(place)
    found: dict[str, float] = {}

    def work() -> None:
        assert alignment.indexes is not None
        built = alignment.indexes.build({name: space.vectors for name, space in alignment.spaces.items()}, "ivfpq")
        found.update({name: one.recall for name, one in built.items()})

    result = measure(work)
    return Measured(**asdict(result) | {"note": f"recall@10 {min(found.values()):.3f} or more"})


def start_help(rows: int, folder: Path) -> Measured:
    """``wordrel --help``, a process from its start to its end."""
    return _process(["--help"], 5)


def start_translate(rows: int, folder: Path) -> Measured:
    """``wordrel translate`` of one word, a process from its start to its end."""
    return _process(["translate", "-a", str(saved(rows, folder)), "s7"], 5)


def interactive(rows: int, folder: Path) -> Measured:
    """A word through ``wordrel translate --interactive``, from the question to the last line of the answer."""
    return _conversation(rows, saved(rows, folder))


def interactive_cells(rows: int, folder: Path) -> Measured:
    """The same over the indexes that `index_cells` built."""
    return _conversation(rows, indexed(rows, folder))


def _conversation(rows: int, place: Path) -> Measured:
    command = [sys.executable, "-m", "wordrel", "translate", "-i", "--json", "-a", str(place)]
    walls = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        cpu = 0.0
        for number, word in enumerate(test_words(rows)[: N_SINGLE + 1]):
            start, used = time.perf_counter(), _cpu_of(process.pid)
            process.stdin.write(f"{word}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["word"] == word
            if number:  # the first opens the alignment
                walls.append(time.perf_counter() - start)
                cpu += _cpu_of(process.pid) - used
        process.stdin.close()
    return Measured(cpu / len(walls), float(np.mean(walls)), 0, 0, note=_percentiles(walls))


def _singly(alignment: Alignment, ask: Callable[[str], Any], rows: int, read: Embeddings | None = None) -> Measured:
    """Ask one word after another; of the work, if it is reading, say how much of the space was read."""
    words = iter(test_words(rows))
    ask(next(words))  # pages are read, and lower bounds
    cpus: list[float] = []
    walls: list[float] = []

    def work() -> None:
        cpu, wall = time.process_time(), time.perf_counter()
        ask(next(words))
        cpus.append(time.process_time() - cpu)
        walls.append(time.perf_counter() - wall)

    moved = 0.0 if read is None else 4.0 * rows * read.dimensions
    result = measure(work, repeat=min(N_SINGLE, len(test_words(rows)) - 1), moved=moved)
    note = f"CPU {_percentiles(cpus)}; wall {_percentiles(walls)}"
    if read is not None:
        numbers = _numbers_read(read, alignment.source.vectors[alignment.source.rows(test_words(rows))])
        if numbers < read.dimensions:
            done = 4e-9 * rows * numbers / float(np.median(cpus)) / result.peak_gbytes
            note += (
                f"; reads {numbers} numbers a word, not {read.dimensions}: {100 * done:.0f} % counting those, at p50"
            )
    return Measured(**asdict(result) | {"note": note})


def _numbers_read(space: Embeddings, queries: Array32) -> int:
    """What is read of each row for one query after another."""
    pool, screen = Pool(space.vectors), None
    for number in range(N_SINGLE):
        screen = pool.screen(queries[number : number + 1])
    return space.dimensions if screen is None else screen.width


def _percentiles(seconds: list[float]) -> str:
    middle, worst = np.percentile(seconds, [50, 99])
    return f"p50 {1000 * middle:.1f} ms, p99 {1000 * worst:.1f} ms"


def _process(arguments: list[str], times: int) -> Measured:
    command = [sys.executable, "-m", "wordrel", *arguments]
    walls, cpus = [], []
    # As it is installed, compiled; the first run may have to.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    for _ in range(times):
        start, used = time.perf_counter(), os.times()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        walls.append(time.perf_counter() - start)
        now = os.times()
        cpus.append(now.children_user + now.children_system - used.children_user - used.children_system)
    return Measured(float(np.median(cpus)), float(np.median(walls)), 0, 0, note=f"best wall {min(walls):.2f} s")


def _cpu_of(process: int) -> float:
    """Seconds of CPU that a process has used, by its kernel's clock of 1/100 s; 0 where there is no /proc."""
    file = Path(f"/proc/{process}/stat")
    if not file.exists():
        return 0.0
    fields = file.read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _touch(rows: int, folder: Path) -> None:
    """Have the spaces in memory before the clock starts: loading is measured apart."""
    for path in generated.write(folder, rows):
        np.load(path, mmap_mode="r").sum()


TASKS: dict[str, tuple[str, Task]] = {
    "load": ("load, text", load_text),
    "load-again": ("load, the next time, and a look-up", load_converted),
    "align": ("align, pure fit", align),
    "align-default": ("align, default", align_default),
    "csls": ("evaluate: CSLS of 1,500 words", csls),
    "csls-same": ("the same computed in full", csls_same),
    "exact": ("of which: exact r_S of 4,000 targets", exact),
    "evaluate": ("evaluate: `wordrel.evaluate`", evaluate),
    "translate-1500": ("translate 1,500 words", translate_many),
    "translate-1500-nn": ("translate 1,500 words, cosine", translate_nn),
    "translate": ("translate a word", translate_one),
    "translate-nn": ("translate a word, cosine", translate_one_nn),
    "neighbours": ("neighbours of a word", neighbours),
    "index": ("index build, flat", index),
    "index-cells": ("index build, ivfpq, both sides", index_cells),
    "help": ("start: --help", start_help),
    "start": ("start: translate a word", start_translate),
    "interactive": ("a word, interactively", interactive),
    "interactive-cells": ("a word, interactively, over ivfpq", interactive_cells),
}


def main() -> None:
    """Do one task and print what it took as JSON."""
    from benchmarks.peers import PEERS

    name, rows, folder = sys.argv[1:]
    every: dict[str, Task] = {"prepare": prepare} | {n: task for n, (_, task) in (TASKS | PEERS).items()}
    print(json.dumps(asdict(every[name](int(rows), Path(folder)))))


if __name__ == "__main__":
    main()
