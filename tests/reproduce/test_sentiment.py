import numpy as np
import pytest

from wordrel.errors import FormatError, UnknownSource
from wordrel.reproduce.sentiment import NEGATIVE, POSITIVE, make_sentiment, read_sentiment

NAMES = [f"umsab.{language}.{part}.tsv" for language in ("en", "it") for part in ("train", "val", "test")]
NAMES += [f"xed.{language}.polarity.tsv" for language in ("en", "it")]


@pytest.fixture
def folder(tmp_path):
    for name in NAMES:
        (tmp_path / name).write_text(f"it is {name}\tnegative\nand\ta tab\tpositive\n", "utf-8")
    return tmp_path


def test_parts_are_read_in_order_and_addresses_left_out(folder):
    (folder / "umsab.en.val.tsv").write_text("@user c\\u2019mon, see http://x.y/z now\tneutral\n", "utf-8")
    tweets, subtitles = read_sentiment(folder)
    assert (tweets.name, subtitles.name) == ("tweets", "subtitles")
    assert tweets.english.texts == (
        "it is umsab.en.train.tsv",
        "and\ta tab",
        "  c’mon, see   now",
        "it is umsab.en.test.tsv",
        "and\ta tab",
    )
    assert tweets.english.labels.tolist() == [0, 2, 1, 0, 2]
    assert subtitles.italian.texts[0] == "it is xed.it.polarity.tsv" and len(tweets.italian.texts) == 6


def test_a_folder_within_the_folder(folder, tmp_path_factory):
    above = tmp_path_factory.mktemp("above")
    folder.rename(above / "sentiment")
    assert read_sentiment(above)[1].english.texts[1] == "and\ta tab"


def test_a_folder_without_the_files_says_which(folder):
    for name in ("umsab.it.val.tsv", "xed.en.polarity.tsv"):
        (folder / name).unlink()
    with pytest.raises(UnknownSource) as error:
        read_sentiment(folder)
    assert str(error.value) == (
        f"{folder}: has no umsab.it.val.tsv, xed.en.polarity.tsv; name the folder that has all files, or leave --data "
        "out"
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"fine\tgreat", "ends with 'great'; a line is text, a tab, and one of negative, neutral, positive"),
        (b"negative", "ends with 'negative'; a line is text, a tab, and one of negative, neutral, positive"),
        (
            b"\xe8 vero\tpositive",
            "is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)",
        ),
    ],
)
def test_a_line_that_cannot_be_is_named(folder, line, problem):
    (folder / "xed.it.polarity.tsv").write_bytes(b"va bene\tpositive\n" + line + b"\n")
    with pytest.raises(FormatError) as error:
        read_sentiment(folder)
    assert str(error.value) == f"{folder / 'xed.it.polarity.tsv'}:2: {problem}"


def test_made_up_sentences_feel_as_they_are_labelled(embedded):
    source, target, pairs = embedded
    made = make_sentiment(pairs, source, target, 60, seed=2)
    feelings = {word: sign for sign, words in ((-1, NEGATIVE), (1, POSITIVE)) for word in words.split()}
    first = {a: b for a, b in reversed(list(pairs)) if a in source and b in target}
    assert set(made.seeds) == set(feelings)
    for text, label in zip(made.english.texts, made.english.labels, strict=True):
        signs = [feelings.get(word, 0) for word in text.split()]
        assert sorted(map(abs, signs)) == [0, 0, 0, 0, 1, 1, 1, 1] and sum(signs) == 2 * (label - 1)
    # Italian ones are made of first translations, each word of the dictionary's own.
    italian = " ".join(made.italian.texts)
    assert all(any(f" {first[word]} " in f" {italian} " for word in words.split()) for words in (POSITIVE, NEGATIVE))
    known = set(first.values())
    spoken = {word for value in known for word in value.split()}
    assert set(italian.split()) <= spoken and not np.array_equal(made.english.labels, made.italian.labels)
    again = make_sentiment(pairs, source, target, 60, seed=2)
    assert again.english.texts == made.english.texts and again.italian.texts == made.italian.texts
