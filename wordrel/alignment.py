"""Alignment: two spaces made comparable, with look-ups across and within them; saved, loaded, shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from wordrel.artefact import Folder, write_folder
from wordrel.csls import CslsSearch
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import ArtefactError, InvalidParameter
from wordrel.methods.maps import load_map
from wordrel.parts import Neighbor, Projection, SuspiciousPair
from wordrel.preprocessing import Preprocessing
from wordrel.search import SearchIndex
from wordrel.sparse import Matrix, from_arrays, is_sparse, to_arrays
from wordrel.topk import check_k, nearest

Scorer = Literal["csls", "nn"]


class Alignment:
    """Two vocabularies in one space. Made by `wordrel.align` or `load_alignment`.

    Parameters
    ----------
    spaces : sequence of two Embeddings
        Source and target: aligned unit rows. Their languages differ.
    projections : sequence of two Projection
        How each came here.
    anchors, test : BilingualDictionary
        The pairs that were used and those that were held out.
    info : mapping
        Method, parameters, seed, scores: whatever is JSON.
    bounds : mapping of str to array, optional
        What a CSLS search learnt about the hubs of a language's vocabulary (`CslsSearch.lower_bounds`).
    suspicious : sequence of SuspiciousPair
        The pairs that a robust fit doubts, worst first; a saved alignment keeps only those in its `info`.
    """

    def __init__(
        self,
        spaces: Sequence[Embeddings],
        projections: Sequence[Projection],
        anchors: BilingualDictionary,
        test: BilingualDictionary,
        info: Mapping[str, Any],
        bounds: Mapping[str, npt.NDArray[np.float32]] | None = None,
        suspicious: Sequence[SuspiciousPair] = (),
    ) -> None:
        self.spaces = {space.language: space for space in spaces}
        self.projections = dict(zip(self.spaces, projections, strict=True))
        self.anchors = anchors
        self.test = test
        self.info = dict(info)
        self.suspicious = tuple(suspicious)
        self._bounds = dict(bounds or {})
        self._csls: dict[str, CslsSearch] = {}

    @property
    def languages(self) -> tuple[str, str]:
        """Source and target language."""
        source, target = self.spaces
        return source, target

    @property
    def source(self) -> Embeddings:
        """The aligned source space."""
        return self.spaces[self.languages[0]]

    @property
    def target(self) -> Embeddings:
        """The aligned target space."""
        return self.spaces[self.languages[1]]

    def space(self, language: str | None) -> Embeddings:
        """Return the aligned space of a language; the source when none is named."""
        name = self.languages[0] if language is None else language
        if name not in self.spaces:
            raise InvalidParameter(f"this alignment has no language '{name}'; it has {' and '.join(self.languages)}")
        return self.spaces[name]

    def other(self, language: str) -> Embeddings:
        """Return the space on the other side of a language."""
        return self.target if language == self.languages[0] else self.source

    def csls(self, language: str) -> CslsSearch:
        """CSLS search from a language into the other, kept for the next query."""
        into = self.other(language)
        if into.language not in self._csls:
            search = CslsSearch(self.space(language).vectors, into.vectors, bounds=self._bounds.get(into.language))
            self._csls[into.language] = search
        return self._csls[into.language]

    def index(self, language: str) -> SearchIndex:
        """Build a FAISS index of a language's aligned vectors, for many queries at once."""
        return SearchIndex(self.space(language).vectors)

    def translate(self, word: str, source: str | None = None, k: int = 5, scorer: Scorer = "csls") -> list[Neighbor]:
        """Best translations of a word, best first.

        Parameters
        ----------
        word : str
        source : str, optional
            Language of the word; the alignment's source language when left out.
        k : int
            How many; fewer when the other vocabulary is smaller.
        scorer : {"csls", "nn"}
            Cross-domain similarity local scaling, or the cosine alone.

        Raises
        ------
        UnknownWord
            When the word is in no spelling in the vocabulary.
        """
        return self.translate_many([word], source, k, scorer)[0]

    def translate_many(
        self, words: Sequence[str], source: str | None = None, k: int = 5, scorer: Scorer = "csls"
    ) -> list[list[Neighbor]]:
        """Translate several words in one search; an empty list for a word whose vector is zero."""
        space = self.space(source)
        into = self.other(space.language)
        vectors = space.vectors[space.rows(words)]
        if scorer == "csls":
            rows, scores = self.csls(space.language).top(vectors, k)
        elif scorer == "nn":
            rows, scores = nearest(vectors, into.vectors, k)
        else:
            raise InvalidParameter(f"unknown scorer '{scorer}'; choose csls or nn")
        return [_named(into, *found) for found in zip(rows, scores, strict=True)]

    def neighbors(
        self, word: str, language: str | None = None, k: int = 10, within: str | None = None
    ) -> list[Neighbor]:
        """Nearest words of both languages by cosine, the word itself left out.

        Parameters
        ----------
        word : str
        language : str, optional
            Language of the word; the alignment's source language when left out.
        k : int
            How many in all.
        within : str, optional
            Only neighbours of this language.
        """
        check_k(k)
        space = self.space(language)
        row = space.row(word)
        found: list[Neighbor] = []
        for name in self.languages if within is None else [self.space(within).language]:
            rows, scores = nearest(space.vectors[row : row + 1], self.spaces[name].vectors, k + 1)
            kept = (rows[0] != row) if name == space.language else np.ones(len(rows[0]), dtype=bool)
            found += _named(self.spaces[name], rows[0][kept], scores[0][kept])[:k]
        return sorted(found, key=lambda neighbor: -neighbor.score)[:k]

    def transform(self, vectors: npt.ArrayLike, language: str) -> Matrix:
        """Map raw vectors of a language's space, shape (n, d), to unit rows of the shared space, shape (n, rank)."""
        return self.projections[self.space(language).language].transform(vectors)

    def save(self, path: str | PathLike[str], force: bool = False) -> Path:
        """Write the alignment to a folder, whole or not at all.

        Parameters
        ----------
        path : path-like
        force : bool
            Replace an alignment that is there.

        Raises
        ------
        OutputExists, ArtefactError
        """
        place = Path(path)
        manifest: dict[str, Any] = {**self.info, "spaces": []}
        arrays: dict[str, npt.NDArray[Any]] = {}
        texts: dict[str, Sequence[str]] = {
            "anchors": _lines(self.anchors),
            "test": _lines(self.test),
        }
        for number, (name, space) in enumerate(self.spaces.items()):
            steps, row_map = self.projections[name].preprocessing, self.projections[name].row_map
            entry = {
                "name": name,
                "words": len(space),
                "sparse": is_sparse(space.vectors),
                "preprocessing": steps.steps,
                "map": row_map.settings,
                "provenance": space.provenance,
            }
            manifest["spaces"].append(entry)
            arrays |= to_arrays(f"vectors-{number}", space.vectors)
            arrays |= {f"{part}-{number}": array for part, array in row_map.arrays.items()}
            arrays[f"means-{number}"] = np.array(steps.means_, dtype=np.float32)
            if steps.directions_:
                arrays[f"directions-{number}"] = np.concatenate(steps.directions_)
            texts[f"words-{number}"] = space.words
            search = self._csls.get(name)
            bounds = search.lower_bounds if search and search.has_close_bounds else self._bounds.get(name)
            if bounds is not None:
                arrays[f"csls-{number}"] = bounds
        write_folder(place, manifest, arrays, texts, force)
        return place

    def __repr__(self) -> str:
        sizes = " and ".join(f"{len(space):,} {name}" for name, space in self.spaces.items())
        return f"Alignment({sizes} words, method {self.info.get('method')!r})"


