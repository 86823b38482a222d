import json
import re

import numpy as np
import pytest

import wordrel
from tests.conftest import write_vec


def test_the_main_job(main_job):
    outcome = main_job.outcome
    assert outcome.code == 0 and outcome.err == ""
    text = outcome.out
    assert "en          15,258 words          embedded:en" in text
    assert "dictionary  6,342 of 6,342 words  13,026 of 13,026 pairs found in both vocabularies (100.0 %)" in text
    assert "anchors     6,342 words           13,026 pairs" in text
    assert "en → it: 1,000 of 1,000 test words found (100.0 %)" in text
    assert "CSLS                     54." in text and "plain relative, nearest   2.7" in text
    assert re.search(r"^  time +→  tempo +✓$", text, re.M) and text.count("→") == 11
    assert "Saved en-it.wordrel in" in text and "wordrel translate -a en-it.wordrel peace" in text
    loaded = wordrel.load_alignment(main_job.saved)
    assert loaded.translate("cat", k=1)[0].word == "gatto"
    for word, best in re.findall(r"^  (\w+) +→  (\w+)", text, re.M):
        assert loaded.translate(word, k=1)[0].word == best
    assert main_job.left == ["en-it.wordrel"]


def test_json_is_one_object_with_what_the_alignment_holds(run, toy_files):
    outcome = run(*toy_files, "--json", "--seed", 3, "-o", "out.wordrel")
    assert outcome.code == 0 and outcome.err == ""
    result = json.loads(outcome.out)
    assert list(result) == [
        "output", "source", "target", "method", "parameters", "anchors", "cross_validation", "refine", "contrast_steps", "robust", "coverage", "scores", "seconds", "seed", "version"
    ]  # fmt: skip
    assert result["output"] == "out.wordrel" and result["seed"] == 3 and result["version"] == wordrel.__version__
    assert result["source"] == {
        "language": "xx", "words": 60, "dimensions": 6, "provenance": {"source": "xx.vec"}
    }  # fmt: skip
    assert result["parameters"] == {"exponent": 1.0, "ridge": 0.3, "power": 0.5}
    assert result["anchors"] == {"words": 48, "pairs": 48, "strategy": "first", "translations": "weighted"}
    assert result["robust"] == {}
    assert result["coverage"]["test"]["words_found"] == 12 and result["coverage"]["train"]["fraction"] == 1
    assert result["scores"]["csls"] == result["scores"]["nn"] == {"p@1": 1, "p@5": 1, "p@10": 1, "mrr": 1, "mrr@10": 1}
    assert set(result["scores"]["plain"]) == {"nn", "csls"}
    assert wordrel.load_alignment("out.wordrel").info["evaluation"] == result["scores"]


def test_the_seed_chooses_the_words_held_out(run, toy_files):
    held = []
    for seed in (1, 1, 2):
        assert run(*toy_files, "--seed", seed, "--force", "-q") == (0, "", "")
        held.append(wordrel.load_alignment("xx-yy.wordrel").test.sources)
    assert held[0] == held[1] != held[2] and len(held[0]) == 12


def test_anchors_takes_the_first_words_of_the_dictionary(run, toy_files):
    run(*toy_files, "--anchors", 20, "-q")
    alignment = wordrel.load_alignment("xx-yy.wordrel")
    order = [w for w in wordrel.load_dictionary("pairs.tsv").sources if w not in set(alignment.test.sources)]
    assert list(alignment.anchors.sources) == order[:20]


def test_a_test_dictionary_takes_its_words_out_of_the_anchors(run, toy_files, here):
    (here / "test.tsv").write_text("s0\tt0\ns1\tt1\ns1\tt5\nS2\tt2\n")
    outcome = run(*toy_files, "--test-dictionary", "test.tsv")
    assert outcome.err == "wordrel: note: 3 test words were also in the dictionary and are no anchors\n"
    alignment = wordrel.load_alignment("xx-yy.wordrel")
    assert set(alignment.anchors.sources) == {f"s{i}" for i in range(3, 60)}
    assert alignment.test.sources == ("s0", "s1", "S2")
    assert run(*toy_files, "--test-dictionary", "test.tsv", "--force", "--quiet") == (0, "", "")


