import gzip

import pytest

from wordrel.errors import FormatError, UnknownSource
from wordrel.sources.similarity_files import load_similarity

CAT = (("cat", "dog"), ("old", "new"))


@pytest.mark.parametrize(
    ("text", "pairs", "scores"),
    [
        ("cat\tdog\t7.35\nold\tnew\t0\n", CAT, (7.35, 0)),
        ("# a comment\ncat\tdog\t7.35\r\n\r\nold\tnew\t-1e0\r\n", CAT, (7.35, -1)),
        ("Promised Land\tred_wine\t0.42\n", (("Promised Land", "red_wine"),), (0.42,)),
        # SimLex-999
        (
            "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\ncat\tdog\tA\t1.58\t2.72\t2.81\nold\tnew\tA\t9.2\t1.75\t2\n",
            CAT,
            (1.58, 9.2),
        ),
        # WordSim-353, combined.tab, combined.csv and set1.csv
        ("Word 1\tWord 2\tHuman (mean)\ncat\tdog\t6.77\nold\tnew\t7\n", CAT, (6.77, 7)),
        ("Word 1,Word 2,Human (mean)\ncat,dog,6.77\nold,new,7\n", CAT, (6.77, 7)),
        ("Word 1,Word 2,Human (mean),1,2\ncat,dog,6.77,9,6\nold,new,7.00,8,6\n", CAT, (6.77, 7)),
        # The multilingual SimLex-999, its columns in another order, and quotes
        ("Average;Word1;Word2\n1.5;cat;dog\n2;old;new\n", CAT, (1.5, 2)),
        ('cat,dog,1\n"old","Rome, Italy",2\n', (("cat", "dog"), ("old", "Rome, Italy")), (1, 2)),
        # MEN
        ("cat dog 50.000000\nold  new 49\n", CAT, (50, 49)),
        ("word1\tword2\t3\n", (("word1", "word2"),), (3,)),
        ("cat\tdog\t1\ncat\tdog\t2\n", (("cat", "dog"), ("cat", "dog")), (1, 2)),
    ],
)
def test_forms(here, text, pairs, scores):
    (here / "pairs.txt").write_bytes(text.encode())
    found = load_similarity("pairs.txt", "en")
    assert (found.pairs, found.scores) == (pairs, scores)
    assert (found.language, found.other, found.path, len(found)) == ("en", "en", "pairs.txt", len(pairs))


def test_scores_in_a_file_of_their_own(here):
    (here / "en-it.data.txt").write_text("cat\tcane\nNew York\tvecchio\n", "utf-8")
    with gzip.open(here / "en-it.gold.txt.gz", "wt", encoding="utf-8") as gold:
        gold.write("2.5\n0.995\n")
    found = load_similarity("en-it.data.txt+en-it.gold.txt.gz", "en", "it")
    assert found.pairs == (("cat", "cane"), ("New York", "vecchio")) and found.scores == (2.5, 0.995)
    assert (found.language, found.other) == ("en", "it")


REMEDY = "write 'word1 TAB word2 TAB score', or leave the pair out"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cat\tdog\t1\nold\tnew\n", f"bad.txt:2: the score is missing; {REMEDY}"),
        ("cat\tdog\t1\n\nold\tnew\t \n", f"bad.txt:3: the score is missing; {REMEDY}"),
        ("cat\tdog\t1\nold\tnew\tnan\n", f"bad.txt:2: the score 'nan' is not a number; {REMEDY}"),
        ("cat\tdog\t3,5\n", f"bad.txt:1: the score '3,5' is not a number; {REMEDY}"),
        ("red wine car 3\n", f"bad.txt:1: the score 'car' is not a number; {REMEDY}"),
        ("word1\tword2\tfoo\ncat\tdog\t1\n", f"bad.txt:1: the score 'foo' is not a number; {REMEDY}"),
        ("cat\tdog\t1\nold new 2\n", f"bad.txt:2: expected two words and a score, found 1 field; {REMEDY}"),
        ("cat\t\t1\n", f"bad.txt:1: expected two words and a score, found 2 fields; {REMEDY}"),
        ("cat\n", f"bad.txt:1: expected two words and a score, found 1 field; {REMEDY}"),
        (
            "word1\tword2\tPOS\tSimLex999\ncat\tdog\tN\n",
            f"bad.txt:2: the score is missing; {REMEDY}",
        ),
        ("", "bad.txt: has no word pairs in it; write one 'word1 TAB word2 TAB score' a line"),
        ("word1\tword2\tscore\n", "bad.txt: has no word pairs in it; write one 'word1 TAB word2 TAB score' a line"),
    ],
)
def test_messages(here, text, message):
    (here / "bad.txt").write_text(text, "utf-8")
    with pytest.raises(FormatError) as error:
        load_similarity("bad.txt")
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("data", "gold", "message"),
    [
        ("a\tb\nc\td\n", "1\n", "g.txt: has 1 score for the 2 pairs of d.txt; name two files of one set"),
        ("a\tb\nc\td\n", "1\nx\n", f"g.txt:2: the score 'x' is not a number; {REMEDY}"),
        ("a\tb\nc\n", "1\n2\n", f"d.txt:2: expected two words and a score, found 1 field; {REMEDY}"),
        ("\n", "1\n", "d.txt: has no word pairs in it; write one 'word1 TAB word2' a line"),
    ],
)
def test_messages_of_two_files(here, data, gold, message):
    (here / "d.txt").write_text(data, "utf-8")
    (here / "g.txt").write_text(gold, "utf-8")
    with pytest.raises(FormatError) as error:
        load_similarity("d.txt+g.txt")
    assert str(error.value) == message


def test_what_is_not_there(here):
    (here / "d.txt").write_text("a\tb\n", "utf-8")
    with pytest.raises(
        UnknownSource, match="^none.tsv: no such file; name a file of word pairs with a similarity each$"
    ):
        load_similarity("none.tsv")
    with pytest.raises(UnknownSource, match="^g.txt: no such file; name a file of word pairs with a similarity each$"):
        load_similarity("d.txt+g.txt")
    (here / "folder").mkdir()
    with pytest.raises(UnknownSource, match="^folder: is a folder; name a file of word pairs with a similarity each$"):
        load_similarity("folder")
    (here / "latin.txt").write_bytes("perché\tb\t1\n".encode("latin-1"))
    with pytest.raises(FormatError, match="^latin.txt:1: is not UTF-8; "):
        load_similarity("latin.txt")
