"""``wordrel translate``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from wordrel.cli.options import Unknown, k_type, open_alignment, print_json, read_words, word_options
from wordrel.cli.render import table


@click.command("translate")
@word_options
@click.option("-k", type=k_type, default=5, show_default=True, help="How many translations a word.")
@click.option(
    "--scorer",
    type=click.Choice(["csls", "nn"]),
    default="csls",
    show_default=True,
    help="csls corrects for words that are near to everything; nn is the cosine alone.",
)
def command(
    words: tuple[str, ...], path: Path | None, language: str | None, as_json: bool, k: int, scorer: str
) -> None:
    """Translate words, best first. Words also come from standard input, one a line.

    \b
    Examples:
      wordrel translate house tree
      wordrel translate gatto --from it
      wordrel translate --from it -a en-it.wordrel < words.txt
    """
    asked = read_words(words)
    alignment = open_alignment(path)
    space = alignment.space(language)
    unknown = Unknown(space, alignment.other(space.language), asked)
    lists = alignment.translate_many(unknown.known, language, k, "nn" if scorer == "nn" else "csls")
    found = dict(zip(unknown.known, lists, strict=True))
    if as_json:
        print_json(
            [
                {
                    "word": word,
                    "language": space.language,
                    "scorer": scorer,
                    "translations": [asdict(one) for one in found[word]] if word in found else None,
                }
                for word in asked
            ]
        )
    else:
        for word in unknown.known:
            click.echo(word)
            rows = [(one.word, f"{one.score:.3f}") for one in found[word]]
            click.echo(table(rows, right=(1,)) if rows else "  no translation: its vector has only zeros")
    unknown.leave()