def test_an_embedded_test_dictionary_gives_its_test_half(run, here):
    outcome = run(
        "align", "it", "en", "--dictionary", "embedded:it-en", "--test-dictionary", "embedded:it-en", "--json",
        "--method", "procrustes", "--no-rerank", "--limit", "6000",
    )  # fmt: skip
    result = json.loads(outcome.out)
    assert result["coverage"]["test"]["words"] == 914 and result["anchors"]["words"] == 2289
    assert result["source"]["language"] == "it" and result["method"] == "procrustes"


def test_spaces_of_different_dimensions(run, toy_files, here):
    space = wordrel.load("yy.vec")
    write_vec(here / "yy.vec", list(space.words), np.hstack([space.vectors, space.vectors[:, :1]]))
    assert run(*toy_files, "-q").code == 0


def test_a_dictionary_the_wrong_way_round_is_noted(run, toy_files, here):
    lines = [line.split() for line in (here / "pairs.tsv").read_text().splitlines()]
    turned = [f"{b} {a}\n" for a, b in lines] + [f"s{i} t{i}\n" for i in range(6)]
    (here / "pairs.tsv").write_text("".join(turned))
    outcome = run(*toy_files)
    assert outcome.code == 0 and outcome.err == (
        "wordrel: note: only 9.1 % of the dictionary's words are found, and 90.9 % the other way round; is it yy-xx?\n"
    )


def spoil(here, name, line, change):
    lines = (here / name).read_text().split("\n")
    lines[line - 1] = change(lines[line - 1])
    (here / name).write_text("\n".join(lines))


