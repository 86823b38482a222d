import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.reference import unit
from wordrel.errors import InvalidParameter
from wordrel.latent import latent_similarity
from wordrel.similarities import SIMILARITIES, similarity_blocks


def spaces(seed: int, n: int = 30, d: int = 5, e: int = 4, noise: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Two models of the same items: what they share, seen by each in its own way."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n, 4))
    return tuple(shared @ rng.normal(size=(4, w)) + noise * rng.normal(size=(n, w)) for w in (d, e))


def cosine(x, y) -> float:
    return sum(p * q for p, q in zip(x, y, strict=True)) / math.sqrt(sum(p * p for p in x) * sum(q * q for q in y))


def relative(Z, anchors) -> np.ndarray:
    return np.array([[cosine(z, a) for a in anchors] for z in Z])


@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(1, 40))
@settings(deadline=None, max_examples=20)
def test_mean_cosine_of_relative_vectors(seed, m, block_rows):
    Z, Z_ref = spaces(seed)
    rows = np.random.default_rng(seed).permutation(30)[:m]
    R, R_ref = relative(Z, Z[rows]), relative(Z_ref, Z_ref[rows])
    expected = sum(cosine(r, s) for r, s in zip(R, R_ref, strict=True)) / 30
    assert latent_similarity(Z, Z_ref, rows, block_rows=block_rows) == pytest.approx(expected, abs=1e-5)
    assert latent_similarity(Z, Z_ref, (Z[rows], Z_ref[rows])) == pytest.approx(expected, abs=1e-5)


def ordered(scores) -> list[int]:
    return sorted(range(len(scores)), key=lambda j: -scores[j])


@pytest.mark.parametrize("k", [1, 3, 40])
def test_neighbours_and_ranks_in_relative_spaces(k):
    Z, Z_ref = spaces(3)
    rows = [4, 9, 1, 20, 17]
    R, R_ref = relative(Z, Z[rows]), relative(Z_ref, Z_ref[rows])
    within = [[[j for j in ordered(unit(S) @ unit(S)[i]) if j != i][:k] for i in range(30)] for S in (R, R_ref)]
    expected = reference.jaccard(*within)
    assert latent_similarity(Z, Z_ref, rows, measure="jaccard", k=k) == pytest.approx(expected)
    across = [ordered(unit(R_ref) @ r)[:k] for r in unit(R)]
    expected = reference.reciprocal(across, [{i} for i in range(30)])
    assert latent_similarity(Z, Z_ref, rows, measure="mrr", k=k) == pytest.approx(expected)
    assert 0 < expected < 1


@pytest.mark.parametrize("name", SIMILARITIES)
def test_other_similarities(name):
    Z, Z_ref = spaces(4)
    R, R_ref = (np.concatenate([b for _, b in similarity_blocks(S, S[:6], name)]) for S in (Z, Z_ref))
    expected = (unit(R) * unit(R_ref)).sum(axis=1).mean()
    assert latent_similarity(Z, Z_ref, range(6), similarity=name) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("measure", ["cosine", "jaccard", "mrr"])
def test_a_turned_and_scaled_space_is_the_same_and_a_noisier_one_less_so(measure):
    Z, _ = spaces(5, n=60)
    rng = np.random.default_rng(6)
    turned = 3 * Z @ np.linalg.qr(rng.normal(size=(5, 5)))[0]
    scores = [
        latent_similarity(turned + noise * rng.normal(size=Z.shape), Z, range(12), measure=measure)
        for noise in (0, 2, 10)
    ]
    assert scores[0] == pytest.approx(1, abs=1e-5) and scores[0] > scores[1] + 0.02 > scores[2] + 0.04


def test_an_item_in_the_place_of_its_neighbours_is_no_neighbour_of_itself():
    Z = np.repeat(np.eye(3), 4, axis=0)
    assert latent_similarity(Z, Z, [0, 4, 8], measure="jaccard", k=2) == 1


Z, Z_REF = spaces(0)
BROKEN = Z.copy()
BROKEN[[3, 8], 1] = np.nan


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: latent_similarity(BROKEN, Z_REF, [0, 1]),
            "Z has 2 of 30 rows with NaN or infinite numbers, the first is row 3; leave these items out, or train the encoder again",
        ),
        (
            lambda: latent_similarity(Z, np.where(np.arange(30)[:, None] == 7, 1e39, Z_REF), [0, 1]),
            "Z_ref has 1 of 30 rows with NaN or infinite numbers, the first is row 7; leave these items out, or train the encoder again",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, [5]),
            "relative representations need 2 or more anchors, not 1; choose more",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, []),
            "relative representations need 2 or more anchors, not 0; choose more",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, (Z[:1], Z_REF[:1])),
            "relative representations need 2 or more anchors, not 1; choose more",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, [0, 30]),
            "anchor 30 is outside the data, whose rows are 0 to 29; choose anchors among them",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, (4, -1)),
            "anchor -1 is outside the data, whose rows are 0 to 29; choose anchors among them",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, (Z[:5], Z_REF[:4])),
            "parallel anchors come in pairs, but there are 5 and 4; give the same items in both spaces",
        ),
        (
            lambda: latent_similarity(Z, Z_REF[:29], [0, 1]),
            "there are 30 items and the reference model has 29; encode the same items with both",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, (Z[:5, :3], Z_REF[:5])),
            "rows of 5 numbers cannot be compared with anchors of 3; take the anchors from the same space",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, [0.5, 1]),
            "anchors are neither row numbers nor a pair of tables; give one of these",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, (Z[:5], Z_REF[:5], Z[:4])),
            "anchors are neither row numbers nor a pair of tables; give one of these",
        ),
        (
            lambda: latent_similarity(Z[0], Z_REF, [0, 1]),
            "Z has the shape (5,); give a table with one row for each item",
        ),
        (
            lambda: latent_similarity(Z, Z_REF, [0, 1], measure="p@1"),
            "unknown measure 'p@1'; choose one of: cosine, jaccard, mrr",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidParameter) as error:
        call()
    assert str(error.value) == message
