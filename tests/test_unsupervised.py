import numpy as np
import pytest

import wordrel
from tests.reference import csls_table, unit
from wordrel.errors import InvalidParameter
from wordrel.refine import Pairs
from wordrel.training import Training
from wordrel.unsupervised import initial_pairs, similarity_distributions


def languages(n=500, d=8, noise=0.02, seed=0):
    """A space of uneven clusters, and the same turned, its words in another order."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(12, d)) * 2
    X = centres[rng.choice(12, n, p=np.arange(1, 13) / 78)] + rng.normal(size=(n, d)) * rng.gamma(1, 1, (n, 1))
    order = rng.permutation(n)
    Y = (X @ np.linalg.qr(rng.normal(size=(d, d)))[0])[order] + noise * rng.normal(size=(n, d))
    return unit(X).astype(np.float32), unit(Y).astype(np.float32), np.argsort(order)


def test_distributions_are_the_sorted_square_root_of_the_similarities():
    X, _, _ = languages(n=150)
    U, S, _ = np.linalg.svd(X.astype(float), full_matrices=False)
    table = np.sort((U * S) @ U.T, axis=1)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    table -= table.mean(axis=0)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    np.testing.assert_allclose(similarity_distributions(X), table, atol=2e-4)
    assert similarity_distributions(X, 120).shape == (120, 120)


def test_distributions_do_not_see_a_rotation_or_the_order_of_the_words():
    X, Y, place = languages(noise=0.0)
    np.testing.assert_allclose(similarity_distributions(X), similarity_distributions(Y)[place], atol=2e-3)


def test_many_of_the_guesses_are_right_when_the_spaces_are_alike():
    X, Y, place = languages()
    rows, columns = initial_pairs(X, Y)
    table = csls_table(similarity_distributions(X), similarity_distributions(Y), np.arange(500))
    np.testing.assert_array_equal(columns[:500], table.argmax(axis=1))
    assert (place[rows] == columns).mean() > 0.2


def test_an_alignment_from_nothing(here):
    X, Y, place = languages()
    aligner = Training(refine="auto").run(X, Y, Pairs(np.empty(0, int), np.empty(0, int), np.empty(0)))
    table = csls_table(aligner.transform(X), aligner.transform(Y, 1), np.arange(500))
    assert (table.argmax(axis=1) == place).mean() > 0.9
    source = wordrel.Embeddings([f"s{i}" for i in range(500)], X, "xx")
    target = wordrel.Embeddings([f"t{i}" for i in range(500)], Y, "yy")
    made = wordrel.align(source, target, None)
    assert np.mean([made.translate(f"s{i}", k=1)[0].word == f"t{place[i]}" for i in range(0, 500, 10)]) > 0.9
    assert made.info["anchors"]["words"] == 0 and len(made.anchors) == 0
    made.save(here / "a.wordrel")
    assert wordrel.load_alignment(here / "a.wordrel").info["anchors"]["pairs"] == 0


def test_what_cannot_be_done_without_a_dictionary():
    X, Y, _ = languages(n=150)
    source = wordrel.Embeddings([f"s{i}" for i in range(150)], X, "xx")
    target = wordrel.Embeddings([f"t{i}" for i in range(150)], Y, "yy")
    with pytest.raises(InvalidParameter) as raised:
        wordrel.align(source, target, None, refine=0)
    assert (
        str(raised.value)
        == "without a dictionary there is only self-learning; leave refine out, or set it to auto or more than 0"
    )
    with pytest.raises(InvalidParameter) as raised:
        initial_pairs(X[:99], Y)
    assert str(raised.value) == "an alignment without a dictionary needs 100 or more words on each side, not 99"
