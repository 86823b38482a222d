"""``wordrel translate``."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import click

from wordrel.alignment import Scorer
from wordrel.cli.options import (
    Unknown,
    compute_options,
    k_type,
    open_alignment,
    others_of,
    print_json,
    read_words,
    word_options,
)
from wordrel.cli.render import side_by_side, table
from wordrel.parts import Neighbor


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
@click.option("--no-rerank", is_flag=True, help="The geometry alone, without a confidence.")
@click.option(
    "--min-confidence",
    type=float,
    metavar="P",
    help="Leave out what is less sure than P, from 0 to 1; a word of which nothing is left has no answer.",
)
@compute_options
def command(
    words: tuple[str, ...],
    path: Path | None,
    language: str | None,
    as_json: bool,
    into: str | None,
    k: int,
    scorer: str,
    no_rerank: bool,
    min_confidence: float | None,
    device: str | None,
) -> None:
    """Translate words, best first. Words also come from standard input, one a line.

    The second number is the confidence: how probably a translation is right, if the alignment learnt to say that.

    \b
    Examples:
      wordrel translate house tree
      wordrel translate gatto --from it
      wordrel translate --from it -a en-it.wordrel < words.txt
      wordrel translate --min-confidence 0.9 house tree
      wordrel translate gatto --from it --to fr -a en-it-fr.wordrel
    """
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        raise click.UsageError(f"--min-confidence must be from 0 to 1, not {min_confidence:g}")
    if min_confidence is not None and (no_rerank or scorer == "nn"):
        raise click.UsageError(
            "the geometry alone has no confidence; leave out --min-confidence, --no-rerank or --scorer"
        )
    asked = read_words(words)
    alignment = open_alignment(path, device)
    if min_confidence is not None and alignment.reranking is None:
        reason = (alignment.info.get("reranked") or {}).get("reason", "it was made without one")
        raise click.UsageError(
            f"this alignment gives no confidence ({reason}); leave out --min-confidence, or align again with more words"
        )
    space = alignment.space(language)
    others = others_of(alignment, space.language)
    names = [other.language for other in others] if into is None else [alignment.into(space.language, into).language]
    unknown = Unknown(space, others, asked)
    rule: Scorer = "nn" if scorer == "nn" else "csls"
    lists = [alignment.translate_many(unknown.known, language, k, rule, name, not no_rerank) for name in names]
    if min_confidence is not None:
        lists = [[_sure(found, min_confidence) for found in column] for column in lists]
    sides = dict(zip(unknown.known, zip(*lists, strict=True), strict=True))
    found = {word: list(chain.from_iterable(columns)) for word, columns in sides.items()}
    if as_json:
        print_json(
            [
                {
                    "word": word,
                    "language": space.language,
                    "scorer": scorer,
                    "translations": _plain(found.get(word), min_confidence),
                }
                for word in asked
            ]
        )
    else:
        for word in unknown.known:
            click.echo(word)
            if not found[word] and min_confidence is not None:
                click.echo(f"  no answer: nothing is as sure as {min_confidence:g}")
            elif not found[word]:
                click.echo("  no translation: its vector has only zeros")
            elif len(names) > 1:
                click.echo(side_by_side(names, sides[word]))
            else:
                click.echo(table(_rows(found[word]), right=(1, 2)))
    unknown.leave()


def _plain(found: list[Neighbor] | None, min_confidence: float | None) -> list[dict[str, Any]] | None:
    """For machines: null for a word that is not known, or of which nothing is sure enough."""
    if found is None or (not found and min_confidence is not None):
        return None
    return [asdict(one) for one in found]


def _sure(found: list[Neighbor], least: float) -> list[Neighbor]:
    return [one for one in found if one.confidence is not None and one.confidence >= least]


def _rows(found: list[Neighbor]) -> list[tuple[str, ...]]:
    """Words, scores and, where there are any, confidences."""
    if all(one.confidence is None for one in found):
        return [(one.word, f"{one.score:.3f}") for one in found]
    return [(one.word, f"{one.score:.3f}", "" if one.confidence is None else f"{one.confidence:.2f}") for one in found]
