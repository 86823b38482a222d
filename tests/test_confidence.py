"""How probably a candidate is right: a formula, checked in loops, and what it says of edges."""

import numpy as np
import pytest

from wordrel.confidence import Confidence
from wordrel.metrics import expected_calibration_error


def in_loops(confidence, scores):
    found = np.zeros(scores.shape)
    for i, row in enumerate(scores.astype(np.float64)):
        for j, score in enumerate(row):
            if score > -np.inf:
                rest = [np.exp(other) for place, other in enumerate(row) if place != j]
                others = max(np.log(sum(rest)) if sum(rest) else -np.inf, score - 8)
                odds = confidence.own * score + confidence.others * others + confidence.start
                found[i, j] = 1 / (1 + np.exp(-np.clip(odds, -12, 12)))
    return found


def test_probabilities_are_those_of_the_formula():
    scores = np.random.default_rng(0).normal(scale=3, size=(40, 6)).astype(np.float32)
    scores[3, 2:], scores[4] = -np.inf, -np.inf
    scores[5] = [90, 0, 0, 0, 0, 0]
    confidence = Confidence(0.8, -0.3, -0.5)
    found = confidence.probabilities(scores)
    np.testing.assert_allclose(found, in_loops(confidence, scores), atol=1e-5)
    assert (found[4] == 0).all() and (found[3, 2:] == 0).all() and ((found > 0) & (found < 1))[:3].all()


def test_a_rival_makes_unsure_and_one_candidate_has_none():
    confidence = Confidence(0.8, -0.3, -0.5)
    alone, rivalled = np.array([[2.0]], dtype=np.float32), np.array([[2.0, 1.9]], dtype=np.float32)
    assert confidence.probabilities(alone)[0, 0] == pytest.approx(1 / (1 + np.exp(-(1.6 + 1.8 - 0.5))), rel=1e-5)
    assert confidence.probabilities(rivalled)[0, 0] < confidence.probabilities(alone)[0, 0]


def test_what_is_learnt_is_calibrated_where_rivals_matter():
    rng = np.random.default_rng(1)
    scores = rng.normal(scale=2, size=(6000, 5)).astype(np.float32)
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    # Right is one candidate of each list, by the softmax of its scores.
    chosen = (shares.cumsum(axis=1) > rng.random((6000, 1))).argmax(axis=1)
    right = np.arange(5) == chosen[:, None]
    confidence = Confidence.fit(scores[:3000], right[:3000])
    assert confidence.own == pytest.approx(1, abs=0.15) and confidence.others == pytest.approx(-1, abs=0.15)
    probable = confidence.probabilities(scores[3000:])
    best = probable.argmax(axis=1)
    assert expected_calibration_error(probable.max(axis=1), right[3000:][np.arange(3000), best]) < 0.03


@pytest.mark.parametrize("truth", [True, False])
def test_where_all_or_nothing_is_right_the_score_is_taken_as_it_is(truth):
    scores = np.random.default_rng(2).normal(size=(20, 4)).astype(np.float32)
    assert Confidence.fit(scores, np.full(scores.shape, truth)) == Confidence(1.0, 0.0, 0.0)
