"""Words as a format can hold them, and sparse rows made dense in blocks."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import wordrel
from tests.interop.conftest import alignment_of, read_word2vec, space
from wordrel.errors import InvalidParameter
from wordrel.interop import rows as rows_module
from wordrel.interop.arrays import FINAL_NULS, LINE_BREAKS, write_npz
from wordrel.interop.rows import dense, outgoing
from wordrel.interop.text import BLANKS, write_glove, write_word2vec, write_word2vec_binary

# What Embeddings takes: any text but line feeds; half characters are no text.
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=6)
blanks = st.text(alphabet=" \t\r\v\f_ab\u00a0\0", min_size=1, max_size=4)
words = st.lists(text | blanks, min_size=1, max_size=12, unique=True)
many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sparse_space(n: int = 40, d: int = 30, language: str = "en") -> wordrel.Embeddings:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.2)
    return wordrel.Embeddings([f"w{i}" for i in range(n)], csr_array(table.astype(np.float32)), language)


@many
@given(words)
def test_text_and_binary_are_read_by_gensim_whatever_the_words(tmp_path, given_words):
    one = space(given_words, "en", 3)
    rows = outgoing(one, BLANKS)
    # A word without a blank keeps its spelling; a new spelling is no other word; a row stays with its word.
    expected = {}
    for row, word in enumerate(given_words):
        if not re.search("[ \t\r\v\f]", word):
            expected[word] = row
    for row, word in enumerate(given_words):
        expected.setdefault(re.sub("[ \t\r\v\f]", "_", word), row)
    order = sorted(expected, key=expected.__getitem__)
    assert list(rows.words) == order and len(rows.left_out) == len(given_words) - len(order)
    for write, options in (
        (write_word2vec, {}),
        (write_word2vec_binary, {"binary": True}),
        (write_glove, {"no_header": True}),
    ):
        write(rows, tmp_path / "a")
        kv = read_word2vec(tmp_path / "a", **options)
        assert kv.index_to_key == order
        np.testing.assert_array_equal(kv.vectors, one.vectors[[expected[word] for word in order]])


@many
@given(words)
def test_npz_is_read_by_numpy_whatever_the_words(tmp_path, given_words):
    rows = outgoing(space(given_words, "en", 3), FINAL_NULS)
    write_npz(rows, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["words"].tolist() == list(rows.words)
    assert {word for word in given_words if not word.endswith("\0")} <= set(rows.words)


@many
@given(words)
def test_a_list_of_lines_has_as_many_lines_as_words(given_words):
    rows = outgoing(space(given_words, "en", 3), LINE_BREAKS)
    assert "\n".join(rows.words).splitlines() == list(rows.words)


def test_a_word_that_numpy_would_shorten_is_respelt():
    rows = outgoing(space(["a\0", "b\0c", "d\0\0"], "en"), FINAL_NULS)
    assert rows.words == ["a_", "b\0c", "d__"] and rows.respelt == (("a\0", "a_"), ("d\0\0", "d__"))


@pytest.mark.parametrize("use", [outgoing, wordrel.to_spacy])
def test_half_a_character_is_refused(use):
    with pytest.raises(InvalidParameter) as caught:
        use(space(["a", "b\udce9"], "en"))
    assert str(caught.value) == (
        "the en word 'b\\udce9' has half a character in it, which is no Unicode text; leave it out"
    )


@pytest.mark.parametrize("numbers", [1, 60, 100, 10**6])
def test_sparse_rows_are_dense_in_every_block(monkeypatch, numbers):
    monkeypatch.setattr(rows_module, "_BLOCK_ROWS", 1)
    one = sparse_space()
    blocks = list(outgoing(one).blocks(numbers))
    assert len(blocks) == -(-40 // max(1, numbers // 30))
    assert [word for part, _ in blocks for word in part] == list(one.words)
    np.testing.assert_array_equal(np.concatenate([block for _, block in blocks]), one.vectors.toarray())
    np.testing.assert_array_equal(dense(one), one.vectors.toarray())


def test_rows_that_are_left_out_are_in_no_block():
    table = sparse_space(4).vectors
    one = wordrel.Embeddings(["a b", "a_b", "c d", "e"], table, "en")
    rows = outgoing(one, BLANKS)
    ((written, block),) = rows.blocks()
    assert list(written) == ["a_b", "c_d", "e"] and rows.left_out == ("a b",)
    np.testing.assert_array_equal(block, table.toarray()[1:])
    np.testing.assert_array_equal(rows.embeddings().vectors.toarray(), table.toarray()[1:])


def test_wide_rows_come_in_blocks_of_many_rows_and_little_memory():
    wide = wordrel.Embeddings([f"w{i}" for i in range(1000)], csr_array((1000, 40_000), dtype=np.float32), "en")
    sizes = [block.shape[0] for _, block in outgoing(wide).blocks()]
    assert sizes == [209, 209, 209, 209, 164] and 209 * 40_000 <= 1 << 23 < 210 * 40_000


def test_sparse_rows_of_an_alignment_are_written_dense(tmp_path):
    one, other = sparse_space(), sparse_space(language="it")
    wordrel.interop.export(alignment_of(one, other), tmp_path / "out", "word2vec")
    kv = read_word2vec(tmp_path / "out" / "it.vec")
    np.testing.assert_array_equal(kv.vectors, one.vectors.toarray())


def test_too_many_sparse_rows_are_refused_with_the_number_that_can_be(tmp_path):
    n, d = 20_000, 13_026
    large = wordrel.Embeddings([f"w{i}" for i in range(n)], csr_array((n, d), dtype=np.float32), "en")
    message = (
        "the en vectors are sparse, and 20,000 words x 13,026 numbers would be 1.0 GB; take at most 7,676 words, with "
        "--limit or Embeddings.head"
    )
    for use in (
        outgoing,
        dense,
        wordrel.to_gensim,
        wordrel.to_spacy,
        lambda one: wordrel.interop.export(alignment_of(one, space(["a"], "it")), tmp_path / "out", "npz"),
    ):
        with pytest.raises(InvalidParameter) as caught:
            use(large)
        assert str(caught.value) == message
    assert list(tmp_path.iterdir()) == [] and outgoing(large.head(7676)).dimensions == d
