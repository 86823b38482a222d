"""Vectors and word pairs of 'wordrel align': from names, files and options to spaces and a split dictionary."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

import wordrel
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import UnknownSource, WordrelWarning
from wordrel.holdout import beside, hold_out
from wordrel.sources import embedded
from wordrel.sources.fetch import Progress
from wordrel.sources.spec import BY_LANGUAGE, FETCHED_ROWS, limited

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Reading:
    """How sources are read.

    Attributes
    ----------
    limit : int, optional
        First rows of each.
    keep : bool
        Use the cache of converted files.
    offline : bool
        Never touch the network.
    progress : callable, optional
    dtype : {"float32", "float16"}
        What vectors are kept in.
    """

    limit: int | None = None
    keep: bool = True
    offline: bool = False
    progress: Progress | None = None
    dtype: str = "float32"

    def load(self, spec: str, language: str | None = None) -> Embeddings:
        """Load vectors; of what is fetched no more than `FETCHED_ROWS` unless a limit says so."""
        limit = limited(spec, self.limit)
        return wordrel.load(
            spec, language, limit, self.keep, dtype=self.dtype, offline=self.offline, progress=self.progress
        )

    def load_dictionary(self, spec: str, source: str, target: str) -> BilingualDictionary:
        """Load word pairs."""
        return wordrel.load_dictionary(spec, source, target, offline=self.offline, progress=self.progress)


def reading_options(function: Command) -> Command:
    """Add ``--limit``, ``--offline``, ``--no-cache``."""
    for option in (
        click.option("--no-cache", is_flag=True, help="Neither use nor keep converted copies of large files."),
        click.option("--offline", is_flag=True, help="Never touch the network; use what was fetched before."),
        click.option(
            "--limit",
            type=click.IntRange(min=1),
            metavar="N",
            help=f"First N rows of each; less is transferred then. [default: {FETCHED_ROWS:,} of what is fetched, "
            "all of a file]",
        ),
    ):
        function = option(function)
    return function


def load_space(language: str, spec: str | None, family: str | None, option: str, reading: Reading) -> Embeddings:
    """Vectors by their own spec, by the family of both languages, or what is embedded."""
    if spec is None and family is not None:
        if family not in BY_LANGUAGE:
            raise click.UsageError(
                f"--vectors {family}: has no name for each language; choose {', '.join(BY_LANGUAGE)}"
            )
        spec = f"{family}:{language}"
    if spec is None and language not in embedded.LANGUAGES:
        known = " and ".join(embedded.LANGUAGES)
        raise UnknownSource(
            f"there are no embedded vectors for '{language}' (only {known}); give a file with {option}, "
            "or fetch both languages with --vectors fasttext"
        )
    return reading.load(spec or f"embedded:{language}", language)


def load_pairs(
    source: str,
    target: str,
    spec: str | None,
    spaces: tuple[Embeddings, Embeddings],
    reading: Reading,
    option: str = "--dictionary ",
) -> BilingualDictionary:
    """Word pairs by their spec, or what is embedded."""
    name = f"{source}-{target}"
    if spec == "identical:":
        return BilingualDictionary.identical(*spaces)
    if spec is None and name not in embedded.DICTIONARIES:
        known = ", ".join(embedded.DICTIONARIES)
        file = option.replace("=", "=FILE").strip()
        raise UnknownSource(
            f"there is no embedded {name} dictionary (only {known}); give a file with {file}, "
            f"or fetch MUSE's with {option}muse:{name}"
        )
    return reading.load_dictionary(spec or f"embedded:{name}", source, target)


def pairs_to_score(source: str, target: str, test_spec: str | None, reading: Reading) -> BilingualDictionary:
    """Words to score on, and nothing to learn from."""
    if test_spec is None and f"{source}-{target}" not in embedded.DICTIONARIES:
        return BilingualDictionary([], source, target)
    pairs = reading.load_dictionary(test_spec or f"embedded:{source}-{target}", source, target)
    test = pairs.test if len(pairs.test) else pairs
    return BilingualDictionary(test.pairs, source, target, test.sources)


def split(
    pairs: BilingualDictionary,
    test_spec: str | None,
    seed: int,
    anchor_words: Sequence[str],
    reading: Reading,
) -> BilingualDictionary:
    """Anchors on one side, test words on the other, no source word on both; of `anchor_words` none is held out."""
    if test_spec is not None:
        return beside(pairs, reading.load_dictionary(test_spec, pairs.source_language, pairs.target_language))
    return hold_out(pairs, seed, "test words with --test-dictionary", anchor_words)


def warn_of_direction(pairs: BilingualDictionary, spaces: tuple[Embeddings, Embeddings]) -> None:
    """A dictionary of the other direction still has names and loan words in common, and aligns badly by them."""
    found = pairs.coverage(*spaces).fraction
    if found < 0.5:
        turned = pairs.coverage(spaces[1], spaces[0]).fraction
        if turned > 2 * found:
            message = (
                f"only {100 * found:.1f} % of the dictionary's words are found, and {100 * turned:.1f} % the other way "
                f"round; is it {pairs.target_language}-{pairs.source_language}?"
            )
            warnings.warn(message, WordrelWarning, stacklevel=2)
