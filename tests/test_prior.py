"""What candidates say by themselves: one Newton step against gradients taken by hand, and forms that are preferred."""

import numpy as np
import pytest

from wordrel.crossfit import learn_prior
from wordrel.features import NAMES
from wordrel.prior import _RIDGE, LeftOver, weights
from wordrel.rerank import Examples


def test_the_step_is_newtons_from_the_odds_that_there_were():
    rng = np.random.default_rng(0)
    words, of = rng.normal(size=(12, 4)).astype(np.float32), rng.integers(12, size=90)
    odds, right = rng.normal(size=90), rng.random(90) < 0.4

    def loss(b):
        score = odds + words[of] @ b
        return np.sum(np.log1p(np.exp(score)) - right * score)

    # Derivatives by differences.
    step, eye = 1e-3, np.eye(4)
    slope = np.array([(loss(step * e) - loss(-step * e)) / (2 * step) for e in eye])
    curve = np.array(
        [
            [(loss(step * (e + f)) - loss(step * e) - loss(step * f) + loss(np.zeros(4))) / step**2 for f in eye]
            for e in eye
        ]
    )
    parts = [
        LeftOver.over(words, of[some], 1 / (1 + np.exp(-odds[some])), right[some])
        for some in (slice(40), slice(40, 90))
    ]
    expected = np.linalg.solve(curve + _RIDGE * np.linalg.eigvalsh(curve)[-1] * eye, -slope)
    np.testing.assert_allclose(weights(parts), expected, rtol=0.02, atol=1e-4)


def test_where_all_was_foreseen_nothing_is_learnt():
    words = np.eye(3, dtype=np.float32)
    sums = LeftOver.over(words, np.array([0, 1, 2]), np.array([1.0, 0.0, 1.0]), np.array([True, False, True]))
    assert weights([sums]).tolist() == [0, 0, 0]


@pytest.fixture(scope="module")
def preferred():
    """Words of which those in -er are translations, where nothing else tells; folds that were not shown a word twice."""
    rng = np.random.default_rng(0)
    words = [f"{stem}{'er' if i % 2 else 'ons'}" for i, stem in enumerate(map(str, rng.integers(10**6, size=600)))]
    vectors = rng.normal(size=(600, 3)).astype(np.float32)
    folds, candidates = [], []
    for part in np.split(rng.permutation(600), 3):
        rows = np.array([rng.permutation(part)[:6] for _ in range(150)])
        features = rng.normal(size=(150, 6, len(NAMES))).astype(np.float32)
        features[:, :, NAMES.index("csls_rank")] = np.arange(6)
        folds.append(Examples(features, (rows % 2 == 1) & (rng.random(rows.shape) < 0.8)))
        candidates.append(rows)
    return words, folds, candidates, learn_prior(folds, candidates, vectors, words)


def test_a_form_that_is_preferred_is_told_for_every_word(preferred):
    words, _, _, prior = preferred
    verbs = np.array([word.endswith("er") for word in words])
    assert prior.shape == (600,) and prior[verbs].min() > prior[~verbs].max()


def test_each_fold_is_told_what_the_others_say(preferred):
    _, folds, candidates, prior = preferred
    for fold, rows in zip(folds, candidates, strict=True):
        told = fold.features[:, :, NAMES.index("prior")]
        ahead = fold.features[:, :, NAMES.index("prior_lead")]
        assert (told[rows % 2 == 1].mean() - told[rows % 2 == 0].mean()) > 0.5
        # Not what is said in the end, of which the fold itself is a part.
        assert np.abs(told - prior[rows]).max() > 1e-3
        for line, leads in zip(told[:5], ahead[:5], strict=True):
            others = [max(np.delete(line, j)) for j in range(6)]
            np.testing.assert_allclose(leads, line - others, atol=1e-6)


def test_what_a_fold_holds_says_nothing_of_its_own_candidates(preferred):
    words, folds, candidates, _ = preferred
    vectors = np.zeros((600, 3), dtype=np.float32)
    column = NAMES.index("prior")
    tables = []
    for turned in (False, True):
        first = Examples(folds[0].features.copy(), ~folds[0].right if turned else folds[0].right)
        first.features[:, :, [column, NAMES.index("prior_lead")]] = 0
        others = [Examples(fold.features.copy(), fold.right) for fold in folds[1:]]
        learn_prior([first, *others], candidates, vectors, words)
        tables.append([fold.features[:, :, column] for fold in (first, *others)])
    own, others = (
        [np.corrcoef(one[i].ravel(), other[i].ravel())[0, 1] for i in some]
        for one, other in [tables]
        for some in ((0,), (1, 2))
    )
    assert own[0] > 0.9 > max(others)
