"""P@1 of every method on real pairs of languages, from 25 to 5,000 anchor words, with paired-bootstrap intervals.

    python -m benchmarks.accuracy --data FOLDER [--pairs en-fr,en-it] [--anchors 25,5000] [--methods relative,vecmap]
                                  [--results FILE] [--processes N] [--markdown]

FOLDER has `<pair>.train.tsv` and `<pair>.test.tsv` in `dictionaries/` (split by source word) and vectors in `vectors/`;
`--vectors en=FILE,fr=FILE` names the files. Each cell is written to the results file when it is done, with the answer
to each test word: a run that was stopped goes on where it was, and the intervals compare methods word by word. Without
`--data` the embedded English-Italian data are measured.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

import wordrel

# Each name: method, self-learning. None is what wordrel does when nothing is said.
CONTENDERS: dict[str, tuple[str, str | int | None]] = {
    "relative": ("relative", None),
    "relative, no self-learning": ("relative", 0),
    "vecmap": ("vecmap", 0),
    "vecmap, self-learning": ("vecmap", "auto"),
    "rcsls": ("rcsls", 0),
    "procrustes": ("procrustes", 0),
    "procrustes, self-learning": ("procrustes", "auto"),
    "cca": ("cca", 0),
    "ridge": ("ridge", 0),
    "asif": ("asif", 0),
    "relative-centred": ("relative-centred", 0),
    "relative-paper": ("relative-paper", 0),
}
ANCHORS = (25, 100, 300, 1000, 5000)
BOOTSTRAPS, SEED = 2000, 0


@dataclass(frozen=True)
class Cell:
    """One measurement: its name and, for each test word, whether the first answer is right."""

    pair: str
    anchors: int
    contender: str
    nn: str
    csls: str
    found: int
    words: int
    cpu: float

    @property
    def key(self) -> tuple[str, int, str]:
        """What is measured once."""
        return self.pair, self.anchors, self.contender


def load(data: Path | None, pair: str, vectors: dict[str, str]) -> tuple[wordrel.Embeddings, ...] | None:
    """Two spaces of a pair."""
    names = pair.split("-")
    return tuple(
        wordrel.load(
            vectors.get(name) or (f"embedded:{name}" if data is None else str(data / f"vectors/{name}.npz")),
            language=name,
        )
        for name in names
    )


def dictionary(data: Path | None, pair: str) -> wordrel.BilingualDictionary:
    """Training pairs in the file's order, and the test pairs."""
    if data is None:
        return wordrel.load_dictionary(f"embedded:{pair}")
    source, target = pair.split("-")
    train, test = (
        wordrel.load_dictionary(str(data / f"dictionaries/{pair}.{part}.tsv"), source, target)
        for part in ("train", "test")
    )
    return wordrel.BilingualDictionary([*train.without(test.sources), *test], source, target, test.sources)


def measure(data: Path | None, pair: str, anchors: int, contender: str, vectors: dict[str, str]) -> Cell:
    """Align, and ask every test word that both vocabularies know."""
    source, target = load(data, pair, vectors)  # type: ignore[misc]
    pairs = dictionary(data, pair)
    method, refine = CONTENDERS[contender]
    start = time.process_time()
    alignment = wordrel.align(
        source,
        target,
        pairs,
        method=method,
        anchors=anchors or None,
        refine=refine,  # type: ignore[arg-type]
        rerank=False,
    )
    cpu = time.process_time() - start
    gold: dict[int, set[int]] = {}
    for word, translation in pairs.test:
        row, answer = source.find(word), target.find(translation)
        if row is not None and answer is not None:
            gold.setdefault(row, set()).add(answer)
    asked = np.array(list(gold))
    rows, _, nearest = alignment.csls(source.language).top_and_nearest(alignment.source.vectors[asked], 1)
    csls, nn = (
        "".join("01"[row in gold[q]] for q, row in zip(asked, found[:, 0], strict=True)) for found in (rows, nearest)
    )
    return Cell(pair, anchors, contender, nn, csls, len(asked), len(pairs.test.sources), cpu)


