"""How anchors are chosen; what they are looked up in is in test_dictionary.py."""

import numpy as np
import pytest

import wordrel
from tests.reference import unit
from wordrel.anchors import Anchors, known_words
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, TooFewAnchors, WordrelWarning
from wordrel.strategies import STRATEGIES, choose


def spaces(n=60, seed=0):
    """Spaces whose rows differ in length, so that what is not made unit shows."""
    rng = np.random.default_rng(seed)
    X, Y = (rng.normal(size=(n, d)) * rng.uniform(0.1, 9, (n, 1)) for d in (5, 4))
    source = Embeddings([f"s{i}" for i in range(n)], X, "xx")
    return source, Embeddings([f"t{i}" for i in range(n)], Y, "yy")


def several(n=60):
    """A word s7 has the translations t7, t8 and sometimes t20; the order is not that of the rows."""
    order = np.random.default_rng(5).permutation(n)
    pairs = [(f"s{i}", f"t{j % n}") for i in order for j in ([i, i + 1, 20] if i % 3 else [i])]
    return BilingualDictionary(pairs, "xx", "yy")


@pytest.mark.parametrize("translations", ["weighted", "first"])
@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_sees_unit_rows_beside_the_unit_mean_of_the_translations(name, translations):
    source, target = spaces()
    pairs = several()
    words = list(pairs.sources)
    rows = [source.row(word) for word in words]
    halves = []
    for word in words:
        found = pairs[word] if translations == "weighted" else pairs[word][:1]
        mean = sum(unit(target.vectors[[target.row(t)]])[0] for t in found)
        halves.append(np.concatenate([unit(source.vectors[[source.row(word)]])[0], mean / np.linalg.norm(mean)]))
    expected = {words[i] for i in choose(name, np.array(halves), rows, 12, seed=2)}
    anchors = Anchors.from_dictionary(pairs, source, target, 12, translations, name, seed=2)
    assert {s for s, _ in anchors.pairs} == expected and anchors.n_words == 12
    # The order stays that of the dictionary.
    assert list(dict.fromkeys(s for s, _ in anchors.pairs)) == [word for word in words if word in expected]


def test_all_words_are_taken_when_there_are_no_more_than_asked_for():
    for name in STRATEGIES:
        anchors = Anchors.from_dictionary(several(), *spaces(), 1000, strategy=name)
        assert anchors.pairs == Anchors.from_dictionary(several(), *spaces()).pairs


def test_only_the_named_words_in_their_order():
    words = ["s9", "s4", "S1", "s4", "s33"]
    anchors = Anchors.from_dictionary(several(), *spaces(), words=words)
    assert list(dict.fromkeys(anchors.source_rows.tolist())) == [9, 4, 1, 33]
    assert anchors.weights.tolist() == [1] + [1 / 3] * 6 + [1]
    two = Anchors.from_dictionary(several(), *spaces(), 2, "first", words=words)
    assert two.pairs == (("s9", "t9"), ("s4", "t4"))
    rare = Anchors.from_dictionary(several(), *spaces(), 2, "first", "frequency", words=words)
    assert {s for s, _ in rare.pairs} == {"s1", "s4"}


def test_named_words_without_a_pair_are_counted():
    pairs = BilingualDictionary([("s1", "t1"), ("s2", "nil"), ("nil", "t3"), ("s4", "t4")], "xx", "yy")
    words = ["s1", "s2", "nil", "s3", "s4"]
    with pytest.warns(WordrelWarning) as caught:
        assert known_words(words, pairs, *spaces(), "mine.txt") == ["s1", "s4"]
    assert [str(one.message) for one in caught] == [
        "mine.txt: 3 of 5 words have no training pair in both vocabularies and are no anchors (first: 's2')"
    ]
    with pytest.raises(TooFewAnchors) as error:
        Anchors.from_dictionary(pairs, *spaces(), words=words[1:4])
    assert str(error.value) == (
        "the anchor words: none of the 3 words has a training pair in both vocabularies; "
        "write xx words of the dictionary, one a line"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"translations": "best"},
            "unknown handling of translations 'best'; choose one of: weighted, all, first",
        ),
        (
            {"strategy": "best"},
            "unknown anchor strategy 'best'; choose one of: first, uniform, frequency, fps, kmeans, leverage, d-optimal",
        ),
    ],
)
def test_what_is_unknown_lists_what_is_known(arguments, message):
    with pytest.raises(InvalidParameter) as error:
        Anchors.from_dictionary(several(), *spaces(), **arguments)
    assert str(error.value) == message


@pytest.mark.parametrize("name", STRATEGIES)
def test_words_without_a_direction_and_copies_do_no_harm(name):
    source, target = spaces()
    X, Y = source.vectors.copy(), target.vectors.copy()
    X[:5] = 0
    Y[5:8] = 0
    X[10:30], Y[10:30] = X[10], Y[10]
    pairs = BilingualDictionary([(f"s{i}", f"t{i}") for i in range(60)], "xx", "yy")
    made = wordrel.align(
        Embeddings(source.words, X, "xx"), Embeddings(target.words, Y, "yy"), pairs, anchors=30, anchor_strategy=name, seed=1
    )  # fmt: skip
    assert len(set(made.anchors.sources)) == 30 and np.isfinite(made.source.vectors).all()
    if STRATEGIES[name].needs_vectors:
        assert not {f"s{i}" for i in range(8)} & set(made.anchors.sources)


def test_align_passes_everything_on_and_says_so():
    source, target = spaces()
    words = [f"s{i}" for i in range(0, 60, 2)]
    made = wordrel.align(
        source, target, several(), anchors=9, anchor_strategy="uniform", anchor_words=words, translations="all", seed=8
    )
    expected = Anchors.from_dictionary(several(), source, target, 9, "all", "uniform", 8, words)
    assert made.anchors.pairs == expected.pairs and (expected.weights == 1).all()
    assert made.info["anchors"] == {
        "words": 9, "pairs": len(expected), "strategy": "uniform", "translations": "all"
    }  # fmt: skip
    assert made.info["seed"] == 8
    other = wordrel.align(source, target, several(), anchors=9, anchor_strategy="uniform", anchor_words=words, seed=9)
    assert other.anchors.pairs != made.anchors.pairs
