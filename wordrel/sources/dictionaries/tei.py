"""TEI dictionaries, as FreeDict has them: entries with forms, and translations in their senses."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from wordrel.errors import FormatError
from wordrel.sources.dictionaries.entries import Entries, Languages, count
from wordrel.sources.dictionaries.languages import short_code
from wordrel.sources.dictionaries.markup import Found, text_of

# What stands beside a word in the same element and is no part of it.
_BESIDE = frozenset({"note", "usg", "gramGrp", "gram", "pron", "pos", "gen", "lbl", "ref", "xr", "def"})
_INFLECTED = frozenset({"inflected", "infl", "inflection"})


def read_tei(found: Iterable[Found], path: Path, languages: Languages = (None, None)) -> Entries:
    """Pair every headword of an entry with every translation in it.

    Headwords are ``form/orth``, but for inflected forms. Translations are ``cit[@type="trans"]/quote`` (and the same
    of other versions: ``type="translation"``, ``"translationEquivalent"``, ``orth`` in place of ``quote``, TEI P4's
    ``tr``). Translations of examples are sentences, and related entries (``re``) have no headword of their own: both
    are passed over. Of translations into several languages those into the one that was asked for are taken, else those
    into the most frequent one.

    Parameters
    ----------
    found : iterable of Found
        The ``entry`` elements.
    path : Path
        For messages.
    languages : pair of str or None
        The languages that were asked for.

    Raises
    ------
    FormatError

    References
    ----------
    TEI Consortium, "TEI P5: Guidelines for Electronic Text Encoding and Interchange", chapter 9, "Dictionaries".
    """
    triples: list[tuple[str, str, str | None]] = []
    lines: list[int] = []
    sources: Counter[str] = Counter()
    targets: Counter[str | None] = Counter()
    related, incomplete = 0, []
    for element, line, _, language in found:
        entry = _Entry(element, language)
        related += entry.related
        for head in entry.heads:
            for translation, stated in entry.translations:
                into = short_code(stated)
                triples.append((head, translation, into))
                lines.append(line)
                targets[into] += 1
        if entry.heads and entry.translations:
            sources.update(entry.languages)
        else:
            incomplete.append(line)
    if not triples:
        raise FormatError(
            path, 'has no entry with a headword and a translation (cit type="trans") in it; is it bilingual?'
        )
    into = languages[1] if languages[1] in targets else targets.most_common(1)[0][0]
    # Where a language is not stated it is that of the others.
    kept = [i for i, triple in enumerate(triples) if triple[2] in (into, None)]
    notes = []
    if len(kept) < len(triples):
        others = ", ".join(sorted(one for one in targets if one is not None and one != into))
        notes.append(f"{count(len(triples) - len(kept), 'translation')} into {others} passed over; {into} was taken")
    if incomplete:
        noun = count(len(incomplete), "entry", "entries")
        notes.append(f"{noun} without a headword or a translation passed over (first: line {incomplete[0]})")
    if related:
        notes.append(f"{count(related, 'related entry', 'related entries')} passed over")
    source = short_code(sources.most_common(1)[0][0]) if sources else None
    pairs = tuple((triples[i][0], triples[i][1]) for i in kept)
    return Entries(pairs, tuple(lines[i] for i in kept), None, source, into, tuple(notes))


class _Entry:
    """Headwords and translations of one entry."""

    def __init__(self, element: ET.Element, language: str | None) -> None:
        self.heads: list[str] = []
        self.translations: list[tuple[str, str | None]] = []
        self.languages: list[str] = []
        self.related = 0
        self._walk(element, element.get("lang", language))

    def _walk(self, parent: ET.Element, language: str | None) -> None:
        for child in parent:
            kind = child.get("type", "").lower()
            inner = child.get("lang", language)
            if child.tag == "cit" and kind.startswith("trans"):
                self._translate(child, child.get("lang"), ("quote", "orth"))
            elif child.tag == "trans":
                self._translate(child, child.get("lang"), ("tr",))
            elif child.tag == "re":
                self.related += 1
            elif child.tag == "orth":
                if word := text_of(child, _BESIDE):
                    self.heads.append(word)
                    self.languages += [inner] if inner else []
            elif child.tag != "cit" and not (child.tag == "form" and kind in _INFLECTED):
                self._walk(child, inner)

    def _translate(self, cit: ET.Element, language: str | None, tags: tuple[str, ...]) -> None:
        for child in cit:
            inner = child.get("lang", language)
            if child.tag in tags:
                if word := text_of(child, _BESIDE):
                    self.translations.append((word, inner))
            elif child.tag == "form":
                self._translate(child, inner, tags)
