from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import wordrel
from tests.reference import csls_table, unit
from wordrel.errors import EmptyTest, InvalidParameter
from wordrel.sentences import SentencePairs, idf_weights, retrieve, score_sentences, sentence_vectors, tokenise


@pytest.mark.parametrize(
    ("sentence", "vocabulary", "words"),
    [
        ("The CAT sat, on 2 mats!", (), ["the", "cat", "sat", "on", "2", "mats"]),
        ("L’acqua dell'orso", (), ["l'", "acqua", "dell'", "orso"]),
        ("l'acqua", {"l'acqua"}, ["l'acqua"]),
        ("I don't", {"don't"}, ["i", "don't"]),
        ("'quoted' goin' rock''n'roll", (), ["quoted", "goin", "rock'", "n'", "roll"]),
        ("a_b c-d e.f", (), ["a", "b", "c", "d", "e", "f"]),
        # Letters made of several characters: a vowel sign of Hindi, an accent of its own.
        ("हिन्दी है", (), ["हिन्दी", "है"]),
        ("perche\u0301", (), ["perché"]),
        ("... ' — 😀", (), []),
        ("", (), []),
    ],
)
def test_words_of_a_sentence(sentence, vocabulary, words):
    assert tokenise(sentence, vocabulary) == words


@given(st.text(max_size=40))
@settings(deadline=None)
def test_words_are_lower_case_and_without_blanks(sentence):
    for word in tokenise(sentence):
        assert word == word.lower() and word.strip("'") and not set(word) & set(' \t\n.,;!?"()')


def test_weights_are_those_of_the_definition():
    sentences = [["the", "cat", "the"], ["the", "dog"], ["the"], ["a", "dog"]]
    expected = {"the": log(4 / 3), "cat": log(4), "dog": log(2), "a": log(4)}
    assert idf_weights(sentences) == pytest.approx(expected) and idf_weights([]) == {}
    assert idf_weights([["x"], ["x"]]) == {"x": 0}


def test_vectors_are_weighted_means_of_unit_rows():
    vectors = np.array([[3.0, 0, 0], [0, 5, 0], [1, 1, 1]])
    space = wordrel.Embeddings(["red", "wine", "car"], vectors, "en")
    weights = {"red": 1.0, "wine": 2.0, "car": 0.0}
    sentences = [["red", "wine", "wine"], ["car"], ["what"], [], ["red", "what"], ["Car", "red"]]
    found = sentence_vectors(sentences, space, weights)
    expected = [[1, 4, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0], [1, 0, 0]]
    # "Car" is found as "car", and has the highest weight as a word of its own.
    expected[5] = (unit(vectors)[0] + 2 * unit(vectors)[2]).tolist()
    np.testing.assert_allclose(found.rows, unit(np.array(expected, dtype=float)), atol=1e-6)
    assert (found.known, found.words, found.empty) == (7, 9, 3)
    sparse = wordrel.Embeddings(space.words, csr_array(vectors), "en")
    np.testing.assert_allclose(sentence_vectors(sentences, sparse, weights).rows, found.rows, atol=1e-6)


def test_retrieval_is_that_of_the_definition():
    rng = np.random.default_rng(0)
    source = unit(rng.normal(size=(50, 4))).astype(np.float32)
    target = unit(np.vstack([source + 0.5 * rng.normal(size=source.shape), rng.normal(size=(30, 4))])).astype(
        np.float32
    )
    scores = retrieve(source, target)
    assert (scores.asked, scores.sentences, scores.coverage) == (50, 50, 1)
    for table, found in (
        (source.astype(float) @ target.T, scores.nn),
        (csls_table(source, target, np.arange(50)), scores.csls),
    ):
        place = [sorted(range(80), key=lambda j, row=row: -row[j]).index(i) for i, row in enumerate(table)]
        expected = [np.mean([one < k for one in place]) for k in (1, 5, 10)]
        assert [found.p_at_1.value, found.p_at_5.value, found.p_at_10.value] == pytest.approx(expected)
        assert 0 < expected[0] < 1 and found.p_at_1.low < expected[0] < found.p_at_1.high
    assert scores.to_dict()["scores"]["nn"]["p@5"]["value"] == scores.nn.p_at_5.value


def test_sentences_of_which_nothing_is_known_are_not_asked_and_counted():
    rows = np.eye(4, dtype=np.float32)
    source, target = rows.copy(), rows.copy()
    source[0], target[2] = 0, 0
    scores = retrieve(source, target)
    assert (scores.asked, scores.sentences, scores.coverage, scores.nn.p_at_1.value) == (2, 4, 0.5, 1)
    assert scores.to_dict()["coverage"] == {"asked": 2, "sentences": 4, "fraction": 0.5}
    swapped = retrieve(rows, rows, gold=[{1}, {0}, {2, 3}, {3}])
    assert swapped.nn.p_at_1.value == 0.5 and swapped.asked == 4
    everything = (
        "^none of the 2 sentences and its translation has a known word; check the languages of the two columns$"
    )
    with pytest.raises(EmptyTest, match=everything):
        retrieve(np.zeros((2, 3), dtype=np.float32), rows[:2, :3])
    with pytest.raises(InvalidParameter, match="^4 sentences cannot have a translation each among 3$"):
        retrieve(rows, rows[:3])


def test_translated_sentences_are_found(toy):
    source, target, _ = toy
    aligned = [
        wordrel.Embeddings(source.words, source.vectors, "xx"),
        wordrel.Embeddings(target.words, source.vectors, "yy"),
    ]
    rng = np.random.default_rng(0)
    numbers = [rng.integers(0, 60, 5).tolist() for _ in range(30)]
    pairs = [(" ".join(f"s{i}" for i in one), " ".join(f"T{i}" for i in one)) for one in numbers]
    # A sentence that stands twice has two right answers, and an unknown one is counted.
    pairs += [(pairs[0][0], pairs[1][1]), ("what ever", "che cosa")]
    scores = score_sentences(SentencePairs(tuple(pairs), "xx", "yy"), *aligned)
    assert (scores.asked, scores.sentences) == (30, 31)
    assert scores.nn.p_at_1.value == scores.csls.p_at_1.value == 1
    turned = score_sentences(SentencePairs(tuple(pairs), "xx", "yy"), source, target)
    assert turned.nn.p_at_1.value < 0.3
    with pytest.raises(
        EmptyTest, match="^there are no sentence pairs; give a file of 'sentence TAB translation' lines$"
    ):
        score_sentences(SentencePairs((), "xx", "yy"), source, target)
