import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.reference import unit
from wordrel import similarities
from wordrel.errors import InvalidParameter
from wordrel.relative import relative_representation
from wordrel.similarities import (
    L1,
    SIMILARITIES,
    TRANSFORMATIONS,
    UNIFORM_RESCALING,
    Quantised,
    Rbf,
    make_similarity,
    similarity_blocks,
)


def spaces(seed: int, n: int = 9, m: int = 12, d: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d))


def table(X, anchors, similarity="cosine", block_rows=4) -> np.ndarray:
    return np.concatenate([block for _, block in similarity_blocks(X, anchors, similarity, block_rows)])


def cosine(x, a) -> float:
    return sum(p * q for p, q in zip(x, a, strict=True)) / math.sqrt(sum(p * p for p in x) * sum(q * q for q in a))


def distance(x, a) -> float:
    return math.sqrt(sum((p - q) ** 2 for p, q in zip(x, a, strict=True)))


def rank(x, anchors, j: int) -> float:
    mine = cosine(x, anchors[j])
    below = sum(cosine(x, a) < mine for a in anchors)
    equal = sum(cosine(x, a) == mine for a in anchors)
    return (below + (equal - 1) / 2) / (len(anchors) - 1)


def median_gamma(anchors) -> float:
    squares = sorted(distance(anchors[i], anchors[j]) ** 2 for i in range(len(anchors)) for j in range(i))
    return 2 / (squares[(len(squares) - 1) // 2] + squares[len(squares) // 2])


DEFINITIONS = {
    "cosine": lambda x, anchors, j: cosine(x, anchors[j]),
    "angular": lambda x, anchors, j: 1 - 2 * math.acos(cosine(x, anchors[j])) / math.pi,
    "euclidean": lambda x, anchors, j: -distance(x, anchors[j]),
    "l1": lambda x, anchors, j: -sum(abs(p - q) for p, q in zip(x, anchors[j], strict=True)),
    "rbf": lambda x, anchors, j: math.exp(-median_gamma(anchors) * distance(x, anchors[j]) ** 2),
    "rank": rank,
    "quantised": lambda x, anchors, j: round(cosine(x, anchors[j]) * 10) / 10,
}


@pytest.mark.parametrize("name", SIMILARITIES)
def test_each_similarity_is_its_definition(name):
    X, A = spaces(1)
    expected = [[DEFINITIONS[name](x, A, j) for j in range(len(A))] for x in X]
    np.testing.assert_allclose(table(X, A, name), expected, atol=3e-6)


def rotation(rng, d: int) -> np.ndarray:
    Q = np.linalg.qr(rng.normal(size=(d, d)))[0]
    Q[:, 0] *= np.sign(np.linalg.det(Q))
    return Q


def reflection(rng, d: int) -> np.ndarray:
    normal = unit(rng.normal(size=(1, d)))
    return np.eye(d) - 2 * normal.T @ normal


def flips(rng, d: int) -> np.ndarray:
    return np.diag(np.where(np.arange(d) == rng.integers(d), -1.0, 1.0))


# How a space is changed: rows and anchors, stacked, go in and come out.
CHANGES = {
    "rotation": lambda Z, rng: Z @ rotation(rng, Z.shape[1]),
    "reflection": lambda Z, rng: Z @ reflection(rng, Z.shape[1]),
    "permutation of dimensions": lambda Z, rng: Z[:, rng.permutation(Z.shape[1])],
    "sign flips of dimensions": lambda Z, rng: Z @ flips(rng, Z.shape[1]),
    "uniform rescaling": lambda Z, rng: rng.choice([0.05, 0.3, 4, 50]) * Z,
    "rescaling of each row by a positive number": lambda Z, rng: rng.uniform(0.1, 10, (len(Z), 1)) * Z,
    "translation": lambda Z, rng: Z + rng.normal(0, 2, Z.shape[1]),
    "rescaling of each dimension": lambda Z, rng: Z * rng.uniform(0.1, 10, Z.shape[1]),
}


@pytest.mark.parametrize("similarity", [*(cls() for cls in SIMILARITIES.values()), Rbf(gamma=0.2)], ids=repr)
def test_each_similarity_is_invariant_to_exactly_what_it_says(similarity):
    assert set(CHANGES) == set(TRANSFORMATIONS) and similarity.invariances <= set(TRANSFORMATIONS)
    broken = set()

    @given(st.integers(0, 10**6))
    @settings(deadline=None, max_examples=25, derandomize=True, database=None)
    def change(seed):
        X, A = spaces(seed)
        cosines = unit(X) @ unit(A).T
        # Where two cosines are equal or lie on the edge of a bin, rounding decides a rank or a bin.
        assume(np.diff(np.sort(cosines, axis=1)).min() > 1e-5)
        assume(np.abs(cosines * 10 % 1 - 0.5).min() > 1e-4)
        before = table(X, A, similarity)
        for name, apply in CHANGES.items():
            changed = apply(np.vstack([X, A]), np.random.default_rng(seed))
            after = table(changed[: len(X)], changed[len(X) :], similarity)
            if name in similarity.invariances:
                np.testing.assert_allclose(after, before, atol=2e-5, err_msg=name)
            elif np.abs(after - before).max() > 0.01:
                broken.add(name)

    change()
    assert broken == set(TRANSFORMATIONS) - similarity.invariances


def test_uniform_rescaling_is_seen_by_a_kernel_of_fixed_width_only():
    assert UNIFORM_RESCALING in Rbf().invariances and UNIFORM_RESCALING not in Rbf(0.2).invariances


@given(st.integers(0, 10_000), st.integers(1, 40))
@settings(deadline=None, max_examples=15)
@pytest.mark.parametrize("name", SIMILARITIES)
def test_the_size_of_a_block_changes_nothing(name, seed, block_rows):
    X, A = spaces(seed, n=23)
    whole = table(X, A, name, 100)
    blocks = list(similarity_blocks(X, A, name, block_rows))
    assert [i for rows, _ in blocks for i in range(len(X))[rows]] == list(range(23))
    differ = np.abs(np.concatenate([block for _, block in blocks]) - whole) > 1e-5
    # A product of another shape rounds otherwise, which a rank or a bin can show.
    assert differ.mean() <= (0.02 if name in ("rank", "quantised") else 0)


def test_cosine_blocks_are_those_of_the_mathematics():
    X, A = spaces(3)
    np.testing.assert_array_equal(table(X, A, block_rows=100), relative_representation(X, A))


def test_equal_cosines_share_the_mean_of_their_ranks():
    anchors = np.array([[1.0, 0], [0, 1], [2, 0], [-1, 0]])
    assert table([[1.0, 0], [0, -1]], anchors, "rank").tolist() == pytest.approx(
        np.array([[2.5 / 3, 1 / 3, 2.5 / 3, 0], [2 / 3, 0, 2 / 3, 2 / 3]])
    )
    assert table([[1.0, 0]], anchors[:1], "rank").tolist() == [[0]]


def test_distances_stay_exact_far_from_the_origin():
    X, A = (space + 1000 for space in spaces(4))
    X, A = X.astype(np.float32), A.astype(np.float32)
    expected = -np.linalg.norm(X.astype(float)[:, None] - A.astype(float), axis=2)
    np.testing.assert_allclose(table(X, A, "euclidean"), expected, rtol=1e-6)
    np.testing.assert_allclose(table(A, A, "euclidean").diagonal(), 0, atol=1e-6)


def test_l1_holds_no_table_of_rows_by_anchors_by_dimensions():
    X, A = (space.astype("f4") for space in spaces(5, n=200, m=300, d=50))
    against = L1().against(A)
    tracemalloc.start()
    actual = against(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(actual, -np.abs(X[:, None] - A).sum(axis=2), rtol=1e-5)
    assert peak < 2 * actual.nbytes


@pytest.mark.parametrize("name", SIMILARITIES)
def test_zero_rows_zero_anchors_and_one_anchor_give_finite_numbers(name):
    X, A = spaces(6)
    for rows, anchors in ((0 * X, A), (X, 0 * A), (X, A[:1]), (X, np.repeat(A[:1], 4, axis=0))):
        assert np.isfinite(table(rows, anchors, name)).all()


def test_the_width_of_a_kernel_is_that_of_anchors_spread_over_their_order(monkeypatch):
    monkeypatch.setattr(similarities, "_ENOUGH_ANCHORS", 5)
    X, A = spaces(7)
    gamma = median_gamma(A[[0, 3, 6, 9]])
    np.testing.assert_allclose(table(X, A, Rbf()), table(X, A, Rbf(gamma)), rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: make_similarity("magic"),
            "unknown similarity 'magic'; choose one of: cosine, angular, euclidean, l1, rbf, rank, quantised",
        ),
        (lambda: Rbf(0), "gamma must be a finite number above 0, not 0"),
        (lambda: Quantised(float("nan")), "the step must be a finite number above 0, not nan"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidParameter) as error:
        call()
    assert str(error.value) == message
