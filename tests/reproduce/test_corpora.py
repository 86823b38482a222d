import pytest

from wordrel.errors import FormatError, UnknownSource, WordrelWarning
from wordrel.reproduce import corpora
from wordrel.reproduce.corpora import articles, news, read_text


def test_the_news_that_gensim_brings_along():
    sentences = news()
    assert len(sentences) == 300
    assert sentences[0][:9] == ["hundreds", "of", "people", "have", "been", "forced", "to", "vacate", "their"]


def test_articles_are_text_without_their_markup(monkeypatch, tmp_path):
    import bz2

    page = (
        "<mediawiki xmlns='http://www.mediawiki.org/xml/export-0.4/'><page><title>{}</title><ns>{}</ns><id>1</id>"
        "<revision><text>'''Bold''' and [[Link|linked]].\n\n{{{{left out}}}} Two &lt;ref&gt;gone&lt;/ref&gt; words."
        "</text></revision></page></mediawiki>"
    )
    file = tmp_path / "dump.bz2"
    monkeypatch.setattr(corpora, "_brought", lambda name: file)
    file.write_bytes(bz2.compress(page.format("x", 0).encode()))
    assert articles() == [["bold", "and", "linked"], ["two", "words"]]
    # Pages about other things than an article are no text.
    file.write_bytes(bz2.compress(page.format("Talk:x", 1).encode()))
    assert articles() == []


def test_a_file_and_a_folder_with_one(tmp_path):
    (tmp_path / "corpus.txt").write_text("L’acqua bolle.\n\n...\nDue volte!\n", "utf-8")
    expected = [["l'", "acqua", "bolle"], ["due", "volte"]]
    assert read_text(tmp_path) == expected
    assert read_text(tmp_path / "corpus.txt") == expected


def test_a_long_text_is_cut_and_says_so(tmp_path):
    file = tmp_path / "long.txt"
    file.write_text("one two three\n" * 5, "utf-8")
    with pytest.warns(WordrelWarning) as told:
        assert read_text(file, most=7) == [["one", "two", "three"]] * 3
    assert str(told[0].message) == f"{file}: only the first 9 words are used, 3 lines"
    assert len(read_text(file, most=15)) == 5


def test_texts_that_are_not_there(tmp_path, monkeypatch):
    with pytest.raises(UnknownSource) as error:
        read_text(tmp_path)
    assert str(error.value) == f"{tmp_path}: has no corpus.txt; name a text file, or a folder with one of that name"
    with pytest.raises(UnknownSource) as error:
        read_text(tmp_path / "x.txt")
    assert str(error.value) == f"{tmp_path / 'x.txt'}: no such file; name a text, or leave --data out"
    monkeypatch.setattr("gensim.__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(UnknownSource) as error:
        news()
    missing = tmp_path / "test" / "test_data" / "lee_background.cor"
    assert str(error.value) == f"{missing}: this gensim came without its test data; name a text file with --data"


def test_a_text_in_another_encoding_is_named(tmp_path):
    file = tmp_path / "latin.txt"
    file.write_bytes(b"one\ncaff\xe8\n")
    with pytest.raises(FormatError) as error:
        read_text(file)
    assert str(error.value) == (
        f"{file}:2: is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)"
    )