def recorded(path: Path) -> dict[tuple[str, int, str], Cell]:
    """What an earlier run has written; a last line that was cut off is left out."""
    cells = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        try:
            cell = Cell(**json.loads(line))
        except ValueError:
            continue
        cells[cell.key] = cell
    return cells


def right(answers: str) -> npt.NDArray[np.float64]:
    """A string of 0 and 1 as numbers."""
    return np.frombuffer(answers.encode(), dtype=np.uint8).astype(np.float64) - ord("0")


def interval(one: str, other: str) -> tuple[float, float]:
    """95 % interval of the difference in P@1, per cent, by resampling the test words that both were asked."""
    difference = right(one) - right(other)
    draws = np.random.default_rng(SEED).integers(0, len(difference), (BOOTSTRAPS, len(difference)))
    low, high = np.percentile(100 * difference[draws].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)


def table(cells: dict[tuple[str, int, str], Cell], pair: str) -> Iterator[str]:
    """One pair's table: a contender a line, P@1 by nearest neighbour / CSLS, and the interval against `relative`."""
    mine = [cell for cell in cells.values() if cell.pair == pair]
    counts = sorted({cell.anchors for cell in mine}, key=lambda n: n or 1 << 30)
    found = mine[0]
    yield f"**{pair}**, {found.found:,} of {found.words:,} test words found"
    yield ""
    yield "| anchors | " + " | ".join(f"{n:,}" if n else "all" for n in counts) + " |"
    yield "|---" * (len(counts) + 1) + "|"
    for contender in CONTENDERS:
        fields = []
        for n in counts:
            cell, best = cells.get((pair, n, contender)), cells.get((pair, n, "relative"))
            if cell is None:
                fields.append("")
                continue
            text = f"{100 * right(cell.nn).mean():.1f} / {100 * right(cell.csls).mean():.1f}"
            if best is not None and best is not cell:
                low, high = interval(best.csls, cell.csls)
                text += f" ({low:+.1f} to {high:+.1f})"
            fields.append(text)
        if any(fields):
            yield f"| {contender} | " + " | ".join(fields) + " |"
    yield ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is not yet measured, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pairs", default=None)
    parser.add_argument("--vectors", default="")
    parser.add_argument("--anchors", default=",".join(map(str, ANCHORS)), help="0 for all")
    parser.add_argument("--methods", default=None, help="names as in the table, separated by ';'")
    parser.add_argument("--results", type=Path, default=Path("accuracy.jsonl"))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    vectors = dict(item.split("=", 1) for item in options.vectors.split(",") if item)
    pairs = (options.pairs or ("en-it" if options.data is None else "en-fr,en-it,en-fi,fr-it")).split(",")
    names = [name.strip() for name in options.methods.split(";")] if options.methods else list(CONTENDERS)
    cells = recorded(options.results)
    wanted = [(p, n, c) for c in names for p in pairs for n in map(int, options.anchors.split(","))]
    todo = [key for key in wanted if key not in cells]
    print(f"{len(wanted) - len(todo)} cells known, {len(todo)} to measure, seed {SEED}", flush=True)
    with ProcessPoolExecutor(options.processes) as pool, options.results.open("a", encoding="utf-8") as out:
        running = [pool.submit(measure, options.data, *key, vectors) for key in todo]
        for number, done in enumerate(as_completed(running), 1):
            cell = done.result()
            cells[cell.key] = cell
            out.write(json.dumps(asdict(cell)) + "\n")
            out.flush()
            print(f"{number}/{len(todo)} {cell.key} {100 * right(cell.csls).mean():.1f} {cell.cpu:.1f} s", flush=True)
    print("\nP@1 in per cent, nearest neighbour / CSLS (95 % interval of `relative` minus this, CSLS)\n")
    for pair in pairs:
        print("\n".join(table(cells, pair)))


if __name__ == "__main__":
    main()
