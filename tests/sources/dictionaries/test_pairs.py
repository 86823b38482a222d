import hashlib
import warnings
from importlib.resources import files

import pytest

import wordrel
from wordrel.errors import FormatError, UnknownSource, WordrelWarning
from wordrel.sources.dictionaries.reading import read_dictionary


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    "content",
    [
        "cat\tgatto\ndog\tcane\n",
        "cat gatto\r\ndog  cane",
        "\ufeffcat\tgatto\t\n\n \ndog \t cane \n",
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
        ("a b 1\nc d\n", "{}:1: expected 'source TAB target' or two words with a blank between, found 3 words"),
        (
            "source target\na b c\n",
            "{}:2: expected 'source TAB target' or two words with a blank between, found 3 words",
        ),
        ("a,b\nc,d\ne\n", "{}:3: expected two words with a comma between, found 1 word"),
        ("a;b\nc;d\n;e\n", "{}:3: expected two words with a semicolon between, found 1 word"),
        ("# no pair\n", "{}: has no word pairs in it; write one 'source TAB target' a line"),
        ("source\ttarget\n", "{}: has no word pairs in it; write one 'source TAB target' a line"),
        (
            'a,b\n"c"d,e\nf,g\n',
            "{}:2: is no row of a CSV file (',' expected after '\"'); close the quotes, and double those that belong to a word",
        ),
        (
            'a,b\nc,d\n\n"e,f\ng,h\n',
            "{}:4: is no row of a CSV file (unexpected end of data); close the quotes, and double those that belong to a word",
        ),
        ("a\tb\rc\td\r", "{}:1: has a carriage return inside a line; write line ends as usual, with: tr '\\r' '\\n'"),
        (
            '"' + "x " * 70_000 + "\na b\n",
            "{}:1: expected 'source TAB target' or two words with a blank between, found 70,000 words",
        ),
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


def load(tmp_path, content, name="d.txt", **languages):
    return wordrel.load_dictionary(put(tmp_path / name, content), *languages.values())


def noted(tmp_path, content, message, name="d.txt"):
    """Read a file that has something to pass over, and check what is said of it."""
    with pytest.warns(WordrelWarning) as said:
        pairs = load(tmp_path, content, name)
    assert [str(one.message) for one in said] == [f"{tmp_path / name}: {message}"]
    return list(pairs)


@pytest.mark.parametrize(
    ("content", "passed", "pairs"),
    [
        ("# a comment\n#\n#comment\ncat gatto\n", 3, [("cat", "gatto")]),
        ("# comment\n# #\ncat gatto\n", 1, [("#", "#"), ("cat", "gatto")]),
        ("#\tcancelletto\n# a\tcomment\n#ff\tx\n", 1, [("#", "cancelletto"), ("#ff", "x")]),
        ("# a, b\n#x\ncat,gatto\n#,cancelletto\n", 2, [("cat", "gatto"), ("#", "cancelletto")]),
    ],
)
def test_comments_are_passed_over_and_counted_but_a_hash_is_a_word(tmp_path, content, passed, pairs):
    first = 2 if passed == 1 and content.startswith("#\t") else 1
    lines = "1 comment line" if passed == 1 else f"{passed} comment lines"
    assert noted(tmp_path, content, f"{lines} passed over (first: line {first})") == pairs


@pytest.mark.parametrize(
    "content",
    [
        'cat,gatto\n"New York","Nuova ""Y"""\nto go,andare\n',
        'cat;gatto\n"New York";"Nuova ""Y"""\nto go;andare\n',
        'cat, gatto\nNew York, "Nuova ""Y"""\nto go, andare\n',
        'source,target\ncat,gatto\r\n\nNew York , "Nuova ""Y"""\r\nto go,andare\r\n',
        'id;Target;Source\n1;gatto;cat\n2;"Nuova ""Y""";New York\n3;andare;to go\n',
    ],
)
def test_commas_and_semicolons_with_the_quotes_of_rfc_4180(tmp_path, content):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WordrelWarning)
        assert list(load(tmp_path, content)) == [("cat", "gatto"), ("New York", 'Nuova "Y"'), ("to go", "andare")]


def test_verbs_with_to_are_not_parted_at_the_blank_and_numbers_not_at_the_comma(tmp_path):
    assert list(load(tmp_path, "to go,andare\nto eat,mangiare\n")) == [("to go", "andare"), ("to eat", "mangiare")]
    assert list(load(tmp_path, "3,5 3,5\n4,5 4,5\n, ,\n")) == [("3,5", "3,5"), ("4,5", "4,5"), (",", ",")]


