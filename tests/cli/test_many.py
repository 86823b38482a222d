import json

import pytest

import wordrel
from tests.conftest import three_rotations, write_vec


@pytest.fixture
def files(here):
    """Files of the three rotations and the arguments that align them."""
    spaces, dictionaries = three_rotations()
    for space in spaces:
        write_vec(here / f"{space.language}.vec", list(space.words), space.vectors)
    for one in dictionaries:
        lines = "".join(f"{source}\t{target}\n" for source, target in one)
        (here / f"xx-{one.target_language}.tsv").write_text(lines, encoding="utf-8")
    return [
        "align", "xx", "yy", "zz", "--source-vectors", "xx.vec", "--vectors-of", "yy=yy.vec", "--vectors-of",
        "zz=zz.vec", "--dictionary-of", "yy=xx-yy.tsv", "--dictionary-of", "zz=xx-zz.tsv",
    ]  # fmt: skip


def test_three_languages_from_files(run, files, here):
    outcome = run(*files)
    assert outcome.code == 0 and outcome.err == ""
    text = outcome.out
    assert "zz       60 words         zz.vec" in text
    assert "xx-yy    48 anchor words  48 pairs (100.0 % found)" in text
    for ends in ("xx → yy", "xx → zz", "yy → zz"):
        assert f"{ends}: 12 of 12 test words found (100.0 %)" in text
    assert text.count("  CSLS               100.0  100.0  100.0  1.000") == 3
    assert "\nOnly 12 test words: these scores say little.\n" in text
    assert "\nTranslations have no confidence: it is learnt for two languages only.\n" in text
    assert "Saved xx-yy-zz.wordrel in" in text
    assert "  wordrel translate -a xx-yy-zz.wordrel --from yy --to zz y59" in text
    alignment = wordrel.load_alignment("xx-yy-zz.wordrel")
    held = set(alignment.test_between("xx", "yy").sources)
    assert len(held) == 12 and held == set(alignment.test_between("xx", "zz").sources)
    assert held.isdisjoint(alignment.anchors_between("xx", "zz").sources)


def test_json_has_a_score_for_each_two_languages(run, files):
    result = json.loads(run(*files, "--json", "--seed", 2, "--anchors", 20).out)
    assert list(result) == [
        "output", "languages", "method", "parameters", "anchors", "cross_validation", "refine", "contrast_steps", "coverage", "scores", "seconds", "seed", "version"
    ]  # fmt: skip
    assert [one["language"] for one in result["languages"]] == ["xx", "yy", "zz"]
    assert result["anchors"]["of"] == {"yy": {"words": 20, "pairs": 20}, "zz": {"words": 20, "pairs": 20}}
    assert set(result["scores"]) == {"xx-yy", "xx-zz", "yy-zz"}
    assert all(one["csls"]["p@1"] == 1 for one in result["scores"].values())
    assert result["coverage"]["xx-zz"]["test"]["words_found"] == 12 and result["seed"] == 2
    assert run(*files, "-q", "--force", "--refine", "off") == (0, "", "")


def test_words_of_any_language_translate_into_any_other(run, files):
    run(*files, "-q")
    assert run("translate", "--from", "yy", "--to", "zz", "y7", "-k", 1).out.splitlines()[1].split()[0] == "z7"
    lines = run("translate", "y7", "--from", "yy", "-k", 2).out.splitlines()
    alignment = wordrel.load_alignment("xx-yy-zz.wordrel")
    assert lines[0] == "y7" and lines[1].split() == ["xx", "zz"] and len(lines) == 4
    columns = [alignment.translate("y7", "yy", 2, target=name) for name in ("xx", "zz")]
    for line, left, right in zip(lines[2:], *columns, strict=True):
        assert line.split() == [left.word, f"{left.score:.3f}", right.word, f"{right.score:.3f}"]
    found = json.loads(run("translate", "y7", "--from", "yy", "-k", 1, "--json").out)[0]["translations"]
    assert [(one["word"], one["language"]) for one in found] == [("x7", "xx"), ("z7", "zz")]


def test_neighbors_of_all_languages_stand_side_by_side(run, files):
    run(*files, "-q")
    lines = run("neighbors", "z7", "--from", "zz", "-k", 2).out.splitlines()
    assert lines[1].split() == ["zz", "xx", "yy"] and lines[2].split()[2::2] == ["x7", "y7"]
    found = json.loads(run("neighbors", "z7", "--from", "zz", "-k", 2, "--json").out)[0]["neighbors"]
    assert {name: side[0]["word"] for name, side in found.items() if name != "zz"} == {"xx": "x7", "yy": "y7"}


def test_evaluate_scores_the_languages_that_are_named(run, files, here):
    run(*files, "-q")
    reports = json.loads(run("evaluate", "--json").out)["reports"]
    assert [(one["source"], one["target"]) for one in reports] == [("xx", "yy"), ("xx", "zz")]
    one = json.loads(run("evaluate", "--from", "zz", "--to", "yy", "--json").out)
    assert (one["source"], one["target"], one["coverage"]["words_found"]) == ("zz", "yy", 12)
    assert one["scores"]["csls"]["p@1"] == 1
    assert run("evaluate").out.count("12 of 12 test words found") == 4
    held = sorted(wordrel.load_alignment("xx-yy-zz.wordrel").test_between("zz", "yy").pairs)
    (here / "gold.tsv").write_text(f"{held[0][0]}\t{held[0][1]}\n{held[1][0]}\t{held[2][1]}\n")
    outcome = run("evaluate", "--dictionary", "gold.tsv", "--from", "zz", "--to", "yy", "--json")
    assert outcome.err == "" and json.loads(outcome.out)["scores"]["csls"]["p@1"] == 0.5
    back = json.loads(run("evaluate", "--reverse", "--json").out)["reports"]
    assert [(one["source"], one["target"]) for one in back] == [("yy", "xx"), ("zz", "xx")]


