"""Time and memory of reading vectors from text, beside gensim, polars, pyarrow and gzip alone (Unix only).

    python -m benchmarks.reading [--rows 200000] [--decimals 4] [--times 3] [--folder DIR] [--markdown]

A file as fastText writes it is made first, if it is not there. Each contender runs in a process of its own, because the
peak memory of a process never goes down; memory is that above what the process had before it began to read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

N_DIMENSIONS, SEED = 300, 2026
HEADER = ("Contender", "CPU, s", "Wall, s", "Peak, x matrix", "CPU, x wordrel", "Rows")


@dataclass(frozen=True)
class Result:
    """What one contender's process reports; `peak` in bytes above what the process had before."""

    cpu: float
    wall: float
    peak: int
    rows: int


def make(path: Path, rows: int, decimals: int) -> None:
    """Write a file of vectors, and the same compressed, as fastText publishes them."""
    rng = np.random.default_rng(SEED)
    line = "%s" + f" %.{decimals}f" * N_DIMENSIONS + "\n"
    temporary = path.with_suffix(".part")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(f"{rows} {N_DIMENSIONS}\n")
        for start in range(0, rows, 1000):
            block = rng.normal(0, 0.08, size=(min(1000, rows - start), N_DIMENSIONS)).tolist()
            stream.writelines(line % (f"wörd{start + i}", *row) for i, row in enumerate(block))
    temporary.replace(path)
    with path.open("rb") as plain, gzip.open(temporary, "wb", compresslevel=6) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)
    temporary.replace(path.with_suffix(".vec.gz"))


def read_wordrel(path: Path) -> int:
    """Read with wordrel, and keep nothing."""
    import wordrel

    return len(wordrel.load(path, cache=False))


def convert_wordrel(path: Path) -> int:
    """Read with wordrel, and keep it converted."""
    import wordrel
    from wordrel.sources import cache

    if path.stat().st_size > 1 << 20:  # not what warms up
        cache.prune(everything=True)
    return len(wordrel.load(path))


def reopen_wordrel(path: Path) -> int:
    """Open what was kept."""
    import wordrel

    return len(wordrel.load(path))


def look_up_wordrel(path: Path) -> int:
    """Open what was kept, and look a word up: then all words are read."""
    import wordrel

    space = wordrel.load(path)
    assert "wörd77" in space and space["wörd77"].shape == (N_DIMENSIONS,)
    return len(space)


def read_gensim(path: Path) -> int:
    """Read with gensim."""
    from gensim.models import KeyedVectors

    return len(KeyedVectors.load_word2vec_format(str(path)))


def read_polars(path: Path) -> int:
    """Read with polars's CSV reader into one matrix; words in quotes or with blanks in them would break it."""
    import polars as pl

    schema = {"word": pl.String, **{f"c{i}": pl.Float32 for i in range(N_DIMENSIONS)}}
    table = pl.read_csv(path, has_header=False, skip_rows=1, separator=" ", quote_char=None, schema=schema)
    words, matrix = table["word"].to_list(), table.drop("word").to_numpy(order="c")
    assert matrix.shape == (len(words), N_DIMENSIONS)
    return len(words)


def read_pyarrow(path: Path) -> int:
    """The same with pyarrow's."""
    import pyarrow as pa
    from pyarrow import csv

    names = [f"c{i}" for i in range(N_DIMENSIONS)]
    table = csv.read_csv(
        path,
        read_options=csv.ReadOptions(column_names=["word", *names], skip_rows=1),
        parse_options=csv.ParseOptions(delimiter=" ", quote_char=False),
        convert_options=csv.ConvertOptions(column_types={name: pa.float32() for name in names}),
    )
    matrix = np.empty((len(table), N_DIMENSIONS), dtype=np.float32)
    for i, name in enumerate(names):
        matrix[:, i] = table.column(name).to_numpy()
    return len(table.column("word").to_pylist())


def only_gunzip(path: Path) -> int:
    """Decompress with Python's gzip, and count lines."""
    rows = -1
    with gzip.open(path) as stream:
        while block := stream.read(1 << 20):
            rows += block.count(b"\n")
    return rows