def test_a_csv_word_with_a_line_break_has_a_blank_there_and_later_lines_their_numbers(tmp_path):
    path = put(tmp_path / "d.csv", 'source,target\n"New\n  York",x\ncat,gatto\n')
    entries = read_dictionary(path)
    assert entries.pairs == (("New York", "x"), ("cat", "gatto")) and entries.lines == (2, 4)


def test_tabs_have_no_quotes(tmp_path):
    assert list(load(tmp_path, '"\tvirgolette\n"a"\t"b"\n')) == [('"', "virgolette"), ('"a"', '"b"')]


@pytest.mark.parametrize(
    ("name", "content", "languages", "stated"),
    [
        ("d.tsv", "source\ttarget\ncat\tgatto\n", (None, None), ("und", "und")),
        ("d.tsv", "Word Translation\ncat gatto\n", (None, None), ("und", "und")),
        ("d.csv", "English,Italian\ncat,gatto\n", (None, None), ("en", "it")),
        ("my-en-it.tsv", "en\tit\ncat\tgatto\n", (None, None), ("en", "it")),
        ("d.tsv", "en\tit\ncat\tgatto\n", ("en", "it"), ("en", "it")),
        ("d.tsv", "eng\tita\tscore\ncat\tgatto\t0.5\n", (None, None), ("en", "it")),
    ],
)
def test_headers(tmp_path, name, content, languages, stated):
    pairs = wordrel.load_dictionary(put(tmp_path / name, content), *languages)
    assert list(pairs) == [("cat", "gatto")] and (pairs.source_language, pairs.target_language) == stated


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.tsv", "to\ta\ncat\tgatto\n"),
        ("d.tsv", "english\tinglese\ncat\tgatto\n"),
        ("d.tsv", "source\tfonte\ncat\tgatto\n"),
        ("d.tsv", "no\tno\ncat\tgatto\n"),
        ("is-es.tsv", "english\tenglish\ncat\tgatto\n"),
    ],
)
def test_a_pair_is_never_taken_for_a_header(tmp_path, name, content):
    first = tuple(content.split("\n")[0].split("\t"))
    assert list(load(tmp_path, content, name)) == [first, ("cat", "gatto")]


def test_two_language_codes_alone_are_a_pair_of_words_and_it_is_said(tmp_path):
    message = "the first line, 'is es', may be a header and was read as a pair; if it is one, name both languages"
    assert noted(tmp_path, "is es\ncat gato\n", message) == [("is", "es"), ("cat", "gato")]


@pytest.mark.parametrize("between", ["\t", " ", ",", ";"])
def test_weights_order_the_pairs_of_a_word(tmp_path, between):
    rows = [("b", "x", ".1"), ("a", "y", "2"), ("b", "z", "0.7"), ("a", "w", "-1e1"), ("b", "v", "0.1")]
    entries = read_dictionary(put(tmp_path / "d", "".join(between.join(row) + "\n" for row in rows)))
    assert entries.pairs == (("b", "z"), ("b", "x"), ("b", "v"), ("a", "y"), ("a", "w"))
    assert entries.weights == (0.7, 0.1, 0.1, 2, -10) and entries.lines == (3, 1, 5, 2, 4) and entries.notes == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\tb\t0.1\nc\td\ne\tf\t3\n", "the weights were passed over, because only 2 of 3 lines have one"),
        ("a\tb\tnoun\nc\td\ne\tf\t\n", "further columns passed over in 1 line (first: line 1)"),
        ("a\tb\t1\tx\nc\td\t1\te\n", "further columns passed over in 2 lines (first: line 1)"),
        ("word,rank,translation\na,1,b\nc,2,d\n", "further columns passed over in 2 lines (first: line 2)"),
    ],
)
def test_columns_that_are_passed_over_are_said(tmp_path, content, message):
    assert noted(tmp_path, content, message)[:2] == [("a", "b"), ("c", "d")]


def test_a_no_break_space_is_a_letter(tmp_path):
    assert list(load(tmp_path, "a\u00a0b c\u2009\n \u00a0\tx\n")) == [("a\u00a0b", "c\u2009"), ("\u00a0", "x")]


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
