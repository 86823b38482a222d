import numpy as np
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from tests import reference
from wordrel.contrastive import PairsOf, contrast_many
from wordrel.multilearning import MultisetLearning, composed
from wordrel.multitraining import MultisetTraining
from wordrel.preprocessing import Preprocessing
from wordrel.refine import Pairs
from wordrel.relative import map_rows

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.sampled_from([0.25, 0.5, 1.0])), max_size=12)


def as_pairs(triples):
    table = np.array([triple[:2] for triple in triples], dtype=np.int64).reshape(-1, 2)
    return Pairs(table[:, 0], table[:, 1], np.array([triple[2] for triple in triples], dtype=np.float64))


@settings(max_examples=60, deadline=None)
@forall(PAIRS, PAIRS)
def test_composed_pairs_are_those_of_the_hub_words_in_common(first, second):
    expected = {}
    for hub, left, weight in first:
        for other, right, by in second:
            if hub == other:
                expected[left, right] = expected.get((left, right), 0) + weight * by
    pairs = composed(as_pairs(first), as_pairs(second))
    found = list(zip(pairs.sources.tolist(), pairs.targets.tolist(), strict=True))
    assert found == sorted(expected)
    np.testing.assert_allclose(pairs.weights, [expected[pair] for pair in found])


def noisy(n=900, d=20, noise=0.3, seed=0):
    """Three noisy rotations of one space; row i of each is one meaning."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(n, d))
    spaces = []
    for _ in range(3):
        X = (hidden + noise * rng.normal(size=(n, d))) @ np.linalg.qr(rng.normal(size=(d, d)))[0]
        spaces.append(Preprocessing(("unit", "center", "unit")).fit_transform(X))
    return spaces


def same(rows):
    return Pairs(rows, rows, np.ones(len(rows)))


def accuracy(spaces, maps, rows):
    """P@1 by CSLS of the reference, mean over all six directions."""
    mapped = [map_rows(X, F) for X, F in zip(spaces, maps, strict=True)]
    right = [
        (reference.csls_table(mapped[i], mapped[j], rows).argmax(axis=1) == rows).mean()
        for i in range(3)
        for j in range(3)
        if i != j
    ]
    return float(np.mean(right))


def test_rounds_induce_pairs_of_each_two_spaces():
    spaces = noisy(noise=0.1)
    learning = MultisetLearning(spaces, [same(np.arange(60)), same(np.arange(30, 90))])
    np.testing.assert_array_equal(learning.links[1, 2].sources, np.arange(30, 60))
    learning.rounds({"exponent": 1.0, "ridge": 0.3, "power": 0.5}, 2)
    assert set(learning.induced) == {(0, 1), (0, 2), (1, 2)} and len(learning.history) == 2
    assert learning.history[-1].n_pairs == sum(len(rows) for rows, _ in learning.induced.values())
    np.testing.assert_array_equal(learning.pairs()[1, 2].sources[:30], np.arange(30, 60))
    tuning = learning.tuning_pairs()
    np.testing.assert_array_equal(tuning[1, 2].sources, learning.induced[1, 2][0])
    np.testing.assert_array_equal(tuning[0, 1].sources[:60], np.arange(60))
    for rows, columns in learning.induced.values():
        assert (rows == columns).mean() > 0.95 and len(rows) > 800


def test_self_learning_and_tuning_find_words_that_were_no_anchors():
    spaces = noisy(n=500, noise=0.6)
    given = [same(np.arange(50)), same(np.arange(50))]
    rows = np.arange(100, 500)
    plain = MultisetTraining(refine=0)
    before = accuracy(spaces, plain.run(spaces, given), rows)
    training = MultisetTraining()
    after = accuracy(spaces, training.run(spaces, given), rows)
    assert 0.1 < before < after - 0.1
    assert training.contrast_steps == 40 and training.history and training.candidates[0].refine
    assert plain.contrast_steps == 0 and plain.history == [] and plain.candidates == []


def test_parameters_are_those_that_score_best():
    spaces = noisy()
    given = [same(np.arange(150)), same(np.arange(50, 200))]
    training = MultisetTraining(refine=0)
    training.run(spaces, given)
    assert training.setting == training.candidates[0].parameters
    assert [one.score for one in training.candidates] == sorted(one.score for one in training.candidates)[::-1]
    assert {one.refine for one in training.candidates} == {False} and len(training.candidates) == 8
    fixed = MultisetTraining({"ridge": 0.2}, 0)
    fixed.run(spaces, given)
    assert fixed.setting == {"exponent": 1.0, "ridge": 0.2, "power": 0.5} and fixed.candidates == []


def test_with_a_handful_of_words_nothing_is_tried():
    spaces = noisy()
    training = MultisetTraining()
    maps = training.run(spaces, [same(np.arange(5)), same(np.arange(200))])
    assert training.history == [] and training.candidates == [] and all(np.isfinite(F).all() for F in maps)


def test_languages_without_a_hub_word_in_common_still_meet():
    spaces = noisy(noise=0.05)
    given = [same(np.arange(100)), same(np.arange(100, 200))]
    maps = MultisetTraining(refine=0).run(spaces, given)
    assert accuracy(spaces, maps, np.arange(300, 900)) > 0.95


def test_tuning_leaves_a_space_without_pairs_alone_and_moves_the_others():
    spaces = noisy()
    maps = MultisetTraining(refine=0).run(spaces, [same(np.arange(60)), same(np.arange(60))])
    rows = np.arange(300)
    tuned = contrast_many(maps, spaces, [PairsOf(0, 2, rows, rows, np.ones(300))], 10)
    np.testing.assert_array_equal(tuned[1], maps[1])
    left, right = map_rows(spaces[0], tuned[0]), map_rows(spaces[2], tuned[2])
    before = np.einsum("ij,ij->i", map_rows(spaces[0], maps[0]), map_rows(spaces[2], maps[2]))[:300].mean()
    assert np.einsum("ij,ij->i", left, right)[:300].mean() > before + 0.01


@pytest.mark.parametrize("refine", [1, 3])
def test_so_many_rounds_as_were_asked_for(refine):
    spaces = noisy(n=300)
    training = MultisetTraining({}, refine)
    training.run(spaces, [same(np.arange(260)), same(np.arange(260))])
    assert len(training.history) == refine and training.contrast_steps == 0
