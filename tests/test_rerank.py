"""Re-ranking: trees as arrays are scikit-learn's, what is learnt helps, what is saved comes back."""

import numpy as np
import pytest

import wordrel
from tests.conftest import rotated_spaces
from wordrel.confidence import Confidence
from wordrel.features import NAMES
from wordrel.listwise import Networks
from wordrel.metrics import accuracy_at_coverage, expected_calibration_error
from wordrel.parts import Neighbor
from wordrel.rerank import Examples, Reranker, Trees, learn
from wordrel.reranking import CANDIDATES


def test_trees_as_arrays_say_what_scikit_learn_says():
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 5)).astype(np.float32)
    X[:, 4] = X[:, 4] > 0
    y = rng.random(3000) < 1 / (1 + np.exp(-(X[:, 0] * X[:, 1] + 2 * X[:, 4])))
    seen = {}
    original = HistGradientBoostingClassifier.fit

    def fit(model, *arguments, **options):
        seen["model"] = original(model, *arguments, **options)
        return seen["model"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HistGradientBoostingClassifier, "fit", fit)
        trees = Trees.fit(X, y)
    unseen = rng.normal(size=(500, 5)).astype(np.float32)
    expected = seen["model"].decision_function(unseen)
    np.testing.assert_allclose(trees.log_odds(unseen), expected, atol=1e-4)
    assert np.ptp(expected) > 2


def examples(rng, n, signal):
    """Words whose right candidate is told by one feature, and not by the cosine."""
    features = rng.normal(size=(n, 8, len(NAMES))).astype(np.float32)
    features[:, :, NAMES.index("csls_rank")] = np.arange(8)
    right = np.zeros((n, 8), dtype=bool)
    right[np.arange(n), rng.integers(8, size=n)] = True
    features[:, :, NAMES.index(signal)] += 4 * right
    return Examples(features, right)


@pytest.mark.parametrize(("signal", "spelling"), [("edit", True), ("reverse_rank", None)])
def test_what_tells_the_right_candidate_is_learnt(signal, spelling):
    rng = np.random.default_rng(0)
    learnt = learn([examples(rng, 300, signal) for _ in range(3)])
    assert learnt.p_at_1 > 0.9 and learnt.geometry < 0.3 and learnt.n_words == 900
    assert spelling is None or learnt.spelling == spelling
    fresh = examples(rng, 500, signal)
    probable = learnt.reranker.probabilities(fresh.features)
    best = probable.argmax(axis=1)
    right = fresh.right[np.arange(500), best]
    assert right.mean() > 0.9 and expected_calibration_error(probable.max(axis=1), right) < 0.09


def test_spelling_that_misleads_is_switched_off():
    rng = np.random.default_rng(0)
    folds = [examples(rng, 300, "csls") for _ in range(3)]
    # In the fold that checks, spelling says the opposite of what it said in those that were learnt from.
    for fold, sign in zip(folds, (-1, 1, 1), strict=True):
        fold.features[:, :, NAMES.index("edit")] += sign * 4 * fold.right
    learnt = learn(folds)
    assert not learnt.spelling
    shapes = {"edit", "prefix", "translated_grams", "target_ending"}
    assert {NAMES[column] for column in learnt.reranker.columns}.isdisjoint(shapes)
    assert {NAMES[column] for column in learnt.reverse.columns}.isdisjoint({*shapes, "prior", "prior_lead"})


def test_calibration_error_of_a_worked_example():
    # Two bins: .95 said and .5 true, .15 said and 0 true, of four answers.
    confidence, right = np.array([0.95, 0.95, 0.15, 0.15]), np.array([True, False, False, False])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.5 * 0.45 + 0.5 * 0.15)
    assert expected_calibration_error(np.ones(3), np.ones(3, dtype=bool)) == 0
    assert accuracy_at_coverage(confidence, right, 0.25) == 1 and accuracy_at_coverage(confidence, right, 0.5) == 0.5
    assert accuracy_at_coverage(confidence, right, 0.0001) == 1 and accuracy_at_coverage(confidence, right, 1) == 0.25


def test_translations_have_the_order_of_their_confidence(alignment, embedded):
    words = ["house", "functions", "peace", "tree", "green"]
    reranked, plain = alignment.translate_many(words, k=40), alignment.translate_many(words, k=40, rerank=False)
    for one, other in zip(reranked, plain, strict=True):
        assert len(one) == 40 and sorted(n.word for n in one) == sorted(n.word for n in other)
        confidence = [n.confidence for n in one[:CANDIDATES]]
        assert confidence == sorted(confidence, reverse=True) and 0 <= confidence[-1] <= confidence[0] <= 1
        assert [n.confidence for n in one[CANDIDATES:]] == [None] * 10 == [n.confidence for n in other[:10]]
        scores = {n.word: n.score for n in other}
        assert all(n.score == pytest.approx(scores[n.word], abs=1e-5) for n in one)
    assert alignment.translate_many(["house"], scorer="nn")[0][0].confidence is None
    assert alignment.translate_many([]) == []


