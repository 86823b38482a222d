"""Vectors and word pairs of a cell, loaded where the cell is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import wordrel
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.holdout import beside, hold_out
from wordrel.sources import MUSE, embedded
from wordrel.sources.dictionaries.reading import paths_of
from wordrel.sources.spec import FAMILIES, Spec, limited
from wordrel.sweep.cell import Cell

IDENTICAL = "identical:"


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
    source, target = (
        wordrel.load(place, language, limited(place, cell.limit))
        for place, language in (
            (vectors_place(cell.source_vectors, folder), cell.source),
            (vectors_place(cell.target_vectors, folder), cell.target),
        )
    )
    if cell.dictionary == IDENTICAL:
        pairs = BilingualDictionary.identical(source, target)
    else:
        pairs = _load_pairs(cell.dictionary, cell, folder)
    if cell.test_dictionary is not None:
        return source, target, beside(pairs, _load_pairs(cell.test_dictionary, cell, folder))
    return source, target, hold_out(pairs, cell.seed, "a test_dictionary")


def _load_pairs(spec: str, cell: Cell, folder: str) -> BilingualDictionary:
    return wordrel.load_dictionary(pairs_place(spec, folder), cell.source, cell.target)


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
