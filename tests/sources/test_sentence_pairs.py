import pytest

from wordrel.errors import FormatError, UnknownSource
from wordrel.sources.sentence_pairs import load_sentences


def test_two_columns(here):
    (here / "s.tsv").write_text("The cat.\tIl gatto.\n\n# 1, first \t # 1, primo\r\n", "utf-8")
    found = load_sentences("s.tsv", "en", "it")
    assert found.pairs == (("The cat.", "Il gatto."), ("# 1, first", "# 1, primo"))
    assert (found.source_language, found.target_language, found.path, len(found)) == ("en", "it", "s.tsv", 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a b\tc d\nalone\n",
            "s.tsv:2: expected two sentences with a tab between, found 1 field; write 'sentence TAB translation'",
        ),
        (
            "a\t\n",
            "s.tsv:1: expected two sentences with a tab between, found 1 field; write 'sentence TAB translation'",
        ),
        (
            "1\ta\tb\n",
            "s.tsv:1: expected two sentences with a tab between, found 3 fields; write 'sentence TAB translation'",
        ),
        ("\n", "s.tsv: has no sentence pairs in it; write one 'sentence TAB translation' a line"),
    ],
)
def test_messages(here, text, message):
    (here / "s.tsv").write_text(text, "utf-8")
    with pytest.raises(FormatError) as error:
        load_sentences("s.tsv")
    assert str(error.value) == message


def test_what_is_not_there(here):
    (here / "folder").mkdir()
    for name, problem in (("none.tsv", "no such file"), ("folder", "is a folder")):
        with pytest.raises(UnknownSource) as error:
            load_sentences(name)
        assert (
            str(error.value) == f"{name}: {problem}; name a file of sentence pairs, 'sentence TAB translation' a line"
        )
