import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wordrel
from tests import reference
from tests.comparison.spaces import agreement as spelled_out
from tests.comparison.spaces import relative, spaces, words
from wordrel.comparison import Settings, compare
from wordrel.comparison.draws import draw_anchors
from wordrel.errors import InvalidParameter, WordrelWarning


@pytest.fixture(scope="module")
def pair():
    return spaces()


@pytest.fixture(scope="module")
def report(pair):
    return compare(*pair[:2], anchors=12, seeds=3, k=4, depths=(1, 7, 500), words=["Wac", "wbb"])


def drawn(seed, n=12, of=60):
    return np.random.default_rng(seed).permutation(of)[:n]


def test_scores_are_the_means_of_the_draws_and_their_deviation(pair, report):
    _, _, X, Y = pair
    draws = []
    for seed in range(3):
        anchors = drawn(seed)
        asked = np.setdiff1d(np.arange(60), anchors)
        R, S = relative(X, X[anchors]), relative(Y, Y[anchors])
        draws.append([spelled_out(R, S, asked, 4, (1, 4, 7)), spelled_out(S, R, asked, 4, (1, 4, 7))])
    found = report.scores[1]
    assert found.form == "relative" and report.seeds == (0, 1, 2) and report.asked == 48
    for side, scores in enumerate((found.forward, found.backward)):
        for depth in (1, 4, 7):
            values = [draw[side][0][depth] for draw in draws]
            assert scores.jaccard[depth].draws == pytest.approx(values, abs=1e-9)
        values = [draw[side][1] for draw in draws]
        assert scores.mrr.mean == pytest.approx(np.mean(values))
        assert scores.mrr.sd == pytest.approx(np.std(values, ddof=1)) and scores.mrr.sd > 0
        assert scores.cosine.mean == pytest.approx(np.mean([draw[side][2] for draw in draws]), abs=1e-6)
    both = [(draw[0][1] + draw[1][1]) / 2 for draw in draws]
    assert found.mean.mrr.draws == pytest.approx(both)
    assert found.mean.mrr.sd == pytest.approx(np.std(both, ddof=1))


def test_absolute_is_measured_once_and_whitened_is_best(report):
    absolute, plain, whitened = (one.mean for one in report.scores)
    assert absolute.mrr.sd is None and len(absolute.mrr.draws) == 1
    assert absolute.mrr.mean < plain.mrr.mean < whitened.mrr.mean


def test_depths_beyond_the_words_are_left_out_and_k_is_among_them(report):
    assert report.settings.depths == (1, 4, 7) and list(report.scores[0].mean.jaccard) == [1, 4, 7]


def test_words_are_counted(report):
    one, other = report.spaces
    assert (one.name, one.words, one.dimensions) == ("a.vec", 62, 8)
    assert (other.name, other.source, other.words, other.dimensions) == ("b.vec", "dir/b.vec", 63, 6)
    assert (report.shared, report.compared, report.zero, report.padded) == (60, 60, 0, True)


def test_neighbours_are_those_of_the_definitions(pair, report):
    _, _, X, Y = pair
    names = words(60)
    near = report.neighbours[0]
    assert [one.word for one in report.neighbours] == ["wac", "wbb"]
    R, S = relative(X, X[drawn(0)]), relative(Y, Y[drawn(0)])
    place = names.index("wac")

    def nearest(vector, table, without=None):
        order = [i for i in np.argsort(-(table @ vector), kind="stable").tolist() if i != without]
        return [(names[i], pytest.approx(float(table[i] @ vector), abs=1e-5)) for i in order[:4]]

    assert list(near.across["relative"][0]) == nearest(R[place], S)
    assert list(near.across["relative"][1]) == nearest(S[place], R)
    assert list(near.own["relative"][1]) == nearest(S[place], S, place)
    assert list(near.own["absolute"][0]) == nearest(reference.unit(X)[place], reference.unit(X), place)