def load_alignment(path: str | PathLike[str]) -> Alignment:
    """Load an alignment that `Alignment.save` wrote; its vectors are memory-mapped.

    Raises
    ------
    ArtefactError
        When it is missing, damaged or of an unknown version.
    """
    folder = Folder(Path(path))
    try:
        return _from_folder(folder)
    except (LookupError, TypeError, ValueError, OSError) as error:
        raise ArtefactError(f"{path}: does not hold a whole alignment ({error}); save the alignment again") from error


def _from_folder(folder: Folder) -> Alignment:
    info = {name: value for name, value in folder.manifest.items() if name not in ("spaces", "files")}
    spaces, projections, bounds = [], [], {}
    for number, entry in enumerate(folder.manifest["spaces"]):
        name = entry["name"]
        words = folder.lines(f"words-{number}")
        vectors = from_arrays(f"vectors-{number}", entry.get("sparse", False), folder.array)
        spaces.append(Embeddings(words, vectors, name, entry["provenance"]))
        steps = Preprocessing(entry["preprocessing"])
        removed = f"directions-{number}.npy" in folder
        steps.restore(folder.array(f"means-{number}"), folder.array(f"directions-{number}") if removed else None)
        # A folder from before there were several kinds of maps does not name its own: it is linear, and its rows dense.
        row_map = load_map(entry.get("map", {"kind": "linear"}), partial(_part, folder, number))
        projections.append(Projection(steps, row_map))
        if f"csls-{number}.npy" in folder:
            bounds[name] = folder.array(f"csls-{number}")
    names = (spaces[0].language, spaces[1].language)
    anchors, test = (BilingualDictionary(_pairs(folder.lines(name)), *names) for name in ("anchors", "test"))
    return Alignment(spaces, projections, anchors, test, info, bounds)


def _part(folder: Folder, number: int, name: str) -> npt.NDArray[Any]:
    """Read what was learnt about one side, by its name."""
    return folder.array(f"{name}-{number}")


def _named(space: Embeddings, rows: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]) -> list[Neighbor]:
    return [
        Neighbor(space.words[row], float(score), space.language)
        for row, score in zip(rows, scores, strict=True)
        if row >= 0
    ]


def _lines(dictionary: BilingualDictionary) -> list[str]:
    return [f"{source}\t{target}" for source, target in dictionary]


def _pairs(lines: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [line.split("\t") for line in lines]
    return [(source, target) for source, target in pairs]
