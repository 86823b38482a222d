"""``wordrel translate``."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from pathlib import Path

import click

from wordrel.alignment import Scorer
from wordrel.cli.options import Unknown, k_type, open_alignment, others_of, print_json, read_words, word_options
from wordrel.cli.render import side_by_side, table


@click.command("translate")
@word_options
@click.option(
    "--to",
    "into",
    metavar="LANG",
    help="Language to translate into. [default: the other one; of more than two, all others side by side]",
)
@click.option("-k", type=k_type, default=5, show_default=True, help="How many translations a word.")
@click.option(
    "--scorer",
    type=click.Choice(["csls", "nn"]),
    default="csls",
    show_default=True,
    help="csls corrects for words that are near to everything; nn is the cosine alone.",
)
def command(
    words: tuple[str, ...],
    path: Path | None,
    language: str | None,
    as_json: bool,
    into: str | None,
    k: int,
    scorer: str,
) -> None:
    """Translate words, best first. Words also come from standard input, one a line.

    \b
    Examples:
      wordrel translate house tree
      wordrel translate gatto --from it
      wordrel translate --from it -a en-it.wordrel < words.txt
      wordrel translate gatto --from it --to fr -a en-it-fr.wordrel
    """
    asked = read_words(words)
    alignment = open_alignment(path)
    space = alignment.space(language)
    others = others_of(alignment, space.language)
    names = [other.language for other in others] if into is None else [alignment.into(space.language, into).language]
    unknown = Unknown(space, others, asked)
    rule: Scorer = "nn" if scorer == "nn" else "csls"
    lists = [alignment.translate_many(unknown.known, language, k, rule, name) for name in names]
    sides = dict(zip(unknown.known, zip(*lists, strict=True), strict=True))
    found = {word: list(chain.from_iterable(columns)) for word, columns in sides.items()}
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
            if not rows:
                click.echo("  no translation: its vector has only zeros")
            else:
                click.echo(side_by_side(names, sides[word]) if len(names) > 1 else table(rows, right=(1,)))
    unknown.leave()
