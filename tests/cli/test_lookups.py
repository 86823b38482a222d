import io
import json
import sys

import pytest

import wordrel
from wordrel.cli.render import table, width


@pytest.fixture
def place(saved, here, monkeypatch):
    """An empty folder with one alignment in it."""
    (here / "en-it.wordrel").symlink_to(saved)
    return here


@pytest.fixture
def stdin(monkeypatch):
    def feed(text: str | bytes, tty: bool = False):
        stream = io.TextIOWrapper(io.BytesIO(text if isinstance(text, bytes) else text.encode()))
        stream.isatty = lambda: tty
        monkeypatch.setattr(sys, "stdin", stream)

    return feed


def test_translate_prints_words_and_scores(run, place):
    outcome = run("translate", "gatto", "--from", "it", "-k", 2)
    best = wordrel.load_alignment("en-it.wordrel").translate("gatto", source="it", k=2)
    lines = outcome.out.splitlines()
    assert outcome.code == 0 and lines[0] == "gatto" and len(lines) == 3
    assert [line.split() for line in lines[1:]] == [[n.word, f"{n.score:.3f}", f"{n.confidence:.2f}"] for n in best]


def test_translate_json_by_cosine(run, place):
    result = json.loads(run("translate", "cat", "house", "-k", 1, "--json", "--scorer", "nn").out)
    assert [entry["word"] for entry in result] == ["cat", "house"]
    assert result[0]["language"] == "en" and result[0]["scorer"] == "nn"
    best = wordrel.load_alignment("en-it.wordrel").translate("cat", k=1, scorer="nn")[0]
    assert result[0]["translations"] == [
        {"word": "gatto", "score": pytest.approx(best.score), "language": "it", "confidence": None}
    ]


def test_words_come_from_standard_input(run, place, stdin):
    stdin("\ufeffcat\n\n  house \r\n")
    lines = run("translate", "-k", 1).out.splitlines()
    assert lines[0] == "cat" and lines[2] == "house"
    stdin("", tty=True)
    assert run("translate") == (
        2, "", "wordrel: name a word, or send words on standard input, one a line; see 'wordrel translate --help'\n"
    )  # fmt: skip


def test_neighbors_stand_side_by_side(run, place):
    lines = run("neighbors", "gatto", "--from", "it", "-k", 3).out.splitlines()
    alignment = wordrel.load_alignment("en-it.wordrel")
    assert lines[0] == "gatto" and lines[1].split() == ["it", "en"] and len(lines) == 5
    it, en = (alignment.neighbors("gatto", "it", 3, within=name) for name in ("it", "en"))
    for line, left, right in zip(lines[2:], it, en, strict=True):
        assert line.split() == [left.word, f"{left.score:.3f}", right.word, f"{right.score:.3f}"]
    result = json.loads(run("neighbors", "cat", "--json", "-k", 2).out)
    assert [n["language"] for n in result[0]["neighbors"]["it"]] == ["it", "it"] and len(result) == 1


def test_info_says_what_it_is(run, place):
    text = run("info").out
    for part in ("en-it.wordrel", "15,258 words x 300", "licence CC BY-SA 4.0", "relative", "exponent 1.000", "6342"):
        assert part in text
    result = json.loads(run("info", "en-it.wordrel", "--json").out)
    assert result["spaces"][0]["language"] == "en" and result["test_words"] == 1000 and result["format_version"] == 1


def test_info_shows_the_scores_when_made(run, toy_files):
    run(*toy_files, "-q")
    assert "csls when made   p@1 1.000" in run("info").out
    assert "preprocessing    unit,center,unit" in run("info").out


def test_info_says_which_steps_were_taken(run, toy_files):
    for given, steps in (("all-but-the-top:2,unit", ["all-but-the-top:2", "unit"]), ("none", [])):
        run(*toy_files, "-q", "--force", "--preprocessing", given)
        assert f"preprocessing    {given}" in run("info").out
        assert [one["preprocessing"] for one in json.loads(run("info", "--json").out)["spaces"]] == [steps, steps]


def test_a_zero_vector_has_no_translation(run, toy_files, here):
    with (here / "xx.vec").open("a") as stream:
        stream.write("nil 0 0 0 0 0 0\n")
    text = (here / "xx.vec").read_text()
    (here / "xx.vec").write_text(text.replace("60 6", "61 6", 1))
    run(*toy_files, "-q")
    assert run("translate", "nil").out == "nil\n  no translation: its vector has only zeros\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["translate", "-k", "0", "cat"], "Invalid value for '-k': 0 is not in the range x>=1; see 'wordrel translate --help'"),
        (["translate", "xqzzyk"], "'xqzzyk' is not in the en vocabulary; no similar spelling is known"),
        (["translate", "gattto", "--from", "it"], "'gattto' is not in the it vocabulary; did you mean gatto or grattato or atto?"),
        (["translate", "gatto"], "'gatto' is not in the en vocabulary; it is in the it one: --from it"),
        (["translate", "cat", "--from", "de"], "this alignment has no language 'de'; it has en and it"),
        (["neighbors", "cat", "-a", "nix"], "nix: no such alignment; make one with 'wordrel align SRC TGT'"),
        (["info", "."], ".: is not an alignment (it has no manifest.json); name a *.wordrel folder"),
        (["evaluate", "--dictionary", "nix"], "nix: no such file; name a file that holds a dictionary, or one of: embedded:en-it, embedded:it-en"),
        (["frobnicate"], "No such command 'frobnicate'; see 'wordrel --help'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(run, place, arguments, message):
    assert run(*arguments) == (2, "", f"wordrel: {message}\n")


@pytest.mark.parametrize("command", ["translate", "neighbors"])
def test_unknown_words_are_said_and_the_others_answered(run, place, stdin, command):
    stdin(b"cat\nxqzzyk\nperch\xe9\ndog\n")
    outcome = run(command, "-k", 1)
    assert outcome.code == 2 and [line for line in outcome.out.splitlines() if line[0] != " "] == ["cat", "dog"]
    assert outcome.err == (
        "wordrel: 'xqzzyk' is not in the en vocabulary; no similar spelling is known\n"
        "wordrel: 'perch\ufffd' is not in the en vocabulary; did you mean porch or perth or percy?\n"
    )
    result = json.loads(run(command, "xqzzyk", "cat", "--json").out)
    key = "translations" if command == "translate" else "neighbors"
    assert result[0][key] is None and result[1][key]


def test_more_neighbours_than_words_are_all_words(run, toy_files):
    run(*toy_files, "-q")
    lines = run("translate", "s1", "-k", 10**9).out.splitlines()
    assert sorted(line.split()[0] for line in lines[1:]) == sorted(f"t{i}" for i in range(60))


def test_an_alignment_has_to_be_named_when_there_is_none_or_several(run, here):
    assert run("translate", "cat") == (
        2, "",
        "wordrel: there is no *.wordrel in this folder; name one with -a or make one: wordrel align en it; "
        "see 'wordrel translate --help'\n",
    )  # fmt: skip
    (here / "a.wordrel").mkdir()
    (here / "b.wordrel").mkdir()
    assert run("info") == (
        2, "", "wordrel: there are several alignments here, name one with -a: a.wordrel, b.wordrel; see 'wordrel info --help'\n"
    )  # fmt: skip


def test_tables_line_up_wide_and_combining_characters():
    assert width("猫a") == 3 and width("e\u0301") == 1
    assert table([("猫", "1"), ("abc", "22")], right=(1,)) == "  猫    1\n  abc  22"
