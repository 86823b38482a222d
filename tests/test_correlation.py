import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wordrel.correlation import average_ranks, correlate, pearson, spearman
from wordrel.errors import InvalidParameter

# Few different numbers, so that there are ties.
columns = st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=2, max_size=30)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=30))
@settings(deadline=None)
def test_ranks_are_those_of_scipy(values):
    np.testing.assert_array_equal(average_ranks(values), stats.rankdata(values))


@given(columns)
@settings(deadline=None)
@pytest.mark.filterwarnings("ignore:An input array is constant")
def test_correlations_are_those_of_scipy(pairs):
    one, other = np.array(pairs, dtype=float).T
    constant = len(set(one)) == 1 or len(set(other)) == 1
    assert spearman(one, other) == pytest.approx(0 if constant else stats.spearmanr(one, other)[0], abs=1e-9)
    assert pearson(one, other) == pytest.approx(0 if constant else stats.pearsonr(one, other)[0], abs=1e-9)


def test_a_published_example():
    # Spearman's rho of intelligence quotients and hours of television, https://en.wikipedia.org/wiki/
    # Spearman's_rank_correlation_coefficient#Example: -29/165.
    iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
    assert spearman(iq, hours) == pytest.approx(-29 / 165)


def test_intervals_are_those_of_ranking_each_resample():
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 6, 25).astype(float), rng.random(25)
    x += 3 * y
    x = x.round()
    drawn = []
    stream = np.random.default_rng(9)
    for _ in range(100):
        rows = stream.integers(0, 25, 25)
        rho, r = stats.spearmanr(x[rows], y[rows])[0], stats.pearsonr(x[rows], y[rows])[0]
        drawn.append([rho, r, 2 * rho * r / (rho + r) if min(rho, r) > 0 else 0])
    found = correlate(x, y, seed=9, resamples=100)
    for interval, draws in zip((found.spearman, found.pearson, found.harmonic_mean), np.transpose(drawn), strict=True):
        assert (interval.low, interval.high) == pytest.approx(tuple(np.percentile(draws, [2.5, 97.5])))
    rho, r = stats.spearmanr(x, y)[0], stats.pearsonr(x, y)[0]
    assert found.spearman.value == pytest.approx(rho)
    assert found.harmonic_mean.value == pytest.approx(stats.hmean([rho, r]))


def test_the_harmonic_mean_of_what_is_not_positive_is_0():
    found = correlate([1, 2, 3, 4], [4, 3, 2, 1], resamples=20)
    assert found.pearson.value == pytest.approx(-1) and found.harmonic_mean.value == 0
    assert found.to_dict()["harmonic_mean"] == {"value": 0, "low": 0, "high": 0}


@pytest.mark.parametrize("far", [0.0, 1e6, 0.1])
def test_a_constant_list_correlates_with_nothing_and_a_small_change_with_itself(far):
    steps = np.arange(7.0)
    assert pearson(np.full(7, far), steps) == 0 == pearson(steps, np.full(7, far))
    assert pearson(far + 1e-6 * steps, steps) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ([1], [2], r"^a correlation needs two lists of the same two or more things, not \(1,\) and \(1,\)$"),
        ([1, 2], [2], r"^a correlation needs two lists of the same two or more things, not \(2,\) and \(1,\)$"),
        ([1, np.inf], [1, 2], "^a number to correlate is NaN or infinite; leave its pair out$"),
    ],
)
def test_what_cannot_be_correlated_is_refused(one, other, message):
    for measure in (pearson, spearman, correlate):
        with pytest.raises(InvalidParameter, match=message):
            measure(one, other)
