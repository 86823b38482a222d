"""``wordrel reproduce``."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import click

from wordrel.cli.options import json_option, print_json
from wordrel.cli.progress import counted
from wordrel.cli.render import table
from wordrel.cli.reports import command_line
from wordrel.errors import InvalidParameter, MissingExtra, UnknownSource
from wordrel.pages.finding import finding_page
from wordrel.pages.provenance import repeat_of
from wordrel.report import write_report
from wordrel.reproduce import FILES, FINDINGS, reproduce
from wordrel.reproduce.base import AGREES, Finding

ALL = "all"


@click.command("reproduce")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--quick", is_flag=True, help="Less data and fewer seeds: all of them in about a minute.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The first of the seeds.")
@click.option(
    "--data",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help=f"Where larger data are. {'; '.join(f'{name}: {files}' for name, files in FILES.items())}; the others take "
    "none. [default: built-in data]",
)
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Write a page with pictures and a JSON file of each into this folder.",
)
@json_option
def command(
    names: tuple[str, ...], quick: bool, seed: int, data: Path | None, output: Path | None, as_json: bool
) -> None:
    """Measure again what the paper and its talk found, and say whether it holds here.

    Without a NAME the findings are listed. Each prints its table (mean ± standard deviation over the seeds, the paper's
    figure beside it where there is one) and a verdict. Most need torch: pip install 'wordrel[torch]'. Of several, those
    whose data are not in the folder, or that need torch where there is none, are left out, and named on stderr.

    \b
    Examples:
      wordrel reproduce
      wordrel reproduce similarities --quick
      wordrel reproduce all -o findings
      wordrel reproduce performance --data cora-folder --json
    """
    if not names:
        click.echo(table(list(FINDINGS.items())))
        return
    chosen = list(FINDINGS) if ALL in names else list(dict.fromkeys(names))
    for name in chosen:
        if name not in FINDINGS:
            raise click.UsageError(f"unknown finding '{name}'; choose {', '.join(FINDINGS)} or {ALL}")
    if output is not None and not output.parent.is_dir():
        raise InvalidParameter(f"{output.parent}: no such folder; create it first or choose another --output")
    values: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    for name in chosen:
        try:
            with counted(as_json) as progress:
                finding = reproduce(name, quick, seed, progress, data)
        except (MissingExtra, UnknownSource) as error:
            if len(chosen) == 1:
                raise
            left_out[name] = str(error)
            click.echo(f"wordrel: {name} is left out: {error}", err=True)
            continue
        repeat = repeat_of(command_line(), [], {"quick": quick, "seeds": list(finding.seeds)})
        value = finding.to_dict() | {"repeat": repeat}
        values.append(value)
        if output is not None:
            output.mkdir(exist_ok=True)
            page = finding_page(finding, repeat)
            for suffix in ("html", "md", "json"):
                write_report(page, output / f"{name}.{suffix}", value, pictures=True)
        if not as_json:
            click.echo(_text(finding))
    if not values:
        raise click.exceptions.Exit(2)
    if as_json:
        alone = len(chosen) == 1
        print_json(values[0] if alone else {"findings": values} | ({"left_out": left_out} if left_out else {}))
    elif len(chosen) > 1:
        agreeing = sum(value["verdict"] == AGREES for value in values)
        rest = f"; {len(left_out)} left out" if left_out else ""
        click.echo(f"{agreeing} of {len(values)} agree with what was claimed{rest}.")


def _text(finding: Finding) -> str:
    # Headings are whole phrases: in lines of their own they leave room for the numbers.
    heads = [textwrap.wrap(name, 12) for name in ("", *finding.columns)]
    deepest = max(map(len, heads))
    rows = [tuple(([""] * (deepest - len(head)) + head)[line] for head in heads) for line in range(deepest)]
    for row in finding.rows:
        rows.append((row.label, *(str(row.cells[name]) if name in row.cells else "" for name in finding.columns)))
    seeds = ", ".join(map(str, finding.seeds))
    note = "".join(f"{textwrap.fill(text, 120)}\n\n" for text in finding.note.split("\n\n") if text)
    return (
        f"{finding.title} ({finding.paper})\n{finding.claim}\n\n{table(rows, right=range(1, len(rows[0])))}\n\n{note}"
        f"{finding.verdict.capitalize()}: {finding.reason}. Seeds {seeds}; {finding.seconds:.1f} s.\n"
    )
