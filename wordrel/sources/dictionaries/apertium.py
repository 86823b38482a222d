"""Apertium's bilingual dictionaries, ``.dix``: entries with a left and a right side."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

from wordrel.errors import FormatError
from wordrel.sources.dictionaries.entries import Entries, count
from wordrel.sources.dictionaries.markup import Found, one_line


def read_dix(found: Iterable[Found], path: Path) -> Entries:
    """Pair the two sides of each entry of the sections, from the left to the right language.

    An entry is a row of ``p`` (with ``l`` and ``r``) and ``i`` (both sides alike); ``b`` is a blank, ``g`` a group
    whose text counts, ``s`` a tag such as the part of speech, which does not. Entries that are for the other direction
    only (``r="RL"``), are switched off (``i="yes"``), have a regular expression (``re``), join words (``j``) or have
    no text are passed over.

    Parameters
    ----------
    found : iterable of Found
        The ``e`` elements.
    path : Path
        For messages.

    Raises
    ------
    FormatError
        Also for a dictionary of one language, whose entries have the attribute ``lm``.

    References
    ----------
    Forcada et al., "Documentation of the open-source shallow-transfer machine translation platform Apertium", 2010,
    section 3.1.2, "Format of dictionaries".
    """
    pairs, lines = [], []
    passed: dict[str, int] = {}
    n_entries = monolingual = 0
    for element, line, inside, _ in found:
        if "section" not in inside:
            continue
        n_entries += 1
        monolingual += "lm" in element.attrib
        reason = _passed_over(element)
        left, right = _side(element, "l"), _side(element, "r")
        if not reason and not (left and right):
            reason = "without text"
        if reason:
            passed[reason] = passed.get(reason, 0) + 1
        else:
            pairs.append((left, right))
            lines.append(line)
    if monolingual > n_entries / 2:
        raise FormatError(path, "is a dictionary of one language; name the bilingual one, apertium-en-it.en-it.dix say")
    if not pairs:
        raise FormatError(path, "has no entry for its left-to-right direction in it; is it a bilingual dictionary?")
    notes = [f"{count(n, 'entry', 'entries')} {reason} passed over" for reason, n in passed.items()]
    return Entries(tuple(pairs), tuple(lines), notes=tuple(notes))


def _passed_over(element: ET.Element) -> str | None:
    if element.get("i", "").lower() == "yes":
        return 'switched off (i="yes")'
    if element.get("r", "").upper() == "RL":
        return 'for the other direction only (r="RL")'
    if element.find(".//re") is not None:
        return "with a regular expression"
    if element.find(".//j") is not None:
        return "with joined words"
    return None


def _side(entry: ET.Element, side: str) -> str:
    parts: list[str] = []
    for child in entry:
        if child.tag == "i":
            _text(child, parts)
        elif child.tag == "p":
            for one in child.findall(side):
                _text(one, parts)
    return one_line("".join(parts))


def _text(element: ET.Element, parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        if child.tag == "b":
            parts.append(" ")
        elif child.tag == "g":
            _text(child, parts)
        parts.append(child.tail or "")
