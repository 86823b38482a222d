"""Every command of the README is run, and its pasted output is what comes out."""

import io
import json
import re
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import wordrel
from tests import conftest
from tests.conftest import write_vec
from tests.server import Server
from wordrel.sources import catalogue, embedded

ROOT = Path(wordrel.__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
SET_UP = "python3 -m venv .venv && .venv/bin/python -m pip install -q "


def pasted(command: str) -> str:
    """The text block that follows a command."""
    after = README.split(f"{command}\n```", 1)[1]
    found = re.match(r"\s*(?:<!--.*?-->\s*)?```text\n(.*?)^```$", after, flags=re.DOTALL | re.MULTILINE)
    assert found, command
    return found[1]


def shape(text: str) -> str:
    """A report without its figures and sample words, which differ a little from one BLAS to another."""
    words, samples = text.split("Held-out words", 1)
    return re.sub(r" +", " ", re.sub(r"\d[\d,.]*", "N", words)) + samples.split("Saved", 1)[1].split(" s ", 1)[1]


def samples(text: str) -> list[tuple[str, str]]:
    """The held-out words of a report, and what was answered; columns are as wide as the longest answer."""
    return re.findall(r"^  (\S+) +→  (\S+)", text, flags=re.MULTILINE)


def masked(text: str) -> str:
    """A text without its decimal fractions."""
    return re.sub(r" +", " ", re.sub(r"\d+\.\d+", "N", text))


def figures(text: str) -> list[float]:
    """P@k and MRR of the report."""
    return [float(one) for one in re.findall(r" (\d*\.\d+)", text.split("MRR", 1)[1].split("Held-out", 1)[0])]


def test_two_commands_set_up_all_on_a_fresh_machine():
    # These two make a virtual environment, so `.ci/run` runs them, as they stand here; this test runs what they end in.
    assert COMMANDS[0] == SET_UP + ". && .venv/bin/wordrel align en it"
    assert COMMANDS[1] == SET_UP + "-e '.[test]' && .venv/bin/python -m pytest"


@pytest.fixture
def small_web(here, monkeypatch):
    """Every name of the catalogue leads to a few words on this machine."""
    rng = np.random.default_rng(1)
    known = catalogue.find
    with Server() as server:

        def find(family, name):
            entry = known(family, name)
            languages = [code if code != "mul" else "en" for code in entry.languages]
            if entry.kind == "dictionary":
                content = "".join(f"{languages[0]}{i} {languages[1]}{i}\n" for i in range(40)).encode()
            else:
                file = write_vec(here / "web.vec", [f"{languages[0]}{i}" for i in range(40)], rng.normal(size=(40, 5)))
                content = file.read_bytes()
            url = server.add(f"/{family}-{name}", content)
            return replace(entry, url=url, member=None, md5=None, sha256=None, bytes=None)

        monkeypatch.setattr(catalogue, "find", find)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server


@pytest.fixture
def small_pair(monkeypatch):
    """A corner of the embedded vectors: the whole of them is aligned by the main job."""
    known = embedded.load_vectors

    def load(language, options):
        space = known(language, replace(options, limit=min(options.limit or 600, 600)))
        return wordrel.Embeddings(list(space.words), space.vectors[:, :60], language, space.provenance)

    monkeypatch.setattr(embedded, "load_vectors", load)


@pytest.fixture
def run_before(evaluated, induced, procrustes, overview):
    """What commands that other tests want as well have given, two of them with an option more for these tests."""
    return {
        f"wordrel {conftest.EVALUATE}": evaluated.outcome,
        f"wordrel {conftest.INDUCE}": induced.outcome,
        f"wordrel {conftest.PROCRUSTES}": procrustes.outcome,
        f"wordrel {conftest.OVERVIEW}": overview.outcome,
    }


def test_every_other_command_runs_and_prints_what_is_pasted(
    run, here, monkeypatch, small_web, small_pair, main_job, run_before
):
    rng = np.random.default_rng(0)
    for language in ("de", "en"):
        write_vec(here / f"{language}.vec", [f"{language}{i}" for i in range(40)], rng.normal(size=(40, 5)))
    # A third language of the hub's own vectors, each of its words spelt backwards.
    hub = wordrel.load("embedded:en")
    write_vec(here / "xx.vec", [f"x{word[::-1]}" for word in hub.words], hub.vectors)
    (here / "en-xx.tsv").write_text("".join(f"{word}\tx{word[::-1]}\n" for word in hub.words[:500]))
    for seed, name in enumerate(("fasttext", "word2vec")):
        noise = np.random.default_rng(seed).normal(size=(600, 20))
        write_vec(here / f"{name}.vec", list(hub.words), hub.vectors[:, :20] + 0.02 * noise)
    (here / "sweep.toml").write_text(
        'methods = ["procrustes", "ridge"]\nanchors = [10, "all"]\nrefine = "off"\nrerank = false\n[[pairs]]\n'
        'source = "de"\ntarget = "en"\nsource_vectors = "de.vec"\ntarget_vectors = "en.vec"\ndictionary = "de-en.txt"\n'
    )
    (here / "de-en.txt").write_text("".join(f"de{i} en{i}\n" for i in range(40)))
    first = main_job.outcome
    shutil.copytree(main_job.saved, here / "en-it.wordrel")
    said = pasted(COMMANDS[0])
    assert first.code == 0 and shape(first.out) == shape(said)
    assert len(figures(said)) == 22
    np.testing.assert_allclose(figures(first.out), figures(said), atol=1)
    answered, shown = samples(first.out), samples(said)
    assert len(shown) == 10 and [word for word, _ in answered] == [word for word, _ in shown]
    assert len(set(answered) & set(shown)) >= 7
    compared = 0
    for line in COMMANDS[2:]:
        sent, _, command = line.rpartition(" | ")
        if sent:
            text = shlex.split(sent)[1] + "\n"
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        words = shlex.split(command)
        assert words[0] == "wordrel", line
        outcome = run_before.pop(line, None) or run(*words[1:])
        assert outcome.code == 0, outcome.err
        if README.count(f"{line}\n```\n\n```text"):
            assert masked(outcome.out) == masked(pasted(line))
            compared += 1
    assert compared == 5 and not run_before
    assert {path for path, _ in small_web.requests} >= {"/fasttext-fr", "/fasttext-en", "/glove-6b.300", "/muse-fr-en"}


def test_the_python_examples_run(run, here, capsys, align_once, main_job):
    pytest.importorskip("qdrant_client", reason="the extra 'qdrant' is not installed")
    query, example = [block for kind, block in BLOCKS if kind == "python"]
    assert run("push", main_job.saved, "--to", "qdrant", "--path", "vectors", "--limit", 300).code == 0
    exec(compile(query, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("['")
    exec(compile(example, "README.md", "exec"), {})
    score, coverage = map(float, capsys.readouterr().out.split())
    assert score > 0.5 and coverage == 1
    assert (here / "mine.wordrel" / "manifest.json").is_file()


def test_the_figures_of_the_text_are_measured(overview):
    measured = {one["method"]: one["scores"] for one in json.loads(overview.outcome.out)["results"]}["procrustes"]
    found = re.search(r"has\s+([\d.]+) \(CSLS\)\s+and ([\d.]+) \(nearest", README)
    assert found and float(found[1]) == pytest.approx(100 * measured["csls"]["p@1"], abs=0.06)
    assert float(found[2]) == pytest.approx(100 * measured["nn"]["p@1"], abs=0.06)


def test_the_table_of_speed_is_that_of_the_results():
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in results.splitlines() if "| 200,000 |" in line]
    measured = {(row[1], row[3], row[5]) for row in rows}
    table = README.partition("## How fast it is")[2].partition("\n\nCSLS")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(lines) > 5
    assert not {line for line in lines if tuple(cell.strip() for cell in line.split("|")[1:4]) not in measured}


@pytest.mark.slow
def test_the_gain_of_self_learning_is_measured(embedded):
    found = re.search(r"lifts P@1 \(CSLS\) from (\d+\.\d) to (\d+\.\d)", README)
    assert found
    for stated, rounds in zip(found.groups(), (0, "auto"), strict=True):
        report = wordrel.evaluate(wordrel.align(*embedded, anchors=100, refine=rounds, rerank=False))
        assert float(stated) == pytest.approx(100 * report.csls.p_at_1, abs=1)  # BLAS builds differ in the last bits


@pytest.mark.slow
def test_the_gain_of_chosen_anchors_is_measured(embedded):
    found = re.search(r"P@1 \(CSLS\) of 300 words of the embedded dictionary from (\d+\.\d) to (\d+\.\d)", README)
    assert found
    for stated, strategy in zip(found.groups(), ("first", "kmeans"), strict=True):
        report = wordrel.evaluate(
            wordrel.align(*embedded, anchors=300, anchor_strategy=strategy, refine=0, rerank=False)
        )
        assert float(stated) == pytest.approx(100 * report.csls.p_at_1, abs=0.31)


def test_every_link_to_a_file_leads_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"])
def test_no_path_of_one_machine_is_written_down(name):
    assert not re.search(r"(?<![\w.])/(home|root|work|Users)/", (ROOT / name).read_text("utf-8"))
