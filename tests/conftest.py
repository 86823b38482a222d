"""Fixtures: the embedded alignment, made once, and a toy pair of spaces that a person can check."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import hypothesis
import numpy as np
import pytest
from filelock import FileLock

import wordrel
from wordrel import fitting
from wordrel.cli import main

# Properties are asked of a hundred examples on a developer's machine, and of fewer where two cores do all.
hypothesis.settings.register_profile("ci", max_examples=30, deadline=None, derandomize=True)
if "CI" in os.environ:
    hypothesis.settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What builds on the main job comes first, all of it in one process, while others need not wait for it."""
    items.sort(key=lambda item: "main_job" not in getattr(item, "fixturenames", ()))


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line in this process."""

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(int(leave.value.code or 0), captured.out, captured.err)

    return call


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test looks into, or leaves anything in, the cache of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDREL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for one test."""
    monkeypatch.setenv("WORDREL_CACHE", str(tmp_path / "own-cache"))
    return tmp_path / "own-cache"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def embedded() -> tuple[wordrel.Embeddings, wordrel.Embeddings, wordrel.BilingualDictionary]:
    return wordrel.load("embedded:en"), wordrel.load("embedded:it"), wordrel.load_dictionary("embedded:en-it")


class MainJob(NamedTuple):
    """What a command printed, the folder that it saved, and what was beside it when it had ended.

    Other tests put more there later.
    """

    outcome: Outcome
    saved: Path
    left: list[str]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[..., MainJob]:
    """Run a command once for all processes of the test run, in a folder of its own or in one that another has made."""
    base = tmp_path_factory.getbasetemp()

    def call(name: str, *arguments: object, folder: Path | None = None) -> MainJob:
        own = (base if worker_id == "master" else base.parent) / name
        said, folder = own.with_suffix(".json"), folder or own
        with FileLock(f"{own}.lock"):
            if not said.exists():
                folder.mkdir(exist_ok=True)
                out, err = StringIO(), StringIO()
                with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
                    patch.chdir(folder)
                    with pytest.raises(SystemExit) as leave:
                        main([str(argument) for argument in arguments])
                outcome = int(leave.value.code or 0), out.getvalue(), err.getvalue()
                text = json.dumps([outcome, sorted(path.name for path in folder.iterdir())])
                (base / f"{name}.part").write_text(text, "utf-8")
                (base / f"{name}.part").replace(said)
        (code, printed, wrong), left = json.loads(said.read_text("utf-8"))
        return MainJob(Outcome(code, printed, wrong), folder, left)

    return call


@pytest.fixture(scope="session")
def main_job(once: Callable[..., MainJob]) -> MainJob:
    """``wordrel align en it``, and what it saved."""
    done = once("main-job", "align", "en", "it")
    return done._replace(saved=done.saved / "en-it.wordrel")


@pytest.fixture(scope="session")
def saved(main_job: MainJob) -> Path:
    assert main_job.outcome.code == 0, main_job.outcome.err
    return main_job.saved


# Commands of the README that more than one test wants the results of; they are run beside the main job's alignment.
EVALUATE = "evaluate en-it.wordrel --report report.html"
INDUCE = "induce en-it.wordrel --top 2000 --min-confidence 0.9 -o lexicon.tsv"
PROCRUSTES = "align en it --method procrustes --no-rerank -q -o procrustes.wordrel"
OVERVIEW = "report en-it.wordrel procrustes.wordrel -o table.html"


@pytest.fixture(scope="session")
def evaluated(once: Callable[..., MainJob], saved: Path) -> MainJob:
    """``wordrel evaluate`` of the main job's alignment, with its reports."""
    return once("evaluated", *EVALUATE.split(), "--report", "report.json", folder=saved.parent)


@pytest.fixture(scope="session")
def induced(once: Callable[..., MainJob], saved: Path) -> MainJob:
    """The lexicon of the 2,000 most frequent English words, as far as it is sure."""
    return once("induced", *INDUCE.split(), folder=saved.parent)


@pytest.fixture(scope="session")
def procrustes(once: Callable[..., MainJob], saved: Path) -> MainJob:
    """Procrustes on the embedded pair."""
    return once("procrustes", *PROCRUSTES.split(), folder=saved.parent)


