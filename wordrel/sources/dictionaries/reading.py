"""`read_dictionary`: the reader is chosen by the first bytes, for a name can be anything."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wordrel.errors import FormatError, WordrelWarning, shorten
from wordrel.sources.dictionaries.apertium import read_dix
from wordrel.sources.dictionaries.entries import Entries, Languages
from wordrel.sources.dictionaries.markup import Markup
from wordrel.sources.dictionaries.pairs import read_text_pairs
from wordrel.sources.dictionaries.tei import read_tei
from wordrel.sources.dictionaries.wordnets import ROW, join, read_wordnet
from wordrel.sources.opening import Opened, open_path

_HEAD_BYTES = 4096
# Words may begin with a bracket or be one, so only what cannot be a pair of words counts.
_JSON = re.compile(r'\s*(\{\s*"[^"\t\n]*"\s*:|\[\s*\[?\s*"[^"\t\n]*"\s*[,\]]|\[\s*\{\s*")')
_HTML = re.compile(r"\s*(<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_XML = re.compile(r"\s*<(\?xml\s|!DOCTYPE\s|!--|(TEI|TEI\.2|teiCorpus|dictionary)[\s>])")
_DICTD = re.compile(r"\s*00-?database")
_ROOTS = {"TEI": "entry", "TEI.2": "entry", "teiCorpus": "entry", "dictionary": "e"}
_HTML_PROBLEM = "is an HTML page, not a dictionary; download the file itself, which the page may link to"


def read_dictionary(path: Path, languages: Languages = (None, None)) -> Entries:
    """Read the word pairs of a file, which may be compressed.

    Parameters
    ----------
    path : Path
        Text with a pair a line (MUSE, TSV, CSV; see `read_text_pairs`), TEI as FreeDict has it, or a bilingual
        dictionary of Apertium. dictd's own files have text for people to read, and are refused.
    languages : pair of str or None
        The languages that were asked for, if any.

    Raises
    ------
    FormatError
        Names the file, the line and the remedy.
    """
    with _opened(path) as opened:
        kind = _kind(opened, path)
        if kind == "wordnet":
            problem = "is a wordnet of one language; name two of them, joined by a plus sign: A.tab+B.tab"
            raise FormatError(path, problem)
        if kind == "text":
            return read_text_pairs(opened.stream, path, languages)
        markup = Markup(opened.stream, path, _ROOTS)
        if markup.root.lower() == "html":
            raise FormatError(path, _HTML_PROBLEM)
        if markup.root not in _ROOTS:
            problem = (
                f"is XML with the root '{shorten(markup.root)}'; dictionaries are read as TEI or as Apertium's .dix"
            )
            raise FormatError(path, problem)
        return read_dix(markup, path) if markup.root == "dictionary" else read_tei(markup, path, languages)


def read_wordnets(source: Path, target: Path) -> Entries:
    """Join two tab files of the Open Multilingual Wordnet by synset.

    Raises
    ------
    FormatError
    """
    wordnets = []
    for path in (source, target):
        with _opened(path) as opened:
            if _kind(opened, path) != "wordnet":
                raise FormatError(path, "is no wordnet; two files are joined only if both are tab files of OMW")
            wordnets.append(read_wordnet(opened.stream, path))
    return join(wordnets[0], wordnets[1], target)


def paths_of(name: str) -> tuple[Path, ...]:
    """The file, or the two wordnets joined by a plus sign, that a name stands for; they need not exist."""
    if not Path(name).exists():
        for plus in re.finditer(r"\+", name):
            if Path(name[: plus.start()]).is_file() and name[plus.end() :]:
                return Path(name[: plus.start()]), Path(name[plus.end() :])
    return (Path(name),)


def read_paths(paths: tuple[Path, ...], languages: Languages = (None, None)) -> Entries:
    """Read what `paths_of` found, and warn of what was passed over.

    Raises
    ------
    FormatError

    Warns
    -----
    WordrelWarning
        For whatever was passed over, and when the file states that it is of the opposite direction.
    """
    entries = read_dictionary(paths[0], languages) if len(paths) == 1 else read_wordnets(*paths)
    name = "+".join(map(str, paths))
    for note in entries.notes:
        warnings.warn(f"{name}: {note}", WordrelWarning, stacklevel=2)
    stated = entries.source_language, entries.target_language
    if None not in stated and stated == languages[::-1] and stated[0] != stated[1]:
        message = (
            f"{name}: states that it is {stated[0]}-{stated[1]}, and was asked for as {languages[0]}-{languages[1]}"
        )
        warnings.warn(message, WordrelWarning, stacklevel=2)
    return entries


@contextmanager
def _opened(path: Path) -> Iterator[Opened]:
    with open_path(path) as opened:
        try:
            yield opened
        except OSError as error:
            raise FormatError(path, f"cannot be read ({error.strerror})") from None


def _kind(opened: Opened, path: Path) -> str:
    """Choose among text, wordnet and xml, or refuse what is known to be something else."""
    head = opened.head(_HEAD_BYTES)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError(path, "is UTF-16; convert the file with 'iconv -f utf-16 -t utf-8'")
    if b"\0" in head:
        raise FormatError(path, "is a binary file, not a dictionary; give text, TEI or .dix, unpacked or compressed")
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    if _HTML.match(text):
        raise FormatError(path, _HTML_PROBLEM)
    if _JSON.match(text):
        raise FormatError(path, "is JSON, not a dictionary; write one 'source TAB target' a line")
    if _DICTD.match(text):
        problem = "is a file of dictd, whose definitions are text to read; use the TEI source of the same dictionary"
        raise FormatError(path, problem)
    if _XML.match(text):
        return "xml"
    content = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return "wordnet" if ROW.match(next(content, "")) else "text"
