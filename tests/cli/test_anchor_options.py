import json

import numpy as np
import pytest

import wordrel
from wordrel.anchors import Anchors
from wordrel.evaluation import evaluate_plain
from wordrel.strategies import STRATEGIES


def load():
    return wordrel.load("xx.vec", "xx"), wordrel.load("yy.vec", "yy")


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_strategy_chooses_the_anchors_and_those_of_the_comparison(run, toy_files, name):
    result = json.loads(run(*toy_files, "--anchors", 8, "--anchor-strategy", name, "--seed", 3, "--json").out)
    alignment = wordrel.load_alignment("xx-yy.wordrel")
    train = wordrel.load_dictionary("pairs.tsv", "xx", "yy").without(alignment.test.sources)
    expected = Anchors.from_dictionary(train, *load(), 8, strategy=name, seed=3)
    assert alignment.anchors.pairs == expected.pairs and len(expected) == 8
    assert result["anchors"] == {"words": 8, "pairs": 8, "strategy": name, "translations": "weighted"}
    plain = evaluate_plain(*load(), expected, alignment.test).to_dict()["scores"]
    assert result["scores"]["plain"] == plain


def test_translations_are_weighted_all_or_the_first(run, toy_files, here):
    with (here / "pairs.tsv").open("a") as stream:
        stream.write("".join(f"s{i}\tt{(7 * i) % 60}\n" for i in range(60)))
    found = {}
    for name in ("weighted", "all", "first"):
        assert run(*toy_files, "--translations", name, "--force", "-q") == (0, "", "")
        alignment = wordrel.load_alignment("xx-yy.wordrel")
        assert alignment.info["anchors"]["translations"] == name
        found[name] = alignment
    assert all(s[1:] == t[1:] for s, t in found["first"].anchors)
    # s0, s10, ... have the same translation twice over: 7 * i = i (mod 60).
    assert len(found["all"].anchors) == len(found["weighted"].anchors) > 80
    assert len(found["first"].anchors) == 48
    differ = np.abs(found["all"].source.vectors - found["weighted"].source.vectors).max()
    assert differ > 1e-3


def test_an_anchor_file_names_the_anchors_and_none_of_them_is_held_out(run, toy_files, here):
    words = [f"s{i}" for i in range(30)]
    (here / "mine.txt").write_text("\ufeff" + "\n\n".join([*words, "nobody", " s31 "]) + "\n", encoding="utf-8")
    outcome = run(*toy_files, "--anchor-file", "mine.txt")
    assert outcome.err == (
        "wordrel: note: mine.txt: 1 of 32 words have no training pair in both vocabularies and are no anchors "
        "(first: 'nobody')\n"
    )
    alignment = wordrel.load_alignment("xx-yy.wordrel")
    assert alignment.anchors.sources == (*words, "s31") and "anchors     31 words" in outcome.out
    assert len(alignment.test.sources) == 6 and not set(alignment.test.sources) & {*words, "s31"}
    run(*toy_files, "--anchor-file", "mine.txt", "--anchors", 4, "--force")
    assert wordrel.load_alignment("xx-yy.wordrel").anchors.sources == tuple(words[:4])


def test_words_of_the_test_dictionary_are_no_anchors(run, toy_files, here):
    (here / "test.tsv").write_text("s0\tt0\ns1\tt1\n")
    (here / "mine.txt").write_text("s0\ns5\ns6\ns7\n")
    outcome = run(*toy_files, "--test-dictionary", "test.tsv", "--anchor-file", "mine.txt")
    assert "mine.txt: 1 of 4 words have no training pair" in outcome.err and "(first: 's0')" in outcome.err
    assert wordrel.load_alignment("xx-yy.wordrel").anchors.sources == ("s5", "s6", "s7")


BAD = {
    "no such file": (
        None,
        "mine.txt: no such file; name a file that holds words, one a line",
    ),
    "none found": (
        b"a\nb c\n",
        "mine.txt: none of the 2 words has a training pair in both vocabularies; write xx words of the dictionary, "
        "one a line",
    ),
    "empty": (b"\n \n", "mine.txt: has no words in it; write one a line"),
    "not utf-8": (
        b"s1\nperch\xe9\n",
        "mine.txt:2: is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)",
    ),
    "all of them": (
        "".join(f"s{i}\n" for i in range(60)).encode(),
        "the dictionary has 0 source words beside those of the anchor file, too few to hold some out for the score; "
        "give more pairs, or test words with --test-dictionary",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_anchor_file_is_one_line(run, toy_files, here, case):
    content, message = BAD[case]
    if content is not None:
        (here / "mine.txt").write_bytes(content)
    assert run(*toy_files, "--anchor-file", "mine.txt") == (2, "", f"wordrel: {message}\n")
    assert not (here / "xx-yy.wordrel").exists()


def test_unknown_names_list_the_known_ones(run, toy_files):
    assert run(*toy_files, "--anchor-strategy", "best").err == (
        "wordrel: unknown anchor strategy 'best'; choose one of: first, uniform, frequency, fps, kmeans, leverage, "
        "d-optimal\n"
    )
    assert run(*toy_files, "--translations", "best").err == (
        "wordrel: unknown handling of translations 'best'; choose one of: weighted, all, first\n"
    )


def test_the_help_explains_every_strategy(run):
    text = " ".join(run("align", "--help").out.split())
    assert all(f"{name}: {one.summary}" in text for name, one in STRATEGIES.items())
