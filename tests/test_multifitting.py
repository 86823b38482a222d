import json
from itertools import permutations

import numpy as np
import pytest

import wordrel
from tests import reference
from tests.conftest import three_rotations
from wordrel.errors import InvalidParameter, TooFewAnchors, WordrelWarning

NAMES = ("xx", "yy", "zz")


@pytest.fixture(scope="module")
def three():
    return wordrel.align_many(*three_rotations())


def test_three_rotations_of_one_space_translate_in_all_directions(three):
    assert three.languages == NAMES
    for source, target in permutations(NAMES, 2):
        found = three.translate_many([f"{source[0]}{i}" for i in range(60)], source, 1, target=target)
        assert [one[0].word for one in found] == [f"{target[0]}{i}" for i in range(60)]
        assert {one[0].language for one in found} == {target}


def test_scores_are_csls_of_the_two_languages_that_are_named(three):
    X, Z = three.spaces["yy"].vectors, three.spaces["zz"].vectors
    table = reference.csls_table(X, Z, np.array([7]))[0]
    best = three.translate("y7", "yy", 3, target="zz")
    order = np.argsort(-table, kind="stable")[:3]
    assert [one.word for one in best] == [f"z{i}" for i in order]
    np.testing.assert_allclose([one.score for one in best], table[order], atol=1e-5)


def test_without_a_target_the_first_other_language_is_meant(three):
    assert [three.translate("x7")[0].word, three.translate("y7", "yy")[0].word] == ["y7", "x7"]
    assert three.translate("z7", "zz", scorer="nn")[0].language == "xx"


def test_neighbors_come_from_all_languages(three):
    found = three.neighbors("y7", "yy", 2)
    assert {one.word for one in found} == {"x7", "z7"}
    assert {one.language for one in three.neighbors("y7", "yy", 60)} == set(NAMES)


def test_new_vectors_of_each_language_meet_in_the_shared_space(three):
    spaces, _ = three_rotations()
    for space in spaces:
        np.testing.assert_allclose(
            three.transform(space.vectors, space.language), three.spaces[space.language].vectors, atol=1e-5
        )


def test_the_order_of_the_other_languages_does_not_matter(three):
    spaces, dictionaries = three_rotations()
    other = wordrel.align_many([spaces[0], spaces[2], spaces[1]], dictionaries[::-1])
    assert other.languages == ("xx", "zz", "yy")
    for name in NAMES:
        np.testing.assert_array_equal(three.spaces[name].vectors, other.spaces[name].vectors)


def test_the_order_of_the_anchors_does_not_matter():
    spaces, dictionaries = three_rotations()
    turned = [
        wordrel.BilingualDictionary(one.pairs[::-1], "xx", one.target_language, one.test_words) for one in dictionaries
    ]
    one, other = (
        wordrel.align_many(spaces, pairs, parameters={"ridge": 0.1}, refine=0) for pairs in (dictionaries, turned)
    )
    for left, right in permutations(NAMES, 2):
        np.testing.assert_allclose(
            one.spaces[left].vectors @ one.spaces[right].vectors.T,
            other.spaces[left].vectors @ other.spaces[right].vectors.T,
            atol=1e-4,
        )


def test_a_word_held_out_in_one_dictionary_is_held_out_in_all():
    spaces, (yy, zz) = three_rotations()
    yy = wordrel.BilingualDictionary(yy.pairs, "xx", "yy", ["x1", "X2"])
    zz = wordrel.BilingualDictionary(zz.pairs, "xx", "zz", ["x3"])
    alignment = wordrel.align_many(spaces, [yy, zz], refine=0)
    # X2 is not how the dictionary writes it, so that it holds nothing out.
    for name in ("yy", "zz"):
        assert alignment.test_between("xx", name).sources == ("x1", "x3")
        assert set(alignment.anchors_between("xx", name).sources) == {f"x{i}" for i in range(60)} - {"x1", "x3"}
    assert alignment.test_between("zz", "yy").pairs == (("z1", "y1"), ("z3", "y3"))
    assert ("z2", "y2") in alignment.anchors_between("zz", "yy").pairs


def test_words_that_any_pair_in_use_knew_are_no_test_words():
    spaces, (yy, zz) = three_rotations()
    # y40 translates x40, which is held out, and x0, which is not.
    yy = wordrel.BilingualDictionary([*yy.pairs, ("x0", "y40")], "xx", "yy", yy.test_words)
    alignment = wordrel.align_many(spaces, [yy, zz], refine=0)
    assert set(alignment.test_between("yy", "zz").sources) == {f"y{i}" for i in range(41, 60)}


def test_any_two_languages_are_scored(three):
    for source, target in permutations(NAMES, 2):
        report = wordrel.evaluate(three, None, source, target)
        assert (report.source, report.target) == (source, target)
        assert report.coverage.words_found == 20 and report.csls.p_at_1 == report.nn.mrr == 1
    gold = wordrel.BilingualDictionary([("z41", "y41"), ("z42", "y1")], "zz", "yy")
    report = wordrel.evaluate(three, gold)
    assert (report.source, report.target, report.csls.p_at_1) == ("zz", "yy", 0.5)
    with pytest.warns(WordrelWarning, match="^1 of the 1 test words were anchors of this alignment; its score is too"):
        wordrel.evaluate(three, wordrel.BilingualDictionary([("z1", "y1")], "zz", "yy"), allow_anchors=True)


