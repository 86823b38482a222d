import pickle

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests.reference import unit
from wordrel import RelativeProjection
from wordrel.errors import InvalidParameter
from wordrel.similarities import SIMILARITIES, Rbf, similarity_blocks
from wordrel.transforms import TopkPower, make_transform


@parametrize_with_checks([RelativeProjection(), RelativeProjection(exponent=0.5, compact=True)])
def test_is_a_scikit_learn_estimator(estimator, check):
    # Each check raises when scikit-learn's contract is broken.
    check(estimator)


X = np.random.default_rng(0).normal(size=(40, 5))


def test_columns_are_cosines_to_the_anchors():
    projection = RelativeProjection(anchors=[3, 1, 8]).fit(X)
    np.testing.assert_allclose(projection.transform(X), unit(X) @ unit(X)[[3, 1, 8]].T, atol=1e-5)
    names = [f"relativeprojection{i}" for i in range(3)]
    assert projection.get_feature_names_out().tolist() == names


def test_whitened_columns_are_those_of_the_m_by_m_matrix():
    A = unit(X)[:12]
    K = A @ A.T
    values, vectors = np.linalg.eigh(K)
    expected = unit(X) @ A.T @ (vectors * (values + 0.1 * values[-1]) ** -0.75) @ vectors.T
    actual = RelativeProjection(anchors=range(12), exponent=0.75, ridge=0.1).fit_transform(X)
    np.testing.assert_allclose(actual, expected, atol=1e-4)


@pytest.mark.parametrize("exponent", [0.0, 0.5])
def test_compact_has_the_same_inner_products(exponent):
    wide = RelativeProjection(exponent=exponent).fit_transform(X)
    narrow = RelativeProjection(exponent=exponent, compact=True).fit_transform(X)
    assert wide.shape == (40, 40) and narrow.shape == (40, 5)
    np.testing.assert_allclose(narrow @ narrow.T, wide @ wide.T, atol=1e-4)


def test_a_number_of_anchors_is_drawn_by_the_seed_and_rows_can_be_normalised():
    one = RelativeProjection(anchors=7, normalize=True, random_state=1).fit_transform(X)
    again = RelativeProjection(anchors=7, normalize=True, random_state=1).fit_transform(X)
    assert one.shape == (40, 7) and np.array_equal(one, again)
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1, atol=1e-5)
    assert not np.allclose(one, RelativeProjection(anchors=7, normalize=True, random_state=2).fit_transform(X))


def test_a_classifier_trained_on_one_space_works_on_its_rotation():
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 5)))[0]
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    model = make_pipeline(RelativeProjection(anchors=range(20)), LogisticRegression()).fit(X, y)
    other = RelativeProjection(anchors=range(20)).fit(4 * X @ rotation)
    assert (model[-1].predict(other.transform(4 * X @ rotation)) == model.predict(X)).all()


@pytest.mark.parametrize("anchors", [[0, 40], [-1], [], [[1]], [0.5]])
def test_anchors_that_are_no_rows_are_refused(anchors):
    with pytest.raises(InvalidParameter, match="^anchors must be row numbers from 0 to 39, at least one$"):
        RelativeProjection(anchors=anchors).fit(X)
    with pytest.raises(InvalidParameter, match="^cannot choose 41 anchors among 40 rows$"):
        RelativeProjection(anchors=41).fit(X)


@parametrize_with_checks([RelativeProjection(similarity="rbf", similarity_transform="zscore")])
def test_is_a_scikit_learn_estimator_when_it_is_not_linear(estimator, check):
    check(estimator)


@pytest.mark.parametrize("similarity", [*SIMILARITIES, Rbf(gamma=0.1)])
def test_columns_are_the_similarities_to_the_anchors(similarity):
    projection = RelativeProjection(anchors=[3, 1, 8], similarity=similarity).fit(X)
    expected = np.concatenate([block for _, block in similarity_blocks(X, X[[3, 1, 8]], similarity)])
    np.testing.assert_allclose(projection.transform(X), expected, atol=1e-6)
    assert projection.get_feature_names_out().tolist() == [f"relativeprojection{i}" for i in range(3)]
    again = pickle.loads(pickle.dumps(projection))
    np.testing.assert_array_equal(again.transform(X), projection.transform(X))


@pytest.mark.parametrize("transform", ["zscore", "softmax", "whiten", ["zscore", "softmax"], TopkPower(2, 3.0)])
def test_a_transform_is_learnt_on_the_rows_given_to_fit(transform):
    other = np.random.default_rng(5).normal(size=(7, 5))
    projection = RelativeProjection(anchors=range(10), similarity_transform=transform).fit(X)
    rows, anchors, asked = (unit(Z) @ unit(X[:10]).T for Z in (X, X[:10], other))
    step = make_transform(transform).learn(lambda: iter([rows]), lambda: iter([anchors]))
    actual, expected = projection.transform(other), step(asked)
    if isinstance(transform, TopkPower):
        assert (np.diff(actual.indptr) <= 2).all()
        actual, expected = actual.toarray(), expected.toarray()
    np.testing.assert_allclose(actual, expected, atol=1e-4)


def test_sparse_and_dense_rows_can_be_normalised():
    for transform in ("zscore", "topk_power"):
        rows = RelativeProjection(similarity="rank", similarity_transform=transform, normalize=True).fit_transform(X)
        table = rows.toarray() if transform == "topk_power" else rows
        np.testing.assert_allclose(np.linalg.norm(table, axis=1), 1, atol=1e-5)


def test_euclidean_projections_do_not_see_a_translation_and_cosines_do():
    moved = X + 3
    for similarity, seen in (("euclidean", False), ("cosine", True)):
        one, other = (RelativeProjection(similarity=similarity).fit_transform(Z) for Z in (X, moved))
        assert (np.abs(one - other).max() > 0.1) == seen


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"similarity": "rank", "exponent": 0.5},
            "compact and exponent are for the cosine without a transform; leave them out, or similarity and similarity_transform",
        ),
        (
            {"similarity_transform": "zscore", "compact": True},
            "compact and exponent are for the cosine without a transform; leave them out, or similarity and similarity_transform",
        ),
        (
            {"similarity": "magic"},
            "unknown similarity 'magic'; choose one of: cosine, angular, euclidean, l1, rbf, rank, quantised",
        ),
        (
            {"similarity_transform": "magic"},
            "unknown transform 'magic'; choose one of: none, zscore, topk_power, softmax, whiten",
        ),
        (
            {"similarity": "l1", "similarity_transform": "topk_power"},
            "topk_power keeps positive similarities, and these have none; "
            "choose cosine, angular, rbf, rank or quantised, or put zscore or softmax before it",
        ),
    ],
)
def test_parameters_that_do_not_go_together_are_refused(parameters, message):
    with pytest.raises(InvalidParameter) as error:
        RelativeProjection(**parameters).fit(X)
    assert str(error.value) == message
