"""Alignment: two or more spaces made comparable, with look-ups across and within them; saved, loaded, shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import permutations
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
from wordrel.parts import Neighbor, Projection, SuspiciousPair, between, listed
from wordrel.preprocessing import Preprocessing
from wordrel.reranking import CANDIDATES, Reranking
from wordrel.search import SearchIndex
from wordrel.sparse import Matrix, from_arrays, is_sparse, to_arrays
from wordrel.topk import check_k, nearest

Scorer = Literal["csls", "nn"]

_NOT_INFO = ("spaces", "files", "sums", "reranker")


class Alignment:
    """Two or more vocabularies in one space. Made by `wordrel.align`, `wordrel.align_many` or `load_alignment`.

    Parameters
    ----------
    spaces : sequence of two or more Embeddings
        Source and target, or the hub and the others: aligned unit rows. Their languages differ.
    projections : sequence of Projection
        How each came here.
    anchors, test : BilingualDictionary or sequence of BilingualDictionary
        The pairs that were used and those that were held out, of the first language with each other one.
    info : mapping
        Method, parameters, seed, scores: whatever is JSON.
    bounds : mapping of (str, str) to array, optional
        What a CSLS search from one language into another learnt about its hubs (`CslsSearch.lower_bounds`).
    suspicious : sequence of SuspiciousPair
        The pairs that a robust fit doubts, worst first; a saved alignment keeps only those in its `info`.
    reranking : Reranking, optional
        What turns candidates between the two languages into probabilities.
    """

    def __init__(
        self,
        spaces: Sequence[Embeddings],
        projections: Sequence[Projection],
        anchors: BilingualDictionary | Sequence[BilingualDictionary],
        test: BilingualDictionary | Sequence[BilingualDictionary],
        info: Mapping[str, Any],
        bounds: Mapping[tuple[str, str], npt.NDArray[np.float32]] | None = None,
        suspicious: Sequence[SuspiciousPair] = (),
        reranking: Reranking | None = None,
    ) -> None:
        self.spaces = {space.language: space for space in spaces}
        self.projections = dict(zip(self.spaces, projections, strict=True))
        self._anchors = [anchors] if isinstance(anchors, BilingualDictionary) else list(anchors)
        self._test = [test] if isinstance(test, BilingualDictionary) else list(test)
        self.info = dict(info)
        self.suspicious = tuple(suspicious)
        self.reranking = reranking
        self._bounds = dict(bounds or {})
        self._csls: dict[tuple[str, str], CslsSearch] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """Source and target language; of more than two the hub first."""
        return tuple(self.spaces)

    @property
    def anchors(self) -> BilingualDictionary:
        """The pairs that were used, of the first two languages; `anchors_between` has those of any two."""
        return self._anchors[0]

    @property
    def test(self) -> BilingualDictionary:
        """The pairs that were held out, of the first two languages; `test_between` has those of any two."""
        return self._test[0]

    @test.setter
    def test(self, pairs: BilingualDictionary) -> None:
        self._test[0] = pairs

    def anchors_between(self, source: str, target: str) -> BilingualDictionary:
        """Pairs of two languages that were used, by way of the first language where it is neither."""
        return between(self._anchors, source, self.into(source, target).language)

    def test_between(self, source: str, target: str) -> BilingualDictionary:
        """Pairs of two languages that were held out.

        By way of the first language where it is neither; then without the words that some pair in use knew.
        """
        pairs = between(self._test, source, self.into(source, target).language)
        if self.languages[0] in (source, target):
            return pairs
        return pairs.without(between(self._anchors, source, self.languages[0]).sources)

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
            raise InvalidParameter(f"this alignment has no language '{name}'; it has {listed(self.languages)}")
        return self.spaces[name]

    def other(self, language: str) -> Embeddings:
        """Return the space on the other side of a language; of more than two the first one that it is not."""
        return self.target if language == self.languages[0] else self.source

    def into(self, language: str, target: str | None = None) -> Embeddings:
        """Return the space that words of a language are translated into; `other` when no target is named."""
        into = self.other(language) if target is None else self.space(target)
        if into.language == self.space(language).language:
            others = listed([name for name in self.languages if name != language], "or")
            raise InvalidParameter(
                f"from '{language}' into '{language}' there is nothing to translate; choose {others}"
            )
        return into

    def csls(self, language: str, target: str | None = None) -> CslsSearch:
        """CSLS search from a language into another (`into`), kept for the next query."""
        into = self.into(language, target)
        ends = language, into.language
        if ends not in self._csls:
            self._csls[ends] = CslsSearch(self.space(language).vectors, into.vectors, bounds=self._bounds.get(ends))
        return self._csls[ends]

    def index(self, language: str) -> SearchIndex:
        """Build a FAISS index of a language's aligned vectors, for many queries at once."""
        return SearchIndex(self.space(language).vectors)

    def translate(
        self,
        word: str,
        source: str | None = None,
        k: int = 5,
        scorer: Scorer = "csls",
        target: str | None = None,
        rerank: bool = True,
    ) -> list[Neighbor]:
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
        target : str, optional
            Language to translate into; when left out the other one, of more than two the first other one.
        rerank : bool
            Put the candidates in the order of their probabilities, if the alignment has a re-ranker and the scorer is
            CSLS; neighbours have a confidence then. Otherwise the geometry alone.

        Raises
        ------
        UnknownWord
            When the word is in no spelling in the vocabulary.
        """
        return self.translate_many([word], source, k, scorer, target, rerank)[0]

    def translate_many(
        self,
        words: Sequence[str],
        source: str | None = None,
        k: int = 5,
        scorer: Scorer = "csls",
        target: str | None = None,
        rerank: bool = True,
    ) -> list[list[Neighbor]]:
        """Translate several words in one search; an empty list for a word whose vector is zero."""
        space = self.space(source)
        into = self.into(space.language, target)
        asked = space.rows(words)
        vectors = space.vectors[asked]
        if scorer == "csls" and rerank and self.reranking is not None and len(asked):
            check_k(k)
            rows, scores = self.csls(space.language, target).top(vectors, max(k, CANDIDATES))
            ranked = self.reranking.rank(asked, rows[:, :CANDIDATES], space.language != self.languages[0])
            return [
                _ranked(into, row[:k], score[:k], probable)
                for row, score, probable in zip(*ranked.over(rows, scores), ranked.probabilities, strict=True)
            ]
        if scorer == "csls":
            rows, scores = self.csls(space.language, target).top(vectors, k)
        elif scorer == "nn":
            rows, scores = nearest(vectors, into.vectors, k)
        else:
            raise InvalidParameter(f"unknown scorer '{scorer}'; choose csls or nn")
        return [_named(into, *found) for found in zip(rows, scores, strict=True)]

    def neighbors(
        self, word: str, language: str | None = None, k: int = 10, within: str | None = None
    ) -> list[Neighbor]:
        """Nearest words of all languages by cosine, the word itself left out.

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
        texts: dict[str, Sequence[str]] = {}
        for number, (anchors, test) in enumerate(zip(self._anchors, self._test, strict=True)):
            texts |= {_numbered("anchors", number): _lines(anchors), _numbered("test", number): _lines(test)}
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
        for ends, file in _bound_files(self.languages).items():
            search = self._csls.get(ends)
            bounds = search.lower_bounds if search and search.has_close_bounds else self._bounds.get(ends)
            if bounds is not None:
                arrays[file] = bounds
        if self.reranking is not None:
            manifest["reranker"] = self.reranking.settings()
            arrays |= self.reranking.arrays()
        write_folder(place, manifest, arrays, texts, force)
        return place

    def __repr__(self) -> str:
        sizes = listed([f"{len(space):,} {name}" for name, space in self.spaces.items()])
        return f"Alignment({sizes} words, method {self.info.get('method')!r})"


