"""Blank spaCy pipelines with vectors."""

import sys

import numpy as np
import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab

import wordrel
from tests.interop.conftest import ODD, space
from wordrel.errors import InvalidParameter, MissingExtra, WordrelWarning


def test_a_token_has_the_vector_of_its_word():
    one = space([*ODD, "gatto", "cane"], "it", source="it.vec", licence="CC BY-SA 4.0")
    nlp = wordrel.to_spacy(one)
    assert nlp.lang == "it" and nlp.pipe_names == []
    doc = nlp("gatto e cane")
    np.testing.assert_array_equal(doc[0].vector, one["gatto"])
    assert not doc[1].has_vector and doc[1].vector.tolist() == [0] * 7
    assert doc[0].similarity(doc[2]) == pytest.approx(float(one["gatto"] @ one["cane"]), abs=1e-6)
    assert nlp.meta["license"] == "CC BY-SA 4.0"
    assert nlp.meta["description"] == f"{len(one)} word vectors of it from it.vec"
    for word in one.words:
        np.testing.assert_array_equal(nlp.vocab[word].vector, one.vectors[one.words.index(word)])


def test_nearest_rows_in_spacy_are_those_of_brute_force(alignment):
    one = alignment.target.head(4000)
    vectors = wordrel.to_spacy(one).vocab.vectors
    query = alignment.source["house"].copy()
    cosines = one.vectors.astype(np.float64) @ query.astype(np.float64)
    best = np.argsort(-cosines)[:5]
    keys, _, scores = vectors.most_similar(query[None], n=5)
    strings = {one_key: word for word in one.words for one_key in [spacy.strings.get_string_id(word)]}
    assert [strings[key] for key in keys[0]] == [one.words[i] for i in best]
    np.testing.assert_allclose(scores[0], cosines[best], atol=1e-4)


def test_what_spacy_writes_into_is_its_own():
    one = space(["a", "b"], "it")
    before = one.vectors.copy()
    nlp = wordrel.to_spacy(one)
    nlp.vocab.set_vector("a", np.full(7, 2, dtype=np.float32))
    nlp.vocab.vectors.most_similar(nlp.vocab["b"].vector[None] * 3)
    assert nlp.vocab["a"].vector.tolist() == [2] * 7
    np.testing.assert_array_equal(one.vectors, before)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=5),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_a_vocabulary_on_disk_has_every_word(tmp_path, words):
    one = space(words, "xx", 3)
    wordrel.to_spacy(one).vocab.to_disk(tmp_path / "vocab")
    vocab = Vocab().from_disk(tmp_path / "vocab")
    for row, word in enumerate(words):
        assert word in vocab.strings
        np.testing.assert_array_equal(vocab.get_vector(word), one.vectors[row])
    assert vocab.vectors.data.shape == (len(words), 3)


@pytest.mark.parametrize(
    ("language", "named", "lang"), [("pt-BR", None, "pt"), ("eng", None, "en"), ("it", "es", "es"), ("tlh", "xx", "xx")]
)
def test_the_language_of_the_pipeline(language, named, lang):
    assert wordrel.to_spacy(space(["a"], language), named).lang == lang


@pytest.mark.parametrize("language", ["und", "punctuation", "x/../y", "x"])
def test_a_language_that_spacy_does_not_have(language):
    problem = f"spaCy has no language '{language}', or a package that it needs for it is not installed"
    with pytest.warns(WordrelWarning) as notes:
        nlp = wordrel.to_spacy(space(["gatto"], language))
    assert nlp.lang == "xx" and nlp("gatto")[0].has_vector
    assert [str(note.message) for note in notes] == [f"{problem}; the pipeline is the one for any language"]
    with pytest.raises(InvalidParameter) as caught:
        wordrel.to_spacy(space(["gatto"], "it"), language)
    assert str(caught.value) == f"{problem}; take 'xx', which is for any language"


def test_without_spacy(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "spacy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(MissingExtra) as caught:
        wordrel.to_spacy(space(["a"], "it"))
    assert str(caught.value) == (
        "a spaCy pipeline needs the package spacy; install it with: pip install 'wordrel[to-spacy]'"
    )
