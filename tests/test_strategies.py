import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import unit
from wordrel.errors import InvalidParameter
from wordrel.strategies import _KMEANS_ROUNDS, RIDGE, STRATEGIES, choose, joint_vectors

TIE = 1e-6


def rows_of(n=40, d=5, seed=0):
    return unit(np.random.default_rng(seed).normal(size=(n, d)) + 0.5)


def earliest(values):
    """The first of those that are as high as the highest."""
    best = max(values)
    return next(i for i, value in enumerate(values) if value >= best - TIE)


def farthest(X, n):
    chosen = [earliest([float(x @ X.mean(axis=0)) for x in X])]
    while len(chosen) < n:
        distances = []
        for i in range(len(X)):
            distances.append(-np.inf if i in chosen else min(1 - float(X[i] @ X[j]) for j in chosen))
        chosen.append(earliest(distances))
    return chosen


def greedy_determinant(X, n, ridge):
    chosen = []
    while len(chosen) < n:
        gains = []
        for i in range(len(X)):
            A = X[[*chosen, i]]
            gains.append(-np.inf if i in chosen else np.linalg.slogdet(A.T @ A + ridge * np.eye(X.shape[1]))[1])
        chosen.append(earliest(gains))
    return chosen


def largest(X):
    return np.linalg.eigvalsh(X.T @ X)[-1]


@pytest.mark.parametrize("seed", range(4))
def test_fps_is_farthest_point_sampling(seed):
    X = rows_of(seed=seed)
    assert choose("fps", 3 * X, np.arange(40), 12).tolist() == farthest(X, 12)


@pytest.mark.parametrize("seed", range(4))
def test_d_optimal_adds_what_raises_the_determinant_most(seed):
    X = rows_of(seed=seed)
    expected = greedy_determinant(X, 12, RIDGE * largest(X) * 12 / 40)
    assert choose("d-optimal", X, np.arange(40), 12).tolist() == expected


@pytest.mark.parametrize("seed", range(4))
def test_leverage_takes_the_highest_ridge_leverage_scores(seed):
    X = rows_of(seed=seed)
    hat = X @ np.linalg.inv(X.T @ X + RIDGE * largest(X) * np.eye(5)) @ X.T
    assert choose("leverage", X, np.arange(40), 9).tolist() == sorted(range(40), key=lambda i: -hat[i, i])[:9]


@pytest.mark.parametrize("seed", range(4))
def test_kmeans_takes_the_row_nearest_to_the_middle_of_each_cluster(seed):
    rng = np.random.default_rng(seed)
    centres = np.linalg.qr(rng.normal(size=(6, 6)))[0][:4]
    cluster = rng.permutation(np.repeat(np.arange(4), 10))
    X = unit(centres[cluster] + 0.02 * rng.normal(size=(40, 6)))
    expected = set()
    for c in range(4):
        middle = X[cluster == c].mean(axis=0)
        expected.add(max((i for i in range(40) if cluster[i] == c), key=lambda i, m=middle: float(X[i] @ m)))
    assert set(choose("kmeans", X, np.arange(40), 4, seed).tolist()) == expected


def lloyd(X, n, seed, rounds):
    """Spherical k-means from a k-means++ start, row by row, and the row nearest to each centroid."""
    rng = np.random.default_rng(seed)
    starts = [int(rng.integers(len(X)))]
    while len(starts) < n:
        distances = np.array([min(((x - X[s]) ** 2).sum() for s in starts) for x in X])
        starts.append(int(rng.choice(len(X), p=distances / distances.sum())))
    centroids = [X[s] for s in starts]
    for _ in range(rounds):
        members = [[] for _ in range(n)]
        for x in X:
            members[max(range(n), key=lambda c: float(x @ centroids[c]))].append(x)
        for c in range(n):
            if members[c]:
                centroids[c] = sum(members[c]) / np.linalg.norm(sum(members[c]))
    chosen = []
    for centroid in centroids:
        left = [i for i in range(len(X)) if i not in chosen]
        chosen.append(max(left, key=lambda i, c=centroid: float(X[i] @ c)))
    return chosen


@pytest.mark.parametrize("seed", range(4))
def test_kmeans_is_lloyds_from_a_spread_start(seed):
    X = rows_of(60, 4, seed)
    assert choose("kmeans", X, np.arange(60), 7, seed).tolist() == lloyd(X, 7, seed, _KMEANS_ROUNDS)


def test_first_frequency_and_uniform_go_by_order_row_number_and_seed():
    rows = np.array([7, 3, 9, 1, 5])
    X = rows_of(5)
    assert choose("first", X, rows, 3).tolist() == [0, 1, 2]
    assert choose("frequency", X, rows, 3).tolist() == [3, 1, 4]
    assert choose("uniform", X, rows, 3, 4).tolist() == np.random.default_rng(4).permutation(5)[:3].tolist()
    counts = np.zeros(5)
    for seed in range(400):
        counts[choose("uniform", X, rows, 2, seed)] += 1
    # 400 draws of 2 of 5: 160 each, standard deviation 10.
    assert np.abs(counts - 160).max() < 45


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_seed_chooses_the_same(name):
    X = rows_of(200, 8)
    one, other = (choose(name, X, np.arange(200), 20, 3).tolist() for _ in range(2))
    assert one == other
    different = choose(name, X, np.arange(200), 20, 4).tolist() != one
    assert different == (name in ("uniform", "kmeans"))


@given(
    st.sampled_from(list(STRATEGIES)),
    st.lists(st.sampled_from([(0, 0, 0), (1, 0, 0), (0, 2, 0), (1, 1, 1), (-1, 0, 0), (3, 0, 0)]), min_size=1),
    st.integers(1, 30),
    st.integers(0, 5),
)
@settings(deadline=None, max_examples=300)
def test_whatever_the_rows_each_is_chosen_once_and_zero_rows_last(name, rows, n, seed):
    X = np.array(rows, dtype=float)
    chosen = choose(name, X, np.arange(len(X)), n, seed).tolist()
    assert len(chosen) == len(set(chosen)) == min(n, len(X)) and set(chosen) <= set(range(len(X)))
    if STRATEGIES[name].needs_vectors:
        n_zero = sum(not X[i].any() for i in chosen)
        assert n_zero == max(0, len(chosen) - int(X.any(axis=1).sum())) or len(chosen) == len(X)


@pytest.mark.parametrize("name", STRATEGIES)
def test_all_are_taken_in_order_when_there_are_no_more(name):
    assert choose(name, rows_of(6), np.arange(6)[::-1], 9).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", ["fps", "kmeans", "d-optimal"])
def test_spreading_strategies_take_a_second_copy_only_when_all_directions_are_there(name):
    X = np.repeat(np.eye(4), 3, axis=0)
    for seed in range(5):
        assert {i // 3 for i in choose(name, X, np.arange(12), 4, seed).tolist()} == {0, 1, 2, 3}


def test_joint_vectors_are_unit_halves_and_zero_without_one_of_them():
    joined = joint_vectors([[3, 4], [0, 0], [1, 0], [1e30, 0]], [[2.0], [1.0], [0.0], [-5.0]])
    np.testing.assert_allclose(joined, [[0.6, 0.8, 1], [0, 0, 0], [0, 0, 0], [1, 0, -1]], rtol=1e-6)


def test_an_unknown_strategy_lists_those_there_are():
    with pytest.raises(InvalidParameter) as error:
        choose("best", np.eye(3), np.arange(3), 2)
    assert str(error.value) == (
        "unknown anchor strategy 'best'; choose one of: first, uniform, frequency, fps, kmeans, leverage, d-optimal"
    )