def load_alignment(path: str | PathLike[str], thorough: bool = False) -> Alignment:
    """Load an alignment that `Alignment.save` wrote; its vectors are memory-mapped, its words read when asked for.

    Parameters
    ----------
    path : path-like
    thorough : bool
        Compare SHA-256 of large files, too, in place of a checksum that is as fast as memory.

    Raises
    ------
    ArtefactError
        When it is missing, damaged or of an unknown version.
    """
    folder = Folder(Path(path), thorough)
    try:
        return _from_folder(folder)
    except (LookupError, TypeError, ValueError, OSError) as error:
        raise ArtefactError(f"{path}: does not hold a whole alignment ({error}); save the alignment again") from error


def _from_folder(folder: Folder) -> Alignment:
    info = {name: value for name, value in folder.manifest.items() if name not in _NOT_INFO}
    spaces, projections = [], []
    for number, entry in enumerate(folder.manifest["spaces"]):
        name = entry["name"]
        vectors = from_arrays(f"vectors-{number}", entry.get("sparse", False), folder.array)
        if vectors.shape[0] != entry["words"]:
            raise ValueError(f"{entry['words']} words but {vectors.shape[0]} vectors")
        # Words and numbers were looked at before they were saved, and are what was saved.
        words = partial(folder.lines, f"words-{number}")
        spaces.append(Embeddings.from_checked(words, vectors, name, entry["provenance"]))
        steps = Preprocessing(entry["preprocessing"])
        removed = f"directions-{number}.npy" in folder
        steps.restore(folder.array(f"means-{number}"), folder.array(f"directions-{number}") if removed else None)
        # A folder from before there were several kinds of maps does not name its own: it is linear, and its rows dense.
        row_map = load_map(entry.get("map", {"kind": "linear"}), partial(_part, folder, number))
        projections.append(Projection(steps, row_map))
    names = [space.language for space in spaces]
    if len(names) < 2:
        raise ValueError(f"fewer than two languages: {len(names)}")
    bounds = {ends: folder.array(file) for ends, file in _bound_files(names).items() if f"{file}.npy" in folder}
    anchors, test = (
        [
            BilingualDictionary(_pairs(folder.lines(_numbered(kind, number))), names[0], name)
            for number, name in enumerate(names[1:])
        ]
        for kind in ("anchors", "test")
    )
    reranking = None
    if "reranker" in folder.manifest:
        sides = [space.vectors for space in spaces], [space.words for space in spaces]
        reranking = Reranking.restore(folder.manifest["reranker"], folder.array, *sides)
    return Alignment(spaces, projections, anchors, test, info, bounds, reranking=reranking)


