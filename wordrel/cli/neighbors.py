"""``wordrel neighbors``."""

from __future__ import annotations

from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path

import click

from wordrel.cli.options import k_type, open_alignment, print_json, read_words, word_options
from wordrel.cli.render import table


@click.command("neighbors")
@word_options
@click.option("-k", type=k_type, default=10, show_default=True, help="How many neighbours in each language.")
def command(words: tuple[str, ...], path: Path | None, language: str | None, as_json: bool, k: int) -> None:
    """Show the nearest words of both languages, side by side, with their cosines.

    \b
    Examples:
      wordrel neighbors cat
      wordrel neighbors gatto --from it -k 5
    """
    asked = read_words(words)
    alignment = open_alignment(path)
    source = alignment.space(language).language
    names = (source, alignment.other(source).language)
    found = [[alignment.neighbors(word, source, k, within=name) for name in names] for word in asked]
    if as_json:
        print_json(
            [
                {"word": word, "language": source}
                | {"neighbors": {name: [asdict(one) for one in side] for name, side in zip(names, sides, strict=True)}}
                for word, sides in zip(asked, found, strict=True)
            ]
        )
        return
    for word, sides in zip(asked, found, strict=True):
        click.echo(word)
        cells = [[(one.word, f"{one.score:.3f}") for one in side] for side in sides]
        rows = [(names[0], "", names[1], "")]
        rows += [(*left, *right) for left, right in zip_longest(*cells, fillvalue=("", ""))]
        click.echo(table(rows, right=(1, 3)))
