"""``wordrel compare``."""

from __future__ import annotations

from pathlib import Path

import click

from wordrel.cli.comparing import as_text
from wordrel.cli.inputs import Reading, reading_options
from wordrel.cli.options import json_option, k_type, print_json
from wordrel.cli.progress import steps, transfers
from wordrel.cli.reports import check_reports, command_line, report_option
from wordrel.comparison import compare
from wordrel.comparison.settings import FORMS, PROTOCOLS
from wordrel.pages.comparison import comparison_page
from wordrel.pages.provenance import repeat_of
from wordrel.report import write_report
from wordrel.strategies import STRATEGIES


class Queries(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of words, or all."""

    name = "queries"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Read it."""
        text = str(value).strip().lower()
        if text != "all" and (not text.isdecimal() or not int(text)):
            self.fail(f"'{value}' is neither all nor a number of words", param, ctx)
        return text if text == "all" else int(text)


@click.command("compare")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--anchors", type=int, metavar="N", help="Anchors of a draw. [default: 300]")
@click.option(
    "--strategy",
    default="uniform",
    show_default=True,
    metavar="S",
    help="How anchors are chosen among the words. top:N: at random from the first N words; "
    + "; ".join(f"{name}: {one.summary}" for name, one in STRATEGIES.items())
    + ".",
)
@click.option("--seeds", type=int, default=10, show_default=True, metavar="N", help="Draws of anchors.")
@click.option("-k", "--k", type=k_type, metavar="N", help="Depth of the neighbourhoods and of the MRR. [default: 10]")
@click.option(
    "--first",
    type=click.IntRange(min=1),
    metavar="N",
    help="Compare the first N words that both spaces have. [default: 20,000]",
)
@click.option(
    "--queries",
    type=Queries(),
    metavar="N|all",
    help="Ask so many words with each draw; all words can be found. [default: 5,000 that are no anchors]",
)
@click.option("--word", "words", multiple=True, metavar="W", help="Show the neighbours of W; may be repeated.")
@click.option(
    "--protocol",
    type=click.Choice(list(PROTOCOLS)),
    help="Settings of the paper: of the shared words after the first 400, of letters only, four or more, the first "
    "20,000, all of them asked.",
)
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(FORMS),
    help="Compare the spaces as these only; may be repeated. [default: all]",
)
@reading_options
@report_option
@json_option
def command(
    one: str,
    other: str,
    anchors: int | None,
    strategy: str,
    seeds: int,
    k: int | None,
    first: int | None,
    queries: int | str | None,
    words: tuple[str, ...],
    protocol: str | None,
    forms: tuple[str, ...],
    limit: int | None,
    offline: bool,
    no_cache: bool,
    reports: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Compare two spaces of one language: do the same words have the same neighbours, and are they found?

    A and B are files, names as 'wordrel sources' lists them, spacy:PACKAGE or url:https://...; see 'wordrel align'. The
    measures are those of Moschella et al. (ICLR 2023, section 4.1): Jaccard index of the nearest words in B to a word
    of A and to the same word of B, MRR of the word itself among them, and cosine; both ways.

    \b
    Examples:
      wordrel compare cc.en.300.vec#200000 glove:6b.300
      wordrel compare a.vec b.vec --protocol paper --strategy kmeans
      wordrel compare a.vec b.vec --report compare.html
      wordrel compare a.vec b.vec --word bank --word music --json
    """
    check_reports(reports)
    with transfers(as_json) as progress:
        reading = Reading(limit, not no_cache, offline, progress)
        source, target = reading.load(one), reading.load(other)
    forms = forms or FORMS
    with steps(2 + seeds * len(forms), as_json) as step:
        report = compare(
            source,
            target,
            anchors=anchors,
            strategy=strategy,
            seeds=seeds,
            k=k,
            limit=first,
            queries=queries,
            protocol=protocol,
            forms=forms,
            words=words,
            progress=step,
        )
    repeat = repeat_of(command_line(), [Path(one), Path(other)], {"settings": report.settings.to_dict()})
    value = report.to_dict() | {"repeat": repeat}
    if reports:
        page = comparison_page(report, repeat)
        for file in reports:
            write_report(page, file, value)
    if as_json:
        print_json(value)
    else:
        click.echo("\n\n".join([as_text(report), *(f"Wrote {file}" for file in reports)]))