def test_the_picture_shows_each_space_on_its_own_components_and_both_on_common_ones(pair, report):
    _, _, X, Y = pair
    picture, places = report.picture, [words(60).index(word) for word in report.picture.words]
    assert len(places) == 48 and not set(places) & set(drawn(0).tolist()) and picture.form == "whitened"
    for points, Z in zip(picture.before, (X, Y), strict=True):
        Z = reference.unit(Z)
        U, s, _ = np.linalg.svd(Z - Z.mean(axis=0), full_matrices=False)
        np.testing.assert_allclose(np.abs(points), np.abs((U * s)[places, :2]), atol=1e-5)
    rows = compare(*pair[:2], anchors=12, seeds=1, k=4, forms=["absolute"]).picture
    both = np.vstack([reference.unit(X), np.hstack([reference.unit(Y), np.zeros((60, 2))])])
    U, s, _ = np.linalg.svd(both - both.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(rows.after[0]), np.abs((U * s)[places, :2]), atol=1e-5)
    np.testing.assert_allclose(np.abs(rows.after[1]), np.abs((U * s)[60:][places, :2]), atol=1e-5)


def test_a_picture_has_no_sign_of_its_own(pair):
    one, other = pair[:2]
    flipped = wordrel.Embeddings(one.words, -one.vectors, "en")
    asked = {"anchors": 12, "seeds": 1, "k": 4, "forms": ["relative"]}
    left, right = compare(one, other, **asked).picture, compare(flipped, other, **asked).picture
    np.testing.assert_allclose(left.before, right.before, atol=1e-4)
    np.testing.assert_allclose(left.after, right.after, atol=1e-4)


def test_json_is_versioned_and_the_same_for_the_same_seed(pair, report):
    again = compare(*pair[:2], anchors=12, seeds=range(3), k=4, depths=(1, 7, 500), words=["wac", "wbb"])
    text = json.dumps(report.to_dict(), allow_nan=False)
    assert text == json.dumps(again.to_dict(), allow_nan=False)
    value = json.loads(text)
    assert (value["format"], value["version"], value["protocol"]) == ("wordrel-comparison", 1, None)
    assert value["settings"]["strategy"] == "uniform" and value["settings"]["seeds"] == [0, 1, 2]
    assert value["words"] == {"shared": 60, "compared": 60, "zero": 0, "asked": 48}
    assert [one["form"] for one in value["scores"]] == ["absolute", "relative", "whitened"]
    assert value["scores"][1]["mean"]["jaccard"]["4"]["mean"] == report.scores[1].mean.jaccard[4].mean


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.sampled_from([6, 9]))
def test_rotating_and_rescaling_a_space_changes_neither_relative_nor_whitened_scores(seed, scale, width):
    one, other, *_ = spaces(n=40, noise=0.3)
    turn = scale * np.linalg.qr(np.random.default_rng(seed).normal(size=(width, width)))[0][:6]
    turned = wordrel.Embeddings(other.words, other.vectors @ turn, "en")
    asked = {"anchors": 10, "seeds": 2, "k": 5, "forms": ["relative", "whitened"]}
    before, after = compare(one, other, **asked), compare(one, turned, **asked)
    for old, new in zip(before.scores, after.scores, strict=True):
        for left, right in ((old.forward, new.forward), (old.backward, new.backward)):
            # Two neighbours of nearly one cosine may change places: a word or so of the 30 that are asked.
            assert right.mrr.mean == pytest.approx(left.mrr.mean, abs=0.02)
            assert right.jaccard[5].mean == pytest.approx(left.jaccard[5].mean, abs=0.02)
            assert right.cosine.mean == pytest.approx(left.cosine.mean, abs=1e-4)


def test_a_rotated_copy_is_the_same_in_relative_form_and_not_in_absolute():
    one, _, X, _ = spaces(d=8)
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(8, 8)))[0]
    report = compare(one, wordrel.Embeddings(words(60), X @ turn, "en"), anchors=12, seeds=2, k=4)
    absolute, plain, whitened = (one.mean for one in report.scores)
    assert absolute.mrr.mean < 0.5 and not report.padded
    for scores in (plain, whitened):
        assert scores.mrr.mean == scores.jaccard[4].mean == 1 and scores.cosine.mean == pytest.approx(1, abs=1e-5)


