"""Endings from vectors: against weighted ridge regression in scikit-learn, and a plural that the vector shows."""

import numpy as np

from wordrel.expected import _RIDGE, Expected
from wordrel.relative import unit_rows
from wordrel.spelling import Spelling, endings


def test_it_is_weighted_ridge_regression():
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(0)
    X, Y, w = rng.normal(size=(60, 5)), rng.normal(size=(60, 7)), rng.random(60)
    expected = Expected.fit(X.astype(np.float32), Y.astype(np.float32), w)
    mean = np.average(X, axis=0, weights=w)
    spread = np.cov(X.T, aweights=w, bias=True)
    ridge = _RIDGE * np.linalg.eigvalsh(spread)[-1] * w.sum()
    model = Ridge(alpha=ridge).fit(X, Y, sample_weight=w)
    np.testing.assert_allclose(expected.mean, mean, atol=1e-5)
    np.testing.assert_allclose(expected.map, model.coef_.T, atol=1e-4)
    np.testing.assert_allclose(expected.usual, np.average(Y, axis=0, weights=w), atol=1e-5)
    fresh, others = rng.normal(size=(4, 5)), rng.normal(size=(6, 7))
    a, b = np.array([0, 0, 3, 2]), np.array([5, 1, 1, 0])
    foretold = fresh @ model.coef_.T - mean @ model.coef_.T
    table = unit_rows(foretold) @ unit_rows(others - expected.usual).T
    found = expected.similarity(fresh.astype(np.float32), others.astype(np.float32), a, b)
    np.testing.assert_allclose(found, table[a, b], atol=1e-4)


def test_a_plural_that_the_vector_shows_is_expected():
    rng = np.random.default_rng(0)
    plural = rng.random(300) < 0.5
    vectors = unit_rows(np.column_stack([np.where(plural, 1, -1), rng.normal(size=(300, 6))])).astype(np.float32)
    stems = ["".join(rng.choice(list("bcdflmnprtaeiou"), size=5)) for _ in range(300)]
    spelt = [endings(Spelling([stem + last for stem in stems])) for last in ("i", "o")]
    own = np.where(plural[:, None], *spelt)
    expected = Expected.fit(vectors[:200], own[:200], np.ones(200))
    rows = np.arange(200, 300)
    many, one = (expected.similarity(vectors, table, rows, rows) for table in spelt)
    assert ((many > one) == plural[200:]).mean() > 0.95


def test_vectors_that_are_all_alike_expect_what_is_usual():
    endings_ = np.eye(4, dtype=np.float32)
    expected = Expected.fit(np.ones((4, 2), dtype=np.float32), endings_, np.ones(4))
    assert not expected.map.any()
    rows = np.arange(4)
    assert expected.similarity(np.ones((4, 2), dtype=np.float32), endings_, rows, rows).tolist() == [0, 0, 0, 0]
