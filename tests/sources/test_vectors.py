import gzip
import io
import re

import numpy as np
import pytest
from gensim.models import KeyedVectors

import wordrel
from wordrel.errors import FormatError, InvalidParameter, UnknownSource, WordrelWarning
from wordrel.sources.readers import text

VECTORS = np.array([[0.5, -1.25e-3], [3, 4], [1e-7, 2.5]], dtype=np.float32)
WORDS = ["cat", "New York", "caffè\u00a0nero"]


def body(words=WORDS, vectors=VECTORS, end="\n", after=""):
    return (
        end.join(f"{w} {' '.join(repr(float(x)) for x in v)}{after}" for w, v in zip(words, vectors, strict=True)) + end
    )


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    "content",
    [
        "3 2\n" + body(),
        body(),
        "3 2\n" + body(after=" "),
        "3 2\r\n" + body(end="\r\n"),
        "3 2\n" + body() + "\n\n",
        "\ufeff3 2\n" + body(),
        "\ufeff" + body(),
        "3 2\n" + body().removesuffix("\n"),
        gzip.compress(("3 2\n" + body()).encode()),
        "3 2\n" + body().replace("0.5 -0.00125", "0.5   -1.25e-3"),
    ],
    ids=[
        "header",
        "no header",
        "trailing blank",
        "crlf",
        "blank end",
        "bom",
        "bom, no header",
        "no end",
        "gzip",
        "blanks",
    ],
)
def test_text_in_all_its_dresses(tmp_path, content):
    space = wordrel.load(put(tmp_path / "a.vec", content), language="it")
    assert list(space) == WORDS and space.language == "it"
    np.testing.assert_allclose(space.vectors, VECTORS, rtol=1e-6)
    assert space.provenance == {"source": str(tmp_path / "a.vec")}


def test_a_word_that_is_a_number_and_the_limit(tmp_path):
    path = put(tmp_path / "a.vec", "1999 1 2 3\n, 4 5 6\n# 7 8 9\n")
    assert list(wordrel.load(path)) == ["1999", ",", "#"]
    assert list(wordrel.load(path, limit=2)) == ["1999", ","] and wordrel.load(path).language == "und"
    with pytest.raises(InvalidParameter, match="^the limit must be 1 or more, not 0$"):
        wordrel.load(path, limit=0)


def test_what_gensim_writes_is_read_the_same(tmp_path):
    rng = np.random.default_rng(0)
    model = KeyedVectors(20)
    words = [f"w{i}" for i in range(5000)]
    model.add_vectors(words, rng.normal(size=(5000, 20)).astype(np.float32))
    model.save_word2vec_format(str(tmp_path / "a.vec"))
    space = wordrel.load(tmp_path / "a.vec")
    assert list(space) == words
    np.testing.assert_allclose(space.vectors, model.vectors, rtol=1e-6)


def test_npz_and_npy(tmp_path):
    np.savez(tmp_path / "a.npz", words=np.array(WORDS), vectors=VECTORS.astype(np.float16))
    np.testing.assert_array_equal(wordrel.load(tmp_path / "a.npz").vectors, VECTORS.astype(np.float16))
    np.save(tmp_path / "b.npy", VECTORS)
    put(tmp_path / "b.txt", "\ufeff" + "\r\n".join(WORDS) + "\r\n")
    space = wordrel.load(tmp_path / "b.npy")
    assert list(space) == WORDS and isinstance(space.vectors, np.memmap)
    np.testing.assert_array_equal(space.vectors, VECTORS)
    assert list(wordrel.load(tmp_path / "b.npy", limit=1)) == ["cat"]


GOOD = "\n".join(f"w{i} {' '.join(['0.25'] * 300)}" for i in range(12))


def line_7(change):
    lines = GOOD.split("\n")
    lines[5] = change(lines[5])
    return "12 300\n" + "\n".join(lines) + "\n"


