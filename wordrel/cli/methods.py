"""``wordrel methods``."""

from __future__ import annotations

import textwrap
from dataclasses import asdict

import click

from wordrel.cli.options import json_option, print_json
from wordrel.methods import METHODS
from wordrel.methods.describe import Description, describe

# Columns of the text; the widest that fits beside a page of code.
_WIDTH = 100


@click.command("methods")
@click.argument("names", nargs=-1, metavar="[METHOD]...")
@json_option
def command(names: tuple[str, ...], as_json: bool) -> None:
    """List the methods of 'wordrel align': what each is, its parameters with their defaults, and its paper.

    \b
    Examples:
      wordrel methods
      wordrel methods relative rcsls
      wordrel align en it --method ridge -p ridge=0.1
    """
    found = [describe(name) for name in names or METHODS]
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        click.echo("\n\n".join(_as_text(one) for one in found))


def _as_text(method: Description) -> str:
    lines = [method.name, *_wrapped(method.summary, 2)]
    for one in method.parameters:
        default = str(one.default).lower() if isinstance(one.default, bool) else one.default
        lines += _wrapped(f"-p {one.name}={default}  {one.values}. {one.meaning}", 4)
    lines += _wrapped(f"preprocessing: {','.join(method.preprocessing)}", 4)
    return "\n".join([*lines, *_wrapped(method.paper, 4)])


def _wrapped(text: str, indent: int) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=margin, subsequent_indent=margin + "  ", break_on_hyphens=False)