CONTENDERS: dict[str, tuple[str, str, Callable[[Path], int]]] = {
    "text": ("wordrel, text", ".vec", read_wordrel),
    "convert": ("wordrel, text, kept for the next time", ".vec", convert_wordrel),
    "reopen": ("wordrel, the next time", ".vec", reopen_wordrel),
    "look-up": ("wordrel, the next time, and a word looked up", ".vec", look_up_wordrel),
    "gensim": ("gensim, text", ".vec", read_gensim),
    "polars": ("polars read_csv, text", ".vec", read_polars),
    "pyarrow": ("pyarrow read_csv, text", ".vec", read_pyarrow),
    "gz": ("wordrel, .gz", ".vec.gz", read_wordrel),
    "gunzip": ("gzip alone, .gz", ".vec.gz", only_gunzip),
    "gensim-gz": ("gensim, .gz", ".vec.gz", read_gensim),
}


def warm_up(contender: str, folder: Path) -> None:
    """Import what the contender needs: that is not reading."""
    small = folder / "small.vec"
    small.write_text(f"2 {N_DIMENSIONS}\n" + "".join(f"wörd7{c}{' 0.25' * N_DIMENSIONS}\n" for c in "67"), "utf-8")
    with small.open("rb") as plain, gzip.open(folder / "small.vec.gz", "wb") as packed:
        packed.write(plain.read())
    _, suffix, read = CONTENDERS[contender]
    read(small.with_suffix(suffix))


def measure(contender: str, path: Path) -> Result:
    """Run one contender in this process."""
    _, suffix, read = CONTENDERS[contender]
    with tempfile.TemporaryDirectory() as folder:
        warm_up(contender, Path(folder))
    before = _peak()
    wall, cpu = time.perf_counter(), time.process_time()
    rows = read(path.with_suffix(suffix))
    return Result(time.process_time() - cpu, time.perf_counter() - wall, _peak() - before, rows)


def _peak() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def run(contender: str, path: Path, cache: Path, times: int) -> Result:
    """Run one contender so many times, each in a process of its own, and take the run of median CPU time."""
    results = sorted((_run(contender, path, cache) for _ in range(times)), key=lambda result: result.cpu)
    return results[len(results) // 2]


def _run(contender: str, path: Path, cache: Path) -> Result:
    command = [sys.executable, "-m", "benchmarks.reading", "--only", contender, "--file", str(path)]
    environment = {**os.environ, "WORDREL_CACHE": str(cache), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return Result(**json.loads(done.stdout))


def table(results: dict[str, Result], rows: int, markdown: bool) -> str:
    """Lay the results out."""
    lines = [HEADER]
    reference = results["text"].cpu
    for name, result in results.items():
        peak = f"{result.peak / (rows * N_DIMENSIONS * 4):.2f}"
        cpu = f"{result.cpu:.2f}" if result.cpu >= 0.1 else f"{result.cpu:.4f}"
        wall = f"{result.wall:.2f}" if result.wall >= 0.1 else f"{result.wall:.4f}"
        lines.append((CONTENDERS[name][0], cpu, wall, peak, f"{result.cpu / reference:.2f}", f"{result.rows:,}"))
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    edge, between = ("| ", " | ") if markdown else ("", "  ")
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    text = [edge + between.join(line) + edge[::-1] for line in padded]
    if markdown:
        text.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(text)


def main() -> None:
    """Make the files, run all contenders, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--decimals", type=int, default=4, help="digits after the point, as fastText's")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where the file is made")
    parser.add_argument("--times", type=int, default=3, help="runs of each, of which the median counts")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--only", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(asdict(measure(options.only, options.file))))
        return
    path = options.folder / f"benchmark-{options.rows}-{options.decimals}.vec"
    if not path.with_suffix(".vec.gz").exists():
        print(f"making {path}", file=sys.stderr)
        make(path, options.rows, options.decimals)
    results = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as cache:
        for contender in CONTENDERS:
            print(f"{CONTENDERS[contender][0]} ...", file=sys.stderr)
            results[contender] = run(contender, path, Path(cache), options.times)
    print(table(results, options.rows, options.markdown))


if __name__ == "__main__":
    main()
