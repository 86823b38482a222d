"""``wordrel neighbors``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from wordrel.cli.options import Unknown, k_type, open_alignment, others_of, print_json, read_words, word_options
from wordrel.cli.render import side_by_side
from wordrel.parts import Neighbor


@click.command("neighbors")
@word_options
@click.option("-k", type=k_type, default=10, show_default=True, help="How many neighbours in each language.")
def command(words: tuple[str, ...], path: Path | None, language: str | None, as_json: bool, k: int) -> None:
    """Show the nearest words of all languages, side by side, with their cosines.

    \b
    Examples:
      wordrel neighbors cat
      wordrel neighbors gatto --from it -k 5
    """
    asked = read_words(words)
    alignment = open_alignment(path)
    source = alignment.space(language).language
    others = others_of(alignment, source)
    names = (source, *(other.language for other in others))
    unknown = Unknown(alignment.space(source), others, asked)
    found = {
        word: {name: alignment.neighbors(word, source, k, within=name) for name in names} for word in unknown.known
    }
    if as_json:
        print_json([{"word": word, "language": source, "neighbors": _plain(found.get(word))} for word in asked])
    else:
        for word, sides in found.items():
            click.echo(word)
            click.echo(side_by_side(names, list(sides.values())))
    unknown.leave()


def _plain(sides: dict[str, list[Neighbor]] | None) -> dict[str, list[dict[str, object]]] | None:
    """Neighbours as JSON has them; null for a word that is unknown."""
    if sides is None:
        return None
    return {name: [asdict(one) for one in side] for name, side in sides.items()}