def test_one_word_is_ranked_as_among_many(alignment):
    words = list(alignment.test.sources[:60])
    together = alignment.translate_many(words, k=3)
    for word, found in list(zip(words, together, strict=True))[:5]:
        alone = alignment.translate(word, k=3)
        assert [n.word for n in alone] == [n.word for n in found]
        assert [n.confidence for n in alone] == pytest.approx([n.confidence for n in found], abs=1e-3)


def test_re_ranking_helps_and_its_confidence_can_be_trusted(alignment):
    report = wordrel.evaluate(alignment, tasks=("bli",), both_directions=False, resamples=0)
    assert report.reranked.p_at_1 > report.csls.p_at_1 + 0.05
    assert report.reranked.ece < 0.08
    at = report.reranked.accuracy_at_coverage
    assert at["0.5"] > at["0.8"] > at["0.9"] > at["1"] == report.reranked.p_at_1
    assert set(report.to_dict()["scores"]) == {"nn", "csls", "reranked"}


def test_a_saved_alignment_carries_its_re_ranker(alignment, saved, tmp_path):
    loaded = wordrel.load_alignment(alignment.save(tmp_path / "again.wordrel"))
    for language, words in (("en", ["house", "cat", "functions"]), ("it", ["gatto", "pace"])):
        for one, other in zip(
            loaded.translate_many(words, language), alignment.translate_many(words, language), strict=True
        ):
            assert [n.word for n in one] == [n.word for n in other]
            assert [n.confidence for n in one] == pytest.approx([n.confidence for n in other], abs=1e-4)
    assert not list(saved.glob("*.pkl")) and loaded.info["reranked"] == alignment.info["reranked"]


def test_features_of_another_version_are_refused(saved, tmp_path):
    with pytest.raises(LookupError, match="uses features that this version of wordrel does not have"):
        wordrel.reranking.Reranking.restore({"features": ["horoscope"]}, None, (), ())


def test_what_lacks_the_way_back_is_refused():
    empty = dict.fromkeys(("feature", "left", "right", "threshold", "value"), np.zeros((1, 1)))
    settings = {"features": ["cosine"], "start": 0, "depth": 1}
    with pytest.raises(LookupError, match="the re-ranker was learnt by an earlier version of wordrel"):
        wordrel.reranking.Reranking.restore(settings, lambda name: empty[name.removeprefix("rerank-")], (), ())


def test_the_way_back_knows_no_prior(alignment):
    used = {NAMES[column] for column in alignment.reranking.reranker.columns}
    back = {NAMES[column] for column in alignment.reranking.reverse.columns}
    assert used - back == {"prior", "prior_lead"}
    assert alignment.reranking.reverse.networks is alignment.reranking.reranker.networks
    prior = alignment.reranking.evidence.prior
    assert prior.shape == (len(alignment.target.words),) and np.ptp(prior) > 0.1


def test_too_few_words_have_no_re_ranker_and_say_so(toy):
    alignment = wordrel.align(*toy)
    assert alignment.reranking is None
    assert alignment.info["reranked"] == {"kind": "words", "reason": "fewer than 100 training words"}
    assert alignment.translate("s50", k=1) == [
        Neighbor("t50", pytest.approx(alignment.translate("s50", k=1)[0].score), "yy")
    ]


def test_what_does_not_help_is_not_used():
    source, target = rotated_spaces(n=300)
    pairs = wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(200)], "xx", "yy")
    alignment = wordrel.align(source, target, pairs, refine=0)
    assert alignment.reranking is None
    assert alignment.info["reranked"]["reason"] == "it did not help on training words left out"
    assert alignment.info["reranked"]["geometry"] == 1


def test_probabilities_are_between_0_and_1_whatever_the_features():
    rng = np.random.default_rng(0)
    trees = Trees.fit(rng.normal(size=(200, 3)).astype(np.float32), rng.random(200) < 0.3)
    every, right = np.arange(3), rng.random((50, 4)) < 0.3
    networks = Networks.fit(rng.normal(size=(50, 4, 3)).astype(np.float32), right)
    wild = np.array([[[1e30, -1e30, 0], [np.inf, 5, 5]]], dtype=np.float32)
    probable = Reranker(trees, every, networks, every, Confidence(1, -0.2, 0)).probabilities(wild)
    assert ((probable > 0) & (probable < 1)).all()


def test_a_word_without_candidates_has_no_answer(alignment):
    rows = np.array([5, 6])
    candidates = np.full((2, CANDIDATES), -1)
    candidates[1, :2] = [7, 9]
    ranked = alignment.reranking.rank(rows, candidates)
    assert (ranked.rows[0] == -1).all() and (ranked.probabilities[0] == 0).all()
    assert set(ranked.rows[1, :2]) == {7, 9} and (ranked.probabilities[1, 2:] == 0).all()
