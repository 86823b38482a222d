import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordrel.anchors import Anchors
from wordrel.dictionary import BilingualDictionary, Statistics
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, TooFewAnchors

PAIRS = [("one", "uno"), ("cat", "gatto"), ("cat", "gatta"), ("one", "un"), ("dog", "cane"), ("cat", "gatto")]
words = st.text("abcAB", min_size=1, max_size=2)


def dictionary(**more):
    return BilingualDictionary(PAIRS, "en", "it", **more)


def space(names, language="en"):
    return Embeddings(names, np.eye(len(names)), language)


def test_order_is_kept_and_repeated_pairs_count_once():
    pairs = dictionary()
    assert list(pairs) == PAIRS[:5] and len(pairs) == 5
    assert pairs.sources == ("one", "cat", "dog")
    assert pairs["one"] == ("uno", "un") and "cat" in pairs and "cow" not in pairs
    assert repr(pairs) == "BilingualDictionary('en-it', 3 words, 5 pairs)"


def test_train_and_test_are_split_by_source_word():
    pairs = dictionary(test_words=["cat"])
    assert list(pairs.test) == [("cat", "gatto"), ("cat", "gatta")]
    assert list(pairs.train) == [("one", "uno"), ("one", "un"), ("dog", "cane")]
    assert len(dictionary().test) == 0 and list(dictionary().train) == PAIRS[:5]


@given(st.lists(st.tuples(words, words), min_size=4), st.integers(0, 99))
def test_a_split_never_puts_one_word_on_both_sides(pairs, seed):
    whole = BilingualDictionary(pairs, "a", "b")
    if len({s.lower() for s in whole.sources}) < 3:
        return
    split = whole.split(1, seed)
    assert {s.lower() for s in split.train.sources}.isdisjoint(s.lower() for s in split.test.sources)
    assert sorted([*split.train, *split.test]) == sorted(whole)
    assert list(split.test) == list(whole.split(1, seed).test)
    inverted = split.inverted()
    assert set(inverted.train.sources).isdisjoint(inverted.test.sources)
    assert sorted((t, s) for s, t in inverted) == sorted(whole)
    # No word that was an anchor on either side may be asked for.
    assert set(inverted.test.sources).isdisjoint(t for _, t in split.train)


def test_split_sizes():
    pairs = BilingualDictionary([(f"s{i}", f"t{i}") for i in range(50)], "a", "b")
    assert len(pairs.split(0.2).test) == 10 and len(pairs.split(7).test) == 7
    assert pairs.split(7, seed=1).test_words != pairs.split(7, seed=2).test_words
    with pytest.raises(InvalidParameter, match="^cannot hold out 50 of 50 source words; choose 1 or more, not all$"):
        pairs.split(50)


@pytest.mark.parametrize("size", [float("nan"), float("inf"), 2.5, -0.1])
def test_sizes_that_cannot_be(size):
    with pytest.raises(InvalidParameter, match="^cannot hold out "):
        dictionary().split(size)


def test_composing_ranks_by_the_words_that_lead_there():
    first = BilingualDictionary(
        [("cat", "chat"), ("dog", "chien"), ("cat", "minet"), ("cat", "matou"), ("cow", "vache")],
        "en",
        "fr",
        ["dog", "x"],
    )
    second = BilingualDictionary(
        [
            ("matou", "gatto"),
            ("chat", "micio"),
            ("minet", "gatto"),
            ("chat", "gatta"),
            ("chien", "cane"),
            ("loup", "lupo"),
        ],
        "fr",
        "it",
        ["chat"],
    )
    made = first.compose(second)
    assert list(made) == [("cat", "gatto"), ("cat", "micio"), ("cat", "gatta"), ("dog", "cane")]
    assert (made.source_language, made.target_language) == ("en", "it")
    # What the first holds out stays held out; what the second does is forgotten.
    assert list(made.test) == [("dog", "cane")] and made.train.sources == ("cat",)


def test_composing_needs_a_language_in_common():
    with pytest.raises(InvalidParameter) as error:
        dictionary().compose(dictionary())
    assert str(error.value) == "cannot compose en-it with en-it: the second must begin with it; invert one"
    unknown = BilingualDictionary([("gatto", "chat")], "und", "fr")
    assert list(dictionary().compose(unknown)) == [("cat", "chat")]


@given(st.lists(st.tuples(words, words)), st.lists(st.tuples(words, words)), st.sets(words))
def test_composing_with_pairs_of_the_same_word_changes_nothing_but_the_order_of_sources(ours, theirs, test):
    first, second = BilingualDictionary(ours, "a", "b", test), BilingualDictionary(theirs, "b", "c")
    same = BilingualDictionary([(target, target) for _, target in ours], "b", "b")
    composed = first.compose(same)
    assert {word: composed[word] for word in composed.sources} == {word: first[word] for word in first.sources}
    assert composed.sources == first.sources and list(composed.test.sources) == list(first.test.sources)
    # Against loops: how many words of b lead from s to t.
    made = first.compose(second)
    support = {
        (s, t): sum((s, m) in first.pairs and (m, t) in second.pairs for m in {b for _, b in ours})
        for s in first.sources
        for t in {c for _, c in theirs}
    }
    assert set(made) == {pair for pair, n in support.items() if n}
    for word in made.sources:
        ranks = [support[word, target] for target in made[word]]
        assert ranks == sorted(ranks, reverse=True)


