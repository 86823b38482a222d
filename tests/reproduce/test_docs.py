"""The gallery of findings: each has a page, and the lines for one's own data run."""

import json
import re
from pathlib import Path

import pytest

import wordrel
from wordrel.reproduce import FINDINGS

FOLDER = Path(wordrel.__file__).parent.parent / "docs" / "reproduction"
TEXT = (FOLDER / "README.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+):.*?\n(.*?)(?=^## |\Z)", TEXT, flags=re.DOTALL | re.MULTILINE))


def test_each_finding_has_its_section():
    assert set(SECTIONS) == set(FINDINGS)


@pytest.mark.parametrize("name", FINDINGS)
def test_the_table_is_that_of_the_result(name):
    value = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    table = (FOLDER / f"{name}.md").read_text("utf-8")
    assert value["name"] == name and value["verdict"] in ("agrees", "does not agree")
    for row in value["rows"]:
        label = row["label"].replace("_", "\\_")
        assert f"| {label} |" in table
    assert f"wordrel reproduce {name}" in SECTIONS[name]


@pytest.mark.parametrize("name", FINDINGS)
def test_the_section_and_the_page_show_pictures_that_are_there(name):
    for text in (SECTIONS[name], (FOLDER / f"{name}.md").read_text("utf-8")):
        shown = re.findall(r"!\[[^]]+\]\((\S+)\)", text)
        assert shown and all(file.startswith(f"{name}-") and (FOLDER / file).is_file() for file in shown)


@pytest.mark.parametrize("name", FINDINGS)
def test_what_repeats_it_is_a_full_run_and_names_no_place(name):
    repeat = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["repeat"]
    data = " --data FOLDER" if "--data FOLDER" in SECTIONS[name] else ""
    assert repeat["command"] == f"wordrel reproduce {name}{data} -o docs/reproduction"
    assert f"wordrel reproduce {name}{data}\n" in SECTIONS[name] and repeat["quick"] is False
    assert repeat["inputs"] == [] and len(repeat["seeds"]) >= 3


@pytest.mark.parametrize("name", FINDINGS)
def test_lines_for_your_own_data_run(name, capsys, monkeypatch, tmp_path):
    (code,) = re.findall(r"^```python\n(.*?)^```$", SECTIONS[name], flags=re.DOTALL | re.MULTILINE)
    if "torch" in code:
        pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    monkeypatch.chdir(tmp_path)
    assert len([line for line in code.splitlines() if line and not line.startswith(("import", "from"))]) <= 5
    exec(compile(code, name, "exec"), {})