def test_info_and_export_know_all_languages(run, files, here):
    run(*files, "-q")
    text = run("info").out
    assert "zz               60 words x 6" in text and "yy-zz when made" in text
    assert [one["language"] for one in json.loads(run("info", "--json").out)["spaces"]] == ["xx", "yy", "zz"]
    run("export", "--format", "npz")
    assert {file.name for file in (here / "xx-yy-zz.npz").glob("*.npz")} == {"xx.npz", "yy.npz", "zz.npz"}


def test_test_words_of_one_dictionary_are_anchors_of_none(run, here, files):
    # 30 words of another dictionary: 6 of them are held out, those that the first one holds out among them.
    (here / "xx-zz.tsv").write_text("".join(f"X{i}\tz{i}\n" for i in range(30)))
    run(*files, "-q")
    alignment = wordrel.load_alignment("xx-yy-zz.wordrel")
    held = {word.lower() for name in ("yy", "zz") for word in alignment.test_between("xx", name).sources}
    for name in ("yy", "zz"):
        assert held.isdisjoint(word.lower() for word in alignment.anchors_between("xx", name).sources)
    assert 6 <= len(alignment.test_between("xx", "zz").sources) < 12


def test_two_languages_take_the_same_options(run, files):
    two = ["align", "xx", "yy", "--vectors-of", "xx=xx.vec", "--vectors-of", "yy=yy.vec"]
    assert run(*two, "--dictionary-of", "yy=xx-yy.tsv", "-q") == (0, "", "")
    assert wordrel.load_alignment("xx-yy.wordrel").languages == ("xx", "yy")


BAD = {
    "twice": (["align", "en", "it", "it"], "the language 'it' is there twice; give each language once"),
    "no vectors": (
        ["align", "en", "it", "fr"],
        "there are no embedded vectors for 'fr' (only en and it); give a file with --vectors-of fr=FILE, "
        "or fetch both languages with --vectors fasttext",
    ),
    "no dictionary": (
        ["align", "xx", "yy", "zz", "--vectors-of", "xx=xx.vec", "--vectors-of", "yy=yy.vec", "--vectors-of",
         "zz=zz.vec", "--dictionary-of", "yy=xx-yy.tsv"],
        "there is no embedded xx-zz dictionary (only en-it, it-en); give a file with --dictionary-of zz=FILE, "
        "or fetch MUSE's with --dictionary-of zz=muse:xx-zz",
    ),
    "no language": (
        ["align", "xx", "yy", "zz", "--vectors-of", "yy.vec"],
        "'yy.vec' names no language; write it as LANG=FILE: --vectors-of zz=FILE; see 'wordrel align --help'",
    ),
    "another language": (
        ["align", "xx", "yy", "zz", "--dictionary-of", "de=x.tsv"],
        "--dictionary-of de=x.tsv: 'de' is none of the languages yy, zz; see 'wordrel align --help'",
    ),
    "given twice": (
        ["align", "xx", "yy", "zz", "--vectors-of", "yy=a", "--vectors-of", "yy=b"],
        "--vectors-of is given twice for 'yy'; give it once; see 'wordrel align --help'",
    ),
    "two ways": (
        ["align", "xx", "yy", "zz", "--target-vectors", "a", "--vectors-of", "yy=b"],
        "--target-vectors and --vectors-of yy=b: give one of the two; see 'wordrel align --help'",
    ),
    "two dictionaries": (
        ["align", "xx", "yy", "--dictionary", "a", "--dictionary-of", "yy=b"],
        "--dictionary and --dictionary-of are both given; give one of the two; see 'wordrel align --help'",
    ),
    "one dictionary for all": (
        ["align", "xx", "yy", "zz", "--dictionary", "a"],
        "--dictionary is for two languages; give each language its own with --dictionary-of LANG=FILE; see 'wordrel align --help'",
    ),
    "method": (
        ["align", "xx", "yy", "zz", "--method", "asif"],
        "--method asif is for two languages; leave it out, relative is the one for several; see 'wordrel align --help'",
    ),
    "to": (
        ["translate", "y1", "--from", "yy", "--to", "de"],
        "this alignment has no language 'de'; it has xx, yy and zz",
    ),
    "to itself": (
        ["translate", "y1", "--from", "yy", "--to", "yy"],
        "from 'yy' into 'yy' there is nothing to translate; choose xx or zz",
    ),
    "another word": (["translate", "z7"], "'z7' is not in the xx vocabulary; it is in the zz one: --from zz"),
    "evaluate": (["evaluate", "--to", "xx"], "from 'xx' into 'xx' there is nothing to translate; choose yy or zz"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_exit_code_2(run, files, here, case):
    arguments, message = BAD[case]
    if arguments[0] != "align":
        wordrel.align_many(*three_rotations(), refine=0).save(here / "xx-yy-zz.wordrel")
    assert run(*arguments) == (2, "", f"wordrel: {message}\n")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ("x1\tz1\n", "the xx-zz dictionary has 1 source word, too few to hold some out for the score; give one with more pairs with --dictionary-of zz=FILE"),
        ("".join(f"x{i}\tnix\n" for i in range(50)) + "x50\tz50\n",
         "only 1 of the 41 dictionary pairs is in both vocabularies and an alignment needs 2 or more (41 of 41 source words are in the xx vocabulary); check that the dictionary is xx-zz, and that enough words of the vectors are read"),
    ],
)  # fmt: skip
def test_too_few_anchors_of_one_language(run, files, here, pairs, message):
    (here / "xx-zz.tsv").write_text(pairs)
    assert run(*files) == (2, "", f"wordrel: {message}\n")
