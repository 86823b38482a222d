"""KeyedVectors and models of gensim, to and from."""

import numpy as np
import pytest
from gensim.models import Doc2Vec, FastText, KeyedVectors, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from hypothesis import given, settings
from hypothesis import strategies as st

import wordrel
from tests.interop.conftest import ODD, space
from wordrel.errors import InvalidParameter

SENTENCES = [["cat", "sat", "on", "the", "mat"], ["the", "dog", "sat"], ["caffè\u00a0nero", "#", "the"]] * 4


def test_neighbours_in_gensim_are_those_of_brute_force(alignment):
    for one in alignment.spaces.values():
        kv = wordrel.to_gensim(one)
        table = one.vectors.astype(np.float64)
        for row in (0, 100, 2000):
            cosines = table @ table[row]
            cosines[row] = -2
            best = np.argsort(-cosines)[:8]
            found = kv.most_similar(one.words[row], topn=8)
            assert [word for word, _ in found] == [one.words[i] for i in best]
            np.testing.assert_allclose([score for _, score in found], cosines[best], atol=1e-6)


def test_neighbours_in_gensim_are_those_of_the_alignment(alignment):
    kv = wordrel.to_gensim(alignment.target)
    ours = alignment.translate_many(["house", "water"], k=5, scorer="nn")
    for word, found in zip(["house", "water"], ours, strict=True):
        theirs = kv.similar_by_vector(alignment.source[word], topn=5)
        assert [name for name, _ in theirs] == [one.word for one in found]
        np.testing.assert_allclose([score for _, score in theirs], [one.score for one in found], atol=1e-6)


def test_the_matrix_is_shared_and_stays_read_only():
    one = space(ODD, "en")
    kv = wordrel.to_gensim(one)
    assert np.shares_memory(kv.vectors, one.vectors) and kv.index_to_key == ODD and kv.vector_size == 7
    with pytest.raises(ValueError, match="read-only"):
        kv.unit_normalize_all()


def test_words_can_be_added_to_what_was_made():
    one = space(["a", "b"], "en")
    kv = wordrel.to_gensim(one)
    kv.add_vectors(["c", "d"], np.full((2, 7), 2, dtype=np.float32))
    assert kv.index_to_key == ["a", "b", "c", "d"] and len(one) == 2
    np.testing.assert_array_equal(kv["c"], np.full(7, 2))
    np.testing.assert_array_equal(kv["b"], one["b"])


def test_a_memory_map_and_zeros_survive_saving(tmp_path):
    np.save(tmp_path / "v.npy", np.array([[1, 0], [0, 0], [3, 4]], dtype=np.float32))
    one = wordrel.Embeddings(["a", "nil", "b"], np.load(tmp_path / "v.npy", mmap_mode="r"), "en")
    kv = wordrel.to_gensim(one)
    assert type(kv.vectors) is np.ndarray and kv.norms.tolist() == [1, 1, 5]
    kv.save(str(tmp_path / "a.kv"))
    loaded = KeyedVectors.load(str(tmp_path / "a.kv"))
    assert [(word, round(score, 6)) for word, score in loaded.most_similar("a")] == [("b", 0.6), ("nil", 0.0)]
    assert loaded.similarity("b", "b") == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=5).filter(lambda word: "\n" not in word), min_size=1, unique=True))
def test_there_and_back(words):
    one = space(words, "it")
    back = wordrel.from_gensim(wordrel.to_gensim(one), "it")
    assert back.words == one.words and back.language == "it"
    assert np.shares_memory(back.vectors, one.vectors)
    assert back.provenance == {"source": "gensim KeyedVectors"}


@pytest.mark.parametrize("model", [Word2Vec, FastText])
def test_models_with_their_counts(model):
    trained = model(SENTENCES, vector_size=8, min_count=1, workers=1, seed=1)
    one = wordrel.from_gensim(trained, "en")
    assert list(one.words) == trained.wv.index_to_key and one.words[0] == "the" and "caffè\u00a0nero" in one
    for word in one.words:
        np.testing.assert_array_equal(one[word], trained.wv[word])
    assert one.provenance == {
        "source": f"gensim {model.__name__}",
        "counts": {"sum": 44, "least": 4, "most": 12},
    }
    again = wordrel.from_gensim(trained.wv, "en")
    assert again.words == one.words and again.provenance["counts"] == one.provenance["counts"]
    assert not one.vectors.flags.writeable and trained.wv.vectors.flags.writeable


def test_doubles_become_single():
    kv = KeyedVectors(2, dtype=np.float64)
    kv.add_vectors(["b", "a"], np.array([[1 / 3, 2], [3, 4]]))
    one = wordrel.from_gensim(kv, "xx")
    assert one.vectors.dtype == np.float32 and one.words == ("b", "a")
    np.testing.assert_array_equal(one.vectors, np.array([[1 / 3, 2], [3, 4]], dtype=np.float32))


def keyed(*words: object) -> KeyedVectors:
    kv = KeyedVectors(2)
    kv.add_vectors(list(words), np.arange(2 * len(words), dtype=np.float32).reshape(-1, 2))
    return kv


def documents() -> KeyedVectors:
    return Doc2Vec([TaggedDocument(words, [i]) for i, words in enumerate(SENTENCES)], vector_size=2, min_count=1).dv


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"cat": [1, 2]}, "expected KeyedVectors of gensim or a model with them, not dict; load a file with gensim first, or with wordrel.load"),
        (documents(), "the key of row 0 is 0, which is no word; keep only the keys that are strings, with add_vectors"),
        (KeyedVectors(2, count=3), "the key of row 0 is None, which is no word; keep only the keys that are strings, with add_vectors"),
        (KeyedVectors(2), "embeddings need at least one word and one dimension"),
        (keyed("a", "b\nc"), "the word 'b\\nc' is empty or has a line break in it; leave its row out"),
    ],
)  # fmt: skip
def test_what_is_nothing_of_gensims(model, message):
    with pytest.raises(InvalidParameter) as caught:
        wordrel.from_gensim(model, "en")
    assert str(caught.value) == message


def test_the_docstring_is_a_promise():
    import doctest

    import wordrel.interop.gensim_vectors as module

    assert doctest.testmod(module) == (0, 3)
