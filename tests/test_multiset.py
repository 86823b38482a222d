import numpy as np
import pytest

from wordrel.errors import InvalidParameter
from wordrel.joint import joint_maps
from wordrel.multiset import Link, multiset_maps


def whitener(covariance, exponent, ridge):
    """(C + ridge)^(-exponent / 2), by its definition."""
    values, vectors = np.linalg.eigh(covariance + ridge * np.linalg.eigvalsh(covariance)[-1] * np.eye(len(covariance)))
    return vectors @ np.diag(values ** (-exponent / 2)) @ vectors.T


def example(seed=0, dimensions=(5, 4, 6)):
    """Three spaces, each linked with each other by other anchors."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(90, 4))
    spaces = [hidden @ rng.normal(size=(4, d)) + 0.3 * rng.normal(size=(90, d)) for d in dimensions]
    spaces = [X / np.linalg.norm(X, axis=1, keepdims=True) for X in spaces]
    rows = {(0, 1): np.arange(40), (0, 2): np.arange(30, 80), (1, 2): np.arange(60, 90)}
    return [
        Link(i, j, spaces[i][own], spaces[j][own], rng.uniform(0.2, 2, size=len(own))) for (i, j), own in rows.items()
    ]


@pytest.mark.parametrize(("exponent", "ridge", "power"), [(1.0, 0.05, 0.5), (1.25, 0.02, 0.75), (0.0, 0.0, 1.0)])
def test_maps_are_those_of_the_definition(exponent, ridge, power):
    links = example()
    covariances = [np.zeros((d, d)) for d in (5, 4, 6)]
    for i, j, A, B, weights in links:
        covariances[i] += A.T @ np.diag(weights) @ A
        covariances[j] += B.T @ np.diag(weights) @ B
    W = [whitener(C, exponent, ridge) for C in covariances]
    blocks = [[np.zeros((len(W[i]), len(W[j]))) for j in range(3)] for i in range(3)]
    for i, j, A, B, weights in links:
        blocks[i][j] = W[i] @ A.T @ np.diag(weights) @ B @ W[j]
        blocks[j][i] = blocks[i][j].T
    values, vectors = np.linalg.eigh(np.block(blocks))
    top = np.argsort(-values)[:4]
    weight = np.clip(values[top] / values.max(), 0, None) ** power
    expected = [W[k] @ vectors[start : start + len(W[k]), top] @ np.diag(weight) for k, start in enumerate((0, 5, 9))]
    maps = multiset_maps(links, exponent, ridge, power)
    # Coordinates may be turned round; inner products may not.
    for i in range(3):
        for j in range(3):
            np.testing.assert_allclose(maps[i] @ maps[j].T, expected[i] @ expected[j].T, atol=1e-9)


def test_two_spaces_are_joint_maps_but_for_a_factor():
    link = example()[0]
    maps = multiset_maps([link], 1.25, 0.02, 0.75)
    joint = joint_maps(link.A, link.B, 1.25, 0.02, 0.75, link.weights)
    for left, right in ((0, 0), (0, 1), (1, 1)):
        np.testing.assert_allclose(2 * maps[left] @ maps[right].T, joint[left] @ joint[right].T, atol=1e-9)


def test_the_order_of_anchors_links_and_sides_does_not_matter():
    links = example()
    order = np.random.default_rng(1).permutation(len(links[1].A))
    turned = [
        links[2],
        Link(1, 0, links[0].B, links[0].A, links[0].weights),
        Link(0, 2, links[1].A[order], links[1].B[order], links[1].weights[order]),
    ]
    one, other = multiset_maps(links), multiset_maps(turned)
    for i in range(3):
        for j in range(3):
            np.testing.assert_allclose(one[i] @ one[j].T, other[i] @ other[j].T, atol=1e-9)


def test_the_order_of_the_spaces_does_not_matter():
    links = example()
    places = (2, 0, 1)
    moved = multiset_maps([Link(places[one.first], places[one.second], *one[2:]) for one in links])
    maps = multiset_maps(links)
    for i in range(3):
        np.testing.assert_allclose(maps[0] @ maps[i].T, moved[places[0]] @ moved[places[i]].T, atol=1e-9)


def test_what_cannot_be_learnt_from_is_refused():
    links = example()
    with pytest.raises(InvalidParameter, match="^every space needs anchors with another; give one more link$"):
        multiset_maps([links[1]])
    with pytest.raises(InvalidParameter, match="^the ridge must be 0 or more, not -1$"):
        multiset_maps(links, ridge=-1)
    zero = np.zeros((3, 2))
    with pytest.raises(InvalidParameter, match="^all anchors of one space are zero vectors; choose anchors that have"):
        multiset_maps([Link(0, 1, zero, zero)])
