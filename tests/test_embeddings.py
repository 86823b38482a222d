import numpy as np
import pytest

import wordrel
from wordrel.errors import InvalidParameter, UnknownWord, shorten

Embeddings = wordrel.Embeddings


def test_look_up_falls_back_to_lower_and_title_case():
    space = Embeddings(["cat", "Rome", "NASA"], np.arange(6).reshape(3, 2), "en")
    assert [space.row(word) for word in ("cat", "CAT", "rome", "Rome", "NASA")] == [0, 0, 1, 1, 2]
    assert space.find("nasa") is None and "nasa" not in space and 3 not in space
    assert space["Cat"].tolist() == [0, 1]
    assert space.rows(["Rome", "cat"]).tolist() == [1, 0]
    assert list(space) == ["cat", "Rome", "NASA"] and len(space) == 3 and space.dimensions == 2
    assert repr(space) == "Embeddings('en', 3 words x 2)"


def test_exact_spelling_comes_before_the_fall_back():
    space = Embeddings(["us", "US"], np.eye(2), "en")
    assert space.row("US") == 1 and space.row("us") == 0 and space.row("Us") == 0


def test_an_unknown_word_offers_the_closest_spellings():
    space = Embeddings(["house", "horse", "mouse", "tree"], np.eye(4), "en")
    with pytest.raises(UnknownWord) as error:
        space["hose"]
    assert str(error.value) == "'hose' is not in the en vocabulary; did you mean house or horse?"
    assert isinstance(error.value, KeyError) and error.value.suggestions[0] == "house"
    with pytest.raises(UnknownWord) as error:
        space["qqq"]
    assert str(error.value) == "'qqq' is not in the en vocabulary; no similar spelling is known"


def test_a_very_long_word_is_answered_at_once_and_shortened():
    space = Embeddings(["a"], np.eye(1), "en")
    with pytest.raises(UnknownWord) as error:
        space["x" * 5000]
    assert str(error.value) == f"'{'x' * 30}…{'x' * 30}' is not in the en vocabulary; no similar spelling is known"
    assert shorten("a\tb\x1b") == "a\\tb\\x1b"


def test_vectors_are_read_only_float32_and_a_map_stays_a_map(tmp_path):
    np.save(tmp_path / "m.npy", np.eye(3, dtype=np.float32))
    mapped = np.load(tmp_path / "m.npy", mmap_mode="r")
    space = Embeddings(["a", "b", "c"], mapped, "en")
    assert isinstance(space.vectors, np.memmap) and np.shares_memory(space.vectors, mapped)
    with pytest.raises(ValueError, match="read-only"):
        space.vectors[0, 0] = 5
    assert Embeddings(["a"], np.ones((1, 2), dtype=np.float16), "en").vectors.dtype == np.float32


def test_head_shares_memory_and_keeps_provenance():
    space = Embeddings(["a", "b"], np.eye(2, dtype=np.float32), "en", {"source": "x"})
    head = space.head(1)
    assert list(head) == ["a"] and head.provenance == {"source": "x"} and np.shares_memory(head.vectors, space.vectors)
    with pytest.raises(InvalidParameter, match="^the number of words must be 1 or more, not 0$"):
        space.head(0)


@pytest.mark.parametrize(
    ("words", "vectors", "message"),
    [
        (["a"], np.ones(3), "vectors must be a table of words x dimensions, not of 1 dimensions"),
        (["a"], np.eye(2), "1 words but 2 vectors; give one row for each word"),
        ([], np.empty((0, 2)), "embeddings need at least one word and one dimension"),
        (["a", "b", "a"], np.eye(3), "the word 'a' stands twice; keep one row for each word"),
        (["a", ""], np.eye(2), "the word '' is empty or has a line break in it; leave its row out"),
        (["a", "b\nc"], np.eye(2), "the word 'b\\nc' is empty or has a line break in it; leave its row out"),
        (["a", "b"], [[1, 2], [np.nan, 0]], "the vector of 'b' has a NaN or infinite number; leave it out"),
        (["a", "b"], [[1, -np.inf], [0, 0]], "the vector of 'a' has a NaN or infinite number; leave it out"),
    ],
)
def test_what_cannot_be_is_refused(words, vectors, message):
    with pytest.raises(InvalidParameter) as error:
        Embeddings(words, vectors, "en")
    assert str(error.value) == message


def test_public_names_are_all_there_and_no_others():
    assert all(getattr(wordrel, name) is not None for name in wordrel.__all__)
    assert set(dir(wordrel)) == set(wordrel.__all__)
    assert wordrel.search.csls_top is wordrel.csls.csls_top
    with pytest.raises(AttributeError, match="^module 'wordrel' has no attribute 'nonsense'$"):
        wordrel.nonsense  # noqa: B018


def test_swapped_letters_are_suggested_first():
    space = wordrel.Embeddings(["hose", "whose", "house", "those"], np.eye(4), "en")
    for typed in ("huose", "Huose"):
        with pytest.raises(UnknownWord) as raised:
            space.row(typed)
        assert raised.value.suggestions[0] == "house"
    with pytest.raises(UnknownWord):
        space.row("x" * 50_000)
