"""``wordrel evaluate``."""

from __future__ import annotations

from pathlib import Path

import click

import wordrel
from wordrel.alignment import Alignment
from wordrel.cli.options import find_alignment, json_option, print_json
from wordrel.cli.render import report_text


@click.command("evaluate")
@click.argument("path", metavar="[ALIGNMENT]", required=False, type=click.Path(path_type=Path))
@click.option("--dictionary", metavar="FILE", help="Gold pairs. [default: those held out when it was made]")
@click.option(
    "--from", "source", metavar="LANG", help="Language of the words that are asked. [default: the alignment's first]"
)
@click.option(
    "--to",
    "into",
    metavar="LANG",
    help="Language of the answers. [default: the other one; of more than two, each other one in turn]",
)
@click.option(
    "--reverse", is_flag=True, help="The dictionary, and the score, go from the target to the source language."
)
@json_option
def command(
    path: Path | None, dictionary: str | None, source: str | None, into: str | None, reverse: bool, as_json: bool
) -> None:
    """Score a saved alignment: P@1, P@5, P@10 and MRR, with the share of the test words that were found.

    Two languages that had no dictionary of their own are scored on held-out words of both that translate the same
    word of the first language.

    \b
    Examples:
      wordrel evaluate en-it.wordrel
      wordrel evaluate en-it.wordrel --dictionary my-test.tsv --json
      wordrel evaluate en-it-fr.wordrel --from it --to fr
    """
    place = find_alignment(path)
    alignment = wordrel.load_alignment(place)
    ends = _ends(alignment, source, into, dictionary)
    reports = []
    for pair in [(there, here) for here, there in ends] if reverse else ends:
        gold = None if dictionary is None else wordrel.load_dictionary(dictionary, *pair)
        if gold is not None and len(gold.test):
            gold = gold.test
        reports.append(wordrel.evaluate(alignment, gold, *pair))
    head = {"alignment": str(place), "method": alignment.info.get("method")}
    if not as_json:
        click.echo("\n\n".join(map(report_text, reports)))
    elif len(reports) == 1:
        print_json(head | reports[0].to_dict())
    else:
        print_json(head | {"reports": [report.to_dict() for report in reports]})


def _ends(alignment: Alignment, source: str | None, into: str | None, dictionary: str | None) -> list[tuple[str, str]]:
    """The languages to score; a dictionary has two of them, the first two unless others are named."""
    asked = alignment.space(source).language
    if into is not None or dictionary is not None:
        return [(asked, alignment.into(asked, into).language)]
    return [(asked, name) for name in alignment.languages if name != asked]
