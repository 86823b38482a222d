"""Words answered one at a time, as they come: a prompt on a terminal, lines through a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import click

from wordrel.errors import UnknownWord

_INTERRUPTED = 130


def converse(
    answer: Callable[[str], str], prepare: Callable[[], None], unanswered: Callable[[str], str] | None = None
) -> None:
    """Answer each line of standard input before the next one is read, until it ends or Ctrl-C.

    Parameters
    ----------
    answer : callable
        Given a word, the text to print. `UnknownWord` is said on standard error, and the next word is asked.
    prepare : callable
        Does what makes answers quick, while a person types the first word; not called where none does.
    unanswered : callable, optional
        Given a word that is not known, the text to print, for who waits for a line a word.

    Raises
    ------
    click.exceptions.Exit
        With code 130 on Ctrl-C.
    """
    try:
        for word in _lines(prepare):
            try:
                click.echo(answer(word))
            except UnknownWord as error:
                click.echo(f"wordrel: {error}", err=True)
                if unanswered is not None:
                    click.echo(unanswered(word))
            # A program at the other end of the pipe waits for the answer before it asks again.
            sys.stdout.flush()
    except KeyboardInterrupt:
        raise click.exceptions.Exit(_INTERRUPTED) from None


def _lines(prepare: Callable[[], None]) -> Iterator[str]:
    if sys.stdin is None:
        return
    terminal = sys.stdin.isatty()
    waiting = terminal
    while True:
        if terminal:
            # To standard error, so that answers can be sent to a file.
            click.echo("word> ", nl=False, err=True)
        if waiting:
            waiting = False
            try:
                prepare()
            except Exception:
                click.echo(err=True)
                raise
        line = sys.stdin.buffer.readline().decode("utf-8", "replace")
        if not line:
            if terminal:
                click.echo(err=True)
            return
        if word := line.strip().removeprefix("\ufeff"):
            yield word
