import warnings

import numpy as np
import pytest

import wordrel
from tests.conftest import rotated_spaces
from tests.reference import csls_table, unit
from tests.test_csls import clustered
from wordrel import blockwise, fitting, preprocessing, topk
from wordrel.blockwise import HalfRows, SelectedRows, blocks, is_blockwise, on_disk
from wordrel.csls import csls_top
from wordrel.errors import ArtefactError, InvalidParameter
from wordrel.nearest import nearest
from wordrel.preprocessing import Preprocessing
from wordrel.sparse import as_matrix, squared_norms


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of 7 rows, so that small spaces have many."""
    monkeypatch.setattr(blockwise, "BLOCK_ROWS", 7)
    monkeypatch.setattr(preprocessing, "_ROWS", 3)


def halves(tmp_path, rows, name="h.npy"):
    np.save(tmp_path / name, rows.astype(np.float16))
    return np.load(tmp_path / name, mmap_mode="r")


def test_blocks_cover_every_row_once():
    assert [(b.start, b.stop) for b in blocks(10, 4)] == [(0, 4), (4, 8), (8, 10)]
    assert list(blocks(0, 4)) == []


def test_half_rows_come_as_float32_and_as_they_are_stored(tmp_path, small_blocks):
    stored = halves(tmp_path, clustered(1, 20, 5))
    rows = as_matrix(stored)
    assert is_blockwise(rows) and rows.stored.base is not None and rows.dtype == np.float32 and len(rows) == 20
    for some in (slice(3, 9), np.array([4, 0, 4]), 7):
        assert rows[some].dtype == np.float32
        np.testing.assert_array_equal(rows[some], np.asarray(stored[some], dtype=np.float32))
    np.testing.assert_array_equal(np.asarray(rows), np.asarray(stored, dtype=np.float32))
    np.testing.assert_allclose(squared_norms(rows), (np.asarray(stored, dtype=np.float64) ** 2).sum(axis=1), atol=1e-6)
    chosen = SelectedRows(rows, np.array([2, 5, 11]))
    np.testing.assert_array_equal(chosen[1:], rows[[5, 11]])
    np.testing.assert_array_equal(np.asarray(chosen), rows[[2, 5, 11]])


def test_searches_of_half_rows_are_those_of_the_same_numbers_in_float32(tmp_path, small_blocks, monkeypatch):
    monkeypatch.setattr(topk, "BLOCK_ELEMENTS", 400)
    source, target = clustered(1, 300, 8), clustered(2, 90, 8)
    target[[5, 40]] = 0
    half = [halves(tmp_path, rows, f"{i}.npy") for i, rows in enumerate((source, target))]
    whole = [rows.astype(np.float32) for rows in half]
    rows, scores = csls_top(*half, queries=np.arange(50), k=6)
    same_rows, same_scores = csls_top(*whole, queries=np.arange(50), k=6)
    np.testing.assert_array_equal(rows, same_rows)
    np.testing.assert_allclose(scores, same_scores, atol=2e-6)
    near = nearest(as_matrix(half[0])[:9], as_matrix(half[1]), 4)
    expected = nearest(whole[0][:9], whole[1], 4)
    np.testing.assert_array_equal(near[0], expected[0])
    np.testing.assert_allclose(near[1], expected[1], atol=1e-6)
    # What float16 itself costs: cosines of unit rows change by less than .001.
    kept = np.delete(np.arange(90), [5, 40])
    table = csls_table(source, unit(target[kept]).astype(np.float32), np.arange(50))
    np.testing.assert_allclose(scores, np.sort(table, axis=1)[:, ::-1][:, :6], atol=4e-3)


@pytest.mark.parametrize(
    "steps", [("unit", "center", "unit"), ("all-but-the-top:2", "unit"), ("iterative:3",), ("center", "unit"), ()]
)
def test_preparing_in_blocks_is_preparing_the_whole(steps, tmp_path, monkeypatch):
    X = (clustered(3, 40, 6) * np.arange(1, 41)[:, None]).astype(np.float32)
    X[[0, 17]] = 0
    whole = Preprocessing(steps)
    expected = whole.fit_transform(X)
    monkeypatch.setattr(blockwise, "BLOCK_ROWS", 7)
    monkeypatch.setattr(preprocessing, "_ROWS", 3)
    monkeypatch.setattr(preprocessing, "MOST_BYTES", 100)
    parts = Preprocessing(steps).fit(X)
    rows = parts.prepared(X)
    assert is_blockwise(rows)
    np.testing.assert_allclose(np.array(parts.means_), np.array(whole.means_), atol=1e-6)
    np.testing.assert_allclose(np.asarray(rows), expected, atol=5e-6)
    np.testing.assert_allclose(parts.transform(X), expected, atol=5e-6)
    np.testing.assert_allclose(rows[[3, 30]], expected[[3, 30]], atol=5e-6)
    np.testing.assert_allclose(rows[3], expected[3], atol=5e-6)
    small = Preprocessing(steps).fit(X)
    monkeypatch.setattr(preprocessing, "MOST_BYTES", 1 << 30)
    assert not is_blockwise(small.prepared(X))


def pairs_of(n: int) -> wordrel.BilingualDictionary:
    return wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(n)], "xx", "yy")


@pytest.mark.parametrize("method", ["relative", "procrustes", "rcsls"])
def test_an_alignment_in_blocks_is_that_of_the_whole(method, tmp_path, small_blocks, monkeypatch):
    source, target = rotated_spaces(150, 6)
    pairs = pairs_of(110)
    whole = wordrel.align(source, target, pairs, method, rerank=False)
    monkeypatch.setattr(preprocessing, "MOST_BYTES", 100)
    parts = wordrel.align(source, target, pairs, method, scratch=tmp_path)
    assert parts.info["reranked"] == {"kind": "size", "reason": "the spaces are too large to learn it"}
    assert isinstance(parts.source.vectors, np.memmap) and list(tmp_path.iterdir()) == []
    for one, other in zip(whole.spaces.values(), parts.spaces.values(), strict=True):
        cosines = np.einsum("ij,ij->i", one.vectors, other.vectors)
        assert cosines.min() > 0.9999
    assert parts.translate("s120", k=1)[0].word == whole.translate("s120", k=1)[0].word == "t120"


def test_float16_alignments_answer_as_float32_ones_and_are_saved_as_they_are(tmp_path):
    source, target = rotated_spaces(80, 6)
    full = wordrel.align(source, target, pairs_of(60), "procrustes", rerank=False)
    half = wordrel.align(source, target, pairs_of(60), "procrustes", rerank=False, dtype="float16", scratch=tmp_path)
    assert half.info["dtype"] == "float16"
    loaded = wordrel.load_alignment(half.save(tmp_path / "h.wordrel"))
    assert np.load(tmp_path / "h.wordrel" / "vectors-0.npy").dtype == np.float16
    np.testing.assert_allclose(np.asarray(loaded.target.vectors), full.target.vectors, atol=5e-4)
    assert loaded.target["t3"].dtype == np.float32
    words = [f"s{i}" for i in range(80)]
    for scorer in ("csls", "nn"):
        one, other = (a.translate_many(words, k=3, scorer=scorer) for a in (full, loaded))
        assert [n[0].word for n in one] == [n[0].word for n in other]
        scores = [[[n.score for n in near] for near in found] for found in (one, other)]
        np.testing.assert_allclose(scores[0], scores[1], atol=4e-3)
    again = wordrel.load_alignment(loaded.save(tmp_path / "again.wordrel"))
    np.testing.assert_array_equal(again.source.vectors, loaded.source.vectors)


@pytest.mark.slow
def test_a_reranker_learns_from_float16_rows(tmp_path):
    source, target = rotated_spaces(160, 6)
    alignment = wordrel.align(source, target, pairs_of(120), dtype="float16", scratch=tmp_path)
    assert alignment.info["reranked"]["words"] == 120
    assert alignment.translate("s150", k=1)[0].word == "t150"


def test_float16_in_memory_keeps_its_size(tmp_path):
    rows = np.array([[0.5, 1], [2, -1]], dtype=np.float16)
    space = wordrel.Embeddings(["a", "b"], HalfRows(rows), "xx")
    np.testing.assert_array_equal(space["b"], np.array([2, -1], dtype=np.float32))
    assert space.vectors.stored.base is rows


def test_what_cannot_be_stored_is_refused(tmp_path):
    source, target = rotated_spaces(40, 6)
    with pytest.raises(InvalidParameter, match="^unknown dtype 'int8'; choose float32 or float16$"):
        wordrel.align(source, target, pairs_of(30), dtype="int8")
    message = "^float16 is for methods with dense vectors; choose float32, or another method$"
    with pytest.raises(InvalidParameter, match=message):
        wordrel.align(source, target, pairs_of(30), "asif", dtype="float16")
    with pytest.raises(ArtefactError) as error:
        on_disk((10, 10), "float32", tmp_path / "nowhere")
    assert str(error.value) == (
        f"{tmp_path / 'nowhere'}: has no room for 0.0 GB of aligned vectors (No such file or directory); "
        "free some space or choose another place"
    )


def test_sparse_rows_of_a_large_space_are_the_same(small_blocks, monkeypatch):
    source, target = rotated_spaces(40, 6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = wordrel.align(source, target, pairs_of(30), "asif", rerank=False)
        monkeypatch.setattr(preprocessing, "MOST_BYTES", 100)
        parts = wordrel.align(source, target, pairs_of(30), "asif", rerank=False)
    np.testing.assert_allclose(parts.source.vectors.toarray(), whole.source.vectors.toarray(), atol=1e-6)
    assert fitting.is_sparse(parts.source.vectors)
