"""What several commands share: finding the alignment, reading words, printing JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from wordrel.alignment import Alignment, load_alignment
from wordrel.backend import DEVICES, choose
from wordrel.budget import limits
from wordrel.embeddings import Embeddings
from wordrel.errors import UnknownWord

Command = TypeVar("Command", bound=Callable[..., Any])

k_type = click.IntRange(min=1)


class Rounds(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of rounds, auto or off."""

    name = "rounds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it."""
        text = str(value).strip().lower()
        if text in ("auto", "off"):
            return "auto" if text == "auto" else 0
        if not text.isdecimal():
            self.fail(f"'{value}' is neither auto, off nor a number of rounds", param, ctx)
        return int(text)


# What would give a confidence, by the kind of `NoConfidence`.
_CONFIDENCE = {"off": ", or align again without --no-rerank", "words": ", or align again with more words"}

# Of sizes, in bytes: decimal as disks are sold, binary as memory is.
_UNITS = {"": 1, "b": 1} | {
    f"{letter}{ending}": base**power
    for power, letter in enumerate("kmgt", 1)
    for ending, base in (("b", 1000), ("ib", 1024))
}


class Size(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of bytes, with a unit or without."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it."""
        text = str(value).strip().lower()
        number = text.rstrip("bgikmt ")
        try:
            n_bytes = int(float(number) * _UNITS[text[len(number) :].strip()])
        except (KeyError, ValueError, OverflowError):
            n_bytes = 0
        if n_bytes < 1:
            self.fail(f"'{value}' is no size of 1 byte or more; write one such as 500MB or 2GiB", param, ctx)
        return n_bytes


def compute_options(function: Command) -> Command:
    """Add ``--device``, and ``--threads`` and ``--memory``, which hold while the command runs."""

    @wraps(function)
    def limited(*arguments: Any, threads: int | None, memory: int | None, **named: Any) -> Any:
        with limits(threads, memory):
            return function(*arguments, **named)

    options = (
        click.option(
            "--device",
            type=click.Choice(DEVICES),
            help="Where searches are computed, by torch; auto: cuda, else mps, else as without it. [default: numpy]",
        ),
        click.option(
            "--threads", type=click.IntRange(min=1), metavar="N", help="So many threads. [default: all cores]"
        ),
        click.option(
            "--memory",
            type=Size(),
            metavar="SIZE",
            help="For tables of scores and shortened vectors, beside the vectors, such as 500MiB or 2GiB; less is "
            "slower. [default: what is fastest, up to 320MiB and 1GiB]",
        ),
    )
    command: Any = limited
    for option in reversed(options):
        command = option(command)
    return cast(Command, command)


def json_option(function: Command) -> Command:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(function)


def word_options(function: Command) -> Command:
    """Add what the look-ups have in common: WORD..., -a, --from."""
    function = json_option(function)
    function = click.option(
        "--from", "language", metavar="LANG", help="Language of the words. [default: the alignment's first]"
    )(function)
    function = click.option(
        "-a",
        "--alignment",
        "path",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Saved alignment. [default: the only *.wordrel in this folder]",
    )(function)
    return click.argument("words", nargs=-1, metavar="[WORD]...")(function)


def read_parameters(given: tuple[str, ...]) -> dict[str, Any]:
    """Read ``NAME=VALUE`` items: whole numbers, numbers, true or false, anything else as it is written."""
    parameters: dict[str, Any] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"'{item}' is no parameter; write it as NAME=VALUE, such as ridge=0.1")
        if name.strip() in parameters:
            raise click.UsageError(f"the parameter '{name.strip()}' is given twice")
        parameters[name.strip()] = _value(value.strip())
    return parameters


def _value(text: str) -> int | float | bool | str:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def find_alignment(path: Path | None) -> Path:
    """Take the path that was given, or the only alignment in the current folder."""
    if path is not None:
        return path
    found = sorted(Path().glob("*.wordrel"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise click.UsageError(
            "there is no *.wordrel in this folder; name one with -a or make one: wordrel align en it"
        )
    raise click.UsageError(f"there are several alignments here, name one with -a: {', '.join(map(str, found))}")


def open_alignment(path: Path | None, device: str | None = None) -> Alignment:
    """Load the alignment that a command is about, for searches on a device."""
    place = find_alignment(path)
    backend = choose(device)
    alignment = load_alignment(place)
    return alignment if backend is None else alignment.on(backend)


def check_confidence(alignment: Alignment) -> None:
    """Refuse --min-confidence where there is no confidence, with what would give one."""
    if lack := alignment.no_confidence:
        remedy = _CONFIDENCE.get(lack.kind, "")
        raise click.UsageError(
            f"this alignment gives no confidence ({lack.reason}); leave out --min-confidence{remedy}"
        )


def read_words(words: tuple[str, ...]) -> list[str]:
    """Take the words of the command line, or one a line from standard input."""
    if words:
        return list(words)
    if sys.stdin is None or sys.stdin.isatty():
        raise click.UsageError("name a word, or send words on standard input, one a line")
    lines = sys.stdin.buffer.read().decode("utf-8-sig", "replace").splitlines()
    return [line.strip() for line in lines if line.strip()]


class Unknown:
    """Words that were asked for and are in no vocabulary: said one by one, while the others are answered."""

    def __init__(self, space: Embeddings, others: Sequence[Embeddings], words: Sequence[str]) -> None:
        self.errors: dict[str, str] = {}
        for word in words:
            try:
                space.row(word)
            except UnknownWord as error:
                known = next((other.language for other in others if word in other), None)
                hint = "" if known is None else f"; it is in the {known} one: --from {known}"
                self.errors[word] = str(error).partition(";")[0] + hint if hint else str(error)
        self.known = [word for word in words if word not in self.errors]

    def leave(self) -> None:
        """Say which words were unknown, and leave with exit code 2 if there were any."""
        for message in self.errors.values():
            click.echo(f"wordrel: {message}", err=True)
        if self.errors:
            raise click.exceptions.Exit(2)


def print_json(value: Any) -> None:
    """Print a value as one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def others_of(alignment: Alignment, language: str) -> list[Embeddings]:
    """All spaces but that of a language."""
    return [space for name, space in alignment.spaces.items() if name != language]
