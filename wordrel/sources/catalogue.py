"""Vectors and dictionaries that have a name, and where they are: facts from ``catalogue.json``, no network.

The facts were taken from the publishers' own lists: fastText's ``crawl-vectors.md`` and ``pretrained-vectors.md``, the
GloVe project page, the ``list.json`` of gensim-data, the table of dictionaries of MUSE. A size, a number of rows or a
checksum that is not published is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any

from wordrel.errors import UnknownSource, shorten


@dataclass(frozen=True)
class Entry:
    """Vectors or a dictionary with a name.

    Attributes
    ----------
    family, name : str
        The two halves of its name: ``fasttext`` and ``it``.
    kind : {"vectors", "dictionary"}
    languages : tuple of str
        One code of vectors, two of a dictionary, source first; ``mul`` stands for many languages.
    url : str
    format : {"word2vec-text", "word2vec-binary", "word2vec", "glove", "pairs"}
        ``word2vec`` is one of the two before it, which the first bytes tell apart.
    licence, citation : str
    summary : str
        What it was made from, a few words.
    member : str, optional
        The file inside, when `url` is a zip archive.
    rows, dimensions : int, optional
    bytes : int, optional
        Size of what is at `url`.
    sha256, md5 : str, optional
        As published, in hexadecimal.
    """

    family: str
    name: str
    kind: str
    languages: tuple[str, ...]
    url: str
    format: str
    licence: str
    citation: str
    summary: str
    member: str | None = None
    rows: int | None = None
    dimensions: int | None = None
    bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None

    @property
    def spec(self) -> str:
        """The name as people write it: ``fasttext:it``."""
        return f"{self.family}:{self.name}"

    @property
    def notice(self) -> str:
        """Licence and citation in one line, for who downloads it."""
        licence = f"under {self.licence}" if self.licence != "not stated" else "under a licence that is not stated"
        return f"{self.spec} is {licence}; cite {self.citation}"


def families() -> tuple[str, ...]:
    """Names of the families, in the order of the catalogue."""
    return tuple(_read()["families"])


def about(family: str) -> str:
    """What a family of the catalogue is, in a few words."""
    return str(_read()["families"][family]["summary"])


def find(spec_family: str, name: str) -> Entry:
    """Look up ``spec_family:name``.

    Raises
    ------
    UnknownSource
        Names the closest families or names that there are.
    """
    known = _read()["families"]
    if spec_family not in known:
        close = get_close_matches(spec_family, known, n=1, cutoff=0.5)
        hint = f"did you mean '{close[0]}:'?" if close else f"there are {', '.join(known)}"
        raise UnknownSource(f"'{shorten(spec_family)}:' is no family of vectors or dictionaries; {hint}")
    entry = _family(spec_family).get(name)
    if entry is None:
        close = get_close_matches(name, _family(spec_family), n=3, cutoff=0.5)
        hint = (
            f"did you mean {' or '.join(f'{spec_family}:{other}' for other in close)}?" if close else "none is similar"
        )
        everything = f"(all: wordrel sources --family {spec_family})"
        raise UnknownSource(f"'{shorten(name)}' is not in the family {spec_family}; {hint} {everything}")
    return entry


def entries(language: str | None = None, family: str | None = None) -> tuple[Entry, ...]:
    """All entries, or those of a language (either one of a dictionary) or a family, in the order of the catalogue.

    Raises
    ------
    UnknownSource
        When there is no such family.
    """
    if family is not None and family not in families():
        find(family, "")
    chosen = [family] if family is not None else families()
    found = (entry for one in chosen for entry in _family(one).values())
    return tuple(entry for entry in found if language is None or language in entry.languages)


def language_name(code: str) -> str:
    """The English name of a language code of the catalogue; the code itself when it has none."""
    return str(_read()["languages"].get(code, code))


@lru_cache(maxsize=1)
def _read() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(
        (files("wordrel") / "sources" / "catalogue.json").read_text(encoding="utf-8")
    )
    return content


@lru_cache
def _family(family: str) -> Mapping[str, Entry]:
    facts = dict(_read()["families"][family])
    names, details = facts.pop("names"), facts.pop("entries")
    made = {}
    for name in names:
        fields = facts | details.get(name, {})
        languages = fields.pop("languages", None) or (name.split("-") if fields["kind"] == "dictionary" else [name])
        url = fields.pop("url").replace("{name}", name)
        made[name] = Entry(family=family, name=name, languages=tuple(languages), url=url, **fields)
    return made
