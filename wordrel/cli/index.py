"""``wordrel index``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from wordrel.alignment import Alignment, load_alignment
from wordrel.artefact import Folder
from wordrel.cli.options import find_alignment, json_option, print_json
from wordrel.cli.progress import Steps, steps
from wordrel.cli.render import table
from wordrel.indexes import Indexes
from wordrel.search.index import RECALL
from wordrel.search.kinds import KINDS, MOST_FLAT


@click.command("index")
@click.argument("path", metavar="[ALIGNMENT]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--kind",
    default="auto",
    show_default=True,
    metavar="KIND",
    help=f"{'; '.join(f'{name}: {text}' for name, text in KINDS.items())}; auto: flat up to {MOST_FLAT:,} words, "
    "ivfpq above.",
)
@click.option(
    "--recall",
    type=float,
    default=RECALL,
    show_default=True,
    metavar="R",
    help="Share of the 10 nearest words that is to be found, measured on words of the other languages.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="For whatever is drawn at random."
)
@json_option
def command(path: Path | None, kind: str, recall: float, seed: int, as_json: bool) -> None:
    """Build approximate indexes beside a saved alignment, for vocabularies of hundreds of thousands of words.

    'wordrel translate' and 'wordrel neighbors' use them from then on. A small vocabulary is searched exactly, without
    an index.

    \b
    Examples:
      wordrel index en-it.wordrel
      wordrel index en-it.wordrel --kind hnsw --recall 0.99
      wordrel index en-it.wordrel --kind flat
          removes what is there
    """
    place = find_alignment(path)
    alignment = load_alignment(place)
    with steps(4, as_json) as step:
        built = build(place, alignment, kind, recall, seed, step)
    if as_json:
        print_json({"alignment": str(place), "indexes": built})
    else:
        click.echo(as_text(built))


def build(
    place: Path, alignment: Alignment, kind: str, recall: float, seed: int, step: Steps
) -> dict[str, dict[str, Any]]:
    """Build the indexes of an alignment that is saved there, and describe them by language."""
    indexes = alignment.indexes or Indexes(Folder(place), alignment.languages)
    vectors = {name: space.vectors for name, space in alignment.spaces.items()}
    built = indexes.build(vectors, kind, recall, seed, step)
    return {name: index.settings for name, index in built.items()}


def as_text(built: Mapping[str, Mapping[str, Any]]) -> str:
    """The indexes for people."""
    return table([(name, f"{one['rows']:,} words", *_words(one)) for name, one in built.items()], indent="")


def _words(one: Mapping[str, Any]) -> tuple[str, str]:
    if one["kind"] == "flat":
        return "flat", "searched exactly, without a saved index"
    effort = "candidate" if one["kind"] == "hnsw" else "cell"
    number = f"{one['effort']:,} {effort}{'s' if one['effort'] != 1 else ''}"
    return one["kind"], f"recall@10 {one['recall']:.3f}, {number}{' on the way' * (one['kind'] == 'hnsw')} a query"
