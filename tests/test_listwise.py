"""Networks over lists: gradients are right, the list is what counts, what tells the right candidate is learnt."""

import numpy as np
import pytest

from wordrel.listwise import Networks, loss_and_gradients


def lists(rng, n=60, k=5, c=4):
    features = rng.normal(size=(n, k, c)).astype(np.float32)
    right = np.zeros((n, k), dtype=bool)
    right[np.arange(n), rng.integers(k, size=n)] = True
    right[: n // 3, 0] = True
    return features, right


def loss_in_loops(X, right, first, first_bias, second, second_bias, last):
    total = 0.0
    for candidates, truth in zip(X, right, strict=True):
        odds = []
        for x in candidates:
            one = [max(0.0, float(x @ first[:, j] + first_bias[j])) for j in range(first.shape[1])]
            other = [max(0.0, float(np.dot(one, second[:, j]) + second_bias[j])) for j in range(second.shape[1])]
            odds.append(np.exp(float(np.dot(other, last))))
        total -= np.log(sum(odd for odd, yes in zip(odds, truth, strict=True) if yes) / sum(odds))
    return total / len(X)


def weights(rng, c=4, units=(6, 3)):
    shapes = (c, units[0]), (units[0],), units, (units[1],), (units[1],)
    return [rng.normal(size=shape).astype(np.float64) for shape in shapes]


def test_the_loss_is_that_of_a_softmax_over_each_list():
    rng = np.random.default_rng(0)
    X, right = lists(rng)
    given = weights(rng)
    assert loss_and_gradients(X, right, given)[0] == pytest.approx(loss_in_loops(X, right, *given), rel=1e-5)


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(1)
    X, right = lists(rng, n=8)
    given = weights(rng)
    _, gradients = loss_and_gradients(X, right, given)
    for part, gradient in zip(given, gradients, strict=True):
        assert gradient.shape == part.shape
        for place in [tuple(rng.integers(size) for size in part.shape) for _ in range(4)]:
            before, step = part[place], 1e-4
            part[place] = before + step
            above = loss_in_loops(X, right, *given)
            part[place] = before - step
            below = loss_in_loops(X, right, *given)
            part[place] = before
            assert gradient[place] == pytest.approx((above - below) / (2 * step), abs=2e-4)


def test_what_tells_the_right_candidate_within_its_list_is_learnt():
    rng = np.random.default_rng(2)
    features, right = lists(rng, n=900, k=6)
    # What is right is told only by a product of two features, which no linear form sees.
    features[:, :, 0] *= np.sign(features[:, :, 1])
    scores = features[:, :, 0] * features[:, :, 1]
    right = scores == scores.max(axis=1, keepdims=True)
    network = Networks.fit(features[:600], right[:600])
    found = network.scores(features[600:]).argmax(axis=1)
    assert right[600:][np.arange(300), found].mean() > 0.8


def test_candidates_may_come_in_any_order_and_lists_in_any_company():
    rng = np.random.default_rng(3)
    features, right = lists(rng)
    network = Networks.fit(features, right)
    scores = network.scores(features)
    np.testing.assert_allclose(network.scores(features[:, ::-1])[:, ::-1], scores, atol=1e-5)
    np.testing.assert_allclose(network.scores(features[7:9]), scores[7:9], atol=1e-5)


def test_several_networks_give_their_mean_and_one_seed_one_network():
    rng = np.random.default_rng(4)
    features, right = lists(rng)
    one, other, again = (Networks.fit(features, right, seed) for seed in (0, 1, 0))
    mean = (one.scores(features) + other.scores(features)) / 2
    np.testing.assert_allclose(Networks.together([one, other]).scores(features), mean, atol=1e-6)
    assert (one.first == again.first).all() and (one.first != other.first).any()


def test_words_without_a_right_candidate_teach_nothing():
    rng = np.random.default_rng(5)
    features, right = lists(rng)
    right[::2] = False
    shown, alone = Networks.fit(features, right), Networks.fit(features[1::2], right[1::2])
    # They only take part in what is standardised.
    assert not np.allclose(shown.mean, alone.mean)
    nothing = Networks.fit(features, np.zeros_like(right))
    assert np.isfinite(nothing.scores(features)).all()


def test_features_far_from_all_that_was_seen_give_finite_scores():
    rng = np.random.default_rng(6)
    network = Networks.fit(*lists(rng))
    wild = np.full((1, 2, 4), np.inf, dtype=np.float32)
    wild[0, 1] = -1e30
    assert np.isfinite(network.scores(wild)).all()
