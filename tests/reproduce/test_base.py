import json
import subprocess
import sys

import numpy as np
import pytest

from wordrel.errors import InvalidParameter, MissingExtra
from wordrel.reproduce import FINDINGS, reproduce
from wordrel.reproduce.base import AGREES, DISAGREES, Finding, Measured, Row, silent, verdict
from wordrel.reproduce.pictures import heat_map


def test_means_and_deviations_are_those_of_a_sample_of_seeds():
    # Deviations from 2.5: -1.5, -0.5, 0.5, 1.5; their squares sum to 5, over 3.
    cell = Measured((1.0, 2.0, 3.0, 4.0), paper=2.0)
    assert cell.mean == 2.5 and cell.sd == pytest.approx((5 / 3) ** 0.5)
    assert str(cell) == "2.5 ± 1.29 (paper 2)"
    assert Measured((0.25,)).sd is None and str(Measured((0.25,))) == "0.25"
    assert verdict(True) == AGREES == "agrees" and verdict(False) == DISAGREES == "does not agree"


def test_a_finding_is_plain_values_and_a_table():
    rows = (Row("one", {"a": Measured((1.0, 3.0))}), Row("other", {"b": Measured((2.0,), 5.0), "a": Measured((0.0,))}))
    picture = heat_map("what", "all of it", ["one"], ["a"], np.ones((1, 1)))
    finding = Finding("x", "X", "A paper", "All is so.", rows, AGREES, "it is", (4, 5), 0.5, (picture,), "But.")
    assert finding.columns == ("a", "b")
    assert json.loads(json.dumps(finding.to_dict())) == {
        "name": "x",
        "title": "X",
        "paper": "A paper",
        "claim": "All is so.",
        "verdict": "agrees",
        "reason": "it is",
        "note": "But.",
        "seconds": 0.5,
        "seeds": [4, 5],
        "rows": [
            {"label": "one", "a": {"mean": 2.0, "sd": pytest.approx(2**0.5), "paper": None, "values": [1.0, 3.0]}},
            {
                "label": "other",
                "b": {"mean": 2.0, "sd": None, "paper": 5.0, "values": [2.0]},
                "a": {"mean": 0.0, "sd": None, "paper": None, "values": [0.0]},
            },
        ],
    }


def test_a_finding_that_is_not_there():
    with pytest.raises(InvalidParameter) as error:
        reproduce("magic")
    assert str(error.value) == f"unknown finding 'magic'; choose one of: {', '.join(FINDINGS)}"


def test_a_finding_that_needs_torch_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    for module in ("latent.tensors", "reproduce.autoencoder", "reproduce.invariance"):
        monkeypatch.delitem(sys.modules, f"wordrel.{module}", raising=False)
    with pytest.raises(MissingExtra) as error:
        reproduce("invariance", quick=True)
    assert (
        str(error.value)
        == "this part of wordrel.latent needs the package torch; install it with: pip install 'wordrel[torch]'"
    )


def test_the_list_of_findings_loads_neither_numpy_nor_torch():
    script = (
        "import sys; from wordrel.reproduce import FINDINGS; print(sorted({'torch', 'sklearn'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    assert silent("x", 0, 1) is None
