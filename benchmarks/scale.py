"""Two million words each side: time and peak memory of aligning, indexing and translating (Unix only).

    python -m benchmarks.scale [--rows N] [--folder FOLDER] [--kind KIND] [--keep] [--markdown]

Makes two spaces in FOLDER (float16 and words, in blocks), then does each stage in a process of its own, because the
peak memory of a process never goes down. The peak counts pages of memory-mapped files as well, which the system can
take back.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import wordrel
from benchmarks import generated
from benchmarks.align import machine
from benchmarks.generated import N_TEST, N_TRAIN, SEED
from wordrel.search.index import RECALL
from wordrel.search.recall import kth_best, recall

ROWS = 2_000_000
N_RECALL = 500
HEADER = ("Rows", "Stage", "CPU, s", "Wall, s", "Peak, GiB", "Result")


@dataclass(frozen=True)
class Place:
    """Where everything is."""

    folder: Path

    @property
    def alignment(self) -> Path:
        """The saved alignment."""
        return self.folder / "s-t.wordrel"

    def vectors(self, language: str) -> Path:
        """The vectors of a language, "s" or "t"."""
        return self.folder / f"{language}.npy"

    @property
    def rows(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Rows of the training and of the test words: most training words are frequent."""
        n = np.load(self.vectors("s"), mmap_mode="r").shape[0]
        random = np.random.default_rng(SEED)
        train = random.permutation(min(n, 50_000))[:N_TRAIN]
        test = np.setdiff1d(random.permutation(n)[: 2 * N_TEST], train)
        return train, random.permutation(test)[:N_TEST]


def generate(place: Place, rows: int) -> str:
    """Write the two spaces of `benchmarks.generated` in float16, and their words."""
    header = {"descr": "<f2", "fortran_order": False, "shape": (rows, generated.N_DIMENSIONS)}
    with place.vectors("s").open("wb") as source, place.vectors("t").open("wb") as target:
        for stream in (source, target):
            np.lib.format.write_array_header_1_0(stream, header)
        for _, X, Y in generated.blocks(rows, SEED):
            source.write(X.astype("<f2").data)
            target.write(Y.astype("<f2").data)
    for language in "st":
        with (place.folder / f"{language}.txt").open("w", encoding="utf-8") as words:
            words.writelines(f"{language}{row}\n" for row in range(rows))
    return f"{2 * 2 * rows * generated.N_DIMENSIONS / 1e9:.1f} GB of float16"


def align(place: Place) -> str:
    """From memory-mapped vectors to a saved alignment."""
    source, target = (wordrel.load(place.vectors(language), language, dtype="float16") for language in "st")
    train, test = place.rows
    pairs = [(f"s{row}", f"t{row}") for row in (*train.tolist(), *test.tolist())]
    dictionary = wordrel.BilingualDictionary(pairs, "s", "t", [word for word, _ in pairs[len(train) :]])
    alignment = wordrel.align(source, target, dictionary, dtype="float16", scratch=place.folder, rerank=False)
    alignment.save(place.alignment, force=True)
    return f"{len(train):,} pairs"


def index(place: Place, kind: str) -> str:
    """Indexes of both sides."""
    alignment = wordrel.load_alignment(place.alignment)
    if alignment.indexes is None:
        raise RuntimeError("a saved alignment has a place for indexes")
    vectors = {name: space.vectors for name, space in alignment.spaces.items()}
    built = alignment.indexes.build(vectors, kind, RECALL)
    return ", ".join(f"{name}: {one.kind}, effort {one.effort}, recall {one.recall:.3f}" for name, one in built.items())


def translate(place: Place) -> str:
    """Translate the test words at once: P@1."""
    alignment = wordrel.load_alignment(place.alignment)
    _, test = place.rows
    found = alignment.translate_many([f"s{row}" for row in test], k=5)
    right = [bool(near) and near[0].word == f"t{row}" for row, near in zip(test.tolist(), found, strict=True)]
    return f"P@1 {100 * np.mean(right):.1f} % of {len(test):,} words"


def query(place: Place) -> str:
    """Translate the test words one by one."""
    alignment = wordrel.load_alignment(place.alignment)
    _, test = place.rows
    start = time.perf_counter()
    alignment.translate("s0")
    first, seconds = time.perf_counter() - start, []
    for row in test.tolist():
        start = time.perf_counter()
        alignment.translate(f"s{row}")
        seconds.append(time.perf_counter() - start)
    p50, p99 = 1000 * np.percentile(seconds, [50, 99])
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, the first {1000 * first:.0f} ms"


def measured(place: Place) -> str:
    """recall@10 on words that the effort was not chosen by."""
    alignment = wordrel.load_alignment(place.alignment)
    _, test = place.rows
    source, target = alignment.source.vectors, alignment.target.vectors
    queries = np.asarray(source[np.sort(test)[:: max(1, len(test) // N_RECALL)]])
    _, scores = alignment.index("t").search(queries, 10)
    least = kth_best(queries, target, np.arange(len(alignment.target)), 10)
    return f"recall@10 {recall(scores, least, 10):.3f} on {len(queries)} test words"


def stage(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Do one stage in this process and say what it took."""
    place = Place(options.folder)
    stages: dict[str, Callable[[], str]] = {
        "generate": lambda: generate(place, options.rows),
        "align": lambda: align(place),
        "index": lambda: index(place, options.kind),
        "translate": lambda: translate(place),
        "query": lambda: query(place),
        "recall": lambda: measured(place),
    }
    cpu, wall = time.process_time(), time.perf_counter()
    result = stages[name]()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
    return {"cpu": cpu, "wall": wall, "peak": peak, "result": result}


STAGES = ("generate", "align", "index", "translate", "query", "recall")


def main() -> None:
    """Read the command line and print the table, or one stage's result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="words each side (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("scale"), help="for 9 GB at full size (default: ./scale)")
    parser.add_argument("--kind", default="auto", help="of the indexes (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the folder, and go on from what is there")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(stage(options.stage, options)))
        return
    options.folder.mkdir(parents=True, exist_ok=options.keep)
    print(f"{machine()}\nSeed: {SEED}\n", flush=True)
    rows = []
    place = Place(options.folder)
    there = {"generate": place.folder / "t.txt", "align": place.alignment, "index": place.alignment / "index-t.json"}
    try:
        for name in STAGES:
            if options.keep and name in there and there[name].exists():
                continue
            command = [sys.executable, "-m", "benchmarks.scale", "--stage", name, *sys.argv[1:]]
            done = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
            numbers = (f"{done['cpu']:.1f}", f"{done['wall']:.1f}", f"{done['peak']:.2f}")
            rows.append([f"{options.rows:,}", name, *numbers, done["result"]])
            print("  ".join(rows[-1]), file=sys.stderr, flush=True)
    finally:
        if not options.keep:
            shutil.rmtree(options.folder)
    widths = [max(len(row[i]) for row in (HEADER, *rows)) for i in range(len(HEADER))]
    lines = [" | ".join(map(str.ljust, row, widths)) for row in (HEADER, ["-" * w for w in widths], *rows)]
    print("\n".join(f"| {line} |" if options.markdown else line for line in lines))


if __name__ == "__main__":
    main()
