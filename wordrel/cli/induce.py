"""``wordrel induce``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from wordrel.cli.options import (
    check_confidence,
    compute_options,
    find_alignment,
    json_option,
    k_type,
    open_alignment,
    print_json,
)
from wordrel.cli.progress import steps
from wordrel.lexicon import Entry, induce
from wordrel.sources.dictionaries.writing import check_files, write_lines

_HEADER = "source\ttarget\tconfidence\tcsls\n"


@click.command("induce")
@click.argument("path", metavar="[ALIGNMENT]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--top", type=click.IntRange(min=1), default=20_000, show_default=True, help="How many words, most frequent first."
)
@click.option("-k", type=k_type, default=1, show_default=True, help="At most so many translations a word.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Only pairs that are at least so sure.",
)
@click.option("--mutual", is_flag=True, help="Only pairs in which each word is the first translation of the other.")
@click.option("--one-to-one", is_flag=True, help="Each word in one pair at most, the surest pairs first.")
@click.option("--from", "source", metavar="LANG", help="Language of the first column. [default: the alignment's first]")
@click.option("--to", "target", metavar="LANG", help="Language of the second column. [default: the other one]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write here instead of to standard output.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@compute_options
@json_option
def command(
    path: Path | None,
    top: int,
    k: int,
    min_confidence: float,
    mutual: bool,
    one_to_one: bool,
    source: str | None,
    target: str | None,
    output: Path | None,
    force: bool,
    as_json: bool,
    device: str | None,
) -> None:
    """Induce a bilingual lexicon: translations of the most frequent words, with a confidence, the surest first.

    The file has a header and a pair a line: source, target, confidence (how probably the pair is right, empty where the
    alignment has no re-ranker) and CSLS, with tabs between. The same alignment gives the same file.

    \b
    Examples:
      wordrel induce en-it.wordrel --top 20000 -o lexicon.tsv
      wordrel induce en-it.wordrel --min-confidence 0.9 --mutual -o sure.tsv
      wordrel induce en-it.wordrel --from it --one-to-one --json
    """
    place = find_alignment(path)
    alignment = open_alignment(place, device)
    if min_confidence:
        check_confidence(alignment)
    if output is not None:
        check_files([output], force)
    with steps(-(-top // 1000), as_json) as step:
        entries = induce(
            alignment,
            top,
            k,
            min_confidence=min_confidence,
            mutual=mutual,
            one_to_one=one_to_one,
            source=source,
            target=target,
            progress=lambda done, total: step(f"{done:,} of {total:,} words"),
        )
    if as_json:
        print_json([asdict(one) for one in entries])
    elif output is None:
        click.echo(_HEADER + "".join(map(_line, entries)), nl=False)
    else:
        write_lines(output, [_HEADER, *map(_line, entries)], force)
        sure = sum((one.confidence or 0) >= 0.9 for one in entries)
        click.echo(f"{output}: {len(entries):,} pairs, {sure:,} of them with a confidence of 0.9 or more")


def _line(one: Entry) -> str:
    confidence = "" if one.confidence is None else f"{one.confidence:.4f}"
    return f"{one.source}\t{one.target}\t{confidence}\t{one.score:.4f}\n"
