import json
import re

import pytest

from tests.report.sample import document
from wordrel.errors import InvalidParameter, OutputExists
from wordrel.report import Document, write_report
from wordrel.report.html import to_html
from wordrel.report.latex import to_latex
from wordrel.report.markdown import to_markdown
from wordrel.report.tables import to_csv

EMPTY = Document("T", "V", ())


@pytest.mark.parametrize(
    ("name", "make"), [("r.html", to_html), ("r.md", to_markdown), ("R.CSV", to_csv), ("r.tex", to_latex)]
)
def test_the_name_chooses_the_format(here, name, make):
    assert write_report(document(), name).read_bytes() == make(document()).encode("utf-8")
    assert [file.name for file in here.iterdir()] == [name]


def test_json_keeps_order_and_letters(here):
    value = {"z": 1, "a": ["è", "\ud800"], "n": None}
    data = write_report(EMPTY, "r.json", value).read_bytes()
    assert data == b'{\n  "z": 1,\n  "a": [\n    "\xc3\xa8",\n    "\\ud800"\n  ],\n  "n": null\n}\n'
    assert json.loads(data) == value


def test_json_never_holds_what_json_does_not_know(here):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_report(EMPTY, "r.json", {"x": float("nan")})
    assert [file.name for file in here.iterdir()] == []


def test_a_report_is_replaced_whole_or_not_at_all(here, monkeypatch):
    write_report(EMPTY, "r.md")
    before = (here / "r.md").read_bytes()
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_report(document(), "r.md")
    assert (here / "r.md").read_bytes() == before
    assert [file.name for file in here.iterdir()] == ["r.md"]


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        (
            "r.pdf",
            None,
            InvalidParameter,
            "the name of a report ends with .html, .md, .json, .csv or .tex, not 'r.pdf'; rename it",
        ),
        (
            "no/r.md",
            None,
            InvalidParameter,
            "no/r.md: the folder no does not exist; make it first, with: mkdir -p 'no'",
        ),
        ("r.json", None, InvalidParameter, "this report has no JSON form; choose .html, .md, .csv or .tex"),
        ("folder.md", None, OutputExists, "folder.md is a folder; name another file"),
    ],
)
def test_a_place_that_cannot_be_written_to(here, name, value, error, message):
    (here / "folder.md").mkdir()
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        write_report(EMPTY, name, value)
    assert [file.name for file in here.iterdir()] == ["folder.md"]
