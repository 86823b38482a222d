"""Which reader a file gets, wordnets, and what is refused."""

import gzip
import json
import os
import threading
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wordrel
from tests.sources.dictionaries.test_markup import DIX, TEI
from wordrel.errors import FormatError, UnknownSource, WordrelWarning
from wordrel.sources.dictionaries.reading import paths_of, read_dictionary
from wordrel.sources.dictionaries.wordnets import read_wordnet

ENG = (
    "# Princeton WordNet\teng\thttp://wordnet.princeton.edu/\twordnet\n"
    "02121620-n\tlemma\tcat\n02121620-n\teng:lemma\ttrue cat\n09900153-n\tlemma\tcat\n02084071-n\tlemma\tdog\n"
    "01123148-s\tlemma\tgood\n10000001-n\tlemma\tcat\n"
)
ITA = (
    "# MultiWordNet\tita\thttp://multiwordnet.fbk.eu/\tCC BY 3.0\n"
    "02121620-n\tita:lemma\tgatto\n02121620-n\tita:def\t0\tun felino\n09900153-n\tita:lemma\tgatta_morta\n"
    "10000001-n\tita:lemma\tgatta_morta\n01123148-a\tita:lemma\tbuono\n"
)


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def test_two_wordnets_are_joined_by_synset(tmp_path):
    eng, ita = put(tmp_path / "eng.tab", ENG), put(tmp_path / "ita.tab", gzip.compress(ITA.encode()))
    with pytest.warns(WordrelWarning) as said:
        pairs = wordrel.load_dictionary(f"{eng}+{ita}")
    # 'cat' shares two synsets with 'gatta morta' and one with 'gatto'.
    assert list(pairs) == [("cat", "gatta morta"), ("cat", "gatto"), ("true cat", "gatto"), ("good", "buono")]
    assert (pairs.source_language, pairs.target_language) == ("en", "it")
    assert [str(one.message) for one in said] == [
        f"{eng}+{ita}: 1 line other than words (definitions, examples) passed over"
    ]


@pytest.mark.parametrize(
    ("first", "language"),
    [("# OMW\tita\thttp://x\tCC BY", "it"), ("# Italian\thttp://x\tCC BY", "fr"), ("# comment", "fr")],
)
def test_the_language_of_a_wordnet_is_that_of_its_header_or_else_of_its_words(tmp_path, first, language):
    path = put(tmp_path / "a.tab", f"{first}\n00000001-n\teng:def\tx\n00000001-n\tfra:lemma\tchat\n")
    with path.open("rb") as stream:
        wordnet = read_wordnet(stream, path)
    assert wordnet.language == language and wordnet.synsets == {"chat": ["00000001-n"]}


def test_a_plus_sign_may_be_part_of_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "a+b.tsv", "cat\tgatto\n")
    assert list(wordrel.load_dictionary("a+b.tsv")) == [("cat", "gatto")]
    assert [str(path) for path in paths_of("c+d")] == ["c+d"]
    with pytest.raises(UnknownSource, match=r"^c\+d: no such file; name a file that holds a dictionary"):
        wordrel.load_dictionary("c+d")
    put(tmp_path / "c", ENG)
    with pytest.raises(UnknownSource, match="^d: no such file; name a file that holds a dictionary"):
        wordrel.load_dictionary("c+d")


WORDNETS = {
    "one": ((ENG,), "0: is a wordnet of one language; name two of them, joined by a plus sign: A.tab+B.tab"),
    "no wordnet": (
        (ENG, "cat\tgatto\n"),
        "1: is no wordnet; two files are joined only if both are tab files of OMW",
    ),
    "bad line": (
        (ENG + "cat\tgatto\n", ITA),
        "0:8: expected 'synset TAB lemma TAB word', as in '02121620-n TAB lemma TAB gatto'",
    ),
    "nothing in common": (
        (ENG, "00000001-n\tlemma\tx\n"),
        "1: the two wordnets have no synset in common; use files of one release of OMW",
    ),
    "no words": (("00000001-n\tdef\tx\n", ITA), "0: has no words in it; check that the download is complete"),
}