def _part(folder: Folder, number: int, name: str) -> npt.NDArray[Any]:
    """Read what was learnt about one side, by its name."""
    return folder.array(f"{name}-{number}")


def _named(space: Embeddings, rows: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]) -> list[Neighbor]:
    return [
        Neighbor(space.words[row], float(score), space.language)
        for row, score in zip(rows, scores, strict=True)
        if row >= 0
    ]


def _ranked(
    space: Embeddings,
    rows: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float32],
    probabilities: npt.NDArray[np.float32],
) -> list[Neighbor]:
    found = _named(space, rows, scores)
    return [replace(one, confidence=float(p)) for one, p in zip(found, probabilities)] + found[len(probabilities) :]  # noqa: B905


def _numbered(kind: str, number: int) -> str:
    """Name the file of a dictionary; with two languages there is one, without a number."""
    return f"{kind}-{number}" if number else kind


def _bound_files(languages: Sequence[str]) -> dict[tuple[str, str], str]:
    """Name the files of what the searches learnt, by the two languages of each."""
    numbers = {name: number for number, name in enumerate(languages)}
    return {
        (source, into): f"csls-{numbers[into]}" if len(languages) == 2 else f"csls-{numbers[source]}-{numbers[into]}"
        for source, into in permutations(languages, 2)
    }


def _lines(dictionary: BilingualDictionary) -> list[str]:
    return [f"{source}\t{target}" for source, target in dictionary]


def _pairs(lines: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [line.split("\t") for line in lines]
    return [(source, target) for source, target in pairs]