def test_a_sample_is_drawn_by_the_seed_and_all_words_are_found(pair):
    _, _, X, Y = pair
    report = compare(*pair[:2], anchors=12, seeds=[3], k=4, queries=9, forms=["relative"])
    others = np.setdiff1d(np.arange(60), drawn(3))
    asked = np.sort(np.random.default_rng([3, 1]).choice(others, 9, replace=False))
    R, S = relative(X, X[drawn(3)]), relative(Y, Y[drawn(3)])
    assert report.asked == 9 and report.scores[0].forward.mrr.sd is None
    assert report.scores[0].forward.mrr.mean == pytest.approx(spelled_out(R, S, asked, 4, (4,))[1])


def test_the_protocol_of_the_paper_takes_its_words():
    rng = np.random.default_rng(0)
    first = [f"f{i}" for i in range(400)]
    names = [*first, "Über", "the", "don't", "alpha", "b2b2", "house", *(f"word{chr(97 + i)}" for i in range(26))]
    vectors = rng.normal(size=(len(names), 5))
    one = wordrel.Embeddings(names, vectors, "en")
    report = compare(one, wordrel.Embeddings(names[::-1], vectors[::-1], "en"), protocol="paper", anchors=10, seeds=2)
    assert (report.shared, report.compared, report.asked) == (432, 29, 29)
    assert report.protocol == "paper" and report.changed == {"anchors": 10}
    assert report.to_dict()["protocol"] == {"name": "paper", "changed": {"anchors": 10}}
    taken = Settings(10, 10, (1, 5, 10), 400, True, 4, 20_000, "all", True)
    assert report.settings == taken


def test_words_with_a_zero_vector_are_left_out_and_said():
    one, other, *_ = spaces()
    vectors = np.array(one.vectors)
    vectors[[4, 7]] = 0
    with pytest.warns(
        WordrelWarning, match="^2 of the 60 words have a zero vector in one of the spaces and are left out$"
    ):
        report = compare(wordrel.Embeddings(one.words, vectors, "en"), other, anchors=12, seeds=1, k=4)
    assert (report.shared, report.compared, report.zero) == (60, 58, 2)


@pytest.mark.parametrize("strategy", ["fps", "frequency", "first", "leverage", "d-optimal"])
def test_what_leaves_nothing_to_chance_is_run_once(strategy, pair):
    _, _, X, Y = pair
    draws = draw_anchors(strategy, X.astype(np.float32), Y.astype(np.float32), 9, (4, 5))
    assert list(draws) == [4]
    other = draw_anchors(strategy, X.astype(np.float32), Y.astype(np.float32), 9, (5,))
    assert draws[4].tolist() == other[5].tolist()


@pytest.mark.parametrize("strategy", ["uniform", "kmeans", "top:20"])
def test_what_is_drawn_at_random_differs_by_the_seed(strategy, pair):
    _, _, X, Y = pair
    draws = draw_anchors(strategy, X.astype(np.float32), Y.astype(np.float32), 9, (4, 5))
    assert list(draws) == [4, 5] and sorted(draws[4]) != sorted(draws[5])
    if strategy == "top:20":
        assert draws[4].tolist() == drawn(4, 9, 20).tolist()


