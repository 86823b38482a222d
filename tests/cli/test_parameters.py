import json

import pytest

import wordrel
from wordrel.cli.options import read_parameters
from wordrel.methods import METHODS, method_class


def test_values_are_numbers_truth_values_or_words():
    given = ("a=3", "b=0.5", "c=1e-3", "d=TRUE", "e=false", "f=auto", "g= 7 ", "h=x=y", "i=")
    parameters = read_parameters(given)
    assert parameters == {"a": 3, "b": 0.5, "c": 0.001, "d": True, "e": False, "f": "auto", "g": 7, "h": "x=y", "i": ""}
    assert [type(parameters[name]) for name in "abde"] == [int, float, bool, bool]


def test_align_passes_parameters_to_the_method(run, toy_files):
    outcome = run(*toy_files, "-p", "ridge=0.25", "--parameter", "exponent=0.5", "--json")
    assert json.loads(outcome.out)["parameters"] == {"exponent": 0.5, "ridge": 0.25, "power": 0.5}
    saved = wordrel.load_alignment("xx-yy.wordrel")
    pairs = wordrel.BilingualDictionary([*saved.anchors, *saved.test], "xx", "yy", saved.test.sources)
    expected = wordrel.align(
        wordrel.load("xx.vec", language="xx"),
        wordrel.load("yy.vec", language="yy"),
        pairs,
        parameters={"ridge": 0.25, "exponent": 0.5},
    )
    assert abs(saved.source.vectors - expected.source.vectors).max() < 1e-5


BAD = {
    "unknown": (
        ["-p", "magic=1"],
        "method 'relative' has no parameter 'magic'; its parameters and defaults: exponent 1.0, ridge auto, power 0.5",
    ),
    "of another method": (
        ["--method", "procrustes", "-p", "ridge=1"],
        "method 'procrustes' has no parameter 'ridge'; its parameters and defaults: none",
    ),
    "below": (["-p", "ridge=-1"], "ridge must be from 0 to 1,000 or auto, not -1"),
    "nan": (["-p", "power=nan"], "power must be from 0 to 10, not nan"),
    "word": (["-p", "exponent=high"], "exponent must be from 0 to 10, not 'high'"),
    "empty": (["-p", "exponent="], "exponent must be from 0 to 10, not ''"),
    "truth": (["--method", "cca", "-p", "ridge=true"], "ridge must be from 0 to 1,000, not True"),
    "fraction": (["--method", "rcsls", "-p", "k=2.5"], "k must be a whole number of 1 or more, not 2.5"),
    "number": (["--method", "rcsls", "-p", "spectral=1"], "spectral must be true or false, not 1"),
    "auto": (
        ["--method", "auto", "-p", "ridge=1"],
        "method 'auto' chooses its parameters itself; leave them out, or name method 'relative'",
    ),
    "no value": (
        ["-p", "ridge"],
        "'ridge' is no parameter; write it as NAME=VALUE, such as ridge=0.1; see 'wordrel align --help'",
    ),
    "no name": (
        ["-p", "=1"],
        "'=1' is no parameter; write it as NAME=VALUE, such as ridge=0.1; see 'wordrel align --help'",
    ),
    "twice": (
        ["-p", "ridge=1", "-p", "ridge=2"],
        "the parameter 'ridge' is given twice; see 'wordrel align --help'",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mis_set_parameter_is_one_line_before_any_file_is_read(run, here, case):
    arguments, message = BAD[case]
    missing = ["--source-vectors", "no.vec", "--target-vectors", "no.vec", "--dictionary", "no.txt"]
    assert run("align", "xx", "yy", *missing, *arguments) == (2, "", f"wordrel: {message}\n")


def test_the_help_says_where_the_parameters_are(run):
    text = " ".join(run("align", "--help").out.split())
    assert "-p, --parameter NAME=VALUE A parameter of the method, such as ridge=0.1; may be repeated." in text
    assert "'wordrel methods' lists them." in text


def test_methods_lists_every_method_with_parameters_and_paper(run):
    outcome = run("methods")
    assert outcome.code == 0 and outcome.err == ""
    blocks = outcome.out.rstrip("\n").split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == list(METHODS)
    assert all(len(line) <= 100 for line in outcome.out.splitlines())
    for name, block in zip(METHODS, blocks, strict=True):
        for parameter, default in method_class(name).defaults().items():
            shown = str(default).lower() if isinstance(default, bool) else default
            assert f"    -p {parameter}={shown}  " in block
    assert blocks[list(METHODS).index("ridge")] == "\n".join(
        [
            "ridge",
            "  Ridge regression: argmin over W of the sum of w_i |W x_i - y_i|^2 + ridge |W|^2; the target space",
            "    stays.",
            "    -p ridge=0.01  above 0 to 1,000. Share of the largest eigenvalue of the source anchors'",
            "      covariance.",
            "    preprocessing: unit,center,unit",
            '    Mikolov, Le, Sutskever, "Exploiting similarities among languages for machine translation", 2013,',
            "      section 4; with the penalty of Dinu, Lazaridou and Baroni, ICLR workshop 2015, section 2.",
        ]
    )


def test_methods_can_be_named_and_come_as_json(run):
    (one,) = json.loads(run("methods", "cca", "--json").out)
    assert one == {
        "name": "cca",
        "summary": "Canonical correlation analysis: x -> U' (A'A + ridge)^-1/2 x, the directions of largest correlation.",
        "parameters": [
            {
                "name": "ridge",
                "default": 0.01,
                "values": "from 0 to 1,000",
                "meaning": "Share of the largest eigenvalue that is added to the covariances.",
            }
        ],
        "preprocessing": ["unit", "center", "unit"],
        "paper": 'Faruqui and Dyer, "Improving vector space word representations using multilingual correlation", '
        "EACL 2014, section 3.",
    }
    assert [entry["name"] for entry in json.loads(run("methods", "--json").out)] == list(METHODS)
    assert run("methods", "magic") == (2, "", f"wordrel: unknown method 'magic'; choose one of: {', '.join(METHODS)}\n")
