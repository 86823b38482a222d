"""``wordrel reproduce``: tables, verdicts, pages."""

import json

import pytest

from wordrel import reproduce as room
from wordrel.cli import reproduce as cli
from wordrel.errors import MissingExtra, UnknownSource
from wordrel.reproduce.base import AGREES, DISAGREES, Finding, Measured, Row
from wordrel.reproduce.pictures import heat_map


@pytest.fixture
def two(monkeypatch):
    """Two findings that take no time: one holds, the other does not."""
    asked = []

    def reproduce(name, quick, seed, progress, data):
        asked.append((name, quick, seed, data))
        if data is not None and name in data.name:
            raise UnknownSource(f"{data}: has no {name}.npz; name the folder that has it, or leave --data out")
        if data is not None and "torch" in data.name and name == "one":
            raise MissingExtra("this part of wordrel.latent", "torch", "torch")
        rows = (
            Row("first row", {"a long heading of words": Measured((1.0, 3.0), 2.5)}),
            Row("other", {"b": Measured((0.5,))}),
        )
        picture = heat_map("A map", "One cell.", ["r"], ["c"], [[0.5]])
        verdict = AGREES if name == "one" else DISAGREES
        return Finding(
            name, f"Title {name}", "A paper", "So it is.", rows, verdict, "as seen", (seed, seed + 1), 0.25, (picture,),
            f"But {name}.",
        )  # fmt: skip

    for module in (cli, room):
        monkeypatch.setattr(module, "FINDINGS", {"one": "The first.", "two": "The second."})
    monkeypatch.setattr(cli, "reproduce", reproduce)
    return asked


def test_without_a_name_they_are_listed(run, two):
    assert run("reproduce").out == "  one  The first.\n  two  The second.\n"


def test_a_table_and_a_verdict(run, two):
    outcome = run("reproduce", "one", "--quick", "--seed", 7)
    lines = [line.split() for line in outcome.out.splitlines()]
    assert lines[3:8] == [
        ["a", "long"],
        ["heading", "of"],
        ["words", "b"],
        ["first", "row", *["2", "±", "1.41", "(paper", "2.5)"]],
        ["other", "0.5"],
    ]
    assert two == [("one", True, 7, None)]
    assert (
        "2 ± 1.41 (paper 2.5)" in outcome.out and "\n\nBut one.\n\nAgrees: as seen. Seeds 7, 8; 0.2 s." in outcome.out
    )


def test_all_of_them_with_pages(run, two, here):
    outcome = run("reproduce", "all", "-o", "found", "--data", "there")
    assert outcome.out.endswith("1 of 2 agree with what was claimed.\n")
    assert [(name, str(data)) for name, _, _, data in two] == [("one", "there"), ("two", "there")]
    page = (here / "found" / "two.html").read_text("utf-8")
    assert "What was measured here does not agree: as seen." in page and 'role="img"' in page
    value = json.loads((here / "found" / "one.json").read_text("utf-8"))
    assert value["verdict"] == "agrees" and value["rows"][0]["a long heading of words"]["mean"] == 2
    text = (here / "found" / "one.md").read_text("utf-8")
    assert "| first row | 2.000 ± 1.414 | 2.500 |" in text and "\n\nBut one.\n\n" in text
    assert "![A map](one-1.svg)" in text and (here / "found" / "one-1.svg").read_bytes().startswith(b"<svg")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("no-one", "no-one: has no one.npz; name the folder that has it, or leave --data out"),
        ("no-torch", "this part of wordrel.latent needs the package torch; install it with: pip install "
         "'wordrel[torch]'"),
    ],
)  # fmt: skip
def test_what_cannot_run_is_left_out_of_several_and_named(run, two, data, reason):
    outcome = run("reproduce", "all", "--data", data)
    assert (outcome.code, outcome.err) == (0, f"wordrel: one is left out: {reason}\n")
    assert "Title two" in outcome.out and outcome.out.endswith("\n0 of 1 agree with what was claimed; 1 left out.\n")
    value = json.loads(run("reproduce", "two", "one", "--data", data, "--json").out)
    assert [one["name"] for one in value["findings"]] == ["two"] and value["left_out"] == {"one": reason}
    # Of one alone it is an error.
    assert run("reproduce", "one", "--data", data) == (2, "", f"wordrel: {reason}\n")


def test_when_none_can_run_the_exit_code_says_so(run, two):
    message = "wordrel: {0} is left out: one-two: has no {0}.npz; name the folder that has it, or leave --data out\n"
    for arguments in ((), ("--json",)):
        outcome = run("reproduce", "all", "--data", "one-two", *arguments)
        assert outcome == (2, "", message.format("one") + message.format("two"))


def test_help_names_the_files_that_findings_look_for(run, tmp_path):
    text = " ".join(run("reproduce", "--help").out.split())
    for name, files in room.FILES.items():
        assert f"{name}: {files};" in text
    pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    for name in room.FINDINGS:
        if name not in room.FILES:
            continue
        outcome = run("reproduce", name, "--data", tmp_path)
        assert outcome.code == 2 and outcome.out == ""
        first = room.FILES[name].split(" and ")[0].replace("{en,it}.{train,val,test}", "en.train")
        assert outcome.err.startswith(f"wordrel: {tmp_path}: has no {first}")


def test_json_is_one_object(run, two):
    value = json.loads(run("reproduce", "two", "--json").out)
    assert value["verdict"] == "does not agree" and value["seeds"] == [0, 1] and value["seconds"] == 0.25
    both = json.loads(run("reproduce", "all", "--json").out)
    assert [one["name"] for one in both["findings"]] == ["one", "two"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["magic"], "unknown finding 'magic'; choose one, two or all; see 'wordrel reproduce --help'"),
        (["one", "-o", "no/where"], "no: no such folder; create it first or choose another --output"),
    ],
)
def test_bad_input_is_one_line(run, two, here, arguments, message):
    assert run("reproduce", *arguments) == (2, "", f"wordrel: {message}\n")
    assert two == []