@pytest.fixture(scope="session")
def overview(once: Callable[..., MainJob], saved: Path, procrustes: MainJob) -> MainJob:
    """The main job beside Procrustes, as a page and as JSON."""
    assert procrustes.outcome.code == 0, procrustes.outcome.err
    return once("overview", *OVERVIEW.split(), "--json", folder=saved.parent)


@pytest.fixture(scope="session")
def alignment(saved: Path) -> wordrel.Alignment:
    return wordrel.load_alignment(saved)


@pytest.fixture
def align_once(main_job: MainJob, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `wordrel.align` of the embedded data answer with what it has made in this test run before.

    And let `wordrel.evaluate` translate only: the rest has tests of its own.
    """
    made = fitting.align

    def align(source, target, dictionary, *arguments, **named):
        spaces = (source.provenance.get("source"), target.provenance.get("source"), len(source), len(target))
        if arguments or named or spaces != ("embedded:en", "embedded:it", 15_258, 30_000):
            return made(source, target, dictionary, *arguments, **named)
        return wordrel.load_alignment(main_job.saved)

    monkeypatch.setattr(wordrel, "align", align)
    quick = partial(wordrel.evaluate, tasks=("bli",), both_directions=False, resamples=0)
    monkeypatch.setattr(wordrel, "evaluate", quick)


def rotated_spaces(n: int = 60, d: int = 6, seed: int = 0) -> tuple[wordrel.Embeddings, wordrel.Embeddings]:
    """Two spaces that differ by a rotation and a scale: word s7 is t7."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    rotation = np.linalg.qr(rng.normal(size=(d, d)))[0]
    source = wordrel.Embeddings([f"s{i}" for i in range(n)], X, "xx")
    return source, wordrel.Embeddings([f"t{i}" for i in range(n)], 3 * X @ rotation, "yy")


@pytest.fixture
def toy() -> Iterator[tuple[wordrel.Embeddings, wordrel.Embeddings, wordrel.BilingualDictionary]]:
    source, target = rotated_spaces()
    pairs = wordrel.BilingualDictionary(
        [(f"s{i}", f"t{i}") for i in range(60)], "xx", "yy", test_words=[f"s{i}" for i in range(40, 60)]
    )
    yield source, target, pairs


def three_rotations(n: int = 60, d: int = 6, seed: int = 0) -> tuple[list[wordrel.Embeddings], list]:
    """One space turned and scaled three times, in 6, 6 and 8 dimensions: word x7 is y7 and z7; x40 and on are held out.

    Dictionaries lead from xx to yy and to zz.
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    turns = [np.eye(d), 3 * np.linalg.qr(rng.normal(size=(d, d)))[0], np.linalg.qr(rng.normal(size=(d + 2, d)))[0].T]
    spaces = [
        wordrel.Embeddings([f"{name[0]}{i}" for i in range(n)], X @ turn, name)
        for name, turn in zip(("xx", "yy", "zz"), turns, strict=True)
    ]
    held = [f"x{i}" for i in range(40, n)]
    dictionaries = [
        wordrel.BilingualDictionary([(f"x{i}", f"{name[0]}{i}") for i in range(n)], "xx", name, held)
        for name in ("yy", "zz")
    ]
    return spaces, dictionaries


def write_vec(path: Path, words: list[str], vectors: np.ndarray, header: bool = True) -> Path:
    lines = [f"{len(words)} {vectors.shape[1]}"] if header else []
    lines += [f"{word} {' '.join(f'{x:.6f}' for x in row)}" for word, row in zip(words, vectors, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def toy_files(here: Path, toy: tuple) -> list[str]:
    """Files of the toy pair and the arguments that align them."""
    source, target, pairs = toy
    write_vec(here / "xx.vec", list(source.words), source.vectors)
    write_vec(here / "yy.vec", list(target.words), target.vectors)
    (here / "pairs.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")
    return [
        "align",
        "xx",
        "yy",
        "--source-vectors",
        "xx.vec",
        "--target-vectors",
        "yy.vec",
        "--dictionary",
        "pairs.tsv",
    ]
