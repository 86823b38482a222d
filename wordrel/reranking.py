"""Candidates put in the order of their probabilities, in both directions, and what of it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.confidence import Confidence
from wordrel.expected import Expected
from wordrel.features import NAMES, Evidence, Facing, Side
from wordrel.listwise import Networks
from wordrel.relative import Array32
from wordrel.rerank import CANDIDATES as CANDIDATES
from wordrel.rerank import Learnt, Reranker, Trees
from wordrel.spelling import SpellingMaps, pair_cosines
from wordrel.topk import Rows

Get = Callable[[str], npt.NDArray[Any]]

_TREE_PARTS = ("feature", "left", "right", "threshold", "value")
# What the names of the files of each direction begin with.
_FORTH, _BACK = "rerank", "rerank-back"
_MAPS = ("grams", "endings")
_EXPECTED_PARTS = ("mean", "map", "usual")
_MAP_PARTS = ("left", "right", "left_mean", "right_mean")
_NETWORK_PARTS = tuple(part.name for part in fields(Networks))


class Ranked(NamedTuple):
    """Candidates, the most probable first.

    Attributes
    ----------
    rows : int64 array of shape (n, k)
        -1 where there is no candidate.
    probabilities : float32 array of shape (n, k)
    order : int64 array of shape (n, k)
        Where each stood before.
    """

    rows: Rows
    probabilities: Array32
    order: Rows

    def over(self, rows: Rows, scores: Array32) -> tuple[Rows, Array32]:
        """Longer lists in this order, each with its score; what was not ranked follows as it was."""
        k = self.order.shape[1]
        placed = np.take_along_axis(scores[:, :k], self.order, axis=1)
        return np.hstack([self.rows, rows[:, k:]]), np.hstack([placed, scores[:, k:]])


@dataclass(frozen=True)
class Reranking:
    """A re-ranker with the evidence that it asks for.

    Attributes
    ----------
    evidence : Evidence
        From the first language to the second.
    reranker, reverse : Reranker
        From the first language to the second, and back.
    """

    evidence: Evidence
    reranker: Reranker
    reverse: Reranker

    def rank(self, rows: Rows, candidates: Rows, reverse: bool = False) -> Ranked:
        """Order candidates.

        Parameters
        ----------
        rows : int64 array of shape (n,)
            Words.
        candidates : int64 array of shape (n, k)
            `wordrel.rerank.CANDIDATES` of the other language, best first by geometry; -1 for none.
        reverse : bool
            The words are of the second language.
        """
        evidence, reranker = (self.evidence.swapped(), self.reverse) if reverse else (self.evidence, self.reranker)
        absent = candidates < 0
        known = np.where(absent, 0, candidates)
        left = np.repeat(rows, candidates.shape[1])
        cosines = pair_cosines(evidence.source.vectors, evidence.target.vectors, left, known.ravel())
        features = evidence.features(rows, known, cosines.reshape(known.shape))
        probabilities = reranker.probabilities(features, absent)
        order = np.argsort(-probabilities, axis=1, kind="stable")
        return Ranked(
            np.take_along_axis(candidates, order, axis=1), np.take_along_axis(probabilities, order, axis=1), order
        )

    def settings(self) -> dict[str, Any]:
        """What is saved as JSON."""
        shared = {
            "candidates": CANDIDATES,
            "networks": [NAMES[column] for column in self.reranker.listed],
            "confidence": asdict(self.reranker.confidence),
        }
        return _settings(self.reranker) | shared | {"back": _settings(self.reverse)}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What is saved as arrays."""
        found = {
            f"{prefix}-{name}": getattr(reranker.trees, name)
            for prefix, reranker in ((_FORTH, self.reranker), (_BACK, self.reverse))
            for name in _TREE_PARTS
        }
        found |= {f"rerank-network-{name}": getattr(self.reranker.networks, name) for name in _NETWORK_PARTS}
        for kind in _MAPS:
            maps = getattr(self.evidence, kind)
            found |= {f"rerank-{kind}-{name}": getattr(maps, name) for name in _MAP_PARTS}
        for number, side in enumerate((self.evidence.source, self.evidence.target)):
            found[f"rerank-anchors-{number}"] = side.anchors.astype(np.int32)
            found[f"rerank-facing-{number}"] = side.facing.rows
            found[f"rerank-cosines-{number}"] = side.facing.cosines
            expected = self.evidence.expected[number]
            found |= {f"rerank-expected-{name}-{number}": getattr(expected, name) for name in _EXPECTED_PARTS}
        if self.evidence.prior is not None:
            found["rerank-prior"] = self.evidence.prior
        return found

    @classmethod
    def restore(
        cls,
        settings: Mapping[str, Any],
        get: Get,
        vectors: Sequence[Array32],
        words: Sequence[Sequence[str]],
    ) -> Reranking:
        """Put together what was saved.

        Raises
        ------
        LookupError
            When it uses features that this version does not have, or lacks what this version needs.
        """
        trees, columns = _restored(settings, get, _FORTH)
        if not {"back", "networks", "confidence"} <= settings.keys():
            raise LookupError("the re-ranker was learnt by an earlier version of wordrel")
        networks = Networks(*(get(f"rerank-network-{name}") for name in _NETWORK_PARTS))
        confidence = Confidence(**settings["confidence"])
        reranker = Reranker(trees, columns, networks, _numbers_of(settings["networks"]), confidence)
        trees, columns = _restored(settings["back"], get, _BACK)
        reverse = replace(reranker, trees=trees, columns=columns)
        sides = [
            Side(
                vectors[number],
                get(f"rerank-anchors-{number}").astype(np.int64),
                words[number],
                Facing(get(f"rerank-facing-{number}"), get(f"rerank-cosines-{number}")),
            )
            for number in (0, 1)
        ]
        maps = [SpellingMaps(*(get(f"rerank-{kind}-{name}") for name in _MAP_PARTS)) for kind in _MAPS]
        one, other = (
            Expected(*(get(f"rerank-expected-{name}-{number}") for name in _EXPECTED_PARTS)) for number in (0, 1)
        )
        evidence = Evidence(sides[0], sides[1], maps[0], maps[1], (one, other), get("rerank-prior"))
        return cls(evidence, reranker, reverse)


def _settings(reranker: Reranker) -> dict[str, Any]:
    """What is saved as JSON of one direction."""
    trees = reranker.trees
    return {
        "features": [NAMES[column] for column in reranker.columns],
        "start": trees.start,
        "depth": trees.depth,
    }


def _restored(settings: Mapping[str, Any], get: Get, prefix: str) -> tuple[Trees, Rows]:
    columns = _numbers_of(settings["features"])
    feature, left, right, threshold, value = (get(f"{prefix}-{name}") for name in _TREE_PARTS)
    trees = Trees(feature, left, right, threshold, value, float(settings["start"]), int(settings["depth"]))
    return trees, columns


def _numbers_of(names: Sequence[str]) -> Rows:
    """Columns of features.

    Raises
    ------
    LookupError
        When this version does not have them all.
    """
    if not set(names) <= set(NAMES):
        raise LookupError("the re-ranker uses features that this version of wordrel does not have")
    return np.array([NAMES.index(name) for name in names], dtype=np.int64)


def describe(learnt: Learnt) -> dict[str, Any]:
    """How it did on left-out training words, for the record of an alignment."""
    return {
        "words": learnt.n_words,
        "p_at_1": learnt.p_at_1,
        "geometry": learnt.geometry,
        "spelling": learnt.spelling,
    }
