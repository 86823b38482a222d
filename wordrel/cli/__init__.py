"""The command line: `main` turns errors into one line, the group loads each command when it is called."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

import click

from wordrel._version import __version__
from wordrel.errors import WordrelError, WordrelWarning

# Exit codes: 2 for anything that the user can mend, as click has it; 128 + signal number as shells have it.
EXIT_USER, EXIT_BUG, EXIT_INTERRUPTED, EXIT_PIPE_CLOSED = 2, 1, 130, 141

COMMANDS = {
    "align": "Align the vectors of languages and say how well it went.",
    "translate": "Translate words with a saved alignment.",
    "neighbors": "Show the nearest words in all languages, side by side.",
    "induce": "Write a bilingual lexicon with a confidence for each pair.",
    "index": "Build indexes that make millions of words quick to search.",
    "evaluate": "Score a saved alignment on word pairs.",
    "sweep": "Align and score many pairs of languages with many settings.",
    "report": "Put many results on one page.",
    "compare": "Compare two spaces of one language word by word.",
    "reproduce": "Measure again what the paper found.",
    "dictionary": "Look into a bilingual dictionary; split, invert, compose it.",
    "methods": "List the alignment methods, their parameters and papers.",
    "export": "Write the aligned spaces in formats that other tools read.",
    "push": "Write the aligned vectors into a vector store.",
    "info": "Say what a saved alignment holds.",
    "sources": "List the vectors and dictionaries that have a name.",
    "cache": "Show what was downloaded and converted, verify it, remove it.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: `wordrel --help` does not wait for numpy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"wordrel.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with 'wordrel align en it': it needs no download. 'wordrel COMMAND --help' explains each command.",
)
@click.version_option(__version__, prog_name="wordrel")
@click.option("--debug", is_flag=True, help="Show the traceback of an error; may stand anywhere on the line.")
def group(debug: bool) -> None:
    """Align word embeddings of different languages with relative representations.

    A word is described by its cosines to anchor words; translated words sit alike among translated anchors, so two
    vocabularies become comparable with no training of either.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    # OpenBLAS threads wait for work in a busy loop for 2^26 cycles; 2^4 saves half a second of CPU and no wall time.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    warnings.simplefilter("always", WordrelWarning)
    warnings.showwarning = _print_warning
    sys.exit(_run([word for word in given if word != "--debug"], debug))


def _run(arguments: list[str], debug: bool) -> int:
    try:
        # Outside its standalone mode click returns the code of a command that leaves early, and None of one that ends.
        code = group.main(arguments or ["--help"], prog_name="wordrel", standalone_mode=False, obj=arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return int(code or 0)
    except click.UsageError as error:
        hint = f"; see '{error.ctx.command_path} --help'" if error.ctx else ""
        return _fail(f"{error.format_message().rstrip('.')}{hint}", EXIT_USER, debug)
    except click.ClickException as error:
        return _fail(error.format_message(), EXIT_USER, debug)
    except WordrelError as error:
        return _fail(str(error), EXIT_USER, debug)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted; nothing half written was left", EXIT_INTERRUPTED, debug)
    except BrokenPipeError:
        # The reader, 'head' perhaps, has enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE_CLOSED
    except OSError as error:
        return _fail(f"{error.filename or 'the output'}: {error.strerror or error}; check the place", EXIT_USER, debug)
    except MemoryError:
        return _fail("out of memory; use fewer words (the vectors' first rows are the most frequent)", EXIT_USER, debug)
    except Exception as error:
        return _fail(
            f"this is a bug in wordrel ({type(error).__name__}: {error}); show it with --debug", EXIT_BUG, debug
        )


def _fail(message: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    click.echo(f"wordrel: {' '.join(message.split())}", err=True)
    return code


def _print_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if issubclass(category, WordrelWarning):
        click.echo(f"wordrel: note: {message}", err=True)