@given(st.lists(st.tuples(words, words)))
def test_inverting_twice_changes_nothing(pairs):
    whole = BilingualDictionary(pairs, "a", "b")
    assert list(whole.inverted().inverted()) == list(whole)
    assert whole.inverted().inverted().source_language == "a"


@given(st.lists(st.tuples(words, words)), st.sets(words))
def test_lower_case_lets_no_spelling_of_a_held_out_word_become_an_anchor(pairs, test):
    whole = BilingualDictionary(pairs, "a", "b", test)
    lowered = whole.lowered()
    assert list(lowered) == list(dict.fromkeys((s.lower(), t.lower()) for s, t in pairs))
    assert set(lowered.train.sources) == {s.lower() for s, _ in pairs} - {word.lower() for word in test}
    assert list(lowered.lowered()) == list(lowered)


def test_statistics():
    pairs = [*PAIRS, ("Cat", "gatto"), ("CAT", "Gatto"), ("New York", "New York"), ("dog", "cane"), ("go", "andar via")]
    assert BilingualDictionary(pairs, "en", "it").statistics() == Statistics(
        pairs=9,
        source_words=7,
        target_words=8,
        mean_translations=9 / 7,
        most_translations=2,
        most_translated="one",
        duplicates=2,
        identical=1,
        multi_word=2,
        case_only=2,
    )
    assert BilingualDictionary([], "en", "it").statistics() == Statistics(0, 0, 0, 0.0, 0, "", 0, 0, 0, 0)


def test_without_leaves_words_out_in_any_case():
    assert dictionary().without(["CAT"]).sources == ("one", "dog")


def test_coverage_counts_pairs_and_words():
    coverage = dictionary().coverage(space(["cat", "dog"]), space(["gatto", "uno"], "it"))
    assert (coverage.words_found, coverage.words, coverage.pairs_found, coverage.pairs) == (1, 3, 1, 5)
    assert coverage.fraction == pytest.approx(1 / 3)
    assert BilingualDictionary([], "a", "b").coverage(space(["a"]), space(["b"])).fraction == 0


def test_anchors_are_the_first_words_found_with_all_their_translations():
    source, target = space(["dog", "cat", "one"]), space(["gatta", "un", "cane", "gatto", "uno"], "it")
    anchors = Anchors.from_dictionary(dictionary(), source, target)
    assert anchors.source_rows.tolist() == [2, 2, 1, 1, 0]
    assert anchors.target_rows.tolist() == [4, 1, 3, 0, 2]
    assert anchors.weights.tolist() == [0.5, 0.5, 0.5, 0.5, 1] and anchors.n_words == 3 and len(anchors) == 5
    assert anchors.pairs[0] == ("one", "uno")
    assert Anchors.from_dictionary(dictionary(), source, target, translations="all").weights.tolist() == [1] * 5
    only = Anchors.from_dictionary(dictionary(), source, target, translations="first")
    assert only.pairs == (("one", "uno"), ("cat", "gatto"), ("dog", "cane")) and only.weights.tolist() == [1] * 3
    first = Anchors.from_dictionary(dictionary(), source, target, n_words=2)
    assert first.n_words == 2 and set(first.source_rows.tolist()) == {1, 2}
    # A word that is not in the vocabularies does not use up a place.
    fewer = Anchors.from_dictionary(dictionary(), space(["dog", "cat"]), target, n_words=2)
    assert set(fewer.source_rows.tolist()) == {0, 1}


def test_spellings_that_fall_on_one_row_are_one_pair():
    pairs = BilingualDictionary([("Cat", "gatto"), ("cat", "Gatto"), ("dog", "cane")], "en", "it")
    anchors = Anchors.from_dictionary(pairs, space(["cat", "dog"]), space(["gatto", "cane"], "it"))
    assert len(anchors) == 2 and anchors.pairs[0] == ("Cat", "gatto")


def test_too_few_anchors_say_how_many_and_what_to_check():
    with pytest.raises(TooFewAnchors) as error:
        Anchors.from_dictionary(dictionary(), space(["gatto", "cane", "dog"]), space(["cat", "cane"], "it"))
    assert str(error.value) == (
        "only 1 of the 5 dictionary pairs is in both vocabularies and an alignment needs 2 or more "
        "(1 of 3 source words are in the en vocabulary); check that the dictionary is en-it, and that enough words of "
        "the vectors are read"
    )
    with pytest.raises(TooFewAnchors) as error:
        Anchors.from_dictionary(dictionary(), space(["gatto", "cane", "dog"]), space(["cat", "dog"], "it"))
    assert str(error.value) == (
        "only 0 of the 5 dictionary pairs are in both vocabularies and an alignment needs 2 or more "
        "(1 of 3 source words are in the en vocabulary); the dictionary is it-en, it seems; turn it round"
    )
    with pytest.raises(InvalidParameter, match="^the number of anchors must be 2 or more, not 1$"):
        Anchors.from_dictionary(dictionary(), space(["cat"]), space(["gatto"], "it"), n_words=1)
