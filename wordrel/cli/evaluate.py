"""``wordrel evaluate``."""

from __future__ import annotations

from pathlib import Path

import click

import wordrel
from wordrel.cli.options import find_alignment, json_option, print_json
from wordrel.cli.render import report_text


@click.command("evaluate")
@click.argument("path", metavar="[ALIGNMENT]", required=False, type=click.Path(path_type=Path))
@click.option("--dictionary", metavar="FILE", help="Gold pairs. [default: those held out when it was made]")
@click.option(
    "--reverse", is_flag=True, help="The dictionary, and the score, go from the target to the source language."
)
@json_option
def command(path: Path | None, dictionary: str | None, reverse: bool, as_json: bool) -> None:
    """Score a saved alignment: P@1, P@5, P@10 and MRR, with the share of the test words that were found.

    \b
    Examples:
      wordrel evaluate en-it.wordrel
      wordrel evaluate en-it.wordrel --dictionary my-test.tsv --json
    """
    place = find_alignment(path)
    alignment = wordrel.load_alignment(place)
    source, target = alignment.languages[::-1] if reverse else alignment.languages
    gold = wordrel.load_dictionary(dictionary, source, target) if dictionary is not None else alignment.test
    if dictionary is not None and len(gold.test):
        gold = gold.test
    elif dictionary is None and reverse:
        gold = alignment.test.inverted()
    report = wordrel.evaluate(alignment, gold)
    if as_json:
        print_json({"alignment": str(place), "method": alignment.info.get("method")} | report.to_dict())
    else:
        click.echo(report_text(report))
