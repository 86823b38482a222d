"""``wordrel sweep`` through real files."""

import csv
import json
import sys
from pathlib import Path

import pytest

from tests.sweep.conftest import PAIR, SETTINGS


def rows(name: str = "sweep.table.tsv") -> list[dict[str, str]]:
    with Path(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def records(name: str = "sweep.jsonl") -> list[dict]:
    return [json.loads(line) for line in Path(name).read_text("utf-8").splitlines()]


def test_each_cell_is_what_align_says(run, settings):
    settings.write_text(SETTINGS + 'anchor_strategy = "uniform"\n' + PAIR, "utf-8")
    outcome = run("sweep", "sweep.toml", "--jobs", 1)
    assert outcome.code == 0 and outcome.err == ""
    files = ["--source-vectors", "xx.vec", "--target-vectors", "yy.vec", "--dictionary", "pairs.tsv"]
    table, kept = rows(), {record["key"]: record for record in records()}
    assert len(table) == len(kept) == 8
    for row in table:
        method = ["--method", row["method"], *(["-p", "ridge=0.1"] if row["method"] == "cca" else [])]
        anchors = ["--anchors", row["anchors"], "--anchor-strategy", "uniform"] if row["anchors"] else []
        said = run("align", "xx", "yy", *files, *method, *anchors, "--seed", row["seed"], "--force", "--json")
        expected = json.loads(said.out)
        for scorer, name in (("csls", "p@1"), ("csls", "mrr"), ("nn", "p@5"), ("nn", "p@10")):
            score = expected["scores"][scorer][name]
            assert float(row[f"{scorer}_{name}"]) == pytest.approx(score, abs=5e-7)
            assert kept[row["key"]]["scores"][scorer][name] == score
        assert (row["status"], row["error"], row["reranked_mrr"]) == ("done", "", "")
        assert row["anchor_words"] == str(expected["anchors"]["words"]) == (row["anchors"] or "96")
        assert (row["test_words"], row["coverage"]) == ("24", "1.000000")
    assert len({row["csls_mrr"] for row in table}) > 4


def test_processes_and_a_second_run_make_the_same_bytes(run, settings):
    first = run("sweep", "sweep.toml", "--jobs", 1)
    table, lines = Path("sweep.table.tsv").read_bytes(), Path("sweep.jsonl").read_bytes()
    assert run("sweep", "sweep.toml", "-o", "two.jsonl", "--jobs", 2).code == 0
    assert Path("two.table.tsv").read_bytes() == table
    assert sorted(Path("two.jsonl").read_bytes().splitlines()) == sorted(lines.splitlines())
    again = run("sweep", "sweep.toml")
    assert Path("sweep.table.tsv").read_bytes() == table and Path("sweep.jsonl").read_bytes() == lines
    assert first.out.replace("8 cells.", "8 cells, 8 of them finished before.") == again.out
    assert len(records("sweep.timings.jsonl")) == 8


def test_the_mean_over_the_seeds_is_shown(run, settings):
    out = run("sweep", "sweep.toml", "--jobs", 1).out.splitlines()
    shares = [100 * float(row["csls_p@1"]) for row in rows() if row["method"] == "cca" and row["anchors"] == "20"]
    mean, half = sum(shares) / 2, abs(shares[0] - shares[1]) / 2
    assert out[0].split() == ["CSLS", "P@1", "±", "seeds"]
    assert out[1].split() == ["xx-yy", "cca", "ridge=0.1", "20", "anchors", "first", f"{mean:.1f}", f"{half:.1f}", "2"]
    assert out[-1] == "8 cells. Wrote sweep.jsonl, sweep.table.tsv and sweep.timings.jsonl."


def test_what_is_added_runs_and_a_torn_line_is_mended(run, settings):
    run("sweep", "sweep.toml", "--jobs", 1)
    whole, table = Path("sweep.jsonl").read_bytes(), Path("sweep.table.tsv").read_bytes()
    Path("sweep.jsonl").write_bytes(whole[:-30])
    outcome = run("sweep", "sweep.toml", "--jobs", 1)
    assert outcome.err == (
        "wordrel: note: sweep.jsonl: its last line was torn when a run was killed; that cell runs again\n"
    )
    assert "8 cells, 7 of them finished before." in outcome.out
    assert Path("sweep.jsonl").read_bytes() == whole and Path("sweep.table.tsv").read_bytes() == table
    settings.write_text(SETTINGS.replace("[0, 1]", "[1, 2]") + PAIR, "utf-8")
    assert "8 cells, 4 of them finished before." in run("sweep", "sweep.toml", "--jobs", 1).out
    assert len(records()) == 12 and {row["seed"] for row in rows()} == {"1", "2"}


def test_a_cell_that_fails_leaves_the_others_and_is_tried_again(run, settings):
    good = Path("pairs.tsv").read_text("utf-8")
    Path("few.tsv").write_text("x1\ty1\n", "utf-8")
    settings.write_text(PAIR.replace("pairs.tsv", "few.tsv") + PAIR, "utf-8")
    outcome = run("sweep", "sweep.toml", "--jobs", 1)
    error = "the dictionary has 1 source word, too few to hold some out for the score; give more pairs, or a test_dictionary"
    assert outcome.code == 1 and outcome.err == (
        "wordrel: 1 of 2 cells failed, as sweep.table.tsv says of each; the first: xx-yy relative all: " + error + "\n"
    )
    assert {row["dictionary"]: (row["status"], row["error"]) for row in rows()} == {
        "few.tsv": ("failed", error), "pairs.tsv": ("done", "")
    }  # fmt: skip
    Path("few.tsv").write_text(good, "utf-8")
    outcome = run("sweep", "sweep.toml", "--jobs", 1)
    assert (outcome.code, outcome.err) == (0, "") and "1 of them finished before" in outcome.out
    assert [row["status"] for row in rows()] == ["done", "done"] and len(records()) == 2


def test_bugs_become_lines_too(run, settings, monkeypatch):
    monkeypatch.setattr("wordrel.align", lambda *arguments, **named: 1 / 0)
    settings.write_text(PAIR, "utf-8")
    outcome = run("sweep", "sweep.toml", "--jobs", 1)
    assert outcome.code == 1 and outcome.err.endswith("xx-yy relative all: ZeroDivisionError: division by zero\n")


def test_notes_of_cells_are_said_once_with_their_number(run, settings):
    Path("test.tsv").write_text("x1\ty1\nx2\ty2\n", "utf-8")
    settings.write_text(SETTINGS + PAIR + 'test_dictionary = "test.tsv"\n', "utf-8")
    outcome = run("sweep", "sweep.toml", "--jobs", 1)
    assert outcome.err == "wordrel: note: 2 test words were also in the dictionary and are no anchors (in 8 cells)\n"
    assert {(row["test_words"], row["anchor_words"]) for row in rows()} == {("2", "20"), ("2", "118")}


def test_a_dry_run_writes_nothing_and_says_what_is_finished(run, settings, here):
    before = sorted(here.iterdir())
    outcome = run("sweep", "sweep.toml", "--dry-run")
    assert (
        outcome.out.endswith("\n\n8 cells, 0 of them finished; nothing was run.\n") and sorted(here.iterdir()) == before
    )
    assert outcome.out.splitlines()[0].split(None, 1)[1].split("  ")[:3] == ["to run", "xx-yy", "cca ridge=0.1"]
    run("sweep", "sweep.toml", "--jobs", 1)
    Path("sweep.jsonl").write_text("".join(Path("sweep.jsonl").read_text("utf-8").splitlines(True)[:3]), "utf-8")
    cells = json.loads(run("sweep", "sweep.toml", "--dry-run", "--json").out)["cells"]
    finished = {record["key"] for record in records()}
    assert {cell["key"] for cell in cells if cell["state"] == "finished"} == finished and len(finished) == 3
    assert sum(cell["state"] == "to run" for cell in cells) == 5 and cells[0]["settings"]["method"] == "cca"


def test_json_has_the_records_in_the_order_of_the_table(run, settings):
    said = json.loads(run("sweep", "sweep.toml", "--jobs", 1, "--json", "-o", "out.jsonl").out)
    assert (said["output"], said["table"], said["timings"]) == ("out.jsonl", "out.table.tsv", "out.timings.jsonl")
    assert (said["cells"], said["finished_before"], said["failed"]) == (8, 0, 0)
    assert [record["key"] for record in said["records"]] == [row["key"] for row in rows("out.table.tsv")]
    assert {record["key"]: record for record in records("out.jsonl")} == {one["key"]: one for one in said["records"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nix.toml"], "nix.toml: no such file; name a TOML file, 'wordrel sweep --help' shows one"),
        (["sweep.toml", "--engine", "spark"], "unknown engine 'spark'; write local, dask://HOST:PORT or ray"),
        (["sweep.toml", "--engine", "dask://here"], "unknown engine 'dask://here'; write local, dask://HOST:PORT or ray"),
        (["sweep.toml", "--engine", "ray", "--jobs", 2], "--jobs is for the engine local; ray has its own workers, leave --jobs out"),
        (["sweep.toml", "--jobs", 0], "Invalid value for '--jobs': 0 is not in the range x>=1; see 'wordrel sweep --help'"),
        (["sweep.toml", "-o", "nix/a.jsonl"], "nix: no such folder; create it first or choose another --output"),
        (["sweep.toml", "-o", "pairs.tsv"], "pairs.tsv:1: is no line of a sweep; mend it, or choose another --output"),
        (["sweep.toml", "-o", "folder"], "folder: exists and is no file; choose another --output"),
        (["sweep.toml", "-o", "taken.jsonl"], "taken.table.tsv: exists and is no table of a sweep; choose another --output"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(run, settings, here, arguments, message):
    (here / "folder").mkdir()
    (here / "taken.table.tsv").write_text("mine", "utf-8")
    before = sorted(here.iterdir())
    assert run("sweep", *arguments) == (2, "", f"wordrel: {message}\n")
    assert sorted(here.iterdir()) == before and (here / "taken.table.tsv").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("engine", "package", "extra"),
    [("dask://127.0.0.1:1", "distributed", "sweep-dask"), ("ray", "ray", "ray")],
)
def test_an_engine_that_is_not_installed(run, settings, monkeypatch, engine, package, extra):
    monkeypatch.setitem(sys.modules, package, None)
    assert run("sweep", "sweep.toml", "--engine", engine) == (
        2, "",
        f"wordrel: The engine {engine.split(':')[0]} needs the package {package}; install it with: pip install 'wordrel[{extra}]'\n",
    )  # fmt: skip
