"""What can go wrong, one class a kind; every message is one line that ends with the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike


class WordrelError(Exception):
    """Base of every error that wordrel raises on purpose; the command line prints it as one line."""

    def __str__(self) -> str:
        # KeyError, one of the parents below, would print the repr of the message.
        return str(self.args[0]) if self.args else ""


class WordrelWarning(UserWarning):
    """Something in the input was repaired or passed over; the message says what and how much."""


class InvalidParameter(WordrelError, ValueError):
    """A parameter has a value that it cannot have."""


class UnknownWord(WordrelError, KeyError):
    """A word is not in a vocabulary.

    Parameters
    ----------
    word : str
        The word as it was asked for.
    language : str
        Language of the vocabulary.
    suggestions : sequence of str, optional
        The closest spellings that the vocabulary has.
    """

    def __init__(self, word: str, language: str, suggestions: Sequence[str] = ()) -> None:
        self.word = word
        self.language = language
        self.suggestions = tuple(suggestions)
        hint = f"did you mean {' or '.join(self.suggestions)}?" if self.suggestions else "no similar spelling is known"
        super().__init__(f"'{shorten(word)}' is not in the {language} vocabulary; {hint}")


class UnknownSource(WordrelError, LookupError):
    """A language, name or path does not lead to vectors or to a dictionary."""


class FormatError(WordrelError, ValueError):
    """A file does not hold what its format promises.

    Parameters
    ----------
    path : path-like
        The file.
    problem : str
        What is wrong and what to do about it.
    line : int, optional
        Line number, from 1.
    """

    def __init__(self, path: str | PathLike[str], problem: str, line: int | None = None) -> None:
        self.path = str(path)
        self.line = line
        self.problem = problem
        super().__init__(f"{self.path}{'' if line is None else f':{line}'}: {problem}")


def not_utf8(path: str | PathLike[str], line: int) -> FormatError:
    """Say that a line is not UTF-8."""
    problem = "is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)"
    return FormatError(path, problem, line)


class MissingExtra(WordrelError, ImportError):
    """A format or source needs a package that is not installed.

    Parameters
    ----------
    what : str
        What needs it, as the beginning of a sentence.
    package : str
        The package that is missing.
    extra : str
        The extra of wordrel that installs it.
    """

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(f"{what} needs the package {package}; install it with: pip install 'wordrel[{extra}]'")


class FetchError(WordrelError, OSError):
    """Something could not be fetched from the network."""


class CacheError(WordrelError, OSError):
    """The folder for downloads and converted files cannot be used."""


class TooFewAnchors(WordrelError, ValueError):
    """The dictionary and the two vocabularies have too few pairs in common."""


class EmptyTest(WordrelError, ValueError):
    """There is no word to evaluate on."""


class ArtefactError(WordrelError):
    """A saved alignment is missing, damaged or of an unknown version."""


class OutputExists(WordrelError, FileExistsError):
    """The place to write to is taken."""


def shorten(text: str, limit: int = 60) -> str:
    """Make a word printable on one line: control characters escaped, the middle of a long one left out."""
    printable = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    half = limit // 2
    return printable if len(printable) <= limit else f"{printable[:half]}…{printable[-half:]}"
