import numpy as np
import pytest

import wordrel
from tests.reference import csls_table, unit
from wordrel.errors import InvalidParameter
from wordrel.methods import make_aligner
from wordrel.refine import GIVEN_WEIGHT, mutual_nearest, refine


def noisy(n=400, d=10, noise=0.15, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * np.linspace(2, 0.7, d)
    Y = X @ np.linalg.qr(rng.normal(size=(d, d)))[0] + noise * rng.normal(size=(n, d))
    return unit(X).astype(np.float32), unit(Y).astype(np.float32)


def test_mutual_nearest_are_those_of_the_full_tables():
    X, Y = noisy(noise=1.0)
    Y = Y[:300]
    table = csls_table(X, Y, np.arange(400))
    forward, backward = table.argmax(axis=1), table.argmax(axis=0)
    expected = [(i, j) for i, j in enumerate(forward) if backward[j] == i]
    rows, columns = mutual_nearest(X, Y)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == expected and 0 < len(expected) < 300


def test_rows_without_a_direction_are_in_no_pair():
    X, Y = noisy(n=40)
    X[3] = 0
    Y[5] = 0
    rows, columns = mutual_nearest(X, Y)
    assert 3 not in rows and 5 not in columns and len(rows) > 20
    assert all(len(found) == 0 for found in mutual_nearest(X, 0 * Y))
    assert all(len(found) == 0 for found in mutual_nearest(0 * X, Y))


def test_a_round_fits_on_the_given_and_the_induced_pairs():
    X, Y = noisy()
    given, weights = np.arange(30), np.full(30, 0.5)
    aligner = make_aligner("relative").fit(X[given], Y[given], weights)
    rows, columns = mutual_nearest(aligner.transform(X), aligner.transform(Y, 1))
    expected = make_aligner("relative").fit(
        X[np.r_[given, rows]], Y[np.r_[given, columns]], np.r_[GIVEN_WEIGHT * weights, np.ones(len(rows))]
    )
    (first,) = refine(aligner, X, Y, given, given, weights, rounds=1)
    np.testing.assert_allclose(aligner.maps_.source, expected.maps_.source)
    assert first.n_pairs == len(rows) and 0 < first.objective < 1


def test_from_few_pairs_it_finds_the_others_and_the_objective_rises():
    X, Y = noisy()
    given = np.arange(12)
    aligner = make_aligner("procrustes").fit(X[given], Y[given])

    def accuracy():
        table = csls_table(aligner.transform(X), aligner.transform(Y, 1), np.arange(400))
        return (table.argmax(axis=1) == np.arange(400)).mean()

    before = accuracy()
    history = refine(aligner, X, Y, given, given, np.ones(12), rounds=4)
    assert before < 0.8 and accuracy() > before + 0.15
    assert history[-1].objective > history[0].objective and history[-1].n_pairs > history[0].n_pairs


def test_only_the_first_words_are_paired():
    X, Y = noisy()
    aligner = make_aligner("procrustes").fit(X, Y)
    (only,) = refine(aligner, X, Y, np.arange(10), np.arange(10), np.ones(10), rounds=1, vocabulary=50)
    assert 0 < only.n_pairs <= 50


def test_align_refines_and_says_so(toy):
    source, target, pairs = toy
    steps = []
    made = wordrel.align(source, target, pairs, anchors=8, refine=2, progress=steps.append)
    assert steps == ["self-learning, round 1", "self-learning, round 2"]
    assert [sorted(one) for one in made.info["refine"]] == [["n_pairs", "objective"]] * 2
    assert all(made.translate(f"s{i}", k=1)[0].word == f"t{i}" for i in range(60))
    assert wordrel.align(source, target, pairs).info["refine"] == []


def test_the_command_line_says_what_was_induced(run, toy_files):
    outcome = run(*toy_files, "--refine", 3)
    assert outcome.code == 0 and "refined     3 rounds  " in outcome.out and "pairs induced in the last" in outcome.out


def test_rounds_below_one_are_refused():
    X, Y = noisy(n=20)
    with pytest.raises(InvalidParameter, match="^the number of rounds must be 1 or more, not 0$"):
        refine(make_aligner("procrustes").fit(X, Y), X, Y, np.arange(2), np.arange(2), np.ones(2), rounds=0)