BAD = {
    "unknown language": (
        ["align", "en", "de"],
        None,
        "there are no embedded vectors for 'de' (only en and it); give a file with --target-vectors, or fetch both languages with --vectors fasttext",
    ),
    "unknown pair": (
        ["align", "en", "de", "--target-vectors", "yy.vec"],
        None,
        "there is no embedded en-de dictionary (only en-it, it-en); give a file with --dictionary, or fetch MUSE's with --dictionary muse:en-de",
    ),
    "missing vectors": (
        [],
        lambda here: (here / "xx.vec").unlink(),
        "xx.vec: no such file; name a file that holds vectors, or one of: embedded:en, embedded:it",
    ),
    "empty vectors": (
        [],
        lambda here: (here / "xx.vec").write_text(""),
        "xx.vec: is empty; check that the download is complete",
    ),
    "a number short": (
        [],
        lambda here: spoil(here, "xx.vec", 7, lambda line: line.rsplit(" ", 1)[0]),
        "xx.vec:7: expected 6 numbers, found 5; correct the line or leave it out",
    ),
    "nan": (
        [],
        lambda here: spoil(here, "yy.vec", 9, lambda line: " ".join([*line.split()[:-1], "NaN"])),
        "yy.vec:9: the vector of 't7' has a NaN or infinite number; leave the line out",
    ),
    "not utf-8": (
        [],
        lambda here: (here / "pairs.tsv").write_bytes(b"s1\tt1\nperch\xe9\tt2\n"),
        "pairs.tsv:2: is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)",
    ),
    "no pair": (
        [],
        lambda here: (here / "pairs.tsv").write_text("".join(f"a{i} b{i}\n" for i in range(9))),
        "only 0 of the 7 dictionary pairs are in both vocabularies and an alignment needs 2 or more (0 of 7 source words "
        "are in the xx vocabulary); check that the dictionary is xx-yy, and that enough words of the vectors are read",
    ),
    "one pair": (
        [],
        lambda here: (here / "pairs.tsv").write_text("s1\tt1\n"),
        "the dictionary has 1 source word, too few to hold some out for the score; "
        "give more pairs, or test words with --test-dictionary",
    ),
    "one anchor": (["--anchors", 1], None, "the number of anchors must be 2 or more, not 1"),
    "no dictionary": (
        [],
        lambda here: (here / "pairs.tsv").write_text("\n"),
        "pairs.tsv: has no word pairs in it; write one 'source TAB target' a line",
    ),
    "method": (
        ["--method", "magic"],
        None,
        "unknown method 'magic'; choose one of: relative, relative-paper, relative-centred, procrustes, rcsls, vecmap, cca, ridge, asif",
    ),
    "output exists": (
        [],
        lambda here: (here / "xx-yy.wordrel").mkdir(),
        "xx-yy.wordrel: exists already; choose another name with --output, or replace it with --force",
    ),
    "no folder": (
        ["-o", "nowhere/x.wordrel"],
        None,
        "nowhere: no such folder; create it first or choose another --output",
    ),
    "option": (
        ["--anchors", "many"],
        None,
        "Invalid value for '--anchors': 'many' is not a valid integer; see 'wordrel align --help'",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_exit_code_2(run, toy_files, here, case):
    arguments, harm, message = BAD[case]
    if harm:
        harm(here)
    before = sorted(here.iterdir())
    outcome = run(*(arguments if arguments[:1] == ["align"] else [*toy_files, *arguments]))
    assert outcome == (2, "", f"wordrel: {message}\n")
    assert sorted(here.iterdir()) == before


def test_a_read_only_folder(run, toy_files, here, monkeypatch):
    import wordrel.artefact as artefact

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    # As root, a folder's mode stops nobody; the message is the same.
    monkeypatch.setattr(artefact.tempfile, "TemporaryFile", refuse)
    assert run(*toy_files) == (2, "", "wordrel: .: cannot write here (Permission denied); choose another --output\n")


def test_repeated_and_zero_words_are_noted(run, toy_files, here):
    text = (here / "xx.vec").read_text().split("\n")
    text[0] = "62 6"
    text[61:61] = [text[1], "nil 0 0 0 0 0 0"]
    (here / "xx.vec").write_text("\n".join(text))
    outcome = run(*toy_files)
    assert outcome.code == 0
    assert outcome.err == (
        "wordrel: note: xx.vec: 1 repeated word left out (first: 's0', line 62)\n"
        "wordrel: note: xx.vec: 1 word with only zeros, never found as a neighbour (first: 'nil', line 63)\n"
    )


def test_a_bar_is_drawn_on_a_terminal_only(run, toy_files, monkeypatch):
    import sys

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    from wordrel.cli.progress import steps

    with steps(2, quiet=False) as step:
        step("one")
    with steps(2, quiet=True) as step:
        step("one")
    assert step._bar is None


def test_without_a_dictionary_the_test_words_only_score(run, here):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 8))[rng.choice(12, 400, p=np.arange(1, 13) / 78)] * 2 + rng.normal(size=(400, 8))
    Y = X @ np.linalg.qr(rng.normal(size=(8, 8)))[0]
    write_vec(here / "xx.vec", [f"s{i}" for i in range(400)], X)
    write_vec(here / "yy.vec", [f"t{i}" for i in range(400)], Y)
    (here / "test.tsv").write_text("".join(f"s{i}\tt{i}\n" for i in range(100)))
    files = ("align", "xx", "yy", "--source-vectors", "xx.vec", "--target-vectors", "yy.vec", "--dictionary", "none")
    scored = run(*files, "--test-dictionary", "test.tsv")
    assert scored.code == 0 and re.search(r"^dictionary +none +the first pairs were guessed$", scored.out, re.M)
    assert "xx → yy: 100 of 100 test words found (100.0 %)" in scored.out and "plain relative" not in scored.out
    assert wordrel.evaluate(wordrel.load_alignment("xx-yy.wordrel")).csls.p_at_1 > 0.9
    plain = run(*files, "--force")
    assert plain.code == 0 and "There are no test words, so nothing was scored" in plain.out
    result = json.loads(run(*files, "--force", "--json").out)
    assert result["scores"] == {} and result["coverage"]["test"] is None and result["anchors"]["pairs"] == 0


def test_words_that_are_spelt_alike_are_a_dictionary(run, here):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5))
    write_vec(here / "xx.vec", [f"w{i}" for i in range(60)], X)
    write_vec(here / "yy.vec", [f"w{i}" if i % 2 else f"other{i}" for i in range(60)], X)
    files = ("--source-vectors", "xx.vec", "--target-vectors", "yy.vec")
    outcome = run("align", "xx", "yy", *files, "--dictionary", "identical:", "--refine", "off")
    assert outcome.code == 0 and "24 of 24 words" in outcome.out
    assert set(wordrel.load_alignment("xx-yy.wordrel").anchors) <= {(f"w{i}", f"w{i}") for i in range(1, 60, 2)}
