import numpy as np
import pytest

from tests.reference import unit
from wordrel.latent import ASIF
from wordrel.reproduce import asif, coupled
from wordrel.reproduce.base import Measured, Row
from wordrel.reproduce.coupled import PAPER, WORDS, Pool, digit_pool, fit, word_pool


def pool(n=60, seed=0):
    """Six points in five dimensions, each seen ten times by two encoders; the ninth and tenth words are right too."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(6, 5))
    kinds = np.arange(n) % 6
    X, Y = (centres[kinds] @ rng.normal(size=(5, 5)) + rng.normal(0, 0.05, (n, 5)) for _ in range(2))
    gold = kinds[:12, None] == np.arange(6)
    return Pool(X[12:], Y[12:], tuple(coupled.DIGITS[kind] for kind in kinds[12:]), X[:12], Y[:6], gold)


def test_words_have_all_their_translations_as_right_answers(embedded):
    source, target, pairs = embedded
    words, candidates = word_pool(40)
    asked = [word for word in pairs.test.sources if word in source][:60]
    asked = [word for word in asked if any(translation in target for translation in pairs[word])][:40]
    expected = [{one for one in pairs[word] if one in target} for word in asked]
    assert [{candidates[place] for place in np.flatnonzero(row)} for row in words.gold] == expected
    assert set(candidates) == set().union(*expected)
    # Anchors are first translations of training words only, at unit length once centred.
    left, right = zip(*(name.split(" – ") for name in words.ids), strict=True)
    assert set(left).isdisjoint(pairs.test.sources) and len(set(left)) == len(left)
    assert all(pairs[a][0] == b or pairs[a][0] not in target for a, b in zip(left[:200], right[:200], strict=True))
    X = unit(source.vectors.astype(np.float64))
    X = unit(X - X.mean(axis=0))
    np.testing.assert_allclose(words.X[5], X[source.row(left[5])], atol=1e-5)


def test_images_stand_beside_the_names_of_what_they_show(embedded):
    drawn = digit_pool(3)
    assert drawn.queries.shape == (500, 64) and drawn.X.shape == (1297, 64) and drawn.gold.sum() == 500
    names = {name: drawn.candidates[place] for place, name in enumerate(coupled.DIGITS)}
    assert all(np.array_equal(y, names[name]) for y, name in zip(drawn.Y, drawn.ids, strict=True))
    assert abs(drawn.X.mean(axis=0)).max() < 1e-5
    assert not np.array_equal(drawn.queries, digit_pool(4).queries)


def test_a_larger_draw_holds_the_smaller_and_nothing_found_is_wrong():
    one = pool()
    assert one.anchors(20, 7)[:9].tolist() == one.anchors(9, 7).tolist()
    # Two of each kind are asked, 12 in all.
    assert one.accuracy(np.array([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, -1, 0])) == pytest.approx(10 / 12)


def test_k_is_at_most_the_number_of_anchors_and_the_ids_are_theirs():
    found = fit(pool(), PAPER, 20, 3)
    rows = pool().anchors(20, 3)
    assert (found.k, found.power) == (20, 8.0) and fit(pool(), WORDS._replace(k=5), 20, 3).k == 5
    assert found.ids_ == tuple(pool().ids[row] for row in rows)
    np.testing.assert_allclose(found.anchors_[0], unit(pool().X[rows]), atol=1e-6)


def test_rows_are_the_librarys_scores_by_number_of_anchors():
    one = pool()
    rows = list(asif._words(one, 30, (0, 1)))
    assert [row.label for row in rows] == [
        "words, the paper's k 800, power 8: 30 anchors",
        "words, k 400, power 2: 30 anchors",
    ]
    absolute = (unit(one.queries) @ unit(one.candidates).T).argmax(axis=1) == np.arange(12) % 6
    for row, power in zip(rows, (8.0, 2.0), strict=True):
        expected = []
        for seed in (0, 1):
            chosen = np.random.default_rng(seed).permutation(48)[:30]
            said = ASIF(30, power).fit(one.X[chosen], one.Y[chosen]).predict(one.queries, one.candidates)
            expected.append((said == np.arange(12) % 6).mean())
        assert row.cells["accuracy"].values == pytest.approx(expected)
        assert row.cells["accuracy, absolute"].values == pytest.approx([absolute.mean()] * 2)
    # Of many anchors of few kinds the kind is found, and the prediction rests on it.
    row = asif._digits({0: one, 1: pool(seed=1)}, 40)
    assert row.label == "digits: 40 anchors" and row.cells["accuracy"].mean == 1
    assert 0.5 < row.cells["share resting on the predicted digit"].mean <= 1


def test_what_a_prediction_rests_on_sums_the_shares_of_its_own_anchors():
    one = pool()
    found = fit(one, PAPER, 40, 0)
    predicted = found.predict(one.queries, one.candidates)
    A, B = (side.astype(float) for side in found.anchors_)
    shares = []
    for x, said in zip(unit(one.queries), predicted, strict=True):
        left, right = np.maximum(A @ x, 0) ** 8, np.maximum(B @ unit(one.candidates)[said], 0) ** 8
        own = np.array(found.ids_) == coupled.DIGITS[said]
        shares.append((left * right)[own].sum() / (left * right).sum())
    assert asif._resting(found, one, predicted) == pytest.approx(np.mean(shares), abs=1e-4)


def test_a_digit_that_is_forgotten_was_never_there():
    rows, largest = asif._removed({0: pool(), 1: pool(seed=1)}, 40)
    assert largest == 0.0
    assert [row.label for row in rows] == ["digits: 40 anchors, of all digits", "digits: without those of three"]
    assert rows[0].cells["accuracy on three"].mean == 1
    # No candidate is far enough from all others for nothing to be said of it; but it is not said rightly, mostly.
    assert rows[1].cells["accuracy on three"].mean < 1
    assert rows[1].cells["accuracy on other digits"].mean == 1
    assert rows[1].cells["difference from never added"].values == (0.0, 0.0)


@pytest.mark.parametrize(
    ("accuracies", "largest", "agrees", "reason"),
    [
        (
            (0.3, 0.9, 0.1, 0.25),
            0.0,
            True,
            "accuracy rises with the anchors, up to 0.900 of digits (limit 0.8) and 0.250 of words (limit 0.2); "
            "removing anchors is exactly the same as never having had them",
        ),
        (
            (0.95, 0.9, 0.1, 0.25),
            1e-7,
            False,
            "accuracy does not always rise with the anchors, up to 0.900 of digits (limit 0.8) and 0.250 of words "
            "(limit 0.2); removing anchors is not (by up to 1e-07) the same as never having had them",
        ),
        ((0.3, 0.79, 0.1, 0.25), 0.0, False, None),
        ((0.3, 0.9, 0.1, 0.19), 0.0, False, None),
        ((0.3, 0.9, 0.1, 0.25), 1e-7, False, None),
    ],
)
def test_the_verdict_keeps_all_limits(accuracies, largest, agrees, reason):
    labels = ("digits: 30 anchors", "digits: 1,000 anchors", "words, x: 30 anchors", "words, x: 1,000 anchors")
    rows = [Row(label, {"accuracy": Measured((value,))}) for label, value in zip(labels, accuracies, strict=True)]
    found, said = asif._judge(rows, largest)
    assert found is agrees and (reason is None or said == reason)
    chart = asif._curves(rows).chart
    assert [(one.name, one.xs, one.ys) for one in chart.series] == [
        ("digits", (30.0, 1000.0), accuracies[:2]),
        ("words, x", (30.0, 1000.0), accuracies[2:]),
    ]


def test_pictures_show_what_predictions_rest_on():
    drawn = digit_pool(5, 60)
    images = asif._images(drawn, 200, 5)
    first = fit(drawn, PAPER, 200, 5)
    said = first.predict(drawn.queries[:1], drawn.candidates)[0]
    top = first.explain(drawn.queries[0], drawn.candidates[said])[:8]
    assert images.images[0].caption == (
        f"read as {coupled.DIGITS[said]}; rests on {', '.join(f'{one.id} {one.share:.0%}' for one in top)}"
    )
    # The word whose anchors are shown is a right answer to the first that was asked and is answered rightly.
    words, names = word_pool(60)
    figure = asif._word(words, names, 400, 5)
    found = fit(words, WORDS, 400, 5)
    predicted = found.predict(words.queries, words.candidates)
    place = next(i for i, one in enumerate(predicted) if words.gold[i, one])
    assert figure.title == f"What the translation '{names[predicted[place]]}' rests on"
    shares = found.explain(words.queries[place], words.candidates[predicted[place]])[:8]
    assert figure.chart.categories == tuple(one.id for one in shares)
    assert figure.chart.series[0].values == tuple(one.share for one in shares)
