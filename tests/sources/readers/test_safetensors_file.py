import json
import re

import numpy as np
import pytest

from tests.sources.readers.reading import VECTORS, WORDS, gzipped, put, read, safetensors, tokenizer
from wordrel.errors import FormatError, WordrelWarning
from wordrel.sources.opening import open_path
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import safetensors_file

NUMBERED = {word: number for number, word in enumerate(WORDS)}


def beside(folder, content, words=None, name="tokenizer.json"):
    put(folder / name, tokenizer(NUMBERED) if words is None else words)
    return put(folder / "model.safetensors", content)


def bfloat(array):
    return (array.view(np.uint32) >> 16).astype(np.uint16)


def by_hand(tensors):
    """The format written out, for types that numpy has not: name to type and array."""
    header, place, body = {}, 0, b""
    for name, (kind, array) in tensors.items():
        raw = array.tobytes()
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [place, place + len(raw)]}
        place, body = place + len(raw), body + raw
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("name", ["embeddings", "embedding.weight", "something"])
def test_what_safetensors_writes(tmp_path, dtype, name):
    path = beside(tmp_path, safetensors({name: VECTORS.astype(dtype), "other": np.arange(7)}))
    found = read(path)
    assert found.words == WORDS and found.table.rows == 12
    np.testing.assert_array_equal(found.vectors, VECTORS.astype(dtype))
    assert read(path, limit=5).words == WORDS[:5]


def test_bfloat16_is_the_upper_half_of_float32(tmp_path):
    path = beside(tmp_path, by_hand({"embeddings": ("BF16", bfloat(VECTORS))}))
    found = read(path)
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(found.vectors, VECTORS, rtol=2**-7)
    np.testing.assert_array_equal(bfloat(found.vectors), bfloat(VECTORS))


def test_a_row_a_word_is_not_copied(tmp_path):
    path = beside(tmp_path, safetensors({"embeddings": VECTORS}))
    with open_path(path) as opened:
        (block,) = safetensors_file.read(opened, ReadOptions()).blocks
    assert not block.vectors.flags.owndata and not block.vectors.flags.writeable


@pytest.mark.parametrize("name", ["words.txt", "vocab.txt", "model.txt"])
def test_words_one_a_line(tmp_path, name):
    path = beside(tmp_path, safetensors({"embeddings": VECTORS}), "\n".join(WORDS).encode(), name)
    assert read(path).words == WORDS


def test_tokens_of_unigram_and_tokens_that_were_added(tmp_path):
    content = json.loads(tokenizer([[word, -1.0] for word in WORDS[:-1]]))
    content["added_tokens"] = [{"id": 11, "content": WORDS[-1]}, {"id": 0, "content": WORDS[0]}]
    path = beside(tmp_path, safetensors({"embeddings": VECTORS}), json.dumps(content).encode())
    found = read(path)
    assert found.words == WORDS
    np.testing.assert_array_equal(found.vectors, VECTORS)


@pytest.mark.parametrize(
    ("tokens", "words", "rows"),
    [
        (["un", "##able", "able", "##", "[PAD]"], ["un", "able", "##", "[PAD]"], [0, 2, 3, 4]),
        (["▁un", "able", "▁able", "▁", "s"], ["un", "able"], [0, 2]),
        (["a", "\ud800", "b"], ["a", "b"], [0, 2]),
    ],
    ids=["WordPiece", "SentencePiece", "half a character"],
)
def test_pieces_of_words_are_left_out_and_counted(tmp_path, tokens, words, rows):
    vocabulary = json.dumps({"model": {"vocab": {token: number for number, token in enumerate(tokens)}}})
    path = beside(tmp_path, safetensors({"embeddings": VECTORS}), vocabulary.encode())
    with pytest.warns(WordrelWarning) as notes:
        found = read(path)
    assert found.words == words
    np.testing.assert_array_equal(found.vectors, VECTORS[rows])
    assert [str(note.message) for note in notes] == [
        f"{tmp_path / 'tokenizer.json'}: {12 - len(words)} rows that are not of a whole word left out"
    ]


def test_mapping_and_weights_of_model2vec(tmp_path, monkeypatch):
    monkeypatch.setattr(safetensors_file, "_BLOCK_BYTES", 60)
    mapping = np.array([3, 3, 0, 2, 1, 1, 4, 4, 0, 2, 3, 1])
    weights = np.linspace(0.5, 2, 12)
    path = beside(tmp_path, safetensors({"embeddings": VECTORS[:5].copy(), "mapping": mapping, "weights": weights}))
    found = read(path, limit=9)
    assert found.words == WORDS[:9]
    np.testing.assert_allclose(found.vectors, (VECTORS[mapping] * weights[:, None])[:9], rtol=1e-6)
    half = by_hand({"embeddings": ("F32", VECTORS), "weights": ("BF16", bfloat(np.full(12, 0.5, np.float32)))})
    np.testing.assert_array_equal(read(put(path, half)).vectors, VECTORS / 2)


