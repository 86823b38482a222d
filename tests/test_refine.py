import numpy as np
import pytest

import wordrel
from tests.reference import csls_table
from tests.test_induction import noisy
from wordrel.errors import InvalidParameter
from wordrel.induction import mutual_nearest
from wordrel.methods import make_aligner
from wordrel.refine import GIVEN_WEIGHT, Pairs, SelfLearning


def pairs(n, weight=1.0):
    return Pairs(np.arange(n), np.arange(n), np.full(n, weight))


def accuracy(aligner, X, Y):
    table = csls_table(aligner.transform(X), aligner.transform(Y, 1), np.arange(len(X)))
    return (table.argmax(axis=1) == np.arange(len(X))).mean()


def test_a_round_induces_pairs_that_stand_beside_the_given_ones():
    X, Y = noisy()
    learning = SelfLearning(X, Y, pairs(30, 0.5))
    aligner = make_aligner("relative")
    learning.fit(aligner)
    expected = mutual_nearest(aligner.transform(X), aligner.transform(Y, 1))
    learning.rounds(aligner, 1)
    sources, targets, weights = learning.pairs
    np.testing.assert_array_equal(sources, np.r_[np.arange(30), expected.rows])
    np.testing.assert_array_equal(targets, np.r_[np.arange(30), expected.columns])
    np.testing.assert_array_equal(weights, np.r_[np.full(30, GIVEN_WEIGHT * 0.5), np.ones(len(expected.rows))])
    (first,) = learning.history
    assert (first.n_pairs, first.objective, first.kept) == (len(expected.rows), expected.objective, 1.0)


def test_from_few_pairs_rounds_find_the_others_and_the_objective_rises():
    X, Y = noisy()
    learning = SelfLearning(X, Y, pairs(12))
    aligner = make_aligner("procrustes")
    learning.fit(aligner)
    before = accuracy(aligner, X, Y)
    learning.rounds(aligner, 4)
    learning.fit(aligner)
    assert before < 0.8 and accuracy(aligner, X, Y) > before + 0.15
    assert learning.history[-1].objective > learning.history[0].objective
    assert learning.history[-1].n_pairs > learning.history[0].n_pairs


def test_exploring_finds_a_way_where_mutual_neighbours_do_not():
    X, Y = noisy(n=600, d=20, noise=0.1)
    found = {}
    for name in ("rounds", "explore"):
        learning = SelfLearning(X, Y, pairs(5))
        aligner = make_aligner("procrustes")
        learning.fit(aligner)
        learning.rounds(aligner, 5) if name == "rounds" else learning.explore(aligner, seed=0)
        learning.fit(aligner)
        found[name] = accuracy(aligner, X, Y)
    assert found["explore"] > 0.9 > found["rounds"]
    kept = [one.kept for one in learning.history]
    assert kept[0] == 0.1 and kept[-1] == 1.0 and kept == sorted(kept)


def test_only_the_first_words_are_paired_and_auto_takes_more_and_more():
    X, Y = noisy()
    learning = SelfLearning(X, Y, pairs(10), vocabulary=80)
    aligner = make_aligner("procrustes").fit(X, Y)
    learning.rounds(aligner)
    assert [one.n_pairs <= most for one, most in zip(learning.history, (20, 40, 80, 80), strict=True)] == [True] * 4
    assert learning.history[-1].n_pairs > 40 and learning.pairs.sources.max() < 80


def test_align_refines_and_says_so(toy):
    source, target, words = toy
    steps = []
    made = wordrel.align(source, target, words, parameters={}, refine=2, progress=steps.append)
    assert [step for step in steps if "self-learning" in step] == ["self-learning, round 1", "self-learning, round 2"]
    assert sorted(made.info["refine"][-1]) == ["kept", "n_pairs", "objective"] and made.info["contrast_steps"] == 0
    assert all(made.translate(f"s{i}", k=1)[0].word == f"t{i}" for i in range(60))
    assert wordrel.align(source, target, words, refine=0).info["refine"] == []
    assert wordrel.align(source, target, words, method="procrustes").info["refine"] == []


def test_the_command_line_says_what_was_induced(run, toy_files):
    outcome = run(*toy_files, "--refine", 3)
    assert outcome.code == 0 and "refined     " in outcome.out and " pairs induced\n" in outcome.out
    assert "refined" not in run(*toy_files, "--refine", "off", "--force").out


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-1, "refine must be auto or a number of rounds, not -1"),
        ("much", "refine must be auto or a number of rounds, not 'much'"),
    ],
)
def test_what_refine_cannot_be(toy, value, message):
    with pytest.raises(InvalidParameter) as raised:
        wordrel.align(*toy, refine=value)
    assert str(raised.value) == message


def test_rounds_below_one_and_other_words_are_refused(run, toy_files):
    X, Y = noisy(n=20)
    with pytest.raises(InvalidParameter, match="^the number of rounds must be 1 or more, not 0$"):
        SelfLearning(X, Y, pairs(2)).rounds(make_aligner("procrustes").fit(X, Y), 0)
    outcome = run(*toy_files, "--refine", "much")
    assert outcome.code == 2 and "'much' is neither auto, off nor a number of rounds" in outcome.err
