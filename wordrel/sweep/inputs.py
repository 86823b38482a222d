"""Vectors and word pairs of a cell, loaded where the cell is run."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import wordrel
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import EmptyTest, WordrelWarning
from wordrel.sources import MUSE, embedded
from wordrel.sources.dictionaries.reading import paths_of
from wordrel.sources.spec import FAMILIES, LISTED, Spec
from wordrel.sweep.cell import Cell

IDENTICAL = "identical:"
# The same as `wordrel align` takes and holds out: of what is fetched the first 200,000 rows, of a dictionary without
# test words of its own a fifth of the source words, 1,500 at most.
FETCHED_ROWS = 200_000
HELD_OUT_SHARE, HELD_OUT_MOST = 0.2, 1500


def load_inputs(cell: Cell, folder: str) -> tuple[Embeddings, Embeddings, BilingualDictionary]:
    """Load both spaces and the pairs, of which some are test words.

    Parameters
    ----------
    cell : Cell
    folder : str
        Where relative paths begin.

    Raises
    ------
    UnknownSource, FormatError, FetchError, MissingExtra, EmptyTest
    """
    source = _load(vectors_place(cell.source_vectors, folder), cell.source, cell.limit)
    target = _load(vectors_place(cell.target_vectors, folder), cell.target, cell.limit)
    if cell.dictionary == IDENTICAL:
        pairs = BilingualDictionary.identical(source, target)
    else:
        pairs = _load_pairs(cell.dictionary, cell, folder)
    if cell.test_dictionary is not None:
        test = _load_pairs(cell.test_dictionary, cell, folder)
        return source, target, _with_test(pairs, test.test if len(test.test) else test)
    return source, target, pairs if pairs.test_words else _held_out(pairs, cell.seed)


def _load(spec: str, language: str, limit: int | None) -> Embeddings:
    parsed = Spec.parse(spec)
    if limit is None and parsed.limit is None and parsed.family in (*LISTED, "url"):
        limit = FETCHED_ROWS
    return wordrel.load(spec, language, limit)


def _load_pairs(spec: str, cell: Cell, folder: str) -> BilingualDictionary:
    return wordrel.load_dictionary(pairs_place(spec, folder), cell.source, cell.target)


def _with_test(pairs: BilingualDictionary, test: BilingualDictionary) -> BilingualDictionary:
    """Pairs to learn from without the words of those to score on."""
    kept = pairs.train.without(test.sources)
    dropped = len(pairs.train.sources) - len(kept.sources)
    if dropped:
        message = f"{dropped:,} test words were also in the dictionary and are no anchors"
        warnings.warn(message, WordrelWarning, stacklevel=3)
    return BilingualDictionary([*kept, *test], pairs.source_language, pairs.target_language, test.sources)


def _held_out(pairs: BilingualDictionary, seed: int) -> BilingualDictionary:
    n_words = len(pairs.sources)
    n_test = min(HELD_OUT_MOST, round(HELD_OUT_SHARE * n_words))
    if n_words - n_test < 2 or not n_test:
        raise EmptyTest(
            f"the dictionary has {n_words:,} source word{'' if n_words == 1 else 's'}, too few to hold some out for "
            "the score; give more pairs, or a test_dictionary"
        )
    return pairs.split(n_test, seed)


def vectors_place(spec: str, folder: str) -> str:
    """A spec as it is; a path, which begins in a folder, in full."""
    family, colon, _ = spec.partition(":")
    return spec if colon and family in FAMILIES else str(Path(folder) / spec)


def pairs_place(spec: str, folder: str) -> str:
    """The same of a dictionary, which may be two wordnets joined by a plus sign."""
    if spec == IDENTICAL or spec.startswith((embedded.PREFIX, MUSE)):
        return spec
    whole = Path(folder) / spec
    return str(whole) if whole.exists() else "+".join(str(Path(folder) / part) for part in spec.split("+"))


def missing_files(cells: Sequence[Cell], folder: str) -> Iterator[tuple[str, str]]:
    """Find the files that are named and are not there: under which name, and as they are written."""
    for cell in cells:
        for name in ("source_vectors", "target_vectors"):
            spec = getattr(cell, name)
            parsed = Spec.parse(vectors_place(spec, folder))
            if parsed.family is None and not Path(parsed.name).exists():
                yield name, spec
        for name in ("dictionary", "test_dictionary"):
            spec = getattr(cell, name)
            place = spec and pairs_place(spec, folder)
            if place and place != spec and not all(path.exists() for path in paths_of(place)):
                yield name, spec
