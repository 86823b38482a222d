"""What an evaluation says beside its scores, checked word by word against loops."""

import math

import numpy as np
import pytest

import wordrel
from tests import reference
from wordrel.errors import EmptyTest, InvalidParameter
from wordrel.evaluation import compare_answers
from wordrel.evaluation.scores import calibration
from wordrel.geometry import principal_components


@pytest.fixture(scope="module")
def pair():
    """Two spaces on which no score is 0 or 1; some words are spelt alike."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(2600, 12))
    Y = X @ rng.normal(size=(12, 10)) + 0.9 * rng.normal(size=(2600, 10))
    source = wordrel.Embeddings([f"s{i}" if i % 7 else f"w{i}" for i in range(2600)], X, "xx")
    target = wordrel.Embeddings([f"t{i}" if i % 7 else f"W{i}" for i in range(2600)], Y, "yy")
    pairs = [(source.words[i], target.words[i]) for i in range(0, 2600, 4)]
    pairs += [(source.words[i], target.words[i + 1]) for i in range(2000, 2400, 8)]
    held = [source.words[i] for i in range(400, 2600, 4)]
    return source, target, wordrel.BilingualDictionary(pairs, "xx", "yy", held)


@pytest.fixture(scope="module")
def aligned(pair):
    return wordrel.align(*pair, parameters={}, refine=0, rerank=False)


@pytest.fixture(scope="module")
def report(aligned):
    return wordrel.evaluate(aligned, seed=3, resamples=200)


def first_answers(alignment, words):
    table = reference.csls_table(alignment.source.vectors, alignment.target.vectors, alignment.source.rows(words))
    return [alignment.target.words[i] for i in table.argmax(axis=1)], table


def test_slices_are_the_shares_of_their_words(pair, aligned, report):
    words = report.answers.questions.words
    gold = {word: set(pair[2].test[word]) for word in words}
    first, _ = first_answers(aligned, words)
    right = {word: answer in gold[word] for word, answer in zip(words, first, strict=True)}
    rank = {word: i for i, word in enumerate(pair[0].words, 1)}
    members = {
        "1–500": [w for w in words if rank[w] <= 500],
        "501–2,000": [w for w in words if 500 < rank[w] <= 2000],
        "2,001–5,000": [w for w in words if rank[w] > 2000],
        "one right translation": [w for w in words if len(gold[w]) == 1],
        "several right translations": [w for w in words if len(gold[w]) > 1],
        "spelt alike in both languages": [w for w in words if w.lower() in {g.lower() for g in gold[w]}],
        "spelt differently": [w for w in words if w.lower() not in {g.lower() for g in gold[w]}],
    }
    assert [one.name for one in report.slices] == list(members)
    for one in report.slices:
        assert one.words == len(members[one.name]) > 0
        expected = np.mean([right[w] for w in members[one.name]])
        found = one.p_at_1["csls"]
        assert found.value == pytest.approx(expected) and found.low <= found.value <= found.high


def test_mistakes_are_the_wrong_answers_of_the_most_frequent_words(pair, aligned, report):
    words = sorted(report.answers.questions.words, key=pair[0].row)
    first, table = first_answers(aligned, words)
    wrong = [
        (word, answer, tuple(sorted(pair[2].test[word], key=pair[1].row)), i)
        for i, (word, answer) in enumerate(zip(words, first, strict=True))
        if answer not in pair[2].test[word]
    ]
    assert len(report.mistakes) == 30 and len(wrong) > 30
    for one, (word, answer, wanted, i) in zip(report.mistakes, wrong, strict=False):
        place = np.argsort(-table[i], kind="stable").tolist()
        rank = 1 + min(place.index(pair[1].row(w)) for w in wanted)
        assert (one.word, one.came, one.wanted, one.rank, one.confidence) == (word, answer, wanted, rank, None)


def test_hubs_are_the_words_in_most_lists(aligned, report):
    words = report.answers.questions.words
    _, table = first_answers(aligned, words)
    lists = np.argsort(-table, axis=1, kind="stable")[:, :10]
    counts = np.bincount(lists.ravel(), minlength=table.shape[1])
    assert [(hub.word, hub.lists) for hub in report.hubs] == [
        (aligned.target.words[i], counts[i]) for i in np.argsort(-counts, kind="stable")[:10]
    ]


def test_agreement_is_that_of_the_paper_among_the_words_of_the_pairs(aligned, report):
    questions = report.answers.questions
    X = aligned.source.vectors[questions.rows].astype(float)
    Y = aligned.target.vectors[[min(gold) for gold in questions.gold]].astype(float)
    own, other = (np.argsort(-(X @ Z.T), axis=1, kind="stable") for Z in (X, Y))
    assert [one.k for one in report.spaces.agreement] == [1, 5, 10, 50]
    for one in report.spaces.agreement:
        overlaps, reciprocals = [], []
        for i in range(len(X)):
            here, there = own[i, : one.k].tolist(), other[i, : one.k].tolist()
            overlaps.append(len(set(here) & set(there)) / len(set(here) | set(there)))
            reciprocals.append(1 / (1 + there.index(i)) if i in there else 0)
        assert one.jaccard == pytest.approx(np.mean(overlaps), abs=1e-3)
        assert one.mrr == pytest.approx(np.mean(reciprocals), abs=1e-3)
    assert report.spaces.cosine == pytest.approx(np.einsum("ij,ij->i", X, Y).mean(), abs=1e-5)
    assert report.spaces.pairs == len(X) and report.spaces.isometry.pairs == 100


def test_calibration_bins_hold_every_answer_once():
    confidences = np.array([0.0, 0.05, 0.1, 0.55, 0.58, 1.0])
    right = np.array([False, True, False, True, True, True])
    found = [(one.low, one.high, one.words, one.confidence, one.right) for one in calibration(confidences, right)]
    assert found == [
        (0.0, 0.1, 2, 0.025, 0.5),
        (0.1, 0.2, 1, pytest.approx(0.1), 0.0),
        (0.5, 0.6, 2, pytest.approx(0.565), 1.0),
        (0.9, 1.0, 1, 1.0, 1.0),
    ]


def test_principal_components_are_those_of_the_covariance():
    X = np.random.default_rng(0).normal(size=(50, 4)) * [5, 2, 1, 0.1]
    points, explained = principal_components(X)
    values, vectors = np.linalg.eigh(np.cov(X.T, bias=True))
    assert explained == pytest.approx(values[-2:].sum() / values.sum())
    expected = (X - X.mean(axis=0)) @ vectors[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(points), np.abs(expected), atol=1e-9)
    assert (points[np.abs(points).argmax(axis=0), [0, 1]] > 0).all()


def test_the_same_seed_gives_the_same_report(aligned, report):
    assert wordrel.evaluate(aligned, seed=3, resamples=200) == report
    other = wordrel.evaluate(aligned, seed=4, resamples=200)
    assert other.csls.p_at_1 == report.csls.p_at_1 and other.csls.intervals != report.csls.intervals


def test_two_alignments_are_compared_word_by_word(pair, aligned, report):
    weaker = wordrel.align(*pair, anchors=12, parameters={}, refine=0, rerank=False)
    other = wordrel.evaluate(weaker, seed=3, resamples=200)
    found = compare_answers(report, other, seed=1)
    words = list(report.answers.questions.words)
    here, there = (
        [answer in pair[2].test[w] for w, answer in zip(words, first_answers(one, words)[0], strict=True)]
        for one in (aligned, weaker)
    )
    assert (found.source, found.target, found.words, found.scorer) == ("xx", "yy", len(words), ("csls", "csls"))
    assert found.p_at_1.difference.value == pytest.approx(np.mean(here) - np.mean(there))
    assert found.p_at_1.wins == sum(a > b for a, b in zip(here, there, strict=True)) > found.p_at_1.losses
    assert found.p_at_1.losses == sum(a < b for a, b in zip(here, there, strict=True))
    assert found.p_at_1.p_value < 0.01
    back = compare_answers(other, report, seed=1)
    assert back.p_at_1.wins == found.p_at_1.losses and back.mrr.difference.value == -found.mrr.difference.value
    itself = compare_answers(report, report, ("nn", "nn"))
    assert itself.p_at_1.p_value == 1 and itself.p_at_1.ties == len(words)


def test_what_cannot_be_compared_says_so(report):
    with pytest.raises(InvalidParameter) as error:
        compare_answers(report, report.reverse)
    assert str(error.value) == (
        "an alignment xx-yy cannot be compared with one of yy-xx; name two of the same languages"
    )
    with pytest.raises(InvalidParameter, match="^there is no scorer 'reranked' here; choose nn or csls$"):
        compare_answers(report, report, ("csls", "reranked"))


def test_only_the_tasks_that_are_asked_for(aligned):
    report = wordrel.evaluate(aligned, tasks=("bli",), both_directions=False, resamples=0)
    assert report.spaces is None and report.reverse is None and report.csls.intervals == {} and report.slices == ()
    with pytest.raises(InvalidParameter, match="^unknown task 'bil'; choose bli, spaces, similarity or sentences$"):
        wordrel.evaluate(aligned, tasks=("bil",))


def test_no_number_is_lost_in_json(report):
    def numbers(value):
        if isinstance(value, dict):
            return [n for one in value.values() for n in numbers(one)]
        if isinstance(value, list):
            return [n for one in value for n in numbers(one)]
        return [value] if isinstance(value, float) else []

    found = numbers(report.to_dict())
    assert len(found) > 100 and all(map(math.isfinite, found))


def test_words_that_two_vocabularies_do_not_share_are_no_test(aligned, report):
    none = wordrel.BilingualDictionary([("nobody", "nothing")], "xx", "yy")
    with pytest.raises(EmptyTest, match="^none of the 1 test words and their translations is in the vocabularies"):
        wordrel.evaluate(aligned, none)
