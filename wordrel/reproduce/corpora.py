"""Texts to train word vectors on: two that gensim brings along with its tests, or a file."""

from __future__ import annotations

import bz2
import warnings
from collections.abc import Iterable
from pathlib import Path

from wordrel.errors import UnknownSource, WordrelWarning, not_utf8
from wordrel.sentences import tokenise

Sentences = list[list[str]]

MOST_WORDS = 1_000_000
"""As many words of a text are taken: of these, vectors are trained in minutes."""

_NEWS = "lee_background.cor"
_ARTICLES = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"


def news() -> Sentences:
    """300 items of news, 60,000 words.

    Source: Lee, Pincombe, Welsh, "An empirical evaluation of models of text document similarity", CogSci 2005.
    """
    return _sentences(_brought(_NEWS).read_text("utf-8").splitlines())


def articles() -> Sentences:
    """106 articles of the English Wikipedia, half a million words; a sentence is a paragraph."""
    from gensim.corpora.wikicorpus import extract_pages, filter_wiki

    with bz2.open(_brought(_ARTICLES)) as dump:
        pages = (filter_wiki(text) for _, text, _ in extract_pages(dump, ("0",)))
        return _sentences(line for page in pages for line in page.splitlines())


def read_text(path: Path, most: int = MOST_WORDS) -> Sentences:
    """Read a text, a line a sentence or paragraph.

    Parameters
    ----------
    path : Path
        A file in UTF-8, or a folder with a ``corpus.txt``.
    most : int
        Take at most about so many words, from the first on.

    Raises
    ------
    UnknownSource
        When there is no such file.
    FormatError
        When it is not UTF-8.

    Warns
    -----
    WordrelWarning
        When there are more words.
    """
    file = path / "corpus.txt" if path.is_dir() else path
    if not file.is_file():
        problem = (
            f"has no {file.name}; name a text file, or a folder with one of that name"
            if path.is_dir()
            else ("no such file; name a text, or leave --data out")
        )
        raise UnknownSource(f"{path}: {problem}")
    found: Sentences = []
    words = 0
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            if words >= most:
                message = f"{file}: only the first {words:,} words are used, {number - 1:,} lines"
                warnings.warn(message, WordrelWarning, stacklevel=2)
                break
            try:
                sentence = tokenise(raw.decode("utf-8"))
            except UnicodeDecodeError as error:
                raise not_utf8(file, number) from error
            words += len(sentence)
            found += [sentence] if sentence else []
    return found


def _sentences(lines: Iterable[str]) -> Sentences:
    return [words for line in lines if (words := tokenise(line))]


def _brought(name: str) -> Path:
    import gensim

    file = Path(gensim.__file__).parent / "test" / "test_data" / name
    if not file.is_file():
        raise UnknownSource(f"{file}: this gensim came without its test data; name a text file with --data")
    return file
