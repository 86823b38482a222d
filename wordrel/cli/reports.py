"""What commands that write report pages share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from wordrel.report import check_report_path

Command = TypeVar("Command", bound=Callable[..., Any])


def report_option(function: Command) -> Command:
    """Add ``--report``."""
    return click.option(
        "--report",
        "reports",
        metavar="FILE",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Write a report: .html (one file, with charts), .md, .json, .csv or .tex; may be repeated.",
    )(function)


def check_reports(files: Sequence[Path]) -> None:
    """Refuse names that no report can have, before any work is done."""
    for file in files:
        check_report_path(file)


def command_line() -> list[str]:
    """The command as it was typed, without the path of the program."""
    context = click.get_current_context()
    typed = context.obj if isinstance(context.obj, list) else sys.argv[1:]
    return ["wordrel", *map(str, typed)]