@pytest.mark.parametrize("case", WORDNETS)
def test_bad_wordnets_are_one_line(tmp_path, case):
    contents, message = WORDNETS[case]
    for name, content in enumerate(contents):
        put(tmp_path / str(name), content)
    with pytest.raises(FormatError) as error:
        wordrel.load_dictionary("+".join(str(tmp_path / str(i)) for i in range(len(contents))))
    assert str(error.value) == f"{tmp_path}/{message}"


_HTML = "is an HTML page, not a dictionary; download the file itself, which the page may link to"
_JSON = "is JSON, not a dictionary; write one 'source TAB target' a line"
_UTF16 = "is UTF-16; convert the file with 'iconv -f utf-16 -t utf-8'"
REFUSED = {
    "HTML": ("\n <!DOCTYPE html>\n<p>not found", _HTML),
    "HTML in capitals": ("<HTML><BODY>", _HTML),
    "JSON object": (json.dumps({"cat": ["gatto"]}), _JSON),
    "JSON lists": (json.dumps([["cat", "gatto"]], indent=1), _JSON),
    "JSON objects": (json.dumps([{"en": "cat"}]), _JSON),
    "UTF-16": ("cat\tgatto\n".encode("utf-16"), _UTF16),
    "binary": (b"\x00\x01cat", "is a binary file, not a dictionary; give text, TEI or .dix, unpacked or compressed"),
    "dictd": (
        "00-database-info\tA\tB\ncat\tXY\tq\n",
        "is a file of dictd, whose definitions are text to read; use the TEI source of the same dictionary",
    ),
    "cut short": (
        gzip.compress(os.urandom(5000).hex().encode())[:-20],
        "its gzip stream is cut short or damaged; download the file again",
    ),
    "empty": ("", "has no word pairs in it; write one 'source TAB target' a line"),
    "empty, compressed": (gzip.compress(b""), "has no word pairs in it; write one 'source TAB target' a line"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_dictionary_is_refused_in_one_line(tmp_path, case):
    content, message = REFUSED[case]
    path = put(tmp_path / "d", content)
    with pytest.raises(FormatError) as error:
        wordrel.load_dictionary(path)
    assert str(error.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    "pair", [("{", "{"), ("[", '"x"'), ("<", "<"), ("<b>", "<i>"), ("<unk>", "<unk>"), ("[[", "]]")]
)
@pytest.mark.parametrize("between", ["\t", " "])
def test_words_that_begin_like_something_else_are_words(tmp_path, pair, between):
    assert read_dictionary(put(tmp_path / "d", between.join(pair))).pairs == (pair,)


def test_a_pipe_is_read_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(DIX,))
    writer.start()
    assert read_dictionary(tmp_path / "pipe").pairs[0] == ("cat", "gatto")
    writer.join()


GOOD = [
    TEI.encode(),
    DIX.encode(),
    ENG.encode(),
    b'source,target,score\n"a ""b""",c,0.1\nd,e,2\n',
    "a\tb\n# c\nè é\nx\ty\t1\n".encode(),
    gzip.compress(b"cat\tgatto\n" * 20),
]


@st.composite
def damaged(draw):
    """A good file with some bytes changed, taken out, put in or cut off."""
    content = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        kind = draw(st.sampled_from(["change", "insert", "remove", "cut"]))
        piece = draw(
            st.one_of(st.binary(min_size=1, max_size=3), st.sampled_from([b"<e>", b"&x;", b'"', b"\t", b"\r"]))
        )
        if kind == "cut":
            del content[at:]
        elif kind == "insert":
            content[at:at] = piece
        else:
            content[at : at + len(piece)] = piece if kind == "change" else b""
    return bytes(content)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=80), damaged()))
def test_anything_is_read_or_refused_and_nothing_else(tmp_path, content):
    path = put(tmp_path / "d", content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", WordrelWarning)
            entries = read_dictionary(path)
    except FormatError as error:
        assert str(error).startswith(str(path)) and len(str(error).splitlines()) == 1
    else:
        assert entries.pairs and all(s and t and not set(s + t) & set("\t\r\n") for s, t in entries.pairs)
        assert entries.lines is None or len(entries.lines) == len(entries.pairs)
