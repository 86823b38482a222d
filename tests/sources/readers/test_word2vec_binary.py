import re

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.readers.reading import PLAIN, VECTORS, drained, gzipped, put, read, word2vec
from wordrel.errors import FormatError, WordrelWarning
from wordrel.sources.opening import open_path
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import word2vec_binary


@pytest.mark.parametrize("end", [b"\n", b""], ids=["word2vec", "gensim"])
@pytest.mark.parametrize("block", [8 << 20, 1], ids=["one block", "many blocks"])
def test_both_programs_are_read(tmp_path, monkeypatch, end, block):
    monkeypatch.setattr(word2vec_binary, "_BLOCK_BYTES", block)
    found = read(put(tmp_path / "a.bin", word2vec(end=end)))
    assert found.words == PLAIN and found.table.rows == len(PLAIN)
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_what_gensim_writes_is_read_and_what_is_read_gensim_reads(tmp_path):
    model = KeyedVectors(VECTORS.shape[1])
    model.add_vectors(PLAIN, VECTORS)
    model.save_word2vec_format(str(tmp_path / "a.bin"), binary=True)
    found = read(tmp_path / "a.bin")
    assert found.words == model.index_to_key
    np.testing.assert_array_equal(found.vectors, model.vectors)


def test_a_row_that_lies_across_blocks(tmp_path):
    rng = np.random.default_rng(1)
    words = [f"{'w' * int(rng.integers(1, 1900))}{i}" for i in range(3000)]
    vectors = rng.normal(size=(3000, 900)).astype(np.float32)
    found = read(put(tmp_path / "a.bin", word2vec(words, vectors)))
    assert found.words == words
    np.testing.assert_array_equal(found.vectors, vectors)


@given(
    words=st.lists(st.text(st.characters(codec="utf-8", exclude_characters=" \n"), min_size=1), min_size=1, max_size=8),
    dimensions=st.integers(1, 9),
    bits=st.integers(0, 2**32 - 1),
)
@settings(max_examples=50, deadline=None)
def test_any_words_and_numbers(tmp_path_factory, words, dimensions, bits):
    # Any bytes may stand in a vector: blanks, line breaks, the numbers of a NaN.
    raw = np.random.default_rng(bits).integers(0, 256, size=(len(words), 4 * dimensions), dtype=np.uint8)
    path = put(tmp_path_factory.getbasetemp() / "any.bin", word2vec(words, raw.view("<f4")))
    with open_path(path) as opened:
        found = drained(word2vec_binary.read(opened, ReadOptions()))
    assert found.words == words
    np.testing.assert_array_equal(found.vectors.view(np.uint8), raw)


@pytest.mark.parametrize("limit", [1, 5, 12, 100])
def test_the_limit(tmp_path, limit):
    found = read(put(tmp_path / "a.bin", word2vec()), limit=limit)
    assert found.words == PLAIN[:limit]
    np.testing.assert_array_equal(found.vectors, VECTORS[:limit])


def test_what_is_after_the_limit_is_not_read(tmp_path):
    cut = word2vec()[:200]
    assert read(put(tmp_path / "a.bin", cut), limit=3).words == PLAIN[:3]


def test_a_compressed_file_promises_no_number_of_rows(tmp_path):
    found = read(put(tmp_path / "a.bin", gzipped(word2vec())))
    assert found.words == PLAIN and found.table.rows is None


def test_a_header_is_not_believed_further_than_the_file_is_long(tmp_path):
    path = put(tmp_path / "a.bin", word2vec(header="1000000000000 5\n"))
    found = read(path, limit=2)
    assert found.words == PLAIN[:2] and found.table.rows == path.stat().st_size // 22


BAD = {
    "fewer rows": (
        word2vec(header="200000 5\n"),
        "the header promises 200,000 words and there are 12; download the file again",
    ),
    "cut row": (word2vec()[:-9], "row 11 is cut short; download the file again"),
    "cut word": (
        word2vec(end=b"") + b"wor",
        "3 bytes follow the 12 words that the header promises; correct the header",
    ),
    "more rows": (
        word2vec(header="11 5\n"),
        f"{len(PLAIN[-1]) + 22} bytes follow the 11 words that the header promises; correct the header",
    ),
    "long word": (
        word2vec(["a", "b" * 2001], VECTORS[:2]),
        "row 1: a word of more than 2,000 bytes; download the file again",
    ),
    "dimensions": (
        b"12 9999999999\nword \0\1\2\3" + bytes(100),
        "the header promises vectors of 9,999,999,999 numbers; download the file again",
    ),
}


@pytest.mark.parametrize(("content", "problem"), BAD.values(), ids=BAD)
def test_bad_files_say_what_is_wrong(tmp_path, content, problem):
    path = put(tmp_path / "a.bin", content)
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {problem}')}$"):
        read(path)


def test_the_longest_word_is_read(tmp_path):
    words = ["a", "b" * 2000]
    assert read(put(tmp_path / "a.bin", word2vec(words, VECTORS[:2]))).words == words


def test_words_that_are_not_utf8_are_left_out_and_counted(tmp_path):
    content = (
        word2vec(["abc", "caffè", "d", "perché"], VECTORS[:4])
        .replace("è".encode(), b"\xe8")
        .replace("é".encode(), b"\xe9")
    )
    path = put(tmp_path / "a.bin", content)
    with pytest.warns(WordrelWarning) as notes:
        found = read(path)
    assert found.words == ["abc", "d"]
    np.testing.assert_array_equal(found.vectors, VECTORS[[0, 2]])
    assert [str(note.message) for note in notes] == [f"{path}: 2 words that are not UTF-8 left out (first: row 1)"]


def test_without_a_header_it_is_no_word2vec_file(tmp_path):
    path = put(tmp_path / "a.bin", b"one two three\n")
    with (
        open_path(path) as opened,
        pytest.raises(FormatError, match="has no header of two counts, so it is no word2vec file; download the file"),
    ):
        word2vec_binary.read(opened, ReadOptions())
