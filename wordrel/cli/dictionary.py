"""``wordrel dictionary``."""

from __future__ import annotations

import warnings
from pathlib import Path

import click

import wordrel
from wordrel.cli.inspection import Inspection, as_dict, as_text
from wordrel.cli.options import json_option, print_json
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.sources.dictionaries.entries import Entries
from wordrel.sources.dictionaries.reading import paths_of, read_paths
from wordrel.sources.dictionaries.writing import check_files, write_pairs

IDENTICAL = "identical:"


@click.command("dictionary")
@click.argument("name", metavar="FILE")
@click.option(
    "--from", "source", metavar="LANG", help="Language of the source words. [default: what FILE states, or und]"
)
@click.option("--to", "target", metavar="LANG", help="Language of the target words.")
@click.option("--source-vectors", metavar="SPEC", help="Count the source words that these vectors know.")
@click.option("--target-vectors", metavar="SPEC", help="Count the target words that these vectors know.")
@click.option("--lower", is_flag=True, help="First: write all words in lower case.")
@click.option(
    "--compose", "other", metavar="OTHER", help="Second: translate on by OTHER, so that en-fr and fr-it make en-it."
)
@click.option("--invert", is_flag=True, help="Third: swap the two sides.")
@click.option(
    "--split",
    type=float,
    metavar="SHARE",
    help="Last: hold out this share of the source words (or, from 1, so many of them), all their pairs with them.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Which words --split holds out.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write 'source TAB target' lines, UTF-8; with --split FILE.train.tsv and FILE.test.tsv (less a .tsv of FILE).",
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
@json_option
def command(
    name: str,
    source: str | None,
    target: str | None,
    source_vectors: str | None,
    target_vectors: str | None,
    lower: bool,
    other: str | None,
    invert: bool,
    split: float | None,
    seed: int,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Look into a bilingual dictionary, and lower, compose, invert and split it, in that order.

    FILE is text with a pair a line (MUSE, TSV, CSV, with or without a header and weights), TEI (FreeDict), a
    .dix of Apertium, two wordnets of OMW joined by a plus sign, embedded:en-it, or identical: for the words that
    --source-vectors and --target-vectors spell alike. Files may be compressed. Without operations, -o writes any of
    them as TSV.

    Lines that a person should look at are listed: not all of them are wrong.

    \b
    Examples:
      wordrel dictionary en-it.txt
      wordrel dictionary embedded:en-it --source-vectors embedded:en --target-vectors embedded:it
          how many of its words the vectors know
      wordrel dictionary en-it.txt --lower --split 0.2 -o en-it
          writes en-it.train.tsv and en-it.test.tsv, no word in both
      wordrel dictionary eng-fra.tei --from en --to fr --compose fr-it.txt -o en-it.tsv
          by way of French
      wordrel dictionary wn-data-eng.tab+wn-data-ita.tab --invert -o it-en.tsv
    """
    if output is None and (lower or other is not None or invert or split is not None):
        raise click.UsageError("--lower, --compose, --invert and --split make a new dictionary; name its file with -o")
    places = _places(output, split is not None)
    check_files(places, force)
    spaces = _load(source_vectors, source), _load(target_vectors, target)
    pairs, entries = _open(name, source, target, spaces)
    inspection = Inspection(name, pairs, entries, spaces)
    made = _made(pairs, lower, other, invert)
    written: dict[Path, BilingualDictionary] = {}
    if split is not None:
        made = made.split(split, seed)
        written = dict(zip(places, (made.train, made.test), strict=True))
    elif places:
        if made.test_words:
            message = f"{name}: its held-out words are written with the others; --split holds some out"
            warnings.warn(message, WordrelWarning, stacklevel=2)
        written = {places[0]: made}
    write_pairs(written, force)
    if as_json:
        print_json(as_dict(inspection, written))
    else:
        click.echo(as_text(inspection, written))


def _places(output: Path | None, split: bool) -> list[Path]:
    if output is None:
        return []
    if not split:
        return [output]
    stem = output.name.removesuffix(".tsv") or output.name
    return [output.with_name(f"{stem}.{part}.tsv") for part in ("train", "test")]


def _load(spec: str | None, language: str | None) -> Embeddings | None:
    return None if spec is None else wordrel.load(spec, language=language)


def _open(
    name: str, source: str | None, target: str | None, spaces: tuple[Embeddings | None, Embeddings | None]
) -> tuple[BilingualDictionary, Entries | None]:
    """Read the pairs; of a file also what its lines are."""
    if name == IDENTICAL:
        if spaces[0] is None or spaces[1] is None:
            raise click.UsageError(f"{IDENTICAL} compares two vocabularies; give --source-vectors and --target-vectors")
        same = BilingualDictionary.identical(spaces[0], spaces[1])
        if not len(same):
            raise InvalidParameter(
                "the two vocabularies have no word in common; identical: needs languages of one script"
            )
        return same, None
    paths = paths_of(name)
    if all(path.exists() and not path.is_dir() for path in paths):
        entries = read_paths(paths, (source, target))
        return entries.dictionary(source, target), entries
    return wordrel.load_dictionary(name, source, target), None


def _made(pairs: BilingualDictionary, lower: bool, other: str | None, invert: bool) -> BilingualDictionary:
    if other == IDENTICAL:
        raise click.UsageError(f"{IDENTICAL} needs two vocabularies and leads to no third language; name a dictionary")
    if lower:
        pairs = pairs.lowered()
    if other is not None:
        second = wordrel.load_dictionary(other)
        pairs = pairs.compose(second.lowered() if lower else second)
        if not len(pairs):
            raise InvalidParameter(f"{other}: has none of the target words; check which language it begins with")
    return pairs.inverted() if invert else pairs
