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
def test_lines_for_your_own_data_run(name, capsys, monkeypatch, tmp_path):
    (code,) = re.findall(r"^```python\n(.*?)^```$", SECTIONS[name], flags=re.DOTALL | re.MULTILINE)
    if "torch" in code:
        pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    monkeypatch.chdir(tmp_path)
    assert len([line for line in code.splitlines() if line and not line.startswith(("import", "from"))]) <= 5
    exec(compile(code, name, "exec"), {})
