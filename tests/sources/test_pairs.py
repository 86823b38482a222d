import hashlib
from importlib.resources import files

import pytest

import wordrel
from wordrel.errors import FormatError, UnknownSource


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    "content",
    [
        "cat\tgatto\ndog\tcane\n",
        "cat gatto\r\ndog  cane",
        "\ufeffcat\tgatto\t0.9\n\n \ndog \t cane \n",
        "cat gatto\ndog\tcane\n",
    ],
)
def test_tabs_and_blanks(tmp_path, content):
    pairs = wordrel.load_dictionary(put(tmp_path / "d.txt", content), "en", "it")
    assert list(pairs) == [("cat", "gatto"), ("dog", "cane")]
    assert (pairs.source_language, pairs.target_language) == ("en", "it")


def test_words_with_blanks_and_accents_are_kept(tmp_path):
    pairs = wordrel.load_dictionary(put(tmp_path / "d.txt", "New York\tNuova York\nwhy\tperché\n"))
    assert list(pairs) == [("New York", "Nuova York"), ("why", "perché")] and pairs.source_language == "und"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("cat gatto\nalone\n", "{}:2: expected 'source TAB target' or two words with a blank between, found 1 word"),
        ("a b c\n", "{}:1: expected 'source TAB target' or two words with a blank between, found 3 words"),
        ("a b\nc\t\n", "{}:2: expected 'source TAB target' or two words with a blank between, found 1 word"),
        ("\n \n", "{}: has no word pairs in it; write one 'source TAB target' a line"),
        ("", "{}: has no word pairs in it; write one 'source TAB target' a line"),
        (
            "a b\nperch\xe9 why\n".encode("latin1"),
            "{}:2: is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)",
        ),
    ],
)
def test_bad_lines_are_named(tmp_path, content, message):
    path = put(tmp_path / "d.txt", content)
    with pytest.raises(FormatError) as error:
        wordrel.load_dictionary(path)
    assert str(error.value) == message.format(path)


def test_embedded_dictionary_and_its_inversion():
    pairs = wordrel.load_dictionary("embedded:en-it")
    assert (len(pairs.train.sources), len(pairs.train)) == (6342, 13_026)
    assert (len(pairs.test.sources), len(pairs.test)) == (1000, 3581)
    inverted = wordrel.load_dictionary("embedded:it-en")
    assert inverted.source_language == "it" and set(inverted) == {(t, s) for s, t in pairs}
    assert set(inverted.train.sources).isdisjoint(inverted.test.sources) and len(inverted.test) == 1069


def test_names_that_lead_nowhere(tmp_path):
    with pytest.raises(UnknownSource) as error:
        wordrel.load_dictionary("embedded:en-de")
    assert str(error.value) == (
        "there is no embedded dictionary 'en-de'; embedded are en-it and it-en, for other languages give a file"
    )
    with pytest.raises(UnknownSource) as error:
        wordrel.load_dictionary("nowhere.tsv")
    assert str(error.value) == (
        "nowhere.tsv: no such file; name a file that holds a dictionary, or one of: embedded:en-it, embedded:it-en"
    )


def test_the_data_are_those_whose_checksums_the_readme_states():
    data = files("wordrel.data")
    stated = [line.split() for line in (data / "README.md").read_text("utf-8").splitlines() if line.startswith("    ")]
    assert len(stated) == 5
    for digest, name in stated:
        assert hashlib.sha256(data.joinpath(*name.split("/")).read_bytes()).hexdigest() == digest
