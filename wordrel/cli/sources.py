"""``wordrel sources``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import click

from wordrel.cli.options import json_option, print_json
from wordrel.cli.render import table
from wordrel.errors import UnknownSource
from wordrel.sources import cache, catalogue, embedded
from wordrel.sources.catalogue import Entry
from wordrel.sources.sizes import size_text

_EMBEDDED = "embedded"


@dataclass(frozen=True)
class Row:
    """A name with what is known of it; `here` says whether it needs a download."""

    entry: Entry
    here: str


@click.command("sources")
@click.argument("pattern", metavar="[FILTER]", required=False)
@click.option("--language", metavar="LANG", help="Only what is of this language, on either side.")
@click.option("--family", metavar="FAMILY", help="Only this family: embedded, fasttext, glove, muse ...")
@json_option
def command(pattern: str | None, language: str | None, family: str | None, as_json: bool) -> None:
    """List the vectors and dictionaries that have a name: size, licence, what they are, whether they are here.

    FILTER is any part of a name, of a language or of what it was made from. Without a filter each family is one line.
    Any other file or address can be used as well; these need only be called by their name.

    \b
    Examples:
      wordrel sources
      wordrel sources --language it
      wordrel sources italian
      wordrel sources --family glove --json
    """
    family = family.rstrip(":") if family else family
    rows = [row for row in _rows() if _is_wanted(row.entry, pattern, language, family)]
    if not rows:
        if family not in (None, _EMBEDDED):
            catalogue.entries(family=family)  # says which families there are
        asked = " and ".join(f"'{word}'" for word in (pattern, language, family) if word)
        raise UnknownSource(f"nothing that has a name fits {asked}; 'wordrel sources' lists the families")
    if as_json:
        print_json([{"spec": row.entry.spec} | asdict(row.entry) | {"here": row.here or None} for row in rows])
    elif pattern or language or family:
        click.echo(_details(rows))
    else:
        click.echo(_overview(rows))


def _rows() -> list[Row]:
    names = {item.source for item in cache.items()}
    addresses = {item.manifest.get("url") for item in cache.items()}
    found = [Row(entry, "installed") for entry in _embedded()]
    for entry in catalogue.entries():
        here = "downloaded" if entry.url in addresses else "converted" if entry.spec in names else ""
        found.append(Row(entry, here))
    return found


def _embedded() -> list[Entry]:
    found = []
    for name in (*embedded.LANGUAGES, *embedded.DICTIONARIES):
        kind = "vectors" if name in embedded.LANGUAGES else "dictionary"
        licence = embedded.LICENCES[name]
        what = "small, to start with" if kind == "vectors" else "MultiWordNet, with test words held out"
        found.append(Entry(_EMBEDDED, name, kind, tuple(name.split("-")), "", "embedded", licence, "", what))
    return found


def _is_wanted(entry: Entry, pattern: str | None, language: str | None, family: str | None) -> bool:
    if (language and language not in entry.languages) or (family and family != entry.family):
        return False
    text = " ".join([entry.spec, entry.summary, *map(catalogue.language_name, entry.languages)]).lower()
    return pattern is None or pattern.lower() in text


def _details(rows: Sequence[Row]) -> str:
    cells = [("name", "languages", "rows", "download", "licence", "made from", "")]
    for row in rows:
        entry = row.entry
        shape = f"{entry.rows:,}" if entry.rows else "?"
        shape = f"{shape} x {entry.dimensions}" if entry.dimensions else shape if entry.rows else ""
        languages = ", ".join(map(catalogue.language_name, entry.languages))
        size = size_text(entry.bytes) if entry.bytes else ""
        cells.append((entry.spec, languages, shape, size, entry.licence, entry.summary, row.here))
    return table(cells, right=(2, 3), indent="")


def _overview(rows: Sequence[Row]) -> str:
    cells = []
    for family in dict.fromkeys(row.entry.family for row in rows):
        members = [row for row in rows if row.entry.family == family]
        licences = list(dict.fromkeys(row.entry.licence for row in members))
        about = "small, to start with" if family == _EMBEDDED else catalogue.about(family)
        here = sum(bool(row.here) for row in members)
        cells.append(
            (
                f"{family}:",
                _count(members),
                licences[0] if len(licences) == 1 else f"{len(licences)} licences",
                about,
                f"{here} here" if here else "",
            )
        )
    hint = "'wordrel sources --family glove' lists its names, '--language it' all that is of a language."
    return f"{table(cells, indent='')}\n\n{hint}"


def _count(members: Sequence[Row]) -> str:
    vectors = [row.entry for row in members if row.entry.kind == "vectors"]
    dictionaries = len(members) - len(vectors)
    languages = len({language for entry in vectors for language in entry.languages})
    parts = []
    if vectors:
        several = (
            f"vectors of {languages} languages" if languages > 1 else f"{len(vectors)} set{'s' * (len(vectors) > 1)}"
        )
        parts.append(several)
    if dictionaries:
        parts.append(f"{dictionaries} dictionaries")
    return ", ".join(parts)
