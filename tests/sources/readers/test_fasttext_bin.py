import random
import re

import numpy as np
import pytest

from tests.sources.readers.reading import PLAIN, VECTORS, fasttext_bytes, gzipped, put, read
from wordrel.errors import FormatError, WordrelWarning
from wordrel.sources.readers.ngrams import Subwords, ngram_rows

UNKNOWN = [
    "dogs",
    "città",
    "citt",
    "東京都",
    "😀x",
    "",
    "</s>",
    "<",
    "a b",
    "catcatcatcatcat",
    "zzzzzzzzzzzzzzzzzzzz",
    "é",
]
GRAMS = np.random.default_rng(5).normal(size=(7, 5)).astype(np.float32)


def rows_in_loops(word: bytes, shortest: int, longest: int, buckets: int) -> list[int]:
    """FNV-1a of each n-gram, one at a time, as the paper and the format say."""
    text = b"<" + word + b">"
    starts = [i for i in range(len(text)) if text[i] & 0xC0 != 0x80] + [len(text)]
    found = []
    for i in range(len(starts) - 1):
        for n in range(max(shortest, 1), longest + 1):
            if i + n >= len(starts):
                break
            if n == 1 and i in (0, len(starts) - 2):
                continue
            state = 2166136261
            for byte in text[starts[i] : starts[i + n]]:
                signed = byte - 256 if byte > 127 else byte
                state = ((state ^ (signed & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
            found.append(state % buckets)
    return found


@pytest.mark.parametrize("lengths", [(3, 6), (1, 1), (0, 3), (5, 5), (2, 64), (4, 3)])
def test_ngrams_are_those_of_the_loops(lengths):
    words = [word.encode() for word in [*PLAIN, *UNKNOWN]] + [b"\xff\x80\x80\x80\x80\x80\x80z"]
    rows, counts = ngram_rows(words, Subwords(*lengths, 1009))
    expected = [rows_in_loops(word, *lengths, 1009) for word in words]
    assert counts.tolist() == [len(each) for each in expected]
    assert rows.tolist() == [row for each in expected for row in each]


def vector_in_loops(word: str, shortest: int, longest: int) -> np.ndarray:
    rows = [GRAMS[row] for row in rows_in_loops(word.encode(), shortest, longest, len(GRAMS))] if word != "</s>" else []
    rows += [VECTORS[PLAIN.index(word)]] if word in PLAIN else []
    return np.mean(rows, axis=0) if rows else np.zeros(5)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("lengths", [(3, 6), (1, 2), (0, 3)])
def test_vectors_are_means_of_a_word_and_its_ngrams(tmp_path, compressed, lengths):
    content = fasttext_bytes(subwords=lengths, grams=GRAMS)
    found = read(put(tmp_path / "a.bin", gzipped(content) if compressed else content))
    assert found.words == PLAIN and found.table.rows == len(PLAIN)
    np.testing.assert_allclose(found.vectors, [vector_in_loops(word, *lengths) for word in PLAIN], atol=1e-6)
    for word in UNKNOWN:
        np.testing.assert_allclose(found.table.composer(word), vector_in_loops(word, *lengths), atol=1e-6)


def test_the_limit_and_known_words_beyond_it(tmp_path):
    found = read(put(tmp_path / "a.bin", fasttext_bytes(grams=GRAMS)), limit=3)
    assert found.words == PLAIN[:3]
    for word in [*PLAIN, "at", "cat\0cat"]:
        np.testing.assert_allclose(found.table.composer(word), vector_in_loops(word, 3, 6), atol=1e-6)


def test_without_ngrams_an_unknown_word_has_no_vector(tmp_path):
    found = read(put(tmp_path / "a.bin", fasttext_bytes(subwords=(0, 0), buckets=0)))
    assert found.table.composer is None
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_the_end_of_a_sentence_has_no_ngrams(tmp_path):
    found = read(put(tmp_path / "a.bin", fasttext_bytes(["</s>", *PLAIN[1:]], grams=GRAMS)))
    assert found.words[0] == "</s>"
    np.testing.assert_array_equal(found.vectors[0], VECTORS[0])


@pytest.mark.parametrize(("version", "uses"), [(11, False), (12, True)])
def test_labels_are_no_words(tmp_path, version, uses):
    content = fasttext_bytes(kind=3, labels=["__label__a", "__label__b"], grams=GRAMS, version=version)
    path = put(tmp_path / "a.bin", content)
    with pytest.warns(WordrelWarning) as notes:
        found = read(path)
    assert [str(note.message) for note in notes] == [
        f"{path}: a supervised model: its 2 labels are no words and are left out, and its vectors were trained to tell "
        "the labels apart"
    ]
    assert found.words == PLAIN and (found.table.composer is not None) == uses
    expected = [vector_in_loops(word, 3, 6) for word in PLAIN] if uses else VECTORS
    np.testing.assert_allclose(found.vectors, expected, atol=1e-6)


def test_words_that_are_not_utf8_are_left_out_and_counted(tmp_path):
    path = put(tmp_path / "a.bin", fasttext_bytes(grams=GRAMS).replace("è".encode(), b"\xe8\xe8"))
    with pytest.warns(WordrelWarning, match=f"^{path}: 2 words that are not UTF-8 left out \\(first: row 1\\)$"):
        found = read(path)
    kept = [word for word in PLAIN if "è" not in word]
    assert found.words == kept
    np.testing.assert_allclose(found.vectors, [vector_in_loops(word, 3, 6) for word in kept], atol=1e-6)


GOOD = fasttext_bytes(grams=GRAMS)
BAD = {
    "version": (
        fasttext_bytes(version=9),
        "is of version 9 of fastText's format, and 11 and 12 are known; use the .vec",
    ),
    "quantised": (
        fasttext_bytes(quantised=1),
        "is quantised, and its vectors are only approximate; use the .vec or the .bin before",
    ),
    "pruned": (
        fasttext_bytes(pruned=0),
        "is quantised, and its vectors are only approximate; use the .vec or the .bin before",
    ),
    "header": (GOOD[:60], "is cut short; download the file again"),
    "dictionary": (GOOD[:200], "is cut short; download the file again"),
    "matrix": (GOOD[:-80], "is cut short; download the file again"),
    "entries": (
        fasttext_bytes(entries=2_000_000_000),
        "is damaged: it says that it has 2,000,000,000 entries, 12 words and 0 labels; download the file again",
    ),
    "dimensions": (
        GOOD[:8] + b"\xff\xff\xff\x7f" + GOOD[12:],
        "is damaged: it says that it has vectors of 2,147,483,647 numbers; download the file again",
    ),
    "n-grams": (
        fasttext_bytes(subwords=(3, 1000)),
        "is damaged: it says that it has n-grams of 1,000 characters; download the file again",
    ),
    "buckets": (
        fasttext_bytes(buckets=0),
        "is damaged: it says that it has a matrix of 12 x 5 for 12 words and 0 buckets; download the file again",
    ),
    "long word": (
        fasttext_bytes(["a" * 9000], VECTORS[:1]),
        "entry 0 of the dictionary has more than 8,192 bytes; download the file again",
    ),
    "kinds": (
        fasttext_bytes(["a"], VECTORS[:1], labels=["b"]).replace(b"b\0\1\0\0\0\0\0\0\0\1", b"b\0\1\0\0\0\0\0\0\0\0"),
        "its dictionary does not have words first and labels after; download it again",
    ),
}


@pytest.mark.parametrize(("content", "problem"), BAD.values(), ids=BAD)
def test_bad_files_say_what_is_wrong(tmp_path, content, problem):
    path = put(tmp_path / "a.bin", content)
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {problem}')}$"):
        read(path)


def trained(folder, **options):
    """A model that fastText trained; with so little text its own loss is NaN now and then, and it is asked again."""
    fasttext = pytest.importorskip("fasttext")
    words = [
        "caffè",
        "città",
        "naïve",
        "мир",
        "война",
        "東京",
        "大阪",
        "日本語",
        "😀",
        "😀😁",
        "cat",
        "dog",
        "dogs",
        "a",
        "I",
    ]
    choose = random.Random(0)
    lines = [" ".join(choose.choices(words, k=12)) for _ in range(300)]
    (folder / "text.txt").write_text("\n".join(lines), encoding="utf-8")
    for _ in range(15):
        try:
            model = fasttext.train_unsupervised(
                str(folder / "text.txt"), dim=10, bucket=5000, minCount=1, epoch=30, thread=1, verbose=0, **options
            )
        except RuntimeError:
            continue
        model.save_model(str(folder / "model.bin"))
        return fasttext.load_model(str(folder / "model.bin"))
    return pytest.skip("fastText did not train")


@pytest.mark.parametrize("options", [{}, {"minn": 1, "maxn": 4}, {"minn": 5, "maxn": 5}], ids=str)
def test_fasttext_itself_gives_the_same_vectors(tmp_path, options):
    model = trained(tmp_path, **options)
    pybind = pytest.importorskip("fasttext_pybind")

    def real(word):
        vector = pybind.Vector(10)
        model.f.getWordVector(vector, word)
        return np.array(memoryview(vector))

    found = read(tmp_path / "model.bin")
    assert found.words == model.get_words()
    np.testing.assert_allclose(found.vectors, [real(word) for word in found.words], atol=1e-6)
    for word in UNKNOWN:
        np.testing.assert_allclose(found.table.composer(word), real(word), atol=1e-6)


def test_what_gensim_writes_in_fasttexts_format(tmp_path):
    from gensim.models import FastText
    from gensim.models.fasttext import save_facebook_model

    sentences = [["città", "perché", "東京", "cat"], ["dog", "cat", "😀"]] * 20
    model = FastText(sentences, vector_size=8, min_count=1, bucket=100, epochs=1, workers=1)
    save_facebook_model(model, str(tmp_path / "a.bin"))
    found = read(tmp_path / "a.bin")
    assert found.words == model.wv.index_to_key
    np.testing.assert_allclose(found.vectors, model.wv.vectors, atol=1e-6)
    np.testing.assert_allclose(found.table.composer("dogs"), model.wv["dogs"], atol=1e-6)
