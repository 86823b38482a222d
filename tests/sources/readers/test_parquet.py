import io
import re
import sys

import numpy as np
import pyarrow
import pytest

from tests.sources.readers.reading import VECTORS, WORDS, gzipped, parquet, put, read
from wordrel.errors import FormatError, MissingExtra
from wordrel.sources.opening import open_stream
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import parquet as reader

LISTS = list(VECTORS)
COLUMNS = {f"d{i}": VECTORS[:, i] for i in range(5)}
FIXED = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(VECTORS.ravel()), 5)
TABLES = {
    "list": {"word": WORDS, "vector": LISTS},
    "large list": {"words": WORDS, "v": pyarrow.array(LISTS, pyarrow.large_list(pyarrow.float32()))},
    "fixed list": {"token": WORDS, "vector": FIXED},
    "one string column": {"whatever": WORDS, "vector": FIXED},
    "other columns": {"n": range(12), "language": ["en"] * 12, "word": WORDS, "vector": LISTS, "tags": [["x"]] * 12},
    "columns": {"word": WORDS, **COLUMNS},
    "columns first": {**COLUMNS, "word": pyarrow.array(WORDS, pyarrow.large_string())},
    "dictionary": {"word": pyarrow.array(WORDS).dictionary_encode(), "vector": LISTS},
    "float64": {"word": WORDS, "vector": list(VECTORS.astype(np.float64))},
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("group", [5, 100])
@pytest.mark.parametrize("limit", [None, 7])
def test_tables(tmp_path, monkeypatch, table, group, limit):
    monkeypatch.setattr(reader, "_BLOCK_ROWS", 4)
    found = read(put(tmp_path / "a", parquet(table, row_group_size=group)), limit=limit)
    assert found.words == WORDS[:limit] and found.table.rows == len(WORDS[:limit])
    np.testing.assert_array_equal(found.vectors, VECTORS[:limit])


def test_numbers_of_several_types(tmp_path):
    table = {"word": WORDS, "a": np.arange(12, dtype=np.int8), "b": np.linspace(0, 1, 12), "c": VECTORS[:, 0]}
    found = read(put(tmp_path / "a", parquet(table)))
    np.testing.assert_array_equal(found.vectors, np.stack([table["a"], table["b"], table["c"]], axis=1))


def test_streams(tmp_path):
    content = parquet(TABLES["list"])
    with open_stream(io.BytesIO(content), "http://a/b") as opened:
        (block,) = reader.read(opened, ReadOptions()).blocks
    np.testing.assert_array_equal(block.vectors, VECTORS)
    np.testing.assert_array_equal(read(put(tmp_path / "a", gzipped(content))).vectors, VECTORS)


def test_an_empty_cell_is_a_nan_for_the_collector_to_name(tmp_path):
    table = {"word": ["a", "b"], "x": [1.0, None], "y": [2, None]}
    found = read(put(tmp_path / "a", parquet(table)))
    np.testing.assert_array_equal(found.vectors, [[1, 2], [np.nan, np.nan]])
    table = {"word": ["a", "b"], "v": [[1.0, None], [3.0, 4.0]]}
    np.testing.assert_array_equal(read(put(tmp_path / "a", parquet(table))).vectors, [[1, np.nan], [3, 4]])


NO_WORDS = "columns of strings and none is named 'word'; name the column of words so"
BAD = {
    "no words": (COLUMNS, f"has 0 {NO_WORDS}"),
    "two of strings": ({"a": WORDS, "b": WORDS, **COLUMNS}, f"has 2 {NO_WORDS}"),
    "no vectors": ({"word": WORDS}, "has no column of numbers; give each word a list of them, or a column a dimension"),
    "two of lists": (
        {"word": WORDS, "a": LISTS, "b": LISTS},
        "has 2 columns of lists; keep only the one of vectors",
    ),
    "no rows": (
        {"word": pyarrow.array([], pyarrow.string()), "x": pyarrow.array([], pyarrow.float32())},
        "has no vectors in it; check that the download is complete",
    ),
    "empty lists": (
        {"word": WORDS, "v": pyarrow.array([[]] * 12, pyarrow.list_(pyarrow.float32()))},
        "has no vectors in it; check that the download is complete",
    ),
    "a word less": (
        {"word": [*WORDS[:6], None, *WORDS[7:]], "v": LISTS},
        "row 6: the word is missing; leave the row out",
    ),
    "a list less": (
        {"word": WORDS, "v": [*LISTS[:7], None, *LISTS[8:]]},
        "row 7: the vector is missing; leave the row out",
    ),
    "a number less": (
        {"word": WORDS, "v": [*LISTS[:6], LISTS[0][:4], *LISTS[7:]]},
        "row 6: expected 5 numbers, found 4; correct the row or leave it out",
    ),
    "another length in a block of its own": (
        {"word": WORDS, "v": [*LISTS[:8], *([[1.0, 2.0]] * 4)]},
        "row 8: expected 5 numbers, found 2; correct the row or leave it out",
    ),
}


@pytest.mark.parametrize(("table", "problem"), BAD.values(), ids=BAD)
def test_bad_tables_say_what_is_wrong(tmp_path, monkeypatch, table, problem):
    monkeypatch.setattr(reader, "_BLOCK_ROWS", 4)
    path = put(tmp_path / "a.parquet", parquet(table))
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {problem}')}$"):
        read(path)


def test_two_columns_of_one_name(tmp_path):
    table = pyarrow.Table.from_arrays(
        [pyarrow.array(WORDS), pyarrow.array(LISTS), pyarrow.array(LISTS)], ["w", "v", "v"]
    )
    stream = io.BytesIO()
    pyarrow.parquet.write_table(table, stream)
    path = put(tmp_path / "a", stream.getvalue())
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == f"{path}: has two columns of one name; rename one of them"


def test_a_cut_file(tmp_path):
    path = put(tmp_path / "a", parquet(TABLES["list"])[:-3])
    with pytest.raises(
        FormatError, match=f"^{re.escape(str(path))}: is not a readable Parquet file .*; download the file"
    ):
        read(path)


def test_without_pyarrow(tmp_path, monkeypatch):
    path = put(tmp_path / "a", parquet(TABLES["list"]))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra) as error:
        read(path)
    assert str(error.value) == "Parquet needs the package pyarrow; install it with: pip install 'wordrel[parquet]'"
