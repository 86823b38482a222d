"""Words of a file without a dictionary: every line is found where it is, and nothing else is."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordrel import lines as room
from wordrel.lines import Lines

LINE = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=6)


def text_of(words):
    return "".join(f"{word}\n" for word in words).encode("utf-8")


@given(st.lists(LINE, max_size=30), st.lists(LINE, max_size=30), st.integers(1, 40))
def test_lines_are_found_as_in_a_list(words, others, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_BLOCK", block)
        found = Lines(text_of(words))
        assert len(found) == len(words) and list(found) == words and found == words and found[:] == tuple(words)
        assert [found[i] for i in range(-len(words), len(words))] == words * 2
        assert found[1:4] == tuple(words[1:4]) and found[::-2] == tuple(words[::-2])
        # The first few are looked for in the text, the others in the index.
        for word in [*words, *others] * 3:
            assert found.find(word) == (words.index(word) if word in words else None)


def test_several_lines_are_those_one_by_one():
    words = ["cat", "", "città", "a" * 70]
    found = Lines(text_of(words))
    assert found.take([3, 0, 0, 2, 1]) == [words[row] for row in (3, 0, 0, 2, 1)] and found.take([]) == []
    assert [found.find(word) for word in words for _ in range(4)] == [row for row in range(4) for _ in range(4)]


def test_an_index_tells_lines_of_one_hash_apart(monkeypatch):
    monkeypatch.setattr(room, "_BASE", 1 << 32)  # beyond the second letter nothing counts
    monkeypatch.setattr(room, "_FEW", 0)
    words = ["abc", "abd", "ab", "abcd", ""]
    found = Lines(text_of(words))
    assert [found.find(word) for word in words] == [0, 1, 2, 3, 4] and found.find("abe") is None


def test_a_part_of_a_word_and_two_words_are_no_line():
    found = Lines(text_of(["cat", "concat", "two words"]))
    for _ in range(12):
        assert found.find("at") is None and found.find("cat\nconcat") is None and found.find("words") is None
        assert found.find("concat") == 1 and found.find("two words") == 2


def test_some_of_the_lines():
    words = [f"w{i}" for i in range(20)]
    for n in (0, 1, 7, 20, 90):
        found = Lines(text_of(words), n)
        assert list(found) == words[:n] and found.find("w7") == (7 if n > 7 else None)


def test_equality_is_that_of_sequences():
    found = Lines(text_of(["a", "b"]))
    assert found == ["a", "b"] and found == ("a", "b") and found == Lines(b"a\nb\n")
    assert found != ["a"] and found != ("a", "c") and found != 3 and repr(found) == "<2 lines>"
    with pytest.raises(TypeError):
        hash(found)
    with pytest.raises(IndexError):
        found[2]


@pytest.mark.parametrize("text", [b"no end", b"\xff\n", "é\n".encode() * (1 << 19) + b"\xc3\n"])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(ValueError, match="end|decode"):
        Lines(text)


def test_text_is_checked_in_parts_that_end_with_a_line():
    words = ["é" * n for n in np.random.default_rng(0).integers(0, 3000, size=1500).tolist()]
    assert list(Lines(text_of(words))) == words
    assert Lines(("é" * (1 << 21) + "\n").encode()).find("é" * (1 << 21)) == 0


def test_lines_are_copied_and_pickled():
    found = Lines(text_of(["a", "b"]))
    for again in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert again == found and again.find("b") == 1
