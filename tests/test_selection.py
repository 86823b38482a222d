import re

import numpy as np
import pytest

import wordrel
from tests.conftest import write_vec
from tests.reference import csls_table, unit
from wordrel.methods import make_aligner
from wordrel.refine import Pairs
from wordrel.selection import select


def spaces(n=500, d=15, seed=0):
    """A stretched copy: whitening, that is a small ridge, is what undoes it."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    Y = (X * np.geomspace(1, 8, d)) @ np.linalg.qr(rng.normal(size=(d, d)))[0] + 0.8 * rng.normal(size=(n, d))
    return unit(X).astype(np.float32), unit(Y).astype(np.float32)


def doubled():
    rows = np.repeat(np.arange(120), 2)
    return Pairs(rows, np.where(np.arange(240) % 2 == 0, rows, 499 - rows), np.full(240, 0.5))


def folds(seed, n_words=120):
    return np.array_split(np.random.default_rng(seed).permutation(n_words), 4)


@pytest.mark.parametrize(
    ("method", "parameters"), [("relative", {"ridge": 10.0}), ("relative", {"ridge": 0.05}), ("procrustes", {})]
)
def test_scores_are_those_of_the_folds_one_by_one(method, parameters):
    X, Y = spaces()
    rows, targets, weights = doubled()
    (found,) = select(X, Y, doubled(), method, parameters, stages=(False,), seed=5)
    hits = 0
    for fold in folds(5):
        train = ~np.isin(rows, fold)
        aligner = make_aligner(method, **parameters).fit(X[rows[train]], Y[targets[train]], weights[train])
        best = csls_table(aligner.transform(X), aligner.transform(Y, 1), fold).argmax(axis=1)
        hits += sum(t in (s, 499 - s) for s, t in zip(fold, best, strict=True))
    assert found.score == pytest.approx(hits / 120) and found.parameters == parameters and not found.refine


def test_induced_pairs_of_held_out_words_are_left_out():
    X, Y = spaces()
    rows = np.arange(120)
    given = Pairs(rows, rows, np.ones(120))
    induced = np.arange(500), np.arange(500)
    (found,) = select(X, Y, given, parameters={"ridge": 0.05}, stages=(True,), induced=induced, seed=1)
    hits = 0
    for fold in folds(1):
        kept = np.setdiff1d(np.arange(500), fold)
        train = np.concatenate([np.setdiff1d(rows, fold), kept])
        weights = np.r_[np.full(90, 3.0), np.ones(len(kept))]
        aligner = make_aligner("relative", ridge=0.05).fit(X[train], Y[train], weights)
        best = csls_table(aligner.transform(X), aligner.transform(Y, 1), fold).argmax(axis=1)
        hits += (best == fold).sum()
    assert found.score == pytest.approx(hits / 120) and found.refine


def test_the_shared_forms_give_what_each_setting_gives_alone():
    X, Y = spaces()
    candidates = select(X, Y, doubled(), stages=(False,))
    assert len(candidates) == 8
    for one in candidates[::3]:
        (alone,) = select(X, Y, doubled(), parameters={**one.parameters}, stages=(False,))
        assert alone.score == one.score
    assert [one.score for one in candidates] == sorted((one.score for one in candidates), reverse=True)


def pair(n_words):
    X, Y = spaces()
    source = wordrel.Embeddings([f"s{i}" for i in range(500)], X, "xx")
    target = wordrel.Embeddings([f"t{i}" for i in range(500)], Y, "yy")
    return source, target, wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(n_words)], "xx", "yy")


def test_align_takes_the_best_setting_and_keeps_all_scores():
    steps = []
    made = wordrel.align(*pair(300), rerank=False, progress=steps.append)
    assert steps[:4] == [f"choosing parameters, fold {number}" for number in (1, 2, 3, 4)]
    candidates = made.info["cross_validation"]
    assert made.info["method"] == "relative" and len(candidates) == 10
    assert made.info["parameters"] == candidates[0]["parameters"]
    assert sum(one["refine"] for one in candidates) == 8
    assert bool(made.info["refine"]) == candidates[0]["refine"]
    auto = wordrel.align(*pair(300), method="auto", rerank=False)
    assert auto.info["method"] == "relative" and auto.info["cross_validation"] == candidates


def test_self_learning_that_does_not_help_is_not_applied():
    """Pairs of unrelated vectors: nothing can be learnt, and nothing is claimed to be."""
    rng = np.random.default_rng(3)
    X, Y = (unit(rng.normal(size=(400, 10))).astype(np.float32) for _ in range(2))
    source = wordrel.Embeddings([f"s{i}" for i in range(400)], X, "xx")
    target = wordrel.Embeddings([f"t{i}" for i in range(400)], Y, "yy")
    words = wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(300)], "xx", "yy")
    made = wordrel.align(source, target, words, rerank=False)
    scores = {
        stage: [c["score"] for c in made.info["cross_validation"] if c["refine"] is stage] for stage in (True, False)
    }
    assert bool(made.info["refine"]) == (max(scores[True]) > max(scores[False]))
    assert max(scores[True]) < 0.05 and np.isfinite(made.source.vectors).all()


def test_with_few_words_there_are_only_the_defaults_to_choose_from():
    made = wordrel.align(*pair(99), refine=0)
    assert [one["parameters"] for one in made.info["cross_validation"]] == [{}]
    assert made.info["parameters"]["ridge"] == 0.3


def test_the_command_line_says_what_was_tuned(run, toy_files, here):
    source, target, pairs = pair(300)
    write_vec(here / "xx.vec", list(source.words), source.vectors)
    write_vec(here / "yy.vec", list(target.words), target.vectors)
    (here / "pairs.tsv").write_text("".join(f"{a} {b}\n" for a, b in pairs))
    outcome = run(*toy_files, "--no-rerank")
    assert outcome.code == 0 and re.search(r"^tuned +10 settings +P@1 [0-9.]+ on training", outcome.out, re.M)


def test_a_large_dictionary_is_asked_with_fewer_settings():
    X, Y = spaces(n=2200)
    rows = np.arange(2200)
    candidates = select(X, Y, Pairs(rows, rows, np.ones(2200)), stages=(False,))
    assert sorted((one.parameters["exponent"], one.parameters["ridge"]) for one in candidates[:5])[0] == (1.0, 0.02)
    assert len(candidates) == 5 and {one.parameters["ridge"] for one in candidates} == {0.02, 0.05}
