"""Precision, time and memory of wordrel's alignments beside gensim's and scipy's, on the same words (Unix only).

    python -m benchmarks.align [--data embedded|generated|all] [--timeout SECONDS] [--markdown]

Each contender runs in a process of its own, because the peak memory of a process never goes down.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import wordrel
from wordrel import BilingualDictionary, Embeddings
from wordrel.alignment import Scorer
from wordrel.preprocessing import Preprocessing

SEED = 2023
N_WORDS, N_DIMENSIONS, N_CLUSTERS = 50_000, 300, 500
N_TRAIN, N_TEST = 5_000, 1_500
SPECTRUM_DECAY, NOISE = 0.5, 0.4
HEADER = ("Data", "Contender", "Search", "P@1, %", "Words found", "CPU, s", "Wall, s", "Peak, MB", "Loaded, MB")

Run = Callable[[], list[str]]
"""What is timed: from raw vectors and training pairs to one translation of each question."""


@dataclass(frozen=True)
class Task:
    """Two spaces, rows of the training pairs, and source rows of the questions with their right answers."""

    source: Embeddings
    target: Embeddings
    dictionary: BilingualDictionary
    train_rows: npt.NDArray[np.int64]
    gold: dict[int, set[str]]

    @classmethod
    def of(cls, source: Embeddings, target: Embeddings, dictionary: BilingualDictionary) -> Task:
        """Look the pairs up with wordrel's rules for upper and lower case."""
        gold: dict[int, set[str]] = {}
        for i, j in _known_rows(source, target, dictionary.test):
            gold.setdefault(i, set()).add(target.words[j])
        train_rows = np.array(_known_rows(source, target, dictionary.train), dtype=np.int64)
        return cls(source, target, dictionary, train_rows, gold)

    @property
    def questions(self) -> list[str]:
        """The test words as the source vocabulary spells them."""
        return [self.source.words[row] for row in self.gold]

    def precision(self, answers: list[str]) -> float:
        """Share of the questions whose answer is right, 0 to 1."""
        return float(np.mean([word in right for word, right in zip(answers, self.gold.values(), strict=True)]))

    def prepared(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Both spaces as wordrel itself prepares them."""
        return Preprocessing().fit_transform(self.source.vectors), Preprocessing().fit_transform(self.target.vectors)


@dataclass(frozen=True)
class Result:
    """What one contender's process reports; memory in MB of 10^6 bytes, `loaded` before the timed part."""

    p_at_1: float
    found: int
    words: int
    cpu: float
    wall: float
    peak: float
    loaded: float

    def cells(self) -> list[str]:
        """Format the columns of the table that follow the contender's name."""
        numbers = (f"{self.cpu:.2f}", f"{self.wall:.2f}", f"{self.peak:.0f}", f"{self.loaded:.0f}")
        return [f"{100 * self.p_at_1:.1f}", f"{self.found:,} of {self.words:,}", *numbers]


def embedded() -> Task:
    """Load the English-Italian data that comes with wordrel."""
    pairs = wordrel.load_dictionary("embedded:en-it")
    return Task.of(wordrel.load("embedded:en"), wordrel.load("embedded:it"), pairs)


def generated() -> Task:
    """Make a clustered space with a decaying spectrum, and the same space turned and blurred."""
    rng = np.random.default_rng(SEED)
    source = rng.standard_normal((N_WORDS, N_DIMENSIONS), dtype=np.float32)
    centres = rng.standard_normal((N_CLUSTERS, N_DIMENSIONS), dtype=np.float32)
    source += centres[rng.integers(N_CLUSTERS, size=N_WORDS)]
    source *= np.arange(1, N_DIMENSIONS + 1, dtype=np.float32) ** -SPECTRUM_DECAY
    rotation = np.linalg.qr(rng.standard_normal((N_DIMENSIONS, N_DIMENSIONS)))[0].astype(np.float32)
    target = source @ rotation
    target += NOISE * rng.standard_normal(target.shape, dtype=np.float32)
    chosen = rng.permutation(N_WORDS)[: N_TRAIN + N_TEST]
    pairs = [(f"s{row}", f"t{row}") for row in chosen]
    dictionary = BilingualDictionary(pairs, "s", "t", [word for word, _ in pairs[N_TRAIN:]])
    left = Embeddings([f"s{row}" for row in range(N_WORDS)], source, "s")
    right = Embeddings([f"t{row}" for row in range(N_WORDS)], target, "t")
    return Task.of(left, right, dictionary)


def wordrel_run(task: Task, method: str, scorer: Scorer) -> Run:
    """Set one of wordrel's own methods up."""
    align = wordrel.align

    def run() -> list[str]:
        alignment = align(task.source, task.target, task.dictionary, method)
        found = alignment.translate_many(task.questions, k=1, scorer=scorer)
        return [neighbors[0].word if neighbors else "" for neighbors in found]

    return run


def gensim_run(task: Task) -> Run:
    """Set gensim's least-squares translation matrix up."""
    from gensim.models import KeyedVectors
    from gensim.models.translation_matrix import TranslationMatrix

    keyed = []
    for space in (task.source, task.target):
        vectors = KeyedVectors(space.dimensions)
        # Its add_vectors would copy them, to the disadvantage of gensim's memory.
        vectors.index_to_key = list(space.words)
        vectors.key_to_index = {word: row for row, word in enumerate(space.words)}
        keyed.append(vectors)
    source, target = keyed
    pairs = [(task.source.words[i], task.target.words[j]) for i, j in task.train_rows]

    def run() -> list[str]:
        source.vectors, target.vectors = task.prepared()
        matrix = TranslationMatrix(source, target, pairs)
        found = matrix.translate(task.questions, topn=1, source_lang_vec=source, target_lang_vec=target)
        return [words[0] for words in found.values()]

    return run


def scipy_run(task: Task) -> Run:
    """Set scipy's orthogonal Procrustes with a plain matrix product up."""
    from scipy.linalg import orthogonal_procrustes

    def run() -> list[str]:
        source, target = task.prepared()
        rotation, _ = orthogonal_procrustes(source[task.train_rows[:, 0]], target[task.train_rows[:, 1]])
        cosines = source[list(task.gold)] @ rotation @ target.T
        return [task.target.words[row] for row in cosines.argmax(axis=1)]

    return run


DATA: dict[str, Callable[[], Task]] = {"embedded": embedded, "generated": generated}
CONTENDERS: dict[str, tuple[str, str, Callable[[Task], Run]]] = {
    "relative-nn": ("wordrel relative", "NN", lambda task: wordrel_run(task, "relative", "nn")),
    "relative-csls": ("wordrel relative", "CSLS", lambda task: wordrel_run(task, "relative", "csls")),
    "procrustes-nn": ("wordrel procrustes", "NN", lambda task: wordrel_run(task, "procrustes", "nn")),
    "procrustes-csls": ("wordrel procrustes", "CSLS", lambda task: wordrel_run(task, "procrustes", "csls")),
    "gensim": ("gensim TranslationMatrix", "NN", gensim_run),
    "scipy": ("scipy orthogonal_procrustes", "NN", scipy_run),
}


def measure(contender: str, data: str) -> Result:
    """Run one contender in this process."""
    task = DATA[data]()
    run = CONTENDERS[contender][2](task)
    loaded = _peak_mb()
    cpu, wall = time.process_time(), time.perf_counter()
    answers = run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    words = len(task.dictionary.test.sources)
    return Result(task.precision(answers), len(task.gold), words, cpu, wall, _peak_mb(), loaded)


def measure_apart(contender: str, data: str, timeout: float) -> list[str]:
    """Run one contender in a process of its own and return its row of the table."""
    command = [sys.executable, "-m", "benchmarks.align", "--contender", contender, "--data", data]
    label, search, _ = CONTENDERS[contender]
    row = [data, label, search]
    blanks = [""] * (len(HEADER) - len(row) - 1)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=True)
    except subprocess.TimeoutExpired:
        return [*row, "timed out", *blanks]
    except subprocess.CalledProcessError as error:
        print(f"{contender}, {data}: {error.stderr}", file=sys.stderr)
        return [*row, "failed", *blanks]
    return [*row, *Result(**json.loads(done.stdout)).cells()]


