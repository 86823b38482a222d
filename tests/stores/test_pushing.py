"""Stores find what `Alignment.translate` finds."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import wordrel
from tests.stores.conftest import PLACES, SEARCHES
from wordrel.errors import InvalidParameter, OutputExists, WordrelWarning
from wordrel.stores import StoreError, open_store, push
from wordrel.stores.pushing import batches

ZERO = r"^1 word with only zeros left out, which no cosine finds$"


def test_translations_are_found_in_a_real_store(here, small, kind):
    with open_store(kind, path=PLACES[kind]) as store:
        with pytest.warns(WordrelWarning, match=ZERO):
            done = push(small, store, "words", batch=7)
        assert (done.words, done.zeros, done.dimensions) == ({"xx": 50, "yy": 39}, 1, 6) and store.count("words") == 89
        for language, into, words in (("xx", "yy", ("x3", "x11", "x42")), ("yy", "xx", ("y0", "y38"))):
            for word in words:
                expected = small.translate(word, language, k=4, scorer="nn")
                found = SEARCHES[kind](store, small.spaces[language][word], into, 4)
                assert [name for name, _, _ in found] == [one.word for one in expected]
                np.testing.assert_allclose([score for _, score, _ in found], [one.score for one in expected], atol=1e-5)
                assert [rank for _, _, rank in found] == [int(one.word[1:]) + 1 for one in expected]


def test_a_collection_is_replaced_only_when_asked(here, small, kind):
    with open_store(kind, path=PLACES[kind]) as store:
        push(small, store, "words", limit=5)
        with pytest.raises(OutputExists) as caught:
            push(small, store, "words", limit=6)
        assert store.count("words") == 10
        push(small, store, "words", limit=6, force=True)
        push(small, store, "others", limit=2)
        assert (store.count("words"), store.count("others")) == (12, 4)
    assert str(caught.value) == (
        f"{PLACES[kind]}: has a collection 'words'; choose another name with --collection, or replace it with --force"
    )


def test_a_name_that_a_store_refuses_is_one_line(here, small, kind):
    with open_store(kind, path=PLACES[kind]) as store, pytest.raises(StoreError) as caught:
        push(small, store, "a/b", limit=2)
    said = str(caught.value)
    assert said.startswith(f"{PLACES[kind]}: the store refuses (") and "\n" not in said
    assert said.endswith("); check the place and the name of the collection")


def test_servers_that_are_not_there_are_one_line(here, small, kind, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    if kind == "milvus":
        pytest.skip("its client tries for six seconds")
    with pytest.raises(StoreError) as caught, open_store(kind, url="http://127.0.0.1:1") as store:
        push(small, store, "words", limit=2)
    said = str(caught.value)
    assert said.startswith("http://127.0.0.1:1: the store refuses (") and "\n" not in said


class Failing:
    """A store that fails at the second batch, or forgets words."""

    place, trouble = "there", (ConnectionError,)

    def __init__(self, fail: BaseException | None) -> None:
        self.fail, self.collections = fail, {}

    def exists(self, collection):
        return collection in self.collections

    def create(self, collection, dimensions):
        self.collections[collection] = []

    def write(self, collection, points):
        if self.collections[collection] and self.fail:
            raise self.fail
        self.collections[collection] += points.words

    def finish(self, collection):
        self.collections[collection] = self.collections[collection][1:]

    def count(self, collection):
        return len(self.collections[collection])

    def drop(self, collection):
        del self.collections[collection]


@pytest.mark.parametrize(
    ("fail", "raised", "message"),
    [
        (ConnectionError("gone\naway"), StoreError, "there: the store refuses (gone away); check the place and the name of the collection"),
        (KeyboardInterrupt(), KeyboardInterrupt, ""),
        (None, StoreError, "there: has 9 of the 10 words that were sent; push again, in smaller batches"),
    ],
)  # fmt: skip
def test_a_push_that_fails_leaves_no_half_collection(small, fail, raised, message):
    store = Failing(fail)
    store.collections["other"] = ["kept"]
    with pytest.raises(raised) as caught:
        push(small, store, "words", limit=5, batch=2)
    assert str(caught.value) == message and store.collections == {"other": ["kept"]}


def test_batches_are_dense_numbered_and_whole(small):
    X = np.array([[1, 0, 0], [0, 0, 0], [0, 0.6, 0.8]], dtype=np.float32)
    spaces = [
        wordrel.Embeddings(["a", "b", "c"], csr_array(X), "xx"),
        wordrel.Embeddings(["d", "e"], X[[2, 0]], "yy"),
    ]
    found = list(batches(spaces, [np.array([0, 2]), np.array([0, 1])], 1))
    assert [(list(one.ids), one.words, one.language, one.ranks) for one in found] == [
        ([0], ["a"], "xx", [1]), ([1], ["c"], "xx", [3]), ([2], ["d"], "yy", [1]), ([3], ["e"], "yy", [2])
    ]  # fmt: skip
    np.testing.assert_array_equal(np.concatenate([one.vectors for one in found]), X[[0, 2, 2, 0]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("redis", None, "a"), "unknown store 'redis'; choose one of: qdrant, lancedb, milvus"),
        (("qdrant", None, None), "the store qdrant needs a url or a path, one of the two; give --url or --path"),
        (("milvus", "a", "b"), "the store milvus needs a url or a path, one of the two; give --url or --path"),
    ],
)
def test_bad_places(arguments, message):
    with pytest.raises(InvalidParameter) as caught:
        open_store(*arguments)
    assert str(caught.value) == message


def test_a_batch_of_nothing(small):
    with pytest.raises(InvalidParameter) as caught:
        push(small, Failing(None), "words", batch=0)
    assert str(caught.value) == "a batch must have 1 or more words, not 0"
