"""Files of every format, damaged at random: they are read, or a `FormatError` of one line says why they are not."""

import bz2
import json
import lzma
import random
import zipfile

import msgpack
import numpy as np
import pytest

from tests.sources.readers.reading import (
    VECTORS,
    WORDS,
    drained,
    fasttext_bytes,
    gzipped,
    npy,
    npz,
    parquet,
    put,
    read,
    safetensors,
    silently,
    tokenizer,
    word2vec,
    zipped,
)
from wordrel.errors import FormatError
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import spacy_vectors, text

GOOD = {
    "word2vec": word2vec(),
    "gensim": word2vec(end=b""),
    "fasttext": fasttext_bytes(),
    "supervised": fasttext_bytes(kind=3, labels=["__label__a"]),
    "npz": npz(words=np.array(WORDS), vectors=VECTORS),
    "npy": npy(VECTORS),
    "safetensors": safetensors({"embeddings": VECTORS, "weights": VECTORS[:, 0].copy(), "mapping": np.arange(12)}),
    "parquet of lists": parquet({"word": WORDS, "vector": list(VECTORS)}),
    "parquet of columns": parquet({"word": WORDS, **{f"d{i}": VECTORS[:, i] for i in range(5)}}, compression="gzip"),
    "gzip": gzipped(word2vec()),
    "bzip2": bz2.compress(word2vec()),
    "xz": lzma.compress(word2vec()),
    "zip": zipped({"a.bin": word2vec()}, compression=zipfile.ZIP_DEFLATED),
    "zip of lzma": zipped({"a.bin": word2vec()}, compression=zipfile.ZIP_LZMA),
}
_EXTREME = (b"\xff" * 4, bytes(4), b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xff" * 8, b"\xff" * 7 + b"\x7f")
_TEXT = (b"9" * 12, b"{" * 50, b"(", b"[", b"-", b"\n", b" ", b"'O'", b"e308", b"\xd8")


def damaged(content: bytes, choose: random.Random) -> bytes:
    """Change bytes, put in extreme numbers, take some out, put some in, cut the end off: one to four times."""
    data = bytearray(content)
    for _ in range(choose.choice((1, 1, 2, 4))):
        if not data:
            break
        # Half of the damages fall into the header, where there is most to go wrong.
        place = choose.randrange(min(len(data), choose.choice((64, len(data)))))
        match choose.randrange(6):
            case 0:
                data[place] = choose.randrange(256)
            case 1:
                data[place : place + 8] = choose.choice(_EXTREME)
            case 2:
                del data[place : place + choose.randrange(1, 20)]
            case 3:
                data[place:place] = choose.randbytes(choose.randrange(1, 20))
            case 4:
                data[place:place] = choose.choice(_TEXT)
            case 5:
                del data[place:]
    return bytes(data)


def survives(call, *arguments, **options) -> bool:
    try:
        silently(lambda: call(*arguments, **options))
    except FormatError as error:
        assert "\n" not in str(error) and str(error).isprintable()
        return False
    return True


@pytest.fixture(autouse=True)
def text_reader(monkeypatch):
    def refuse(opened, options):
        raise FormatError(opened.name, "is text")

    monkeypatch.setattr(text, "read", refuse, raising=False)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("times", [150, pytest.param(1000, marks=pytest.mark.slow)])
def test_no_other_error_escapes(tmp_path, name, times):
    put(tmp_path / "words.txt", "\n".join(WORDS).encode())
    choose = random.Random(name)
    path = tmp_path / "a.npy"
    assert survives(read, put(path, GOOD[name]))
    for _ in range(times):
        put(path, damaged(GOOD[name], choose))
        survives(read, path, limit=choose.choice((None, 3)))


def test_no_other_error_escapes_from_a_folder_of_spacy(tmp_path):
    from tests.sources.readers.test_spacy_vectors import folder, spacy

    keys = {spacy.strings.hash_string(word): row for row, word in enumerate(WORDS)}
    files = {
        "vectors": npy(VECTORS),
        "key2row": msgpack.packb(keys),
        "strings.json": json.dumps(WORDS).encode(),
        "vectors.cfg": b'{"mode": "default"}',
    }
    path = folder(tmp_path / "a")

    def call():
        return drained(spacy_vectors.read_folder(path, ReadOptions()))

    assert survives(call)
    choose = random.Random(1)
    for name, content in files.items():
        for _ in range(100):
            put(path / "vocab" / name, damaged(content, choose))
            survives(call)
        put(path / "vocab" / name, content)


def test_no_other_error_escapes_from_a_tokenizer(tmp_path):
    path = put(tmp_path / "model.safetensors", safetensors({"embeddings": VECTORS}))
    whole = tokenizer({word: number for number, word in enumerate(WORDS)})
    choose = random.Random(2)
    for _ in range(150):
        put(tmp_path / "tokenizer.json", damaged(whole, choose))
        survives(read, path)