BAD_TEXT = {
    "empty": (b"", "{}: is empty; check that the download is complete"),
    "header only": (b"0 3\n", "{}: has no vectors in it; check that the download is complete"),
    "no dimensions": (b"3 0\na\n", "{}:1: the header promises vectors of 0 numbers; correct the header"),
    "no numbers": (
        b"hello\nworld\n",
        "{}:1: expected a word and its numbers, or a header of two counts; is this a .vec file?",
    ),
    "a web page": (
        b"<!DOCTYPE html>\n<p>hello</p>\n",
        "{}: is an HTML page, not vectors; the address may need a log-in or have moved, open it in a browser",
    ),
    "299 numbers": (
        line_7(lambda line: line.rsplit(" ", 1)[0]),
        "{}:7: expected 300 numbers, found 299; correct the line or leave it out",
    ),
    "301 numbers": (
        line_7(lambda line: line + " 0.5"),
        "{}:7: expected 300 numbers, found 301; correct the line or leave it out",
    ),
    "no number": (
        line_7(lambda line: line.replace("0.25", "zero", 1)),
        "{}:7: expected 300 numbers after 'w5', found 'zero'; correct the line or leave it out",
    ),
    "nan": (
        line_7(lambda line: line.replace("0.25", "nan", 1)),
        "{}:7: the vector of 'w5' has a NaN or infinite number; leave the line out",
    ),
    "inf": (
        line_7(lambda line: line.replace("0.25", "-inf", 1)),
        "{}:7: the vector of 'w5' has a NaN or infinite number; leave the line out",
    ),
    "no word": (line_7(lambda line: line[2:]), "{}:7: has no word before its 300 numbers; leave the line out"),
    "blank line": (line_7(lambda line: ""), "{}:7: is an empty line in the middle of the file; leave it out"),
    "not utf-8": (
        line_7(lambda line: "\udce8" + line).encode("utf-8", "surrogateescape"),
        "{}:7: is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)",
    ),
    "cut": (
        "12 300\n" + "\n".join(GOOD.split("\n")[:9]) + "\n",
        "{}: the header promises 12 words and there are 9; download the file again",
    ),
    "more than promised": (
        "10 300\n" + GOOD + "\n",
        "{}:1: the header promises 10 words and there are more; correct the header",
    ),
    "cut gzip": (
        gzip.compress(("12 300\n" + GOOD).encode())[:-20],
        "{}: its gzip stream is cut short or damaged; download the file again",
    ),
}


@pytest.mark.parametrize("case", BAD_TEXT)
def test_bad_text_names_file_line_and_remedy(tmp_path, case):
    content, message = BAD_TEXT[case]
    path = put(tmp_path / "a.vec", content)
    with pytest.raises(FormatError) as error:
        wordrel.load(path)
    assert str(error.value) == message.format(path)


def test_a_bad_line_far_into_a_file_keeps_its_number(tmp_path):
    lines = [f"w{i} 1 2" for i in range(10_000)]
    lines[9000] = "w9000 1 x"
    with pytest.raises(FormatError, match=re.escape(":9001: expected 2 numbers after 'w9000', found 'x'")):
        wordrel.load(put(tmp_path / "a.vec", "\n".join(lines)))


def test_repeated_and_zero_words_are_noted_and_the_first_is_kept(tmp_path):
    path = put(tmp_path / "a.vec", "5 2\na 1 2\nb 0 0\na 3 4\nc 1 1\nb 5 5\n")
    with pytest.warns(WordrelWarning) as notes:
        space = wordrel.load(path)
    assert list(space) == ["a", "b", "c"] and space["a"].tolist() == [1, 2]
    assert [str(note.message) for note in notes] == [
        f"{path}: 2 repeated words left out (first: 'a', line 4)",
        f"{path}: 1 word with only zeros, never found as a neighbour (first: 'b', line 3)",
    ]


