"""The lexicon: right where it says that it is sure, the same every time, and as it was asked for."""

import json

import pytest

import wordrel
from wordrel.errors import InvalidParameter
from wordrel.lexicon import induce


def rows_of(path):
    head, *lines = path.read_text("utf-8").splitlines()
    assert head == "source\ttarget\tconfidence\tcsls"
    return [(a, b, float(c), float(d)) for a, b, c, d in (line.split("\t") for line in lines)]


def test_what_is_sure_is_right(induced):
    outcome, folder, _ = induced
    rows = rows_of(folder / "lexicon.tsv")
    assert outcome.out == f"lexicon.tsv: {len(rows)} pairs, {len(rows)} of them with a confidence of 0.9 or more\n"
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True) and rows[-1][2] >= 0.9
    held_out = wordrel.load_dictionary("embedded:en-it").test
    gold = {word.lower(): set(held_out[word]) for word in held_out.sources}
    right = [row[1] in gold[row[0]] for row in rows if row[0] in gold]
    assert len(right) > 25 and sum(right) / len(right) >= 0.85


def test_the_same_alignment_gives_the_same_bytes(run, saved, here):
    for name in ("a.tsv", "b.tsv"):
        outcome = run("induce", saved, "--top", 200, "-k", 3, "-o", name)
        sure = [row for row in rows_of(here / name) if row[2] >= 0.9]
        assert outcome.out == f"{name}: 600 pairs, {len(sure)} of them with a confidence of 0.9 or more\n" and sure
    assert (here / "a.tsv").read_bytes() == (here / "b.tsv").read_bytes()
    outcome = run("induce", saved, "--top", 200, "-k", 3)
    assert outcome.out.encode() == (here / "a.tsv").read_bytes()


def test_mutual_and_one_to_one(saved):
    alignment = wordrel.load_alignment(saved)
    whole = {(one.source, one.target): one for one in induce(alignment, 150, k=2)}
    mutual = induce(alignment, 150, k=2, mutual=True)
    assert 50 < len(mutual) < 150
    there = alignment.translate_many([one.source for one in mutual], k=1)
    back = alignment.translate_many([one.target for one in mutual], source="it", k=1)
    for one, (target,), (source,) in zip(mutual, there, back, strict=True):
        assert (source.word, target.word) == (one.source, one.target)
    single = induce(alignment, 150, k=2, one_to_one=True)
    for side in ("source", "target"):
        words = [getattr(one, side) for one in single]
        assert len(set(words)) == len(words)
    assert {(one.source, one.target) for one in single} <= set(whole)
    sure = induce(alignment, 150, k=2, min_confidence=0.8)
    assert len(sure) == sum(one.confidence >= 0.8 for one in whole.values())


def test_the_other_direction_and_json(run, saved):
    found = json.loads(run("induce", saved, "--from", "it", "--to", "en", "--top", 3, "--json").out)
    words = wordrel.load_alignment(saved).target.words[:3]
    assert sorted(one["source"] for one in found) == sorted(words)
    assert all(set(one) == {"source", "target", "confidence", "score"} for one in found)


def test_without_a_re_ranker_the_confidence_is_empty(run, toy_files, here):
    run(*toy_files, "-q")
    lines = run("induce", "--top", 3).out.splitlines()
    assert all(line.split("\t")[2] == "" for line in lines[1:]) and len(lines) == 4
    outcome = run("induce", "--min-confidence", "0.5")
    assert (outcome.code, outcome.err) == (
        2,
        "wordrel: this alignment gives no confidence (fewer than 100 training words); leave out --min-confidence, or "
        "align again with more words; see 'wordrel induce --help'\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "there.tsv"], "there.tsv: exists already; choose another name with --output, or replace it with --force"),
        (["-o", "nowhere/a.tsv"], "nowhere: no such folder; create it first or choose another --output"),
        (["--from", "de"], "this alignment has no language 'de'; it has xx and yy"),
        (["--min-confidence", "2"], "Invalid value for '--min-confidence': 2.0 is not in the range 0<=x<=1; see 'wordrel induce --help'"),
        (["--top", "0"], "Invalid value for '--top': 0 is not in the range x>=1; see 'wordrel induce --help'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(run, toy_files, here, arguments, message):
    run(*toy_files, "-q")
    (here / "there.tsv").write_text("mine")
    assert run("induce", *arguments) == (2, "", f"wordrel: {message}\n")
    assert (here / "there.tsv").read_text() == "mine"


def test_numbers_out_of_range(saved):
    alignment = wordrel.load_alignment(saved)
    with pytest.raises(InvalidParameter, match="^top and k must be 1 or more, not 0$"):
        induce(alignment, 5, k=0)
    with pytest.raises(InvalidParameter, match="^min_confidence must be from 0 to 1, not 1.5$"):
        induce(alignment, 5, min_confidence=1.5)