def test_what_is_saved_is_loaded(three, tmp_path):
    three.csls("zz", "yy").top(np.tile(three.spaces["zz"].vectors, (2, 1)), 1)  # enough to have close bounds
    place = three.save(tmp_path / "three.wordrel")
    loaded = wordrel.load_alignment(place)
    assert loaded.languages == NAMES and loaded.info["anchors"]["of"]["zz"] == {"words": 40, "pairs": 40}
    for source, target in permutations(NAMES, 2):
        assert loaded.anchors_between(source, target).pairs == three.anchors_between(source, target).pairs
        assert loaded.test_between(source, target).pairs == three.test_between(source, target).pairs
        word = f"{source[0]}41"
        found, expected = (one.translate(word, source, target=target) for one in (loaded, three))
        assert [one.word for one in found] == [one.word for one in expected]
        assert [one.score for one in found] == pytest.approx([one.score for one in expected], abs=1e-6)
    assert repr(loaded) == "Alignment(60 xx, 60 yy and 60 zz words, method 'relative')"
    assert json.loads((place / "manifest.json").read_text())["format_version"] == 1
    again = loaded.save(tmp_path / "again.wordrel")
    one, other = (
        {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "manifest.json"}
        for folder in (place, again)
    )
    assert one == other and "csls-2-1.npy" in one and "anchors-1.txt" in one


def test_two_languages_are_saved_under_the_names_that_they_always_had(alignment, tmp_path):
    alignment.csls("it").top_and_nearest(alignment.target.vectors[:200], 1)
    place = alignment.save(tmp_path / "two.wordrel")
    names = {file.name for file in place.iterdir()}
    assert {"anchors.txt", "test.txt", "words-0.txt", "words-1.txt", "csls-0.npy"} <= names
    assert not {name for name in names if name.startswith(("anchors-", "test-", "csls-0-", "csls-1-"))}
    found, before = (one.translate("gatto", "it") for one in (wordrel.load_alignment(place), alignment))
    assert [one.word for one in found] == [one.word for one in before]
    # What was computed for many targets at once differs in the last bits.
    assert [one.score for one in found] == pytest.approx([one.score for one in before], abs=1e-6)


def test_the_number_of_anchors_and_translations_are_as_for_two():
    spaces, dictionaries = three_rotations()
    info = wordrel.align_many(spaces, dictionaries, 15, {"exponent": 1.25}, 2, translations="first").info
    assert info["anchors"]["words"] == 30 and info["anchors"]["translations"] == "first"
    assert info["parameters"] == {"exponent": 1.25, "ridge": 0.3, "power": 0.5} and len(info["refine"]) == 2


def bad(change):
    spaces, dictionaries = three_rotations()
    return change(spaces, dictionaries)


BAD = {
    "twice": (
        lambda s, d: wordrel.align_many([s[0], s[1], s[1]], d),
        "the language 'yy' is there twice; give each language once",
    ),
    "one": (lambda s, d: wordrel.align_many(s[:1], []), "an alignment needs 2 or more languages, not 1"),
    "no dictionary": (
        lambda s, d: wordrel.align_many(s, d[:1]),
        "there is no dictionary from xx, the first language, to zz; give a xx-zz one, or put a language first that has "
        "one to each other",
    ),
    "inverted": (
        lambda s, d: wordrel.align_many(s, [d[0], d[1].inverted()]),
        "a dictionary is zz-xx, and xx is first; use dictionary.inverted()",
    ),
    "strange": (
        lambda s, d: wordrel.align_many(s, [*d, wordrel.BilingualDictionary([], "yy", "zz")]),
        "a dictionary is yy-zz; it has to lead from xx to yy or zz",
    ),
    "two of them": (
        lambda s, d: wordrel.align_many(s, [*d, d[0]]),
        "there are two xx-yy dictionaries; give one that has the pairs of both",
    ),
    "ridge": (
        lambda s, d: wordrel.align_many(s, d, parameters={"ridge": -1}),
        "ridge must be from 0 to 1,000 or auto, not -1",
    ),
    "refine": (
        lambda s, d: wordrel.align_many(s, d, refine=-1),
        "refine must be auto or a number of rounds, not -1",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(case):
    call, message = BAD[case]
    with pytest.raises(InvalidParameter) as error:
        bad(call)
    assert str(error.value) == message


def test_too_few_anchors_name_the_language():
    spaces, (yy, _) = three_rotations()
    zz = wordrel.BilingualDictionary([("x1", "z1"), ("x2", "nix"), ("x3", "nix")], "xx", "zz")
    with pytest.raises(TooFewAnchors) as error:
        wordrel.align_many(spaces, [yy, zz])
    assert str(error.value) == (
        "only 1 of the 3 dictionary pairs is in both vocabularies and an alignment needs 2 or more (3 of 3 source words "
        "are in the xx vocabulary); check that the dictionary is xx-zz, and that enough words of the vectors are read"
    )


def test_languages_that_cannot_be_asked(three):
    with pytest.raises(InvalidParameter, match="^from 'yy' into 'yy' there is nothing to translate; choose xx or zz$"):
        three.translate("y1", "yy", target="yy")
    with pytest.raises(InvalidParameter, match="^this alignment has no language 'de'; it has xx, yy and zz$"):
        three.translate("x1", target="de")
    with pytest.raises(InvalidParameter, match="^from 'zz' into 'zz' there is nothing to translate; choose xx or yy$"):
        wordrel.evaluate(three, None, "zz", "zz")
