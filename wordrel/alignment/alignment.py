"""Alignment: two or more spaces made comparable, with look-ups across and within them; saved, loaded, shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from wordrel.alignment.names import bound_files, lines_of, numbered
from wordrel.artefact import write_folder
from wordrel.backend import Backend, choose
from wordrel.csls import CslsSearch
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter
from wordrel.indexes import Indexes
from wordrel.nearest import nearest
from wordrel.parts import Neighbor, NoConfidence, Projection, SuspiciousPair, between, listed, named, ranked
from wordrel.pool import Pool
from wordrel.relative import Array32
from wordrel.reranking import CANDIDATES, Reranking
from wordrel.search import SearchIndex
from wordrel.search.approximate import ApproximateCsls
from wordrel.sparse import Matrix, is_sparse, to_arrays
from wordrel.topk import Rows, check_k

Scorer = Literal["csls", "nn"]


def _check_scorer(scorer: str) -> None:
    if scorer not in ("csls", "nn"):
        raise InvalidParameter(f"unknown scorer '{scorer}'; choose csls or nn")


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
    indexes : Indexes, optional
        Where approximate indexes may be.
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
        indexes: Indexes | None = None,
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
        self._pools: dict[str, Pool] = {}
        self.indexes = indexes
        self._approximate: dict[tuple[str, str], ApproximateCsls | None] = {}
        self._backend: Backend | None = None

    def on(self, device: str | Backend | None) -> Alignment:
        """The same alignment, whose searches are computed on a device (`wordrel.backend.choose`); None is numpy."""
        backend = choose(device) if device is None or isinstance(device, str) else device
        if backend is self._backend:
            return self
        there = copy(self)
        there._backend = backend
        there._csls = {}
        return there

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
            pools = self._pool(language), self._pool(into.language)
            self._csls[ends] = CslsSearch(*pools, bounds=self._bounds.get(ends), backend=self._backend)
        return self._csls[ends]

    def finder(self, language: str, target: str | None = None) -> CslsSearch | ApproximateCsls:
        """What translates from a language into another: over their saved indexes where both have one, else, and on a
        device, `csls`.

        Raises
        ------
        ArtefactError
            When a saved index is of other vectors, or damaged.
        """
        ends = language, self.into(language, target).language
        if self._backend is not None:
            return self.csls(*ends)
        if ends not in self._approximate:
            vectors = {name: self.space(name).vectors for name in ends}
            self._approximate[ends] = None if self.indexes is None else self.indexes.csls(*ends, vectors)
        return self._approximate[ends] or self.csls(language, target)

    def prepare(self, source: str | None = None, target: str | None = None, scorer: Scorer = "csls") -> None:
        """Have now what makes translations of one word after another quick, and not after the first few.

        Parameters
        ----------
        source, target, scorer : see `translate`
        """
        _check_scorer(scorer)
        here, into = self.space(source).language, self.into(self.space(source).language, target).language
        if scorer == "csls":
            finder = self.finder(here, into)
            if isinstance(finder, CslsSearch):
                finder.prepare()
        elif self._backend is None and self._saved_index(into) is None:
            self._pool(into).prepare(self._pool(here).drawn())

    @property
    def no_confidence(self) -> NoConfidence | None:
        """Why translations have no confidence; None where they have one."""
        if self.reranking is not None:
            return None
        record = self.info.get("reranked") or {}
        return NoConfidence(record.get("kind", "off"), record.get("reason", "it was made without re-ranking"))

    def index(self, language: str) -> SearchIndex:
        """Return the saved index of a language's aligned vectors, or build one, for many queries at once."""
        saved = self._saved_index(language)
        return SearchIndex(self.space(language).vectors) if saved is None else saved

    def _saved_index(self, language: str) -> SearchIndex | None:
        return None if self.indexes is None else self.indexes.open(language, self.space(language).vectors)

    def _nearest(self, vectors: Matrix, language: str, k: int) -> tuple[Rows, Array32]:
        """Nearest rows of a language, over its saved index if it has one."""
        index = self._saved_index(language) if self._backend is None else None
        if index is not None:
            return index.search(vectors, k)
        return nearest(vectors, self._pool(language), k, self._backend)

    def _pool(self, language: str) -> Pool:
        """Rows of a language, kept with what searches for one word after another learn of them."""
        if language not in self._pools:
            space = self.space(language)
            self._pools[language] = Pool(space.vectors, space.with_direction)
        return self._pools[language]

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
        _check_scorer(scorer)
        space = self.space(source)
        into = self.into(space.language, target)
        asked = space.rows(words)
        vectors = space.vectors[asked]
        if scorer == "csls" and rerank and self.reranking is not None and len(asked):
            check_k(k)
            rows, scores = self.finder(space.language, target).top(vectors, max(k, CANDIDATES))
            ordered = self.reranking.rank(asked, rows[:, :CANDIDATES], space.language != self.languages[0])
            return [
                ranked(into, row[:k], score[:k], probable)
                for row, score, probable in zip(*ordered.over(rows, scores), ordered.probabilities, strict=True)
            ]
        if scorer == "csls":
            rows, scores = self.finder(space.language, target).top(vectors, k)
        else:
            rows, scores = self._nearest(vectors, into.language, k)
        return [named(into, *found) for found in zip(rows, scores, strict=True)]

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
            rows, scores = self._nearest(space.vectors[row : row + 1], name, k + 1)
            kept = (rows[0] != row) if name == space.language else np.ones(len(rows[0]), dtype=bool)
            found += named(self.spaces[name], rows[0][kept], scores[0][kept])[:k]
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
            texts |= {numbered("anchors", number): lines_of(anchors), numbered("test", number): lines_of(test)}
        for number, (name, space) in enumerate(self.spaces.items()):
            steps, row_map = self.projections[name].preprocessing, self.projections[name].row_map
            entry = {
                "name": name,
                "words": len(space),
                "sparse": is_sparse(space.vectors),
                "without_direction": int(len(space) - space.with_direction.sum()),
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
        for ends, file in bound_files(self.languages).items():
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
