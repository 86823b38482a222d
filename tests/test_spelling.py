"""Spelling as arrays, against loops over letters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordrel.joint import joint_maps
from wordrel.relative import unit_rows
from wordrel.spelling import (
    _RIDGE,
    PairSums,
    Spelling,
    SpellingMaps,
    common_prefix,
    distances,
    endings,
    pair_cosines,
    profiles,
)

words = st.lists(st.text("abcdeéÀñ1ßж日", max_size=12), min_size=1, max_size=12)


def edit_distance(a, b):
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            changed = table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, changed)
    return table[len(a), len(b)]


def letters_of(spelling, row):
    return [chr(code) for code in spelling.letters[row] if code]


@given(words, words)
@settings(deadline=None)
def test_distances_and_prefixes_are_those_of_loops(left, right):
    n = min(len(left), len(right))
    one, other = Spelling(left[:n]), Spelling(right[:n])
    found = distances(one.letters, one.lengths, other.letters, other.lengths)
    prefix = common_prefix(one.letters, other.letters)
    for row in range(n):
        a, b = letters_of(one, row), letters_of(other, row)
        assert found[row] == pytest.approx(edit_distance(a, b) / max(len(a), len(b), 1), abs=1e-6)
        same = 0
        while same < min(len(a), len(b)) and a[same] == b[same]:
            same += 1
        assert prefix[row] == same


def test_case_and_accents_do_not_count_and_long_words_are_cut():
    spelling = Spelling(["Éléphant", "ELEPHANT", "x" * 30, "1999", ""])
    assert letters_of(spelling, 0) == letters_of(spelling, 1) == list("elephant")
    assert spelling.lengths.tolist() == [8, 8, 24, 4, 0]
    assert spelling.has_digit.tolist() == [False, False, False, True, False]
    assert spelling.exact[0] != spelling.exact[1]


def grams(word):
    framed = "\1" + word + "\2"
    return [framed[i : i + n] for n in range(1, 5) for i in range(len(framed) - n + 1)]


def test_the_cosine_of_profiles_is_that_of_common_grams():
    vocabulary = ["nation", "national", "nazione", "cat", "katze"]
    table = profiles(Spelling(vocabulary))
    np.testing.assert_allclose((table**2).sum(axis=1), 1, rtol=1e-5)
    for i, a in enumerate(vocabulary):
        for j, b in enumerate(vocabulary):
            counts = [{g: grams(w).count(g) for g in grams(w)} for w in (a, b)]
            inner = sum(n * counts[1].get(g, 0) for g, n in counts[0].items())
            norms = [sum(n * n for n in one.values()) ** 0.5 for one in counts]
            # Hashed into 512 columns with signs: right in the mean, not for each pair.
            assert table[i] @ table[j] == pytest.approx(inner / norms[0] / norms[1], abs=0.25)


def test_spelling_that_follows_a_rule_is_learnt():
    rng = np.random.default_rng(0)
    stems = ["".join(rng.choice(list("bcdfglmnprstaeiou"), size=6)) for _ in range(400)]
    left = profiles(Spelling([stem + "tion" for stem in stems]))
    right = profiles(Spelling([stem.replace("c", "k") + "zione" for stem in stems]))
    maps = SpellingMaps.fit(PairSums.over(left[:300], right[:300], np.ones(300)))
    rows = np.arange(300, 400)
    every = np.repeat(rows, 100), np.tile(rows, 100)
    scores = maps.similarity(left, right, *every).reshape(100, 100)
    assert (scores.argmax(axis=1) == np.arange(100)).mean() > 0.95
    back = maps.swapped().similarity(right, left, every[1], every[0]).reshape(100, 100)
    np.testing.assert_allclose(back, scores, atol=1e-5)


def test_pairs_taken_out_of_the_sums_teach_nothing():
    rng = np.random.default_rng(2)
    left, right = (rng.normal(size=(80, 512)).astype(np.float32) for _ in range(2))
    weights = rng.random(80)
    found = SpellingMaps.fit(
        PairSums.over(left, right, weights).without(PairSums.over(left[:30], right[:30], weights[:30]))
    )
    kept = weights[30:]
    means = [np.average(side[30:], axis=0, weights=kept) for side in (left, right)]
    expected = joint_maps(left[30:] - means[0], right[30:] - means[1], 1.0, _RIDGE, 0.5, kept)
    rows = np.arange(30)
    every = np.repeat(rows, 30), np.tile(rows, 30)
    by_hand = (
        unit_rows((left[:30] - means[0]) @ expected.source) @ unit_rows((right[:30] - means[1]) @ expected.target).T
    )
    np.testing.assert_allclose(found.similarity(left, right, *every).reshape(30, 30), by_hand, atol=1e-4)


def test_cosines_of_pairs_are_those_of_loops():
    rng = np.random.default_rng(1)
    X, Y = unit_rows(rng.normal(size=(30, 4))), unit_rows(rng.normal(size=(20, 4)))
    left, right = rng.integers(30, size=20_000), rng.integers(20, size=20_000)
    np.testing.assert_allclose(
        pair_cosines(X, Y, left, right), [X[i] @ Y[j] for i, j in zip(left, right, strict=True)], atol=1e-6
    )


def test_endings_are_the_last_letters():
    words = ["nation", "station", "ration", "on", "cat", ""]
    table = endings(Spelling(words))
    for i, a in enumerate(words):
        for j, b in enumerate(words):
            last = [{w[-n:] for n in range(1, 6) if len(w) >= n} for w in (a, b)]
            expected = len(last[0] & last[1]) / max(1, (len(last[0]) * len(last[1])) ** 0.5)
            assert table[i] @ table[j] == pytest.approx(expected, abs=0.25)
    assert table[0] @ table[1] > 0.99 and not table[5].any()
