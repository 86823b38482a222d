"""Words answered one at a time, as they come: a prompt on a terminal, lines through a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import click

from wordrel.errors import UnknownWord

_INTERRUPTED = 130


def converse(answer: Callable[[str], str]) -> None:
    """Answer each line of standard input before the next one is read, until it ends or Ctrl-C.

    Parameters
    ----------
    answer : callable
        Given a word, the text to print. `UnknownWord` is said on standard error, and the next word is asked.

    Raises
    ------
    click.exceptions.Exit
        With code 130 on Ctrl-C.
    """
    try:
        for word in _lines():
            try:
                click.echo(answer(word))
            except UnknownWord as error:
                click.echo(f"wordrel: {error}", err=True)
            # A program at the other end of the pipe waits for the answer before it asks again.
            sys.stdout.flush()
    except KeyboardInterrupt:
        raise click.exceptions.Exit(_INTERRUPTED) from None


def _lines() -> Iterator[str]:
    if sys.stdin is None:
        return
    terminal = sys.stdin.isatty()
    while True:
        if terminal:
            # To standard error, so that answers can be sent to a file.
            click.echo("word> ", nl=False, err=True)
        line = sys.stdin.buffer.readline().decode("utf-8", "replace")
        if not line:
            if terminal:
                click.echo(err=True)
            return
        if word := line.strip().removeprefix("\ufeff"):
            yield word
