import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from tests.reference import unit
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.reproduce import parallel
from wordrel.reproduce.base import Measured, Row
from wordrel.reproduce.crosslingual import FORMS, Form, Task, encoder
from wordrel.reproduce.sentiment import Texts, TwoLanguages


def spaces(n=40, d=5):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, d)) + 2 * np.outer(np.arange(n) < 20, np.ones(d))
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    one = Embeddings([f"a{i}" for i in range(n)], X, "en")
    return one, Embeddings([f"b{i}" for i in range(n)], 3 * X @ turn, "it")


def task(n=80, seeds=()):
    """Word i is bad below 20; the other language has the same words, turned."""
    rng = np.random.default_rng(4)
    labels = rng.integers(2, size=2 * n)
    rows = [rng.permutation(20)[:4] + 20 * label for label in labels]
    texts = [
        Texts(tuple(" ".join(f"{letter}{i}" for i in row) for row in rows[part]), np.where(labels[part] == 1, 2, 0))
        for letter, part in (("a", slice(None, n)), ("b", slice(n, None)))
    ]
    pairs = BilingualDictionary([(f"a{i}", f"b{i}") for i in range(40)], "en", "it")
    return Task(TwoLanguages("x", *texts, seeds), spaces(), pairs, None, 0)


def test_an_encoder_is_relative_centred_and_unit_as_written_out():
    X = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)
    A = np.random.default_rng(1).normal(size=(12, 5))
    relative = unit(X) @ unit(A).T
    described = encoder(Form("relative"), A).fit(X).transform(X)
    np.testing.assert_allclose(described, unit(relative), atol=1e-5)
    described = encoder(Form("relative, centred", centred=True), A).fit(X[:20]).transform(X[20:])
    np.testing.assert_allclose(described, unit(relative[20:] - relative[:20].mean(axis=0)), atol=1e-5)
    # Whitened, by the kernel of the anchors in m dimensions: (K + ridge)^-a r; ridge .3 of the largest for 12 anchors.
    values, vectors = np.linalg.eigh(unit(A) @ unit(A).T)
    whitener = vectors @ np.diag((values + 0.3 * values[-1]) ** -0.5) @ vectors.T
    described = encoder(Form("whitened", exponent=0.5), A).fit(X).transform(X)
    np.testing.assert_allclose(described, unit(relative @ whitener), atol=1e-5)
    np.testing.assert_allclose(encoder(FORMS[0], A).fit_transform(X), unit(X), atol=1e-6)


def test_a_turned_language_is_read_like_the_own_one_by_relative_forms_alone():
    scores = {label: found for form in FORMS for label, found in task().scores(form, 30, 0)}
    for label in ("relative", "relative, centred", "whitened", "trained on Italian"):
        assert scores[label][0] > 90 and scores[label][1] < 0.1
    assert scores["absolute"][0] < 70


def test_scores_are_those_of_a_classifier_written_out():
    one = task()
    [(label, (f1, mae))] = one.scores(FORMS[2], 30, seed=5)
    en, it = spaces()
    rng = np.random.default_rng(5)
    anchors = np.array([int(one.anchors[place][0][1:]) for place in rng.permutation(40)[:30]])
    drawn = np.sort(rng.permutation(80)[:72])

    def sentences(texts, space, train):
        words = [[int(word[1:]) for word in text.split()] for text in texts]
        known = [[int(word[1:]) for word in text.split()] for text in train]
        idf = {i: np.log(len(known) / n) for i in range(40) if (n := sum(i in some for some in known))}
        highest = max(idf.values())
        means = [sum(idf.get(i, highest) * unit(space.vectors)[i] for i in row) for row in words]
        return unit(np.array(means)) @ unit(space.vectors)[anchors].T

    X = unit(sentences(one.train.texts, en, one.train.texts))[drawn]
    Y = unit(sentences(one.test.texts, it, one.first.texts))
    said = LogisticRegression(C=3.0, max_iter=1000).fit(X, one.train.labels[drawn]).predict(Y)
    assert label == "relative"
    assert f1 == pytest.approx(100 * f1_score(one.test.labels, said, average="macro"))
    assert mae == pytest.approx((said != one.test.labels).mean())


def test_anchors_are_first_translations_and_never_what_texts_are_made_of():
    assert task().anchors[:2] != [] and len(task().anchors) == 40
    left = task(seeds=("a0", "a7")).anchors
    assert sorted(left) == sorted((f"a{i}", f"b{i}") for i in range(40) if i not in (0, 7))
    pairs = BilingualDictionary([("a1", "zz"), ("a1", "b2"), ("a1", "b1"), ("a99", "b1")], "en", "it")
    texts = Texts(("a1", "a2"), np.array([0, 2]))
    assert Task(TwoLanguages("x", texts, texts), spaces(), pairs, None, 0).anchors == [("a1", "b2")]


def test_three_classes_are_two_apart_at_most():
    from wordrel.reproduce.crosslingual import _scores

    true, said = np.array([0, 1, 2, 2]), np.array([2, 1, 2, 1])
    # F1: negative 0, neutral 2/3, positive 1/2; distances 2, 0, 0, 1.
    assert _scores(true, said) == (pytest.approx(100 * (0 + 2 / 3 + 1 / 2) / 3), 0.75)
    # Of two classes the one is next to the other.
    assert _scores(np.array([0, 2]), np.array([2, 2])) == (pytest.approx(100 / 3), 0.5)


def scores(*values):
    labels = ("absolute", "absolute, centred", "relative", "relative, centred", "whitened", "trained on Italian")
    return [
        Row(f"subtitles, {label}", {"macro F1, %": Measured((value,))})
        for label, value in zip(labels, values, strict=True)
    ]


@pytest.mark.parametrize(("judged", "upper", "agrees"), [(52.0, 54.9, True), (51.9, 52.0, False), (52.0, 55.1, False)])
def test_the_verdict_keeps_both_limits_whichever_form_is_best(judged, upper, agrees):
    rows = scores(40.0, 41.0, 45.0, 54.0, judged, upper)
    found, reason = parallel._judge(rows, ["subtitles"])
    assert found is agrees
    assert reason == (
        f"subtitles: whitened is {judged - 40:.1f} points of macro F1 above absolute (limit 12) and "
        f"{upper - judged:.1f} below the upper bound (limit 3)"
    )


def test_what_centring_alone_does_is_said():
    note = parallel._note(scores(40.0, 41.0, 45.0, 54.0, 52.0, 55.0), ["subtitles"])
    assert note.endswith(
        "Above the absolute form that is centred, whitened is: subtitles 11.0 points (the best form on the test texts, "
        "'relative, centred', 13.0)."
    )
    assert "settled after a look at the Italian test scores of seed 0" in note


def test_the_picture_is_the_table():
    labels = [*(form.label for form in FORMS), "trained on Italian"]
    rows = [Row(f"x, {label}", {"macro F1, %": Measured((10.0 * i,))}) for i, label in enumerate(labels)]
    chart = parallel._picture(rows, ["x"]).chart
    assert chart.categories == tuple(labels) and chart.series[0].values == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
