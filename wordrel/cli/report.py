"""``wordrel report``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

import wordrel
from wordrel.cli.options import json_option, print_json
from wordrel.cli.progress import steps
from wordrel.cli.reports import command_line
from wordrel.errors import FormatError
from wordrel.pages.overview import Result, overview_page, result_of
from wordrel.pages.provenance import repeat_of
from wordrel.report import check_report_path, write_report


@click.command("report")
@click.argument("paths", metavar="RESULT...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="Where to: .html (one file, with charts), .md, .json, .csv or .tex.",
)
@click.option("--title", default="Alignments compared", show_default=True, help="Of the page.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the bootstrap.")
@json_option
def command(paths: tuple[Path, ...], output: Path, title: str, seed: int, as_json: bool) -> None:
    """Put many results on one page: language pairs by methods, and anchors against P@1.

    A RESULT is a saved alignment, which is scored on the words that it held out, or a JSON file that 'wordrel evaluate
    --report FILE.json' wrote.

    \b
    Examples:
      wordrel report en-it.wordrel procrustes.wordrel -o table.html
      wordrel report results/*.json -o table.tex
    """
    check_report_path(output)
    found: list[dict[str, Any]] = []
    with steps(len(paths), as_json) as progress:
        for path in paths:
            progress(path.name)
            found += _values(path, seed)
    results: list[Result] = [result_of(value, name) for name, value in _named(paths, found)]
    repeat = repeat_of(command_line(), list(paths), {"seed": seed})
    value = {"format": "wordrel-overview", "version": 1, "title": title, "results": found, "repeat": repeat}
    write_report(overview_page(results, repeat, title), output, value)
    if as_json:
        print_json(value)
    else:
        click.echo(f"Wrote {output}: {len(results):,} results")


def _named(paths: tuple[Path, ...], values: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    names = [str(path) for path in paths] if len(paths) == len(values) else []
    return [(names[i] if names else str(value.get("alignment")), value) for i, value in enumerate(values)]


def _values(path: Path, seed: int) -> list[dict[str, Any]]:
    """What a result says; a file of several alignments has several."""
    if path.is_dir() or path.suffix.lower() != ".json":
        alignment = wordrel.load_alignment(path)
        report = wordrel.evaluate(alignment, tasks=("bli",), both_directions=False, seed=seed)
        anchors = (alignment.info.get("anchors") or {}).get("words")
        head = {"alignment": str(path), "method": alignment.info.get("method"), "anchors": anchors}
        return [head | report.to_dict()]
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FormatError(path, f"cannot be read as JSON ({error}); name a file of 'wordrel evaluate'") from error
    if not isinstance(value, dict):
        raise FormatError(path, "holds no result; name a file that 'wordrel evaluate --report FILE.json' wrote")
    several = value.get("reports", value.get("results"))
    return list(several) if isinstance(several, list) else [value]
