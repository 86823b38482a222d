import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordrel import intervals
from wordrel.errors import InvalidParameter
from wordrel.intervals import Interval, bootstrap, bootstrap_means, paired_bootstrap, resampled_counts


def by_hand(values: np.ndarray, seed: int, resamples: int, level: float) -> tuple[float, float]:
    """Draw one unit after the other and sort the means."""
    rng, n = np.random.default_rng(seed), len(values)
    means = [np.mean([values[i] for i in rng.integers(0, n, n)]) for _ in range(resamples)]
    tail = 100 * (1 - level) / 2
    return tuple(np.percentile(means, [tail, 100 - tail]))


@pytest.mark.parametrize("block", [1 << 18, 100])
def test_an_interval_is_that_of_drawing_one_unit_after_the_other(block, monkeypatch):
    monkeypatch.setattr(intervals, "_BLOCK", block)
    values = np.random.default_rng(5).random(30)
    found = bootstrap(values, seed=3, resamples=200, level=0.9)
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx(by_hand(values, 3, 200, 0.9))


def test_the_coverage_is_the_nominal_one():
    rng, p, n, repeats = np.random.default_rng(0), 0.4, 150, 600
    samples = rng.random((repeats, n)) < p
    found = [bootstrap(sample, seed, resamples=400) for seed, sample in enumerate(samples)]
    assert 0.92 <= np.mean([one.low <= p <= one.high for one in found]) <= 0.98


def test_a_wrong_interval_would_not_have_that_coverage():
    rng = np.random.default_rng(0)
    found = [bootstrap(rng.random(150) < 0.4, seed, resamples=400, level=0.8) for seed in range(300)]
    assert np.mean([one.low <= 0.4 <= one.high for one in found]) < 0.87


def test_many_metrics_of_one_set_of_words_are_resampled_once():
    table = np.random.default_rng(1).random((40, 3))
    for found, column in zip(bootstrap_means(table, seed=2), table.T, strict=True):
        assert found.to_dict() == pytest.approx(bootstrap(column, seed=2).to_dict())
    # Two metrics that differ by a constant differ by it in every resample.
    one, other = bootstrap_means(np.column_stack([table[:, 0], table[:, 0] + 1]))
    assert (other.low - one.low, other.high - one.high) == pytest.approx((1, 1))


def test_several_values_of_a_word_are_averaged_and_drawn_together():
    table = np.random.default_rng(1).random((40, 3))
    assert bootstrap(table) == bootstrap(table.mean(axis=1))


def test_the_seed_decides():
    values = np.random.default_rng(1).random(50)
    assert bootstrap(values, seed=4) == bootstrap(values, seed=4) != bootstrap(values, seed=5)


def test_one_unit_has_an_interval_without_width():
    assert bootstrap([0.25]) == Interval(0.25, 0.25, 0.25)
    assert bootstrap([0.25]).to_dict() == {"value": 0.25, "low": 0.25, "high": 0.25}


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=20), st.integers(0, 99))
@settings(deadline=None, max_examples=50)
def test_an_interval_lies_within_the_values(values, seed):
    found = bootstrap(values, seed, resamples=50)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9


@pytest.mark.parametrize(("n", "resamples"), [(7, 50), (1, 3)])
def test_each_resample_has_as_many_units(n, resamples):
    counts = np.concatenate(list(resampled_counts(n, 0, resamples)))
    assert counts.shape == (resamples, n) and (counts.sum(axis=1) == n).all() and counts.min() >= 0


def test_a_paired_test_counts_and_agrees_with_its_interval():
    one, other = [1, 1, 0, 1, 0, 1], [0, 1, 0, 0, 1, 0]
    found = paired_bootstrap(one, other)
    assert (found.wins, found.losses, found.ties) == (3, 1, 2)
    assert found.difference == bootstrap(np.subtract(one, other))
    back = paired_bootstrap(other, one)
    assert (back.wins, back.losses, back.p_value) == (1, 3, found.p_value)
    assert back.difference.value == -found.difference.value == pytest.approx(-1 / 3)
    assert found.to_dict()["difference"]["low"] == found.difference.low


def test_the_p_value_is_the_share_of_resamples_beyond_zero():
    rng = np.random.default_rng(7)
    one, other = rng.random(25), rng.random(25)
    draws = []
    stream = np.random.default_rng(0)
    for _ in range(1000):
        rows = stream.integers(0, 25, 25)
        draws.append((one[rows] - other[rows]).mean())
    expected = 2 * (1 + min(sum(d <= 0 for d in draws), sum(d >= 0 for d in draws))) / 1001
    assert paired_bootstrap(one, other).p_value == pytest.approx(expected)


def test_equal_systems_do_not_differ_and_far_ones_do():
    values = np.random.default_rng(2).random(200)
    assert paired_bootstrap(values, values).p_value == 1
    assert paired_bootstrap(values + 0.5, values).p_value == pytest.approx(2 / 1001)
    rejected = 0
    for seed in range(200):
        draw = np.random.default_rng(seed).random((2, 60)) < 0.5
        rejected += paired_bootstrap(draw[0], draw[1], seed, resamples=300).p_value < 0.05
    assert rejected / 200 <= 0.09


NOTHING = "^there is nothing to resample; give one word or more$"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap([]), NOTHING),
        (lambda: bootstrap_means(np.empty((3, 0))), NOTHING),
        (lambda: paired_bootstrap([], []), NOTHING),
        (lambda: next(resampled_counts(0)), NOTHING),
        (lambda: bootstrap([1, np.nan]), "^a value to resample is NaN or infinite; leave its word out$"),
        (lambda: bootstrap([1], resamples=0), "^the number of resamples must be 1 or more, not 0$"),
        (lambda: bootstrap([1], level=1.0), "^the level of an interval must be above 0 and below 1, not 1.0$"),
        (
            lambda: paired_bootstrap([1, 2], [1]),
            r"^a paired test needs one value of each unit for both, not \(2,\) and \(1,\); ask both the same words$",
        ),
    ],
)
def test_what_cannot_be_resampled_is_refused(call, message):
    with pytest.raises(InvalidParameter, match=message):
        call()
