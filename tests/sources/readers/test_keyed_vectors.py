import io
import pickle
import re

import numpy as np
import pytest
from gensim.models import FastText, KeyedVectors, Word2Vec

from tests.sources.readers.reading import VECTORS, WORDS, gzipped, put, read
from wordrel.errors import FormatError
from wordrel.sources.opening import open_path, open_stream
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import keyed_vectors

SENTENCES = [["città", "perché", "東京", "cat"], ["dog", "cat", "New York"]] * 20


@pytest.fixture
def vectors():
    model = KeyedVectors(VECTORS.shape[1])
    model.add_vectors(WORDS, VECTORS)
    return model


def test_keyed_vectors(tmp_path, vectors):
    vectors.save(str(tmp_path / "a.kv"))
    found = read(tmp_path / "a.kv")
    assert found.words == WORDS and found.table.composer is None
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert read(tmp_path / "a.kv", limit=4).words == WORDS[:4]


def test_arrays_beside_the_file_are_mapped(tmp_path, vectors):
    vectors.save(str(tmp_path / "a.kv"), sep_limit=1)
    assert (tmp_path / "a.kv.vectors.npy").exists()
    with open_path(tmp_path / "a.kv") as opened:
        (block,) = keyed_vectors.read(opened, ReadOptions()).blocks
    assert isinstance(block.vectors, np.memmap)
    np.testing.assert_array_equal(block.vectors, VECTORS)
    (tmp_path / "a.kv.vectors.npy").unlink()
    with pytest.raises(FormatError, match="keep the .npy files beside it, or save it again$"):
        read(tmp_path / "a.kv")


def test_whole_models_and_subwords(tmp_path):
    Word2Vec(SENTENCES, vector_size=6, min_count=1, epochs=1, workers=1).save(str(tmp_path / "w.model"))
    model = Word2Vec.load(str(tmp_path / "w.model"))
    found = read(tmp_path / "w.model")
    assert found.words == model.wv.index_to_key and found.table.composer is None
    np.testing.assert_array_equal(found.vectors, model.wv.vectors)

    model = FastText(SENTENCES, vector_size=6, min_count=1, bucket=100, epochs=1, workers=1)
    for name, saved in (("f.model", model), ("f.kv", model.wv)):
        saved.save(str(tmp_path / name))
        found = read(tmp_path / name)
        np.testing.assert_allclose(found.vectors, model.wv.vectors, atol=1e-6)
        np.testing.assert_allclose(found.table.composer("dogs"), model.wv["dogs"], atol=1e-6)


def dangerous(path):
    class Dangerous:
        def __reduce__(self):
            return (io.open, (str(path), "w"))

    return pickle.dumps(Dangerous())


def test_pickles_are_opened_only_from_a_file_that_was_named(tmp_path):
    bad = dangerous(tmp_path / "proof")
    message = (
        "is a Python pickle; pickles can run code and are opened only from a file that you named, not compressed: save "
        "the vectors with save_word2vec_format"
    )
    with open_stream(io.BytesIO(bad), "http://a/b") as opened, pytest.raises(FormatError) as error:
        keyed_vectors.read(opened, ReadOptions())
    assert str(error.value) == f"http://a/b: {message}"
    path = put(tmp_path / "a.gz", gzipped(bad))
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == f"{path}: {message}"
    path = put(tmp_path / "untrusted", bad)
    with open_path(path) as opened:
        opened.trusted = False
        with pytest.raises(FormatError, match=re.escape(message)):
            keyed_vectors.read(opened, ReadOptions())
    assert not (tmp_path / "proof").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (pickle.dumps([1, 2]), "cannot be opened by gensim ('list' object has no attribute '_load_specials'); keep"),
        (pickle.dumps("a")[:-1], "is a Python pickle that is cut short or damaged; keep"),
        (
            b"\x80\x04cgensim.models.nothing\nname\n.",
            "cannot be opened by gensim (No module named 'gensim.models.nothing'); keep",
        ),
    ],
)
def test_pickles_of_something_else(tmp_path, content, problem):
    path = put(tmp_path / "a.kv", content)
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == f"{path}: {problem} the .npy files beside it, or save it again"


def test_models_without_word_vectors(tmp_path):
    from gensim.corpora import Dictionary

    Dictionary(SENTENCES).save(str(tmp_path / "d"))
    with pytest.raises(FormatError) as error:
        read(tmp_path / "d")
    assert str(error.value) == (
        f"{tmp_path / 'd'}: is a pickle of Dictionary, which has no word vectors; save its KeyedVectors"
    )


def test_keys_that_are_no_words_and_tables_that_are_none(tmp_path, vectors):
    numbered = KeyedVectors(5)
    numbered.add_vectors([0, 1], VECTORS[:2])
    numbered.save(str(tmp_path / "n"))
    with pytest.raises(FormatError) as error:
        read(tmp_path / "n")
    assert str(error.value).endswith("has keys that are not words; save a model of words with save_word2vec_format")
    vectors.vectors = vectors.vectors[:3]
    vectors.save(str(tmp_path / "v"))
    with pytest.raises(FormatError) as error:
        read(tmp_path / "v")
    assert str(error.value) == f"{tmp_path / 'v'}: has no row of numbers for each word; save it again"
    KeyedVectors(5).save(str(tmp_path / "e"))
    with pytest.raises(FormatError) as error:
        read(tmp_path / "e")
    assert str(error.value) == f"{tmp_path / 'e'}: has no vectors in it; check that the model was trained"


class Program:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", ["a.vec", "a.kv"])
def test_a_pickle_that_is_a_program_is_not_run(tmp_path, name, protocol):
    import os

    place = tmp_path / "was run"
    path = put(tmp_path / name, pickle.dumps([Program(os.mkdir, str(place))], protocol=protocol))
    with pytest.raises(FormatError) as error:
        read(path)
    assert not place.exists()
    if protocol > 1:  # older ones do not begin as pickles do, and are taken for text
        assert str(error.value) == (
            f"{path}: is a Python pickle that would run posix.mkdir, which no file of gensim's does; do not open it"
        )


def test_programs_behind_names_of_gensim_are_seen_too(tmp_path):
    from wordrel.sources.readers.pickles import strangers

    hidden = b"\x80\x04\x8c\x16gensim.models.word2vec\x8c\x12utils.check_output\x93."
    assert strangers(io.BytesIO(hidden)) == ["gensim.models.word2vec.utils.check_output"]
    memoized = b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94h\x00h\x01\x93."
    assert strangers(io.BytesIO(memoized)) == ["posix.system"]
    with pytest.raises(ValueError, match="its names cannot be told"):
        strangers(io.BytesIO(b"\x80\x04K\x01K\x02\x93."))
