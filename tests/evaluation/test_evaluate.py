from dataclasses import replace

import numpy as np
import pytest

import wordrel
from tests import reference
from wordrel.anchors import Anchors
from wordrel.errors import EmptyTest, WordrelWarning
from wordrel.evaluation import evaluate, evaluate_plain


@pytest.fixture(scope="module")
def noisy():
    """Two spaces on which no score is 0 or 1."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(300, 12))
    Y = X @ rng.normal(size=(12, 10)) + 2.0 * rng.normal(size=(300, 10))
    source = wordrel.Embeddings([f"s{i}" for i in range(300)], X, "xx")
    target = wordrel.Embeddings([f"t{i}" for i in range(300)], Y, "yy")
    pairs = [(f"s{i}", f"t{i}") for i in range(300)] + [(f"s{i}", f"t{(7 * i) % 300}") for i in range(200, 260)]
    pairs += [("s290", "nowhere"), ("unknown", "t3")]
    dictionary = wordrel.BilingualDictionary(pairs, "xx", "yy", [*(f"s{i}" for i in range(200, 300)), "unknown"])
    return source, target, dictionary


@pytest.fixture(scope="module")
def aligned(noisy):
    return wordrel.align(*noisy)


def expected(table, dictionary, source, target):
    gold = {}
    for s, t in dictionary.test:
        if s in source and t in target:
            gold.setdefault(source.row(s), set()).add(target.row(t))
    whole = [np.argsort(-table[row], kind="stable").tolist() for row in gold]
    lists, answers = [one[:10] for one in whole], list(gold.values())
    precision = {f"p@{k}": reference.precision(lists, answers, k) for k in (1, 5, 10)}
    return precision | {
        "mrr": reference.reciprocal(whole, answers),
        "mrr@10": reference.reciprocal(lists, answers),
    }


def test_scores_are_those_of_the_definitions(noisy, aligned):
    source, target, dictionary = noisy
    alignment = aligned
    report = evaluate(alignment)
    X, Y = alignment.source.vectors, alignment.target.vectors
    everyone = np.arange(300)
    assert report.csls.to_dict() == pytest.approx(
        expected(reference.csls_table(X, Y, everyone), dictionary, source, target)
    )
    assert report.nn.to_dict() == pytest.approx(expected(X.astype(float) @ Y.T, dictionary, source, target))
    assert 0 < report.nn.p_at_1 < report.nn.p_at_10 < 1
    coverage = report.to_dict()["coverage"]
    assert coverage == {
        "words_found": 100, "words": 101, "pairs_found": 158, "pairs": 160, "fraction": pytest.approx(100 / 101),
        "anchors_left_out": 0,
    }  # fmt: skip
    of_all = report.to_dict()["scores_of_all_words"]["csls"]
    assert of_all["p@1"] == pytest.approx(report.csls.p_at_1 * 100 / 101)


def test_plain_scores_are_those_of_the_m_columns(noisy):
    source, target, dictionary = noisy
    anchors = Anchors.from_dictionary(dictionary.train, source, target)
    report = evaluate_plain(source, target, anchors, dictionary.test)
    X, Y = reference.unit(source.vectors), reference.unit(target.vectors)
    R = reference.unit(X @ X[anchors.source_rows].T)
    S = reference.unit(Y @ Y[anchors.target_rows].T)
    everyone = np.arange(300)
    assert report.nn.to_dict() == pytest.approx(expected(R @ S.T, dictionary, source, target))
    assert report.csls.to_dict() == pytest.approx(
        expected(reference.csls_table(R, S, everyone), dictionary, source, target)
    )


def test_the_other_direction_is_scored_by_a_dictionary_of_it(noisy, aligned):
    source, target, dictionary = noisy
    alignment = aligned
    backwards = dictionary.test.inverted()
    with pytest.warns(WordrelWarning, match="^31 of the 132 test words were anchors"):
        report = evaluate(alignment, backwards, allow_anchors=True)
    assert (report.source, report.target) == ("yy", "xx") and report.anchors_left_out == 0
    known = set(alignment.anchors.inverted().sources)
    with pytest.warns(WordrelWarning, match="^31 of the 132 test words were anchors of this alignment; they are left"):
        fewer = evaluate(alignment, backwards)
    assert fewer.anchors_left_out == 31 and fewer.coverage.words == 132 - 31
    assert known.isdisjoint(fewer.answers.questions.words)
    assert evaluate(alignment).reverse == replace(fewer, reverse=None, spaces=None, picture=None)
    table = alignment.target.vectors.astype(float) @ alignment.source.vectors.T
    gold = {}
    for t, s in backwards:
        if t in target and s in source:
            gold.setdefault(target.row(t), set()).add(source.row(s))
    hits = [int(np.argmax(table[row])) in answers for row, answers in gold.items()]
    assert report.nn.p_at_1 == pytest.approx(np.mean(hits))


@pytest.mark.slow
def test_the_default_beats_procrustes_and_reaches_its_figure(embedded, alignment):
    en, it, pairs = embedded
    quick = {"tasks": ("bli",), "both_directions": False, "resamples": 0}
    report = evaluate(alignment, pairs.test, **quick)
    assert report.coverage.words_found == 1000 and report.coverage.fraction == 1
    procrustes = evaluate(wordrel.align(en, it, pairs, method="procrustes", rerank=False), **quick)
    assert report.csls.p_at_1 >= 0.53 > procrustes.csls.p_at_1 > 0.45
    assert report.csls.p_at_1 > report.nn.p_at_1 > procrustes.nn.p_at_1


def test_words_that_were_anchors_are_noted(noisy, aligned):
    start = "200 of the 301 test words were anchors of this alignment; "
    with pytest.warns(WordrelWarning) as notes:
        report = evaluate(aligned, noisy[2])
    assert str(notes[0].message) == f"{start}they are left out (--allow-anchors keeps them)"
    assert report.anchors_left_out == 200 and report.csls == evaluate(aligned).csls
    with pytest.warns(WordrelWarning) as notes:
        everything = evaluate(aligned, noisy[2], allow_anchors=True)
    assert str(notes[0].message) == f"{start}its score is too good" and everything.coverage.words == 301
    only_anchors = wordrel.BilingualDictionary([("s1", "t1"), ("S2", "t2")], "xx", "yy")
    with pytest.raises(EmptyTest) as error:
        evaluate(aligned, only_anchors)
    assert str(error.value) == (
        "all 2 test words were anchors of this alignment; "
        "give words that it has not seen, or score these with --allow-anchors"
    )


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "there are no test words; give some with --dictionary, or hold some out with dictionary.split()"),
        (
            [("a", "b"), ("s299", "c")],
            "none of the 2 test words and their translations is in the vocabularies; check that the dictionary is xx-yy, and that enough words of the vectors are read",
        ),
    ],
)
def test_nothing_to_ask(aligned, pairs, message):
    with pytest.raises(EmptyTest) as error:
        evaluate(aligned, wordrel.BilingualDictionary(pairs, "xx", "yy"))
    assert str(error.value) == message
