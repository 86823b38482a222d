import json

import pytest

import wordrel
from tests.sources.dictionaries.test_markup import TEI

PAIRS = [
    ("cat", "gatto"),
    ("Cat", "gatto"),
    ("cat", "gatta"),
    ("dog", "cane"),
    ("1990", "anno"),
    ("taxi", "taxi"),
    ("cat", "gatto"),
    ("tea &amp; milk", "tè"),
    ("mouse", "topo,"),
]


def write(path, pairs):
    path.write_text("".join(f"{source}\t{target}\n" for source, target in pairs), encoding="utf-8")


def read(path):
    return [tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def files(here):
    write(here / "d.tsv", PAIRS)
    write(here / "fr.tsv", [("gatto", "chat"), ("cane", "chien"), ("gatta", "chat"), ("gatto", "minet")])
    return here


def test_what_people_are_told(run, files):
    assert run("dictionary", "d.tsv", "--from", "en", "--to", "it") == (
        0,
        "d.tsv  en-it\n"
        "  pairs         8\n"
        "  source words  7  1.14 translations a word, at most 2 (cat)\n"
        "  target words  7\n"
        "  duplicates    1  given again and kept once\n"
        "  case only     1  differ from an earlier pair in upper and lower case only\n"
        "  multi-word    1  with a blank in a word\n"
        "  identical     1  spelt alike on both sides\n"
        "\n"
        "Look at 1 with digits on one side only:\n"
        "  line 5  1990 → anno\n"
        "\n"
        "Look at 1 with two words that are spelt alike:\n"
        "  line 6  taxi → taxi\n"
        "\n"
        "Look at 1 with a word that begins or ends with punctuation:\n"
        "  line 9  mouse → topo,\n"
        "\n"
        "Look at 1 with remains of HTML:\n"
        "  line 8  tea &amp; milk → tè\n",
        "",
    )


def test_json_has_every_line(run, files):
    write(files / "many.tsv", [(f"w{i}", "x") for i in range(9)])
    result = json.loads(run("dictionary", "many.tsv", "--json").out)
    assert result == {
        "dictionary": "many.tsv",
        "source_language": "und",
        "target_language": "und",
        "weights": False,
        "notes": [],
        "pairs": 9,
        "source_words": 9,
        "target_words": 1,
        "mean_translations": 1.0,
        "most_translations": 1,
        "most_translated": "w0",
        "duplicates": 0,
        "identical": 0,
        "multi_word": 0,
        "case_only": 0,
        "suspicious": {
            "very long": [],
            "digits": [{"line": i + 1, "source": f"w{i}", "target": "x"} for i in range(9)],
            "untranslated": [],
            "script": [],
            "punctuation": [],
            "markup": [],
        },
        "coverage": {},
        "written": [],
    }
    assert "  line 5  w4 → x\n  and 4 more; --json lists all\n" in run("dictionary", "many.tsv").out


def test_coverage_of_vectors(run, toy_files, here):
    write(here / "d.tsv", [("s1", "t1"), ("s2", "no"), ("no", "t2"), ("s3", "t3"), ("s1", "t4")])
    both = ["--source-vectors", "xx.vec", "--target-vectors", "yy.vec"]
    text = run("dictionary", "d.tsv", *both).out
    assert "  found         75.0 %  3 of 4 source words in the source vectors\n" in text
    assert "  found         80.0 %  4 of 5 target words in the target vectors\n" in text
    assert "  found         50.0 %  2 of 4 source words with a pair in both\n" in text
    result = json.loads(run("dictionary", "d.tsv", *both[2:], "--json").out)
    assert result["coverage"] == {"target": {"words_found": 4, "words": 5, "fraction": 0.8}}
    result = json.loads(run("dictionary", "d.tsv", *both, "--json").out)["coverage"]["both"]
    assert result == {"words_found": 2, "words": 4, "pairs_found": 3, "pairs": 5, "fraction": 0.5}


def test_any_format_is_written_as_tsv(run, files):
    (files / "d.tei").write_text(TEI)
    outcome = run("dictionary", "d.tei", "-o", "new.tsv")
    assert outcome.code == 0 and read(files / "new.tsv")[-1] == ("dog", "cane") and len(read(files / "new.tsv")) == 7
    assert outcome.out.endswith("\nWrote new.tsv: 7 pairs of 3 source words, en-it.\n")
    assert outcome.err == (
        "wordrel: note: d.tei: 1 entry without a headword or a translation passed over (first: line 16)\n"
        "wordrel: note: d.tei: 1 related entry passed over\n"
    )


def test_operations_are_done_in_order(run, files):
    options = ["--split", "1", "--invert", "--compose", "fr.tsv", "--lower", "--from", "en", "--to", "it"]
    result = json.loads(run("dictionary", "d.tsv", *options, "--seed", 3, "-o", "new.tsv", "--json").out)
    pairs = wordrel.load_dictionary("d.tsv", "en", "it").lowered()
    expected = pairs.compose(wordrel.load_dictionary("fr.tsv")).inverted().split(1, 3)
    assert read(files / "new.train.tsv") == list(expected.train) and read(files / "new.test.tsv") == list(expected.test)
    assert sorted(expected) == [("chat", "cat"), ("chien", "dog"), ("minet", "cat")]
    assert not (files / "new.tsv").exists() and result["pairs"] == 8
    assert result["written"] == [
        {"file": f"new.{part}.tsv", "source_words": len(made.sources), "pairs": len(made)}
        for part, made in (("train", expected.train), ("test", expected.test))
    ]


def test_split_holds_out_a_share_of_the_embedded_words(run, here):
    assert run("dictionary", "embedded:en-it", "--split", "0.1", "-o", "x").code == 0
    expected = wordrel.load_dictionary("embedded:en-it").split(0.1)
    assert read(here / "x.test.tsv") == list(expected.test) and len(expected.test.sources) == 734
    assert read(here / "x.train.tsv") == list(expected.train)


def test_held_out_words_that_are_written_with_the_others_are_said(run, here):
    outcome = run("dictionary", "embedded:it-en", "-o", "x.tsv")
    assert outcome.err == (
        "wordrel: note: embedded:it-en: its held-out words are written with the others; --split holds some out\n"
    )
    assert read(here / "x.tsv") == list(wordrel.load_dictionary("embedded:it-en"))
    assert "  held out       1,069  of " in outcome.out


def test_identical_words_of_two_vocabularies(run, here):
    spaces = ["--source-vectors", "embedded:en", "--target-vectors", "embedded:it"]
    assert run("dictionary", "identical:", *spaces, "-o", "same.tsv").code == 0
    pairs = wordrel.BilingualDictionary.identical(wordrel.load("embedded:en"), wordrel.load("embedded:it"))
    assert read(here / "same.tsv") == list(pairs) and len(pairs) > 1000


def test_vocabularies_without_a_word_in_common(run, toy_files):
    assert run("dictionary", "identical:", "--source-vectors", "xx.vec", "--target-vectors", "yy.vec") == (
        2,
        "",
        "wordrel: the two vocabularies have no word in common; identical: needs languages of one script\n",
    )


def test_two_wordnets(run, here):
    (here / "a.tab").write_text("00000001-n\tlemma\tcat\n")
    (here / "b.tab").write_text("00000001-n\tita:lemma\tgatto\n")
    outcome = run("dictionary", "a.tab+b.tab", "-o", "d.tsv")
    assert read(here / "d.tsv") == [("cat", "gatto")] and outcome.out.startswith("a.tab+b.tab  und-it\n")
    assert "  pairs         1  ordered by their weights\n" in outcome.out


BAD = {
    "no output": (
        ["d.tsv", "--lower"],
        "--lower, --compose, --invert and --split make a new dictionary; name its file with -o; see 'wordrel dictionary --help'",
    ),
    "no file": (
        ["nix"],
        "nix: no such file; name a file that holds a dictionary, or one of: embedded:en-it, embedded:it-en",
    ),
    "folder": (["."], ".: is a folder; name a file that holds a dictionary"),
    "taken": (
        ["d.tsv", "-o", "fr.tsv"],
        "fr.tsv: exists already; choose another name with --output, or replace it with --force",
    ),
    "no folder": (["d.tsv", "-o", "a/b"], "a: no such folder; create it first or choose another --output"),
    "all held out": (
        ["d.tsv", "--split", "7", "-o", "x"],
        "cannot hold out 7 of 7 source words; choose 1 or more, not all",
    ),
    "no number": (
        ["d.tsv", "--split", "nan", "-o", "x"],
        "cannot hold out nan words; give a share below 1 or a whole number of words",
    ),
    "identical without vectors": (
        ["identical:", "--source-vectors", "embedded:en"],
        "identical: compares two vocabularies; give --source-vectors and --target-vectors; see 'wordrel dictionary --help'",
    ),
    "composed with identical": (
        ["d.tsv", "--compose", "identical:", "-o", "x"],
        "identical: needs two vocabularies and leads to no third language; name a dictionary; see 'wordrel dictionary --help'",
    ),
    "composed with another language": (
        ["d.tsv", "--from", "en", "--to", "fr", "--compose", "embedded:it-en", "-o", "x"],
        "cannot compose en-fr with it-en: the second must begin with fr; invert one",
    ),
    "composed with another file": (
        ["fr.tsv", "--compose", "d.tsv", "-o", "x"],
        "d.tsv: has none of the target words; check which language it begins with",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_nothing_is_written(run, files, case):
    arguments, message = BAD[case]
    assert run("dictionary", *arguments) == (2, "", f"wordrel: {message}\n")
    assert sorted(path.name for path in files.iterdir()) == ["d.tsv", "fr.tsv"]


def test_force_replaces_a_file(run, files):
    assert run("dictionary", "d.tsv", "--lower", "-o", "d.tsv", "--force").code == 0
    assert read(files / "d.tsv")[:2] == [("cat", "gatto"), ("cat", "gatta")]