def table(rows: Sequence[Sequence[str]], markdown: bool) -> str:
    """Lay the rows out below the header, as plain text or Markdown."""
    widths = [max(len(row[column]) for row in (HEADER, *rows)) for column in range(len(HEADER))]
    rule = ["-" * width for width in widths]
    edge, gap = ("|", " | ") if markdown else ("", "  ")
    lines = [gap.join(map(str.ljust, row, widths)) for row in (HEADER, rule, *rows)]
    return "\n".join(f"{edge} {line} {edge}" if markdown else line.rstrip() for line in lines)


def machine() -> str:
    """Name the processor, its cores, how busy they are and the versions that matter."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    model = text.partition("model name\t: ")[2].partition("\n")[0] or platform.processor()
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, wordrel {wordrel.__version__}"
    return f"Machine: {model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; {versions}"


def _known_rows(source: Embeddings, target: Embeddings, pairs: BilingualDictionary) -> list[tuple[int, int]]:
    found = ((source.find(word), target.find(translation)) for word, translation in pairs)
    return list(dict.fromkeys((i, j) for i, j in found if i is not None and j is not None))


def _peak_mb() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Read the command line and print the table, or one contender's result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.align", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", choices=(*DATA, "all"), default="all")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for each contender (default: %(default)s)")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = list(DATA) if options.data == "all" else [options.data]
    if options.contender:
        print(json.dumps(asdict(measure(options.contender, chosen[0]))))
        return
    print(f"{machine()}\nSeed of the generated data: {SEED}\nTimes leave out imports and loading.\n", flush=True)
    rows = [measure_apart(contender, data, options.timeout) for data in chosen for contender in CONTENDERS]
    print(table(rows, options.markdown))


if __name__ == "__main__":
    main()
