"""``wordrel translate``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import click

from wordrel.alignment import Scorer
from wordrel.cli.interactive import converse
from wordrel.cli.options import (
    Unknown,
    check_confidence,
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
@click.option(
    "-i", "--interactive", is_flag=True, help="Answer words as they come, one a line, until the input ends or Ctrl-C."
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
    interactive: bool,
) -> None:
    """Translate words, best first. Words also come from standard input, one a line.

    The first number is CSLS, a cosine less the crowding around both words, which can be negative (with --scorer nn the
    cosine). The second is the confidence: how probably a translation is right, if the alignment learnt to say that.

    \b
    Examples:
      wordrel translate house tree
      wordrel translate gatto --from it
      wordrel translate --from it -a en-it.wordrel < words.txt
      wordrel translate --interactive
      wordrel translate --min-confidence 0.9 house tree
      wordrel translate gatto --from it --to fr -a en-it-fr.wordrel
    """
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        raise click.UsageError(f"--min-confidence must be from 0 to 1, not {min_confidence:g}")
    if min_confidence is not None and (no_rerank or scorer == "nn"):
        raise click.UsageError(
            "the geometry alone has no confidence; leave out --min-confidence, --no-rerank or --scorer"
        )
    if interactive and words:
        raise click.UsageError("--interactive reads the words itself; leave them out of the command")
    asked = [] if interactive else read_words(words)
    alignment = open_alignment(path, device)
    if min_confidence is not None:
        check_confidence(alignment)
    space = alignment.space(language)
    others = others_of(alignment, space.language)
    names = [other.language for other in others] if into is None else [alignment.into(space.language, into).language]
    rule: Scorer = "nn" if scorer == "nn" else "csls"

    def look_up(known: Sequence[str]) -> list[tuple[list[Neighbor], ...]]:
        """For each word what each language has."""
        columns = [alignment.translate_many(known, language, k, rule, name, not no_rerank) for name in names]
        if min_confidence is not None:
            columns = [[_sure(found, min_confidence) for found in column] for column in columns]
        return list(zip(*columns, strict=True))

    def as_plain(word: str, columns: tuple[list[Neighbor], ...] | None) -> dict[str, Any]:
        found = None if columns is None else list(chain.from_iterable(columns))
        plain = _plain(found, min_confidence)
        return {"word": word, "language": space.language, "scorer": scorer, "translations": plain}

    if interactive:

        def answer(word: str) -> str:
            (columns,) = look_up([word])
            if as_json:
                return json.dumps(as_plain(word, columns), ensure_ascii=False)
            return f"{word}\n{_text(names, columns, min_confidence)}"

        def prepare() -> None:
            for name in names:
                alignment.prepare(space.language, name, rule)

        def unanswered(word: str) -> str:
            return json.dumps(as_plain(word, None), ensure_ascii=False)

        converse(answer, prepare, unanswered if as_json else None)
        return
    unknown = Unknown(space, others, asked)
    sides = dict(zip(unknown.known, look_up(unknown.known), strict=True))
    if as_json:
        print_json([as_plain(word, sides.get(word)) for word in asked])
    else:
        for word in unknown.known:
            click.echo(word)
            click.echo(_text(names, sides[word], min_confidence))
    unknown.leave()


def _text(names: Sequence[str], columns: tuple[list[Neighbor], ...], min_confidence: float | None) -> str:
    """What a person reads below a word."""
    found = list(chain.from_iterable(columns))
    if not found and min_confidence is not None:
        return f"  no answer: nothing is as sure as {min_confidence:g}"
    if not found:
        return "  no translation: its vector has only zeros"
    return side_by_side(names, columns) if len(names) > 1 else table(_rows(found), right=(1, 2))


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
