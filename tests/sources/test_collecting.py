"""What is done with the rows of every reader, against loops."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordrel.errors import FormatError
from wordrel.sources.collecting import collect
from wordrel.sources.options import ReadOptions
from wordrel.sources.rows import Block, Table


def table(blocks, rows=None, first_line=None):
    return Table(blocks[0].vectors.shape[1], iter(blocks), rows, first_line)


def blocks_of(words, vectors, sizes):
    ends = np.cumsum(sizes)
    return [Block(words[end - n : end], vectors[end - n : end]) for end, n in zip(ends, sizes, strict=True)]


@given(
    st.lists(st.sampled_from(["a", "A", "b", "B", "ß", "SS", "c", "d", "é"]), min_size=1, max_size=30),
    st.integers(1, 7),
    st.booleans(),
    st.one_of(st.none(), st.sets(st.sampled_from(["a", "A", "b", "ss"]))),
    st.one_of(st.none(), st.integers(0, 40)),
)
def test_the_first_of_each_word_is_kept(words, size, lower, only, promised):
    vectors = np.arange(1.0, 2 * len(words) + 1).reshape(-1, 2)
    blocks = [Block(words[i : i + size], vectors[i : i + size]) for i in range(0, len(words), size)]
    wanted = {}
    n_repeated = 0
    for word, vector in zip(words, vectors, strict=True):
        key = word.lower() if lower else word
        if only is not None and key not in only:
            continue
        n_repeated += key in wanted
        wanted.setdefault(key, vector)
    options = ReadOptions(lower=lower, only=None if only is None else frozenset(only))
    if not wanted:
        with pytest.raises(FormatError, match="^f: has none of the words that are asked for; check their spelling$"):
            collect(table(blocks, promised), options, "f")
        return
    found = collect(table(blocks, promised), options, "f")
    assert found.rows == {word: row for row, word in enumerate(wanted)}
    np.testing.assert_array_equal(found.vectors, np.array(list(wanted.values()), dtype=np.float32))
    assert found.vectors.dtype == np.float32 and found.n_read == len(words)
    assert len(found.notes) == (n_repeated > 0)
    if n_repeated:
        assert found.notes[0].startswith(f"{n_repeated} repeated word")


def test_a_whole_table_is_kept_without_a_copy(tmp_path):
    np.save(tmp_path / "a.npy", np.eye(3, dtype=np.float32))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    found = collect(table([Block(["a", "b", "c"], mapped)], rows=3), ReadOptions(), "f")
    assert isinstance(found.vectors, np.memmap) and np.shares_memory(found.vectors, mapped)


def test_more_rows_than_the_file_promised():
    vectors = np.arange(20.0).reshape(10, 2)
    found = collect(table(blocks_of(list("abcdefghij"), vectors, [3, 3, 4]), rows=3), ReadOptions(), "f")
    np.testing.assert_array_equal(found.vectors, vectors)


def test_float16_keeps_its_type_and_what_is_too_large_for_it_is_refused():
    good = Block(["a", "b"], np.array([[0.5, 1], [65504, 2]]))
    found = collect(table([good]), ReadOptions(dtype="float16"), "f")
    assert found.vectors.dtype == np.float16 and found.vectors.tolist() == [[0.5, 1], [65504, 2]]
    for bad, dtype in ((70000.0, "float16"), (1e300, "float32"), (np.nan, "float32")):
        with pytest.raises(
            FormatError, match=f"^{re.escape('f: row 2:')} the vector of 'c' has a NaN or infinite number"
        ):
            collect(table([good, Block(["c"], np.array([[1, bad]]))]), ReadOptions(dtype=dtype), "f")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a", ""], "f:12: the word is empty or has a line break in it; leave the line out"),
        (["a\nb", "c"], "f:11: the word is empty or has a line break in it; leave the line out"),
    ],
)
def test_words_that_are_none(words, message):
    with pytest.raises(FormatError) as error:
        collect(table([Block(words, np.eye(2))], first_line=11), ReadOptions(), "f")
    assert str(error.value) == message


def test_what_was_passed_over_is_said_with_its_place():
    vectors = np.array([[1, 2], [0, 0], [3, 4], [0, 0], [5, 6]])
    found = collect(table(blocks_of(list("abacb"), vectors, [2, 3]), first_line=2), ReadOptions(), "f")
    assert found.notes == [
        "2 repeated words left out (first: 'a', line 4)",
        "2 words with only zeros, never found as a neighbour (first: 'b', line 3)",
    ]
    found = collect(table([Block(["a", "b"], np.array([[0, 0], [1, 1]]))]), ReadOptions(), "f")
    assert found.notes == ["1 word with only zeros, never found as a neighbour (first: 'a', row 0)"]


def test_nothing_at_all():
    with pytest.raises(FormatError, match="^f: has no vectors in it; check that the download is complete$"):
        collect(Table(3, iter([])), ReadOptions(), "f")