def test_what_model2vec_saves(tmp_path):
    model2vec = pytest.importorskip("model2vec")
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokens = Tokenizer(models.WordLevel({"[UNK]": 12, **NUMBERED}, unk_token="[UNK]"))
    tokens.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    table = np.vstack([VECTORS, np.ones(5, np.float32)])
    model = model2vec.StaticModel(table, tokens, normalize=False)
    model.save_pretrained(str(tmp_path / "m"))
    found = read(tmp_path / "m" / "model.safetensors")
    assert found.words == [*WORDS, "[UNK]"]
    whole = [word for word in WORDS if " " not in word and "\u00a0" not in word]
    np.testing.assert_allclose([found.vectors[found.words.index(w)] for w in whole], model.encode(whole), atol=1e-6)


def entry(**changes):
    header = {"embeddings": {"dtype": "F32", "shape": [12, 5], "data_offsets": [0, 240]} | changes}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + VECTORS.tobytes()


GOOD = safetensors({"embeddings": VECTORS})
DAMAGED = "the place of the tensor 'embeddings' is damaged; download the file again"
BAD = {
    "cut": (GOOD[:30], "its header is cut short; download the file again"),
    "cut numbers": (GOOD[:-1], DAMAGED),
    "no JSON": (b"\x05" + bytes(7) + b"{abc}", "its header is not readable JSON; download the file again"),
    "shape": (entry(shape=[12, 6]), DAMAGED),
    "negative": (entry(shape=[-12, -5]), DAMAGED),
    "places": (entry(data_offsets=[0]), DAMAGED),
    "beyond": (entry(shape=[12, 5000], data_offsets=[0, 240_000]), DAMAGED),
    "no shape": (entry(shape=None), DAMAGED),
    "no type": (entry(dtype=7), DAMAGED),
    "no entry": (b"\x14" + bytes(7) + b'{"embeddings": null}', DAMAGED),
    "nothing": (
        entry(shape=[0, 2**60], data_offsets=[0, 0]),
        "the tensor 'embeddings' must be a table of numbers, words x dimensions",
    ),
    "unknown type": (
        entry(dtype="F8_E4M3", data_offsets=[0, 60]),
        "has 0 tables and none is named 'embeddings'; save the one of word vectors under that name",
    ),
    "two tables": (
        safetensors({"a": VECTORS, "b": VECTORS}),
        "has 2 tables and none is named 'embeddings'; save the one of word vectors under that name",
    ),
    "one row": (
        safetensors({"embeddings": VECTORS[0]}),
        "the tensor 'embeddings' must be a table of numbers, words x dimensions",
    ),
    "integers": (
        safetensors({"embeddings": VECTORS.astype(np.int32)}),
        "the tensor 'embeddings' must be a table of numbers, words x dimensions",
    ),
    "mapping": (
        safetensors({"embeddings": VECTORS, "mapping": np.full(12, 12)}),
        "its 'mapping' names rows that the table does not have; save it again",
    ),
    "mapping of floats": (
        safetensors({"embeddings": VECTORS, "mapping": np.ones(12)}),
        "its 'mapping' names rows that the table does not have; save it again",
    ),
    "weights": (
        safetensors({"embeddings": VECTORS, "weights": np.ones(3)}),
        "its 'weights' must be one for each word; save it again",
    ),
    "table of weights": (
        safetensors({"embeddings": VECTORS, "weights": np.ones((12, 1))}),
        "its 'weights' must be one number for each word; save it again",
    ),
    "compressed": (
        gzipped(GOOD),
        "its words are missing; a .safetensors file is read from disk, not compressed, with tokenizer.json beside",
    ),
}


@pytest.mark.parametrize(("content", "problem"), BAD.values(), ids=BAD)
def test_bad_files_say_what_is_wrong(tmp_path, content, problem):
    path = beside(tmp_path, content)
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {problem}')}$"):
        read(path)


BAD_WORDS = {
    "too many": (
        tokenizer({**NUMBERED, "one more": 12}),
        "numbers its tokens up to 12, and there are 12 vectors; save it again",
    ),
    "no vocabulary": (b"{}", "has no vocabulary in it; save the tokenizer again"),
    "no numbers": (tokenizer({"a": "b"}), "has no vocabulary in it; save the tokenizer again"),
    "no tokens": (tokenizer([[1, 2], []]), "has no vocabulary in it; save the tokenizer again"),
    "no JSON": (b"[" * 100_000, "is not readable JSON; download it again"),
}


@pytest.mark.parametrize(("content", "problem"), BAD_WORDS.values(), ids=BAD_WORDS)
def test_bad_vocabularies_say_what_is_wrong(tmp_path, content, problem):
    path = beside(tmp_path, GOOD, content)
    with pytest.raises(FormatError, match=f"^{re.escape(f'{tmp_path}/tokenizer.json: {problem}')}$"):
        read(path)


def test_no_vocabulary_and_one_of_another_length(tmp_path):
    path = put(tmp_path / "model.safetensors", GOOD)
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == (
        f"{path}: its words are missing; put tokenizer.json, or words.txt with one a line, beside it"
    )
    put(tmp_path / "words.txt", b"a\nb\n")
    with pytest.raises(FormatError) as error:
        read(path)
    assert str(error.value) == f"{path}: has 12 vectors and words.txt 2 words; there must be as many"
