import numpy as np
import pytest

import wordrel
from tests.reference import csls_table, unit
from wordrel.methods import make_aligner
from wordrel.selection import RELATIVE_GRID, cross_validate

GRID = [{"exponent": 1.0, "ridge": ridge, "power": 0.5} for ridge in (10.0, 0.05)]


def spaces(n=500, d=15, seed=0):
    """A stretched copy: whitening, that is a small ridge, is what undoes it."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    Y = (X * np.geomspace(1, 8, d)) @ np.linalg.qr(rng.normal(size=(d, d)))[0] + 0.8 * rng.normal(size=(n, d))
    return unit(X).astype(np.float32), unit(Y).astype(np.float32)


def test_scores_are_those_of_the_folds_one_by_one():
    X, Y = spaces()
    rows = np.repeat(np.arange(120), 2)
    targets = np.where(np.arange(240) % 2 == 0, rows, 499 - rows)
    weights = np.full(240, 0.5)
    found = cross_validate("relative", GRID, X, Y, rows, targets, weights, seed=5)
    folds = np.array_split(np.random.default_rng(5).permutation(120), 4)[:2]
    expected = []
    for parameters in GRID:
        hits = 0
        for fold in folds:
            train = ~np.isin(rows, fold)
            aligner = make_aligner("relative", **parameters).fit(X[rows[train]], Y[targets[train]], weights[train])
            best = csls_table(aligner.transform(X), aligner.transform(Y, 1), fold).argmax(axis=1)
            hits += sum(t in (s, 499 - s) for s, t in zip(fold, best, strict=True))
        expected.append(hits / 60)
    assert {one.parameters["ridge"]: one.score for one in found} == pytest.approx(
        {10.0: expected[0], 0.05: expected[1]}
    )
    assert found[0].score >= found[1].score and found[0].parameters["ridge"] == 0.05


def test_the_same_seed_gives_the_same_scores_and_the_earlier_wins_among_equals():
    X, Y = spaces()
    rows = np.arange(100)
    one, other = (cross_validate("relative", GRID, X, Y, rows, rows, np.ones(100), seed=1) for _ in range(2))
    assert one == other
    twice = cross_validate("procrustes", [{}, {}], X, Y, rows, rows, np.ones(100))
    assert twice[0].score == twice[1].score
    assert RELATIVE_GRID[0] == {"exponent": 1.0, "ridge": 0.02, "power": 0.5} and len(RELATIVE_GRID) == 18


def pair(n_words):
    X, Y = spaces()
    source = wordrel.Embeddings([f"s{i}" for i in range(500)], X, "xx")
    target = wordrel.Embeddings([f"t{i}" for i in range(500)], Y, "yy")
    return source, target, wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(n_words)], "xx", "yy")


def test_auto_takes_the_best_setting_and_keeps_all_scores():
    steps = []
    made = wordrel.align(*pair(200), method="auto", progress=steps.append)
    assert steps == ["choosing parameters, fold 1", "choosing parameters, fold 2"]
    candidates = made.info["cross_validation"]
    assert made.info["method"] == "relative" and len(candidates) == 18
    assert made.info["parameters"] == candidates[0]["parameters"]
    assert [one["score"] for one in candidates] == sorted((one["score"] for one in candidates), reverse=True)


def test_auto_falls_back_to_the_defaults_with_few_words():
    made = wordrel.align(*pair(99), method="auto")
    assert made.info["cross_validation"] == [] and made.info["parameters"]["ridge"] == 0.3


def test_the_command_line_says_what_was_tuned(run, toy_files, here):
    source, target, pairs = pair(300)
    from tests.conftest import write_vec

    write_vec(here / "xx.vec", list(source.words), source.vectors)
    write_vec(here / "yy.vec", list(target.words), target.vectors)
    (here / "pairs.tsv").write_text("".join(f"{a} {b}\n" for a, b in pairs))
    outcome = run(*toy_files, "--method", "auto")
    assert (
        outcome.code == 0 and "tuned       18 settings" in outcome.out and "on training words left out" in outcome.out
    )
