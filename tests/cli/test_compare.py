import json
import sys

import numpy as np
import pytest

from tests.cli.test_main import loaded_after
from tests.comparison.spaces import spaces
from tests.conftest import write_vec
from wordrel.comparison import compare


@pytest.fixture
def files(here):
    one, other, *_ = spaces()
    write_vec(here / "a.vec", list(one.words), one.vectors)
    write_vec(here / "b.vec", list(other.words), other.vectors)
    return ["compare", "a.vec", "b.vec", "--anchors", 12, "-k", 4]


def test_text_says_what_was_compared_and_how_alike_it_is(run, files):
    outcome = run(*files, "--seeds", 3, "--word", "wac")
    assert outcome.code == 0 and outcome.err == ""
    lines = outcome.out.splitlines()
    assert lines[:6] == [
        "A         a.vec                        62 words x 8",
        "B         b.vec                        63 words x 6",
        "words     60 of the 60 that both have  the first 20,000 at most",
        "          48 asked with each draw      no anchor among them",
        "anchors   12, uniform                  3 draws, seeds 0 to 2",
        "absolute  padded with zeros            the spaces differ in width, so that it means nothing",
    ]
    one, other, *_ = spaces()
    scores = compare(one, other, anchors=12, k=4, seeds=3).scores
    shown = [line.split() for line in lines if line.split()[:1] == ["both"]]
    for words, form in zip(shown, scores, strict=True):
        means = [float(word) for word in words[1:] if word[0].isdigit()][:: 1 if form.form == "absolute" else 2]
        assert means == pytest.approx([form.mean.jaccard[4].mean, form.mean.mrr.mean, form.mean.cosine.mean], abs=0.006)
    assert "  Jaccard, both ways     @1     @4     @5    @10    @50" in lines
    assert "  in A, absolute  in B, absolute  A → B, absolute  A → B, relative  A → B, whitened" in lines


def test_json_is_the_report(run, files):
    outcome = run(*files, "--seeds", 2, "--json", "--queries", "all", "--strategy", "top:30", "--first", 50)
    value = json.loads(outcome.out)
    assert value["words"] == {"shared": 60, "compared": 50, "zero": 0, "asked": 38}
    assert value["settings"] | {"anchors": 12, "k": 4, "strategy": "top:30", "seeds": [0, 1]} == value["settings"]
    assert run(*files, "--seeds", 2, "--json", "--queries", "all", "--strategy", "top:30", "--first", 50) == outcome


def test_reports_hold_the_same_as_json(run, files, here):
    outcome = run(*files, "--json", "--report", "r.json", "--report", "r.html", "--report", "r.md")
    assert outcome.code == 0 and outcome.out == (here / "r.json").read_text("utf-8")
    value, page = json.loads(outcome.out), (here / "r.html").read_text("utf-8")
    assert page.count('role="img"') == 3 and "Nearest to" in page
    best = value["scores"][-1]["mean"]["jaccard"][str(value["settings"]["k"])]["mean"]
    assert f"{best:.3f}" in (here / "r.md").read_text("utf-8")
    assert run(*files, "--report", "no/r.html").err == (
        "wordrel: no/r.html: the folder no does not exist; make it first, with: mkdir -p 'no'\n"
    )


def test_the_protocol_says_so(run, here):
    rng = np.random.default_rng(0)
    names = [*(f"f{i}" for i in range(400)), *(f"word{chr(97 + i)}" for i in range(26))]
    write_vec(here / "a.vec", names, rng.normal(size=(426, 5)))
    outcome = run(
        "compare", "a.vec", "a.vec", "--protocol", "paper", "--anchors", 10, "--seeds", 1, "--form", "relative"
    )
    assert "protocol  paper                         but with anchors 10" in outcome.out.splitlines()
    assert "after the first 400, of letters only, 4 letters or more, the first 20,000 at most" in outcome.out
    assert "26 asked                      the anchors among them" in outcome.out
    assert "One draw, no deviation." in outcome.out and "absolute" not in outcome.out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--seeds", 0], "the number of seeds must be 1 or more, not 0"),
        (["-k", 70], "k is 70, but only 60 words are compared; take 60 or less"),
        (["--anchors", 1], "a comparison needs 2 or more anchors, not 1; 300 are what the paper takes"),
        (["--anchors", 300], "300 anchors cannot be drawn from 60 words with one left to ask; take 59 or fewer"),
        (
            ["--queries", "some"],
            "Invalid value for '--queries': 'some' is neither all nor a number of words; see 'wordrel compare --help'",
        ),
    ],
)
def test_bad_options_are_one_line(run, files, more, message):
    assert run(*files, *more) == (2, "", f"wordrel: {message}\n")


def test_files_with_no_word_in_common(run, files, here):
    write_vec(here / "b.vec", ["gatto", "cane"], np.eye(2))
    assert run(*files) == (
        2,
        "",
        "wordrel: a.vec and b.vec have no word in common; give two spaces of one language, with words spelt alike "
        "(for two languages there is 'wordrel align')\n",
    )


def test_a_file_with_nan(run, files, here):
    text = (here / "b.vec").read_text().splitlines()
    word = text[3].split()[0]
    (here / "b.vec").write_text("\n".join([*text[:3], f"{word} nan 1 1 1 1 1", *text[4:]]) + "\n")
    assert run(*files) == (
        2,
        "",
        f"wordrel: b.vec:4: the vector of '{word}' has a NaN or infinite number; leave the line out\n",
    )


def test_a_bar_is_shown_on_a_terminal(run, files, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert "neighbours and picture" in run(*files, "--seeds", 1).err


def test_nothing_heavy_is_loaded(files, here):
    loaded = loaded_after(*map(str, files), "--seeds", "1", cwd=here)
    assert "numpy" in loaded and loaded.isdisjoint({"scipy", "sklearn", "torch", "gensim", "faiss"})