def npz(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npz(words=np.array(["a"])), "{}: has no array 'vectors'; an .npz of vectors has 'words' and 'vectors'"),
        (
            npz(words=np.array([b"a"]), vectors=np.ones((1, 2))),
            "{}: 'words' must be a list of unicode strings; save it with np.array(words, dtype=str)",
        ),
        (
            npz(words=np.array(["a"]), vectors=np.ones(2)),
            "{}: the vectors must be a table of numbers, words x dimensions",
        ),
        (
            npz(words=np.array(["a", "b"]), vectors=np.ones((3, 2))),
            "{}: has 2 words and 3 vectors; there must be one for each",
        ),
        (
            npz(words=np.array(["a", "b"]), vectors=np.array([[1, 2], [np.nan, 3]])),
            "{}: row 1: the vector of 'b' has a NaN or infinite number; leave the row out",
        ),
        (
            npz(words=np.array(["a", ""]), vectors=np.eye(2)),
            "{}: row 1: the word is empty or has a line break in it; leave the row out",
        ),
        (
            npz(words=np.array([], dtype=str), vectors=np.ones((0, 2))),
            "{}: has no vectors in it; check that the download is complete",
        ),
    ],
)
def test_bad_npz_names_what_is_wrong(tmp_path, content, message):
    path = put(tmp_path / "a.npz", content)
    with pytest.raises(FormatError) as error:
        wordrel.load(path)
    assert str(error.value) == message.format(path)


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
def test_a_cut_archive_is_a_format_error(tmp_path, name):
    whole = npz(words=np.array(WORDS), vectors=np.ones((3, 2)))
    if name == "a.npy":
        np.save(tmp_path / name, np.ones((3, 2)))
        whole = (tmp_path / name).read_bytes()
        put(tmp_path / "a.txt", "x\ny\nz\n")
    path = put(tmp_path / name, whole[:-17])
    with pytest.raises(
        FormatError, match=f"^{re.escape(str(path))}: .*(download the file again|check that it is complete)$"
    ):
        wordrel.load(path)


def test_pickles_are_not_opened(tmp_path):
    path = put(tmp_path / "a.npz", npz(words=np.array(["a"], dtype=object), vectors=np.ones((1, 2))))
    with pytest.raises(FormatError, match="is not a readable .npz file"):
        wordrel.load(path)


def test_npy_without_words(tmp_path):
    np.save(tmp_path / "a.npy", VECTORS)
    with pytest.raises(FormatError) as error:
        wordrel.load(tmp_path / "a.npy")
    assert (
        str(error.value) == f"{tmp_path / 'a.npy'}: its words are missing; put them, one a line, into a.txt beside it"
    )


def test_names_that_lead_nowhere(tmp_path):
    with pytest.raises(UnknownSource) as error:
        wordrel.load("nowhere.vec")
    assert (
        str(error.value)
        == "nowhere.vec: no such file; name a file that holds vectors, or one of: embedded:en, embedded:it"
    )
    with pytest.raises(UnknownSource) as error:
        wordrel.load(tmp_path)
    assert str(error.value) == f"{tmp_path}: is a folder; name a file that holds vectors"
    with pytest.raises(UnknownSource) as error:
        wordrel.load("embedded:de")
    assert str(error.value) == (
        "there are no embedded vectors for 'de'; embedded are en and it, for other languages give a file"
    )


def test_embedded_vectors_are_those_of_the_readme(embedded):
    en, it, _ = embedded
    assert (len(en), len(it), en.dimensions, it.dimensions) == (15_258, 30_000, 300, 300)
    assert en.provenance["licence"] == "MIT" and it.provenance["licence"] == "CC BY-SA 4.0"
    assert wordrel.load("embedded:en", limit=10).words == en.words[:10]


def test_no_python_loop_runs_over_the_numbers_of_an_ordinary_file(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "parse_line", lambda *_: pytest.fail("slow path"))
    assert wordrel.load(put(tmp_path / "a.vec", "12 300\n" + GOOD)).vectors.sum() == 12 * 300 * 0.25
