import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import dense, unit
from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.latent import ASIF, AnchorShare
from wordrel.methods import make_aligner


def modalities(seed: int, m: int = 40, d: int = 6, e: int = 5):
    """Two encoders of the same items, which both see what the items share."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(m, 4))
    return tuple(shared @ rng.normal(size=(4, w)) for w in (d, e))


def asif_row(x, anchors, k: int, power: float) -> np.ndarray:
    cosines = [float(unit([x])[0] @ unit([a])[0]) for a in anchors]
    highest = sorted(range(len(anchors)), key=lambda j: -cosines[j])[:k]
    row = np.array([cosines[j] ** power if j in highest and cosines[j] > 0 else 0.0 for j in range(len(anchors))])
    return unit([row])[0]


@given(st.integers(0, 10_000), st.integers(1, 30), st.sampled_from([1.0, 3.0, 8.0]))
@settings(deadline=None, max_examples=20)
def test_similarities_predictions_and_shares_are_the_definition(seed, k, power):
    X, Y = modalities(seed)
    asif = ASIF(k, power).fit(X[:30], Y[:30], ids=[f"item {i}" for i in range(30)])
    R, S = ([asif_row(row, side[:30], k, power) for row in side[30:]] for side in (X, Y))
    expected = np.array(R) @ np.array(S).T
    np.testing.assert_allclose(dense(asif.transform(X[30:])), R, atol=1e-5)
    np.testing.assert_allclose(dense(asif.transform(Y[30:], 1)), S, atol=1e-5)
    np.testing.assert_allclose(asif.similarity_table(X[30:], Y[30:]), expected, atol=1e-5)

    best = expected.max(axis=1)
    if (best > 0.01).all() and np.diff(np.sort(expected, axis=1)[:, -2:]).min() > 1e-4:
        assert asif.predict(X[30:], Y[30:]).tolist() == expected.argmax(axis=1).tolist()

    products = R[0] * S[3]
    shares = asif.explain(X[30], Y[33])
    assert sum(one.contribution for one in shares) == pytest.approx(expected[0, 3], abs=1e-5)
    assert [one.share for one in shares] == sorted((one.share for one in shares), reverse=True)
    for one in shares:
        assert one.id == f"item {one.row}" and one.contribution == pytest.approx(products[one.row], abs=1e-5)
        assert one.share * expected[0, 3] == pytest.approx(products[one.row], abs=1e-4)
    assert {one.row for one in shares} >= set(np.flatnonzero(products > 1e-6))


def test_is_the_aligner_of_words_on_its_anchors():
    X, Y = modalities(1)
    aligner = make_aligner("asif", k=7, power=2.0).fit(X, Y)
    asif = ASIF(7, 2.0).fit(X, Y)
    for space, rows in enumerate((X, Y)):
        np.testing.assert_array_equal(dense(asif.transform(rows, space)), dense(aligner.transform(rows, space)))


def test_items_are_found_across_the_modalities():
    X, Y = modalities(2, m=400)
    asif = ASIF(k=20).fit(X[:350], Y[:350])
    found = asif.predict(X[350:], Y[350:])
    # Encoders of four dimensions see four dimensions: one in 50 by chance.
    assert (found == np.arange(50)).mean() > 0.5


@given(st.integers(0, 10_000), st.sets(st.integers(0, 24), max_size=20), st.sampled_from(["cosine", "rbf", "rank"]))
@settings(deadline=None, max_examples=25)
def test_what_was_removed_has_never_been_there(seed, gone, similarity):
    X, Y = modalities(seed)
    ids = [f"owner {i % 25}" for i in range(40)]
    kept = [i for i in range(40) if i % 25 not in gone]
    removed = ASIF(3, similarity=similarity).fit(X[:20], Y[:20], ids[:20]).add_anchors(X[20:], Y[20:], ids[20:])
    removed.remove_anchors({f"owner {i}" for i in gone})
    never = ASIF(3, similarity=similarity).fit(X[kept], Y[kept], [ids[i] for i in kept])
    assert removed.ids_ == never.ids_
    for space, rows in enumerate((X, Y)):
        np.testing.assert_array_equal(removed.anchors_[space], never.anchors_[space])
        np.testing.assert_array_equal(dense(removed.transform(rows, space)), dense(never.transform(rows, space)))
    assert removed.explain(X[0], Y[0]) == never.explain(X[0], Y[0])


def test_few_of_many_anchors_are_kept_and_no_rows_are_none():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(2, 1000, 8))
    asif = ASIF(k=5).fit(X, Y)
    found = asif.transform(X[:3]).toarray()
    cosines = unit(X[:3]) @ unit(X).T
    for row, kept in zip(cosines, found, strict=True):
        highest = np.argsort(-row)[:5]
        assert set(np.flatnonzero(kept)) == set(highest)
        np.testing.assert_allclose(kept[highest], unit(row[None, highest] ** 8)[0], rtol=1e-4)
    assert asif.predict(X[:0], Y[:3]).tolist() == []


def test_numbers_of_anchors_are_used_once():
    X, Y = modalities(3)
    asif = ASIF().fit(X[:4], Y[:4]).remove_anchors([3]).add_anchors(X[4:6], Y[4:6])
    assert asif.ids_ == (0, 1, 2, 4, 5)
    np.testing.assert_allclose(asif.anchors_[1], unit(Y[[0, 1, 2, 4, 5]]), atol=1e-6)
    assert asif.fit(X[:3], Y[:3]).ids_ == (0, 1, 2)


def test_a_row_that_shares_no_anchor_with_a_candidate_is_told():
    asif = ASIF(k=1).fit(np.eye(3), np.eye(3))
    rows = [[1.0, 0.1, 0], [0, 0, 2], [0, 0, 0], [-1, -1, -1]]
    message = "^2 of 4 rows share no anchor with any candidate and are -1; take a larger k, or more anchors$"
    with pytest.warns(WordrelWarning, match=message):
        assert asif.predict(rows, [[0, 0, 1.0], [0.9, 0, 0]]).tolist() == [1, 0, -1, -1]
    with pytest.warns(WordrelWarning, match="^4 of 4 rows"):
        assert asif.predict(rows, np.zeros((2, 3))).tolist() == [-1] * 4
    assert asif.predict(np.ones((0, 3)), np.eye(3)).tolist() == []
    assert asif.explain([1, 0, 0], [0, 1, 0]) == []
    assert asif.explain([1, 0, 0], [3, 0, 0]) == [AnchorShare(0, 0, 1.0, 1.0)]


def test_left_out_k_is_the_papers_or_all_anchors():
    X, Y = modalities(4, m=1000)
    few, many = ASIF(power=1).fit(X[:30], Y[:30]), ASIF(power=1).fit(X, Y)
    np.testing.assert_array_equal(
        dense(few.transform(X[:5])), dense(ASIF(30, power=1).fit(X[:30], Y[:30]).transform(X[:5]))
    )
    np.testing.assert_array_equal(dense(many.transform(X[:5])), dense(ASIF(800, 1).fit(X, Y).transform(X[:5])))


X, Y = modalities(0)
FITTED = ASIF(k=5).fit(X, Y)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ASIF(k=41).fit(X, Y), "k is 41 and there are 40 anchors; take a k of 40 or less"),
        (
            lambda: ASIF(k=38).fit(X, Y).remove_anchors([0, 1, 2]),
            "k is 38 and there are 37 anchors; take a k of 37 or less",
        ),
        (lambda: ASIF(k=0).fit(X, Y), "k must be a whole number of 1 or more, not 0"),
        (lambda: ASIF(power=0).fit(X, Y), "power must be above 0 to 10, not 0"),
        (
            lambda: ASIF(similarity="l1").fit(X, Y),
            "similarity must be cosine, angular, rbf, rank or quantised, not 'l1'",
        ),
        (
            lambda: ASIF().fit(X, Y[:39]),
            "parallel anchors come in pairs, but there are 40 and 39; give the same items in both spaces",
        ),
        (
            lambda: FITTED.add_anchors(X[:3], Y[:2]),
            "parallel anchors come in pairs, but there are 3 and 2; give the same items in both spaces",
        ),
        (lambda: ASIF().fit(X[:1], Y[:1]), "relative representations need 2 or more anchors, not 1; choose more"),
        (
            lambda: ASIF().fit(X, Y).remove_anchors(range(39)),
            "relative representations need 2 or more anchors, not 1; choose more",
        ),
        (
            lambda: ASIF().fit(np.where(np.arange(40)[:, None] == 6, np.nan, X), Y),
            "X_anchors has 1 of 40 rows with NaN or infinite numbers, the first is row 6; leave these items out, or train the encoder again",
        ),
        (
            lambda: FITTED.predict(X, Y * np.inf),
            "Y has 40 of 40 rows with NaN or infinite numbers, the first is row 0; leave these items out, or train the encoder again",
        ),
        (
            lambda: FITTED.predict(X, X),
            "rows of 6 numbers cannot be compared with anchors of 5; take the anchors from the same space",
        ),
        (
            lambda: FITTED.add_anchors(Y, X),
            "rows of 5 numbers cannot be compared with anchors of 6; take the anchors from the same space",
        ),
        (lambda: FITTED.transform(X, 2), "space must be 0 or 1, the first or the second given to fit, not 2"),
        (lambda: FITTED.remove_anchors([40]), "no anchor has the id 40; ids_ lists those that there are"),
        (
            lambda: ASIF().fit(X, Y, ids="ab"),
            "there are 40 anchors and 2 ids; give one id for each anchor",
        ),
        (lambda: ASIF().predict(X, Y), "this ASIF has no anchors yet; call fit with pairs of latents first"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    before = FITTED.transform(X).toarray()
    with pytest.raises(InvalidParameter) as error:
        call()
    assert str(error.value) == message
    # A call that failed has changed nothing.
    np.testing.assert_array_equal(FITTED.transform(X).toarray(), before)
