"""``wordrel evaluate`` and ``wordrel report`` through real files."""

import csv
import json
import re

import jsonschema
import numpy as np
import pytest

import wordrel
from tests.conftest import write_vec
from wordrel.report import schemas

NASTY = ["<script>alert(1)</script>", "=cmd|'/C calc'!A0", "مرحبا", "😀", "x" * 5000]


def schema(name):
    return json.loads((schemas.FOLDER / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def pair(here):
    """An alignment of words that are hard to print, some of them answered wrong, and the arguments that scored it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 8))
    Y = X @ np.linalg.qr(rng.normal(size=(8, 8)))[0] + 0.5 * rng.normal(size=(300, 8))
    words = [*NASTY, *(f"s{i}" for i in range(len(NASTY), 300))]
    write_vec(here / "xx.vec", words, X)
    write_vec(here / "yy.vec", [f"t{i}" if i % 2 else f"{i}<b>" for i in range(300)], Y)
    targets = [f"t{i}" if i % 2 else f"{i}<b>" for i in range(300)]
    (here / "train.tsv").write_text("".join(f"s{i}\t{targets[i]}\n" for i in range(200, 300)), "utf-8")
    held = [(word, targets[i]) for i, word in enumerate(words[:120])]
    (here / "gold.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in held), "utf-8")
    files = ["--source-vectors", "xx.vec", "--target-vectors", "yy.vec", "--dictionary", "train.tsv"]
    return ["align", "xx", "yy", *files, "--test-dictionary", "gold.tsv", "-q", "--no-rerank", "--refine", "off"]


def test_the_page_of_the_embedded_pair(evaluated, overview):
    outcome, folder, _ = evaluated
    assert outcome.code == 0 and outcome.err == ""
    assert outcome.out.startswith("en → it: 1,000 of 1,000 test words found (100.0 %), scores in per cent")
    assert outcome.out.endswith("Wrote report.html\n\nWrote report.json\n")
    value = json.loads((folder / "report.json").read_text("utf-8"))
    jsonschema.validate(value, schema("evaluation"))
    page = (folder / "report.html").read_text("utf-8")
    assert len(page.encode()) < 500_000 and page.count('role="img"') == 6
    assert f"of 1,000 test words {100 * value['scores']['reranked']['p@1']:.1f} %" in page
    assert value["reverse"]["coverage"]["anchors_left_out"] > 1000 and "sha256" in page
    # The same words are asked whatever else is measured beside them.
    assert value["scores"] == json.loads(overview.outcome.out)["results"][0]["scores"]


def test_every_kind_of_report_and_json_are_one(run, here, pair):
    run(*pair)
    files = [part for suffix in ("html", "md", "json", "csv", "tex") for part in ("--report", f"r.{suffix}")]
    said = run("evaluate", "--json", *files)
    assert said.code == 0 and said.err == ""
    assert said.out == (here / "r.json").read_text("utf-8")
    jsonschema.validate(json.loads(said.out), schema("evaluation"))
    first = {path.name: path.read_bytes() for path in here.glob("r.*")}
    assert set(first) == {"r.html", "r.md", "r.json", "r.csv", "r.tex"}
    run("evaluate", "--json", *files)
    assert {path.name: path.read_bytes() for path in here.glob("r.*")} == first


def test_words_that_are_code_elsewhere_are_only_words(run, here, pair):
    run(*pair)
    run("evaluate", "--report", "r.html", "--report", "r.csv", "--report", "r.md")
    page = (here / "r.html").read_text("utf-8")
    wrong = [one["word"] for one in json.loads(run("evaluate", "--json").out)["mistakes"]]
    assert "x" * 5000 in wrong
    shown = re.sub(r' title="[^"]*"', "", page)
    assert "<script>alert" not in page and "x" * 5000 in page and "x" * 200 not in shown
    for row in csv.reader((here / "r.csv").read_text("utf-8").splitlines()):
        assert not any(re.match(r"[=+@\t\r]", cell) for cell in row)


def test_two_alignments_are_tested_on_the_same_words(run, here, pair):
    run(*pair, "-o", "a.wordrel")
    run(*pair, "-o", "b.wordrel", "--anchors", 10)
    value = json.loads(run("evaluate", "a.wordrel", "b.wordrel", "--json").out)
    jsonschema.validate(value, schema("evaluation"))
    (test,) = value["comparisons"]
    difference = value["reports"][0]["scores"]["csls"]["p@1"] - value["reports"][1]["scores"]["csls"]["p@1"]
    assert test["alignments"] == ["a.wordrel", "b.wordrel"] and test["words"] == 120
    assert test["tests"]["p@1"]["difference"]["value"] == pytest.approx(difference)
    assert difference > 0
    assert test["tests"]["p@1"]["wins"] - test["tests"]["p@1"]["losses"] == round(120 * difference)
    text = run("evaluate", "a.wordrel", "b.wordrel", "--report", "both.html").out
    assert "a.wordrel (CSLS) less b.wordrel (CSLS), xx → yy, 120 words that both were asked" in text
    assert "a.wordrel is better than b.wordrel: a difference in P@1 that is hardly chance." in text
    assert (here / "both.html").read_text("utf-8").count("Paired tests") == 2


def test_many_results_on_one_page(run, here, pair):
    run(*pair, "-o", "a.wordrel")
    run(*pair, "-o", "b.wordrel", "--anchors", 10)
    run(*pair, "-o", "c.wordrel", "--method", "procrustes")
    run("evaluate", "a.wordrel", "--report", "a.json")
    outcome = run("report", "a.json", "b.wordrel", "c.wordrel", "-o", "all.html", "--json")
    value = json.loads(outcome.out)
    assert [(one["method"], one["anchors"]) for one in value["results"]] == [
        ("relative", 100), ("relative", 10), ("procrustes", 100)
    ]  # fmt: skip
    assert value["results"][0]["scores"] == json.loads((here / "a.json").read_text("utf-8"))["scores"]
    page = (here / "all.html").read_text("utf-8")
    assert "relative, 10 anchors" in page and "Anchors against P@1" in page
    assert run("report", "a.json", "-o", "one.md").out == "Wrote one.md: 1 results\n"
    assert "| relative |" in (here / "one.md").read_text("utf-8")


def test_similarity_and_sentences(run, here, pair):
    run(*pair)
    (here / "sim.tsv").write_text("".join(f"s{i}\ts{i + 1}\t{i % 7}\n" for i in range(10, 60)), "utf-8")
    (here / "sentences.tsv").write_text("".join(f"s{i} s{i + 1}\tt{i} t{i + 2}\n" for i in range(11, 61, 2)), "utf-8")
    given = ["--similarity", "xx=sim.tsv", "--sentences", "sentences.tsv"]
    value = json.loads(run("evaluate", *given, "--json").out)
    space = wordrel.load_alignment("xx-yy.wordrel").source
    cosines = [space.vectors[space.row(f"s{i}")] @ space.vectors[space.row(f"s{i + 1}")] for i in range(10, 60)]
    expected = np.corrcoef(cosines, [i % 7 for i in range(10, 60)])[0, 1]
    (found,) = value["similarity"]
    assert found["name"] == "sim.tsv" and found["pearson"]["value"] == pytest.approx(expected, abs=1e-5)
    assert value["sentences"]["coverage"]["asked"] == 25
    text = run("evaluate", *given, "--task", "similarity").out
    assert "sim.tsv (xx)  50 of 50" in text and "Sentence retrieval" not in text and "two spaces" not in text


def test_the_learning_curve(run, here, pair):
    run(*pair)
    value = json.loads(run("evaluate", "--learning-curve", "--task", "bli", "--json").out)
    assert [one["anchors"] for one in value["learning_curve"]] == [25, 100]
    assert value["learning_curve"][1]["scores"]["csls"]["p@1"] == value["scores"]["csls"]["p@1"]
    write_vec(here / "xx.vec", ["other", "words"], np.eye(2, 8))
    assert run("evaluate", "--learning-curve").err == (
        "wordrel: the xx vectors are not those that were aligned (2 words, not 300); the learning curve needs the same "
        "ones\n"
    )


BAD = {
    "empty": (["--dictionary", "empty.tsv"], "empty.tsv: has no word pairs in it; write one 'source TAB target' a line"),
    "covered": (
        ["--dictionary", "unknown.tsv"],
        "none of the 1 test words and their translations is in the vocabularies; check that the dictionary is xx-yy, and that enough words of the vectors are read",
    ),
    "anchors": (
        ["--dictionary", "train.tsv"],
        "all 100 test words were anchors of this alignment; give words that it has not seen, or score these "
        "with --allow-anchors",
    ),
    "folder": (
        ["--report", "nowhere/r.html"],
        "nowhere/r.html: the folder nowhere does not exist; make it first, with: mkdir -p 'nowhere'",
    ),
    "suffix": (["--report", "r.pdf"], "the name of a report ends with .html, .md, .json, .csv or .tex, not 'r.pdf'; rename it"),
    "score": (
        ["--similarity", "xx=half.tsv"],
        "half.tsv:2: the score is missing; write 'word1 TAB word2 TAB score', or leave the pair out",
    ),
    "language": (
        ["--similarity", "zz=half.tsv"],
        "--similarity 'zz=half.tsv' does not name a language of this alignment (xx, yy); write LANG=FILE or xx-yy=FILE; "
        "see 'wordrel evaluate --help'",
    ),
    "others": (
        ["xx-yy.wordrel", "other.wordrel"],
        "other.wordrel is of uu and vv and xx-yy.wordrel of xx and yy; compare two of the same languages; "
        "see 'wordrel evaluate --help'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(run, here, pair, case):
    run(*pair)
    if case == "others":
        renamed = ["uu" if one == "xx" else "vv" if one == "yy" else one for one in pair]
        run(*renamed, "-o", "other.wordrel")
    (here / "empty.tsv").write_text("")
    (here / "unknown.tsv").write_text("nobody\tnothing\n")
    (here / "half.tsv").write_text("s1\ts2\t3\ns3\ts4\t\n")
    arguments, message = BAD[case]
    outcome = run("evaluate", *(["xx-yy.wordrel"] if case != "others" else []), *arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"wordrel: {message}\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "r.json: cannot be read as JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)); name a file of 'wordrel evaluate'"),
        ("[]", "r.json: holds no result; name a file that 'wordrel evaluate --report FILE.json' wrote"),
        ("{}", "r.json: is not a result of this version's 'wordrel evaluate'; make one with: wordrel evaluate ALIGNMENT --report FILE.json"),
        ('{"format": "wordrel-evaluation", "version": 1}', "r.json: lacks 'scores' of a result; evaluate the alignment again"),
    ],
)  # fmt: skip
def test_a_bad_result_is_one_line(run, here, content, message):
    (here / "r.json").write_text(content)
    assert run("report", "r.json", "-o", "out.html") == (2, "", f"wordrel: {message}\n")
    assert not (here / "out.html").exists()


def test_on_a_device_it_is_the_same(run, here, pair):
    pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    run(*pair)
    plain, device = (json.loads(run("evaluate", "--json", *more).out) for more in ([], ["--device", "cpu"]))
    assert device["scores"] == plain["scores"] and device["slices"] == plain["slices"]
