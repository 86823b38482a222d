from itertools import combinations, permutations
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform
from scipy.stats import pearsonr, skew

from tests.reference import unit
from wordrel.errors import InvalidParameter
from wordrel.geometry import (
    eigenvector_similarity,
    gromov_hausdorff,
    hubness_skewness,
    isometry,
    never_retrieved,
    occurrences,
    relational_similarity,
    singular_gap,
    spanning_edges,
)


def spaces(seed: int, m: int = 40, d: int = 5, other: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return unit(rng.normal(size=(m, d))), unit(rng.normal(size=(m, other)))


def bottleneck(one: list[float], two: list[float]) -> float:
    """Smallest longest step over all ways to match points (0, w), or to move them to the diagonal."""
    best = inf
    for j in range(min(len(one), len(two)) + 1):
        for left in combinations(range(len(one)), j):
            for right in permutations(range(len(two)), j):
                steps = [abs(one[a] - two[b]) for a, b in zip(left, right, strict=True)]
                steps += [one[a] / 2 for a in range(len(one)) if a not in left]
                steps += [two[b] / 2 for b in range(len(two)) if b not in right]
                best = min(best, max(steps, default=0))
    return best


def spectrum(rows: np.ndarray, k: int) -> list[float]:
    """Laplacian eigenvalues of the nearest-neighbour graph, edge by edge."""
    m = len(rows)
    laplacian = np.zeros((m, m))
    edges = set()
    for i in range(m):
        near = sorted((j for j in range(m) if j != i), key=lambda j: -float(rows[i] @ rows[j]))[:k]
        edges |= {frozenset((i, j)) for j in near}
    for i, j in map(tuple, edges):
        laplacian[i, j] = laplacian[j, i] = -1
        laplacian[i, i] += 1
        laplacian[j, j] += 1
    return sorted(np.linalg.eigvals(laplacian).real, reverse=True)


def test_a_worked_example_of_hubs():
    # N = 3, 1, 0, 0: mean 1, deviations 2, 0, -1, -1; third moment 6/4, second 6/4.
    lists = [[0], [0], [0], [1], [-1]]
    assert occurrences(lists, 4).tolist() == [3, 1, 0, 0]
    assert hubness_skewness(lists, 4) == pytest.approx(1.5 / 1.5**1.5)
    assert never_retrieved(lists, 4) == 0.5
    assert hubness_skewness([[0], [1]], 2) == 0 == never_retrieved([[0], [1]], 2)


@given(st.lists(st.lists(st.integers(-1, 7), min_size=3, max_size=3), min_size=1, max_size=12))
@settings(deadline=None)
def test_skewness_is_that_of_scipy(lists):
    counts = [sum(row.count(target) for row in lists) for target in range(8)]
    expected = 0 if len(set(counts)) == 1 else skew(counts)
    assert hubness_skewness(lists, 8) == pytest.approx(expected)
    assert never_retrieved(lists, 8) == counts.count(0) / 8


def test_rows_that_are_no_targets_are_refused():
    for lists, n in (([[2]], 2), ([[-2]], 2), ([[0]], 0)):
        with pytest.raises(InvalidParameter, match=f"^a retrieved row is none of the {n} targets$"):
            hubness_skewness(lists, n)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_tree_is_a_minimum_one(seed):
    rows, _ = spaces(seed)
    tree = minimum_spanning_tree(squareform(pdist(rows)))
    np.testing.assert_allclose(spanning_edges(rows), np.sort(tree.data)[::-1])


def test_points_in_a_line_and_twice():
    assert spanning_edges([[0.0], [7.0], [1.0], [3.0], [3.0]]).tolist() == [4, 2, 1, 0]
    assert spanning_edges([[1.0, 2.0]]).tolist() == []
    with pytest.raises(InvalidParameter, match="^a tree needs one row or more$"):
        spanning_edges(np.empty((0, 2)))


@given(st.lists(st.integers(0, 12), max_size=4), st.lists(st.integers(0, 12), max_size=4))
@settings(deadline=None)
def test_the_bottleneck_distance_is_the_best_of_all_matchings(one, two):
    # Points at 0, a, a + b, ... of a line have the tree with the edges a, b, ...
    lines = [np.concatenate([[0.0], np.cumsum(steps)])[:, None] for steps in (one, two)]
    assert gromov_hausdorff(*lines) == pytest.approx(bottleneck(one, two) / 2)


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_below_the_distance_itself(seed):
    # The distance is half the distortion of the best correspondence; of equal numbers of points no better than a bijection
    # is tried, so what is computed here is an upper bound.
    A, B = spaces(seed, 6, 2, 3)
    one, two = squareform(pdist(A)), squareform(pdist(B))
    above = min(np.abs(one - two[np.ix_(order, order)]).max() for order in map(list, permutations(range(6)))) / 2
    assert 0 <= gromov_hausdorff(A, B) <= above


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("k", [1, 4])
def test_eigenvector_similarity_is_that_of_the_definition(seed, k):
    A, B = spaces(seed, 30, 4, 6)
    one, two = spectrum(A, k), spectrum(B, k)
    kept = []
    for values in (one, two):
        total, n = 0.0, 0
        while total < 0.9 * sum(values):
            total, n = total + values[n], n + 1
        kept.append(n)
    expected = sum((one[i] - two[i]) ** 2 for i in range(min(kept)))
    assert eigenvector_similarity(A, B, k) == pytest.approx(expected, abs=1e-9)


def test_a_worked_example_of_graphs():
    # Three rows, one neighbour each: a path, whose Laplacian has the eigenvalues 3, 1, 0; 90 % of 4 needs two of them.
    # All joined: 3, 3, 0, and two as well.
    turn = np.deg2rad([0, 10, 25])
    path = np.column_stack([np.cos(turn), np.sin(turn)])
    assert eigenvector_similarity(path, path, 1) == 0
    assert spectrum(path, 1) == pytest.approx([3, 1, 0])
    square = np.deg2rad([0, 10, 180, 190])
    pairs = np.column_stack([np.cos(square), np.sin(square)])
    four = np.deg2rad([0, 10, 25, 45])
    longer = np.column_stack([np.cos(four), np.sin(four)])
    # Two edges apart: 2, 2, 0, 0. A path of four: 2 + sqrt 2, 2, 2 - sqrt 2, 0. 90 % of 4 needs two, of 6 as well.
    assert eigenvector_similarity(pairs, longer, 1) == pytest.approx(2)


@pytest.mark.parametrize("seed", [0, 1])
def test_relational_similarity_is_that_of_all_pairs(seed):
    A, B = spaces(seed, 20, 4, 7)
    one, two = ([float(rows[i] @ rows[j]) for i, j in combinations(range(20), 2)] for rows in (A, B))
    assert relational_similarity(A, B) == pytest.approx(pearsonr(one, two)[0])
    assert relational_similarity(np.eye(4), A[:4]) == 0


@pytest.mark.parametrize("seed", [0, 1])
def test_the_singular_gap_is_that_of_the_eigenvalues(seed):
    A, B = spaces(seed, 20, 4, 7)
    one, two = (np.sort(np.linalg.eigvalsh(rows.T @ rows))[::-1][:4] for rows in (A, B))
    # log of a square root is half the log.
    expected = sum((np.log(a) / 2 - np.log(b) / 2) ** 2 for a, b in zip(one, two, strict=True))
    assert singular_gap(A, B) == pytest.approx(expected)
    assert singular_gap(2 * A, A) == pytest.approx(4 * np.log(2) ** 2)
    # A direction that one space does not have is left out.
    assert singular_gap(np.hstack([A, np.zeros((20, 3))]), B) == pytest.approx(expected)


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=15)
def test_a_rotation_is_an_isometry(seed):
    rng = np.random.default_rng(seed)
    A, B = spaces(seed, 30, 5)
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    turned = isometry(A, A @ turn)
    values = [turned.eigenvector_similarity, turned.gromov_hausdorff, turned.singular_gap]
    assert values == pytest.approx([0, 0, 0], abs=1e-6) and turned.relational_similarity == pytest.approx(1)
    assert isometry(A @ turn, B).to_dict() == pytest.approx(isometry(A, B).to_dict(), abs=1e-6)


def test_a_sample_is_drawn_from_many_rows_by_the_seed():
    A, B = spaces(0, 60)
    found = isometry(A, B, sample=20, seed=3)
    rows = np.sort(np.random.default_rng(3).choice(60, 20, replace=False))
    assert found.pairs == 20 and found == isometry(A[rows], B[rows]) != isometry(A, B, sample=20, seed=4)
    assert found.relational_similarity == relational_similarity(A[rows], B[rows])
    assert isometry(A, B).pairs == 60


def test_what_cannot_be_compared_is_refused():
    A, B = spaces(0)
    few = "^2 pairs of words are too few to compare two spaces by; give 3 or more$"
    for measure in (isometry, eigenvector_similarity, relational_similarity, singular_gap):
        with pytest.raises(InvalidParameter, match=few):
            measure(A[:2], B[:2])
        with pytest.raises(InvalidParameter, match="^parallel anchors come in pairs, but there are 40 and 39$"):
            measure(A, B[1:])
    with pytest.raises(InvalidParameter, match="^a row of the graph needs 1 neighbour or more, not 0$"):
        eigenvector_similarity(A, B, 0)
