import json

import numpy as np
import pytest

import wordrel
from tests.conftest import write_vec
from tests.reference import csls_table, dense, unit
from wordrel.methods import make_aligner
from wordrel.robust import FEWEST_WORDS, biweight, held_out_fits, misfit, reweight

N, TRAIN = 500, 300


def spaces(noise=0.4, d=20, seed=0):
    """A turned copy with noise: row i translates row i."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, d))
    Y = X @ np.linalg.qr(rng.normal(size=(d, d)))[0] + noise * rng.normal(size=(N, d))
    return unit(X).astype(np.float32), unit(Y).astype(np.float32)


def corrupted(share, seed=0):
    """Training pairs of which a share lead to other words, and which those are."""
    rows, targets = np.arange(TRAIN), np.arange(TRAIN)
    bad = np.random.default_rng(seed + 1).permutation(TRAIN)[: round(share * TRAIN)]
    targets[bad] = np.roll(targets[bad], 1)
    return rows, targets, np.isin(rows, bad)


def accuracy(aligner, X, Y):
    """P@1 (CSLS) of the words that were in no pair, and mean cosine to their translations."""
    held = np.arange(TRAIN, N)
    left, right = aligner.transform(X), aligner.transform(Y, 1)
    best = csls_table(left, right, held).argmax(axis=1)
    return (best == held).mean(), float(np.einsum("ij,ij->i", left[held], right[held]).mean())


@pytest.mark.parametrize("method", ["relative", "procrustes", "asif"])
def test_fits_are_those_of_the_folds_one_by_one(method):
    X, Y = spaces()
    rows = np.repeat(np.arange(60), 2)
    targets = np.where(np.arange(120) % 2 == 0, rows, 499 - rows)
    weights = np.full(120, 0.5)
    cosines, margins = held_out_fits(make_aligner(method), X, Y, rows, targets, weights, n_folds=3, seed=7)
    for fold in np.array_split(np.random.default_rng(7).permutation(60), 3):
        train = ~np.isin(rows, fold)
        aligner = make_aligner(method).fit(X[rows[train]], Y[targets[train]], weights[train])
        left, right = dense(aligner.transform(X)), dense(aligner.transform(Y, 1))
        for s, scores in zip(fold, csls_table(left, right, fold), strict=True):
            others = max(scores[t] for t in range(N) if t not in (s, 499 - s))
            for i in np.flatnonzero(rows == s):
                assert cosines[i] == pytest.approx(float(left[s] @ right[targets[i]]), abs=1e-5)
                assert margins[i] == pytest.approx(scores[targets[i]] - others, abs=1e-5)


def test_misfit_is_a_standard_score_by_the_median_and_the_upper_half():
    rng = np.random.default_rng(0)
    cosines, margins = rng.normal(0.6, 0.2, 31), rng.normal(0.1, 0.3, 31)

    def score(values, smallest):
        middle = sorted(values)[15]
        upper = sorted(v - middle for v in values if v >= middle)
        spread = 1.4826 * (upper[7] + upper[8]) / 2
        return [(middle - v) / max(spread, smallest) for v in values]

    both = [(a + b) / 2 for a, b in zip(score(cosines, 0), score(margins, 0), strict=True)]
    np.testing.assert_allclose(misfit(cosines, margins), score([-b for b in both], 0), rtol=1e-9)


def test_without_any_spread_rounding_is_no_misfit():
    cosines = 1 - 1e-7 * np.arange(30)
    assert np.abs(misfit(cosines, np.zeros(30))).max() < 1e-3


@pytest.mark.parametrize(("z", "weight"), [(-5, 1), (0, 1), (1.75, 0.5625), (3.5, 0), (99, 0)])
def test_biweight_by_hand(z, weight):
    assert biweight(np.array([z])) == pytest.approx(weight)


@pytest.mark.parametrize("method", ["relative", "procrustes", "vecmap"])
@pytest.mark.parametrize("share", [0.1, 0.2])
def test_corrupted_pairs_are_found_and_the_fit_gains(method, share):
    X, Y = spaces()
    rows, targets, bad = corrupted(share)
    weights = np.ones(TRAIN)
    judged = reweight(make_aligner(method), X, Y, rows, targets, weights)
    flagged = np.isin(rows, judged.suspicious)
    assert flagged[bad].mean() >= 0.9 and flagged[~bad].mean() <= 0.05
    scores = judged.misfits[judged.suspicious]
    assert (np.diff(scores) <= 0).all() and judged.weights.sum() == pytest.approx(TRAIN)
    assert judged.weights[bad].mean() < 0.1 * judged.weights[~bad].mean()
    plain = accuracy(make_aligner(method).fit(X[rows], Y[targets], weights), X, Y)
    robust = accuracy(make_aligner(method).fit(X[rows], Y[targets], judged.weights), X, Y)
    without = accuracy(make_aligner(method).fit(X[rows[~bad]], Y[targets[~bad]]), X, Y)
    # Most of what the fit would gain if one knew the corrupted pairs.
    assert robust[0] >= plain[0] and robust[1] - plain[1] > 0.8 * (without[1] - plain[1]) > 0.002


@pytest.mark.parametrize("seed", range(3))
def test_clean_pairs_stay_as_they_are(seed):
    X, Y = spaces(seed=seed)
    rows = np.arange(TRAIN)
    judged = reweight(make_aligner("relative"), X, Y, rows, rows, np.ones(TRAIN))
    assert len(judged.suspicious) <= 0.04 * TRAIN
    plain = accuracy(make_aligner("relative").fit(X[rows], Y[rows]), X, Y)
    robust = accuracy(make_aligner("relative").fit(X[rows], Y[rows], judged.weights), X, Y)
    assert robust == pytest.approx(plain, abs=0.015)


def test_a_perfect_copy_has_no_suspicious_pairs():
    X, Y = spaces(noise=0)
    rows = np.arange(TRAIN)
    judged = reweight(make_aligner("procrustes"), X, Y, rows, rows, np.ones(TRAIN))
    assert len(judged.suspicious) <= 0.04 * TRAIN


@pytest.mark.parametrize("seed", range(3))
def test_noise_alone_gives_finite_weights(seed):
    X, _ = spaces(seed=seed)
    _, Y = spaces(seed=seed + 50)
    Y[3] = 0
    rows = np.arange(TRAIN)
    judged = reweight(make_aligner("relative"), X, Y, rows, rows[::-1].copy(), np.full(TRAIN, 0.5))
    assert np.isfinite(judged.weights).all() and np.isfinite(judged.misfits).all()
    assert judged.weights.min() >= 0 and judged.weights.sum() == pytest.approx(TRAIN / 2)
    assert (judged.weights > 0).sum() >= TRAIN / 2


def test_no_other_word_leaves_no_margin():
    X, Y = spaces()
    rows, targets = np.repeat(np.arange(30), 2), np.tile([0, 1], 30)
    _, margins = held_out_fits(make_aligner("procrustes"), X[:30], Y[:2], rows, targets, np.ones(60))
    assert margins.tolist() == [0] * 60


def test_too_few_words_are_not_judged():
    X, Y = spaces()
    rows = np.arange(FEWEST_WORDS - 1)
    weights = np.full(len(rows), 0.5)
    judged = reweight(make_aligner("relative"), X, Y, rows, rows[::-1].copy(), weights)
    assert judged.weights is weights and not judged.misfits.any() and len(judged.suspicious) == 0


def words_of(share=0.2):
    X, Y = spaces()
    source = wordrel.Embeddings([f"s{i}" for i in range(N)], X, "xx")
    target = wordrel.Embeddings([f"t{i}" for i in range(N)], Y, "yy")
    rows, targets, _ = corrupted(share)
    pairs = [(f"s{i}", f"t{j}") for i, j in zip(rows, targets, strict=True)]
    pairs += [(f"s{i}", f"t{i}") for i in range(TRAIN, N)]
    test_words = [f"s{i}" for i in range(TRAIN, N)]
    return source, target, wordrel.BilingualDictionary(pairs, "xx", "yy", test_words)


@pytest.mark.parametrize("method", ["relative", "procrustes", "relative-centred"])
def test_align_is_the_fit_with_the_new_weights(method):
    source, target, pairs = words_of()
    steps = []
    made = wordrel.align(
        source, target, pairs, method, parameters={}, refine=0, robust=True, seed=4, progress=steps.append, rerank=False
    )
    assert steps == [f"judging the pairs, fold {i}" for i in range(1, 5)]
    rows, targets, _ = corrupted(0.2)
    prepared = [wordrel.preprocessing.Preprocessing().fit_transform(space.vectors) for space in (source, target)]
    judged = reweight(make_aligner(method), *prepared, rows, targets, np.ones(TRAIN), seed=4)
    kept = judged.weights > 0
    aligner = make_aligner(method).fit(prepared[0][rows[kept]], prepared[1][targets[kept]], judged.weights[kept])
    np.testing.assert_allclose(made.source.vectors, aligner.transform(prepared[0]), atol=1e-5)
    found = [(one.source, one.target, one.score) for one in made.suspicious]
    assert found == [(f"s{rows[i]}", f"t{targets[i]}", judged.misfits[i]) for i in judged.suspicious]
    worst = [{"source": s, "target": t, "score": score} for s, t, score in found[:100]]
    assert made.info["robust"] == {"suspicious": len(found), "worst": worst}
    assert made.info["anchors"]["pairs"] == TRAIN


def test_the_manifest_has_a_hundred_and_the_alignment_all(monkeypatch, tmp_path):
    monkeypatch.setattr("wordrel.fitting.MOST_SUSPICIOUS", 10)
    given = words_of()
    made = wordrel.align(*given, robust=True)
    assert len(made.suspicious) >= 54
    kept = wordrel.load_alignment(made.save(tmp_path / "a.wordrel")).info["robust"]
    assert kept["suspicious"] == len(made.suspicious)
    assert [one["source"] for one in kept["worst"]] == [one.source for one in made.suspicious[:10]]


def test_without_robust_nothing_is_judged(toy):
    made = wordrel.align(*toy)
    assert made.info["robust"] == {} and made.suspicious == ()


def test_too_few_words_are_told(toy):
    with pytest.warns(wordrel.errors.WordrelWarning) as caught:
        made = wordrel.align(*toy, anchors=19, robust=True)
    assert [str(one.message) for one in caught] == ["19 words are too few to judge their pairs; all count as they did"]
    assert made.info["robust"] == {"suspicious": 0, "worst": []}
    np.testing.assert_array_equal(made.source.vectors, wordrel.align(*toy, anchors=19).source.vectors)


def test_robust_goes_with_self_learning_and_with_tuning():
    given = words_of()
    made = wordrel.align(*given, method="auto", robust=True, refine=1)
    assert len(made.info["cross_validation"]) == 8 and made.info["refine"]
    assert made.info["robust"]["suspicious"] >= 54
    assert np.isfinite(made.source.vectors).all()


def test_the_command_line_lists_them(run, here):
    source, target, pairs = words_of()
    write_vec(here / "xx.vec", list(source.words), source.vectors)
    write_vec(here / "yy.vec", list(target.words), target.vectors)
    (here / "pairs.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs.train))
    (here / "test.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs.test))
    files = ["--source-vectors", "xx.vec", "--target-vectors", "yy.vec", "--dictionary", "pairs.tsv"]
    command = [
        "align",
        "xx",
        "yy",
        *files,
        "--test-dictionary",
        "test.tsv",
        "--robust",
        "--force",
        "--no-rerank",
        "--refine",
        "off",
    ]
    result = json.loads(run(*command, "--json").out)
    suspicious = result["robust"]["suspicious"]
    assert len(suspicious) >= 54 and list(suspicious[0]) == ["source", "target", "score"]
    assert [one["score"] for one in suspicious] == sorted((one["score"] for one in suspicious), reverse=True)
    shown = ", ".join(f"{one['source']}→{one['target']}" for one in suspicious[:5])
    text = run(*command).out
    line = next(line for line in text.splitlines() if line.startswith("suspicious"))
    assert " ".join(line.split()) == f"suspicious {len(suspicious)} pairs the worst: {shown}, ..."
