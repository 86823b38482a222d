"""Confidence on the command line."""

import json

import pytest

from wordrel.artefact import Folder


def test_translate_prints_the_confidence(run, saved):
    outcome = run("translate", "-a", saved, "house", "-k", 2)
    head, first, second = outcome.out.splitlines()
    word, score, confidence = first.split()
    assert head == "house" and word == "casa" and 0.5 < float(confidence) <= 1 and float(score) > 0
    assert float(second.split()[2]) <= float(confidence)
    assert len(run("translate", "-a", saved, "house", "-k", 1, "--no-rerank").out.split()) == 3


def test_a_word_that_is_not_sure_has_no_answer(run, saved):
    outcome = run("translate", "-a", saved, "house", "thereof", "--min-confidence", "0.999")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "house", "  no answer: nothing is as sure as 0.999", "thereof", "  no answer: nothing is as sure as 0.999",
    ]  # fmt: skip
    found = json.loads(run("translate", "-a", saved, "house", "--min-confidence", "0.999", "--json").out)
    assert found[0]["translations"] is None
    found = json.loads(run("translate", "-a", saved, "house", "--min-confidence", "0.5", "--json").out)
    assert [one["word"] for one in found[0]["translations"]] == ["casa"]
    assert found[0]["translations"][0]["confidence"] > 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--min-confidence", "2"], "--min-confidence must be from 0 to 1, not 2"),
        (["--min-confidence", "nan"], "--min-confidence must be from 0 to 1, not nan"),
        (
            ["--min-confidence", "0.5", "--no-rerank"],
            "the geometry alone has no confidence; leave out --min-confidence, --no-rerank or --scorer",
        ),
    ],
)
def test_bad_confidence_is_one_line(run, saved, arguments, message):
    outcome = run("translate", "-a", saved, "house", *arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"wordrel: {message}; see 'wordrel translate --help'\n")


def test_an_alignment_without_a_re_ranker_says_why(run, toy_files, here):
    assert run(*toy_files).code == 0
    outcome = run("translate", "s50", "--min-confidence", "0.5")
    assert (outcome.code, outcome.err) == (
        2,
        "wordrel: this alignment gives no confidence (fewer than 100 training words); leave out --min-confidence, or "
        "align again with more words; see 'wordrel translate --help'\n",
    )
    assert "re-ranked" not in run("evaluate").out
    again = run(*toy_files, "--no-rerank", "--force")
    assert "no confidence" not in again.out
    outcome = run("translate", "s50", "--min-confidence", "0")
    assert outcome.err == (
        "wordrel: this alignment gives no confidence (it was made without re-ranking); leave out --min-confidence, or "
        "align again without --no-rerank; see 'wordrel translate --help'\n"
    )


def test_few_words_are_told_when_they_are_aligned(run, toy_files):
    said = run(*toy_files).out
    assert "\nOnly 12 test words: these scores say little.\n" in said
    assert "\nTranslations have no confidence: fewer than 100 training words.\n" in said


def test_align_without_re_ranking(run, here):
    given = ["align", "en", "it", "--limit", 1000, "--method", "procrustes", "--json"]
    for more, scores in (([], {"nn", "csls", "reranked", "plain"}), (["--no-rerank"], {"nn", "csls", "plain"})):
        outcome = run(*given, *more, "--force")
        assert set(json.loads(outcome.out)["scores"]) == scores
        assert ("reranker" in Folder(here / "en-it.wordrel").manifest) == ("reranked" in scores)


def test_evaluate_shows_both(evaluated):
    out = evaluated.outcome.out
    assert out.index("re-ranked") < out.index("CSLS") < out.index("nearest neighbour")
    assert "% are right; calibration error 0." in out
    scores = json.loads((evaluated.saved / "report.json").read_text("utf-8"))["scores"]
    assert set(scores["reranked"]) == {"p@1", "p@5", "p@10", "mrr", "mrr@10", "ece", "accuracy_at_coverage"}
    assert scores["reranked"]["p@1"] > scores["csls"]["p@1"]