BAD = [
    ({"anchors": 1}, "a comparison needs 2 or more anchors, not 1; 300 are what the paper takes"),
    ({"anchors": 60}, "60 anchors cannot be drawn from 60 words with one left to ask; take 59 or fewer"),
    ({"anchors": 61, "ask_anchors": True}, "61 anchors cannot be drawn from 60 words; take 60 or fewer"),
    ({}, "300 anchors cannot be drawn from 60 words with one left to ask; take 59 or fewer"),
    ({"anchors": 12, "k": 61}, "k is 61, but only 60 words are compared; take 60 or less"),
    ({"anchors": 12, "k": 0}, "k must be 1 or more, not 0"),
    ({"anchors": 12, "depths": [0]}, "each depth of the Jaccard index must be 1 or more, not 0"),
    ({"anchors": 12, "seeds": 0}, "the number of seeds must be 1 or more, not 0"),
    ({"anchors": 12, "seeds": []}, "the number of seeds must be 1 or more, not 0"),
    ({"anchors": 12, "seeds": [-1]}, "a seed must be 0 or more, not -1"),
    ({"anchors": 12, "queries": 0}, "the number of words to ask must be 1 or more, or all, not 0"),
    ({"anchors": 12, "limit": 0}, "the words to compare cannot be 0 after the first 0; give positive numbers"),
    ({"anchors": 12, "forms": ["fat"]}, "unknown form 'fat'; choose of: absolute, relative, whitened"),
    ({"anchors": 12, "forms": []}, "there is no form to compare; choose of: absolute, relative, whitened"),
    ({"anchors": 12, "protocol": "mine"}, "unknown protocol 'mine'; there is paper"),
    (
        {"anchors": 12, "strategy": "best"},
        "unknown anchor strategy 'best'; choose one of: first, uniform, frequency, fps, kmeans, leverage, d-optimal, top:N",
    ),
    ({"anchors": 12, "strategy": "top:9"}, "12 anchors cannot be drawn from the first 9 words; take top:12"),
    (
        {"anchors": 12, "words": ["only"]},
        "'only' is not among the 60 words that are compared; choose one that both spaces have, such as 'wbe'",
    ),
    (
        {"anchors": 2, "skip": 58},
        "2 of the 60 words that a.vec and dir/b.vec share can be compared, which is too few; "
        "compare larger vocabularies, or leave fewer words out",
    ),
    (
        {"protocol": "paper"},
        "0 of the 60 words that a.vec and dir/b.vec share can be compared, which is too few; "
        "compare larger vocabularies, or leave fewer words out",
    ),
]


@pytest.mark.parametrize(("asked", "message"), BAD)
def test_bad_input_is_said_in_one_line(pair, asked, message):
    with pytest.raises(InvalidParameter) as caught:
        compare(*pair[:2], **asked)
    assert str(caught.value) == message


def test_spaces_with_no_word_in_common(pair):
    stranger = wordrel.Embeddings(["gatto", "cane"], np.eye(2), "it")
    with pytest.raises(InvalidParameter) as caught:
        compare(pair[0], stranger)
    assert str(caught.value) == (
        "a.vec and the it space have no word in common; give two spaces of one language, with words spelt alike "
        "(for two languages there is 'wordrel align')"
    )


def test_a_row_with_nan_that_no_reader_has_seen(pair):
    one, other, *_ = pair
    vectors = np.array(one.vectors)
    vectors[5, 2] = np.nan
    damaged = wordrel.Embeddings.from_checked(
        {word: row for row, word in enumerate(one.words)}, vectors, "en", {"source": "a.vec"}
    )
    with pytest.raises(InvalidParameter) as caught:
        compare(damaged, other, anchors=12)
    assert str(caught.value) == "a.vec: row 5: the vector of 'waf' has a NaN or infinite number; leave the row out"


def test_spaces_of_one_name_are_told_apart(pair):
    one, *_ = pair
    report = compare(one, one, anchors=12, seeds=1, k=3, words=["waa"])
    assert [space.name for space in report.spaces] == ["a.vec (A)", "a.vec (B)"]
    assert all(scores.mean.mrr.mean == 1 for scores in report.scores)


def test_a_form_that_is_named_twice_is_measured_once(pair):
    report = compare(*pair[:2], anchors=12, seeds=2, k=4, forms=["relative", "relative"])
    assert [len(one.mean.mrr.draws) for one in report.scores] == [2]


def test_public_names():
    assert wordrel.compare is compare and wordrel.ComparisonReport.__name__ == "ComparisonReport"
