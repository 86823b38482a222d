"""What is known of a word and a candidate translation beside their cosine: ranks, neighbours, frequency, spelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.expected import Expected
from wordrel.relative import Array32, unit_rows
from wordrel.spelling import Spelling, SpellingMaps, common_prefix, distances, endings, pair_cosines, profiles
from wordrel.topk import Rows, product_blocks, sorted_top

# Neighbours among anchors; the field's usual number.
NEIGHBOURS = 10
# So many anchors are looked at; 5,000 made no difference on English-French.
MOST_ANCHORS = 2000

GROUPS: dict[str, tuple[str, ...]] = {
    "geometry": ("cosine", "csls", "csls_lead", "csls_rank", "cosine_lead", "spread"),
    "mutual ranks": ("reverse_rank", "reverse_lead"),
    "hubness": ("crowding_source", "crowding_target"),
    "frequency": ("frequency_source", "frequency_target", "frequency_ratio"),
    "neighbourhoods": (
        "anchors_jaccard",
        "anchors_jaccard_lead",
        "source_context",
        "source_context_lead",
        "target_context",
        "target_context_lead",
    ),
    "spelling": (
        "edit",
        "edit_lead",
        "edit_rank",
        "grams",
        "grams_lead",
        "prefix",
        "identical",
        "digits",
        "length_ratio",
        "length",
    ),
    "learnt spelling": ("translated_grams", "translated_grams_lead", "translated_grams_rank"),
    "learnt endings": ("translated_endings", "translated_endings_lead", "translated_endings_rank"),
    "expected endings": ("target_ending", "target_ending_lead", "source_ending", "source_ending_lead"),
    "candidate alone": ("prior", "prior_lead"),
}
"""Names of the features of each kind, in order."""

NAMES = tuple(name for group in GROUPS.values() for name in group)


class Facing(NamedTuple):
    """Nearest rows of the other language, best first.

    Attributes
    ----------
    rows : int32 array of shape (n, 10)
    cosines : float32 array of shape (n, 10)
    """

    rows: npt.NDArray[np.int32]
    cosines: Array32

    @property
    def crowding(self) -> Array32:
        """Mean cosine to them, the r of CSLS; shape (n,)."""
        mean: Array32 = self.cosines.mean(axis=1)
        return mean


@dataclass(frozen=True)
class Side:
    """One language.

    Attributes
    ----------
    vectors : float32 array of shape (n, d)
        Aligned unit rows, most frequent first.
    anchors : int64 array of shape (m,)
        Rows of the anchors; row i of both sides is one pair.
    words : sequence of str
    facing : Facing
        The words of the other language that are nearest to each.
    """

    vectors: Array32
    anchors: Rows
    words: Sequence[str]
    facing: Facing


@dataclass(frozen=True)
class Evidence:
    """Two aligned languages, and how the spelling of one becomes that of the other.

    Attributes
    ----------
    source, target : Side
    grams, endings : SpellingMaps
    expected : tuple of two Expected
        Endings of the target language from vectors of the source language, and the other way round.
    prior : float32 array of shape (n,), optional
        What each word of the target language says by itself (`wordrel.prior`); 0 where it is not known.
    """

    source: Side
    target: Side
    grams: SpellingMaps
    endings: SpellingMaps
    expected: tuple[Expected, Expected]
    prior: Array32 | None = None

    def swapped(self) -> Evidence:
        """The same for the other direction, of whose target language no prior is known."""
        return Evidence(self.target, self.source, self.grams.swapped(), self.endings.swapped(), self.expected[::-1])

    def features(self, rows: Rows, candidates: Rows, cosines: Array32) -> Array32:
        """Describe candidates.

        Parameters
        ----------
        rows : int64 array of shape (n,)
            Words of the source language.
        candidates : int64 array of shape (n, k)
            Rows of the target language.
        cosines : float32 array of shape (n, k)

        Returns
        -------
        float32 array of shape (n, k, len(NAMES))
        """
        asked, of_asked = np.unique(rows, return_inverse=True)
        found, of_found = np.unique(candidates, return_inverse=True)
        of_found = of_found.reshape(candidates.shape)
        left = np.repeat(of_asked, candidates.shape[1])
        values = self._geometry(asked, found, of_asked, of_found, cosines)
        values |= self._neighbourhoods(asked, found, left, of_found)
        values |= self._spelling(asked, found, left, of_found)
        for name, table in tuple(values.items()):
            if f"{name}_lead" in NAMES and f"{name}_lead" not in values:
                values[f"{name}_lead"] = lead(table)
            if f"{name}_rank" in NAMES and f"{name}_rank" not in values:
                values[f"{name}_rank"] = _rank(table)
        return np.stack([np.broadcast_to(values[name], candidates.shape) for name in NAMES], axis=-1, dtype=np.float32)

    def _geometry(
        self, asked: Rows, found: Rows, of_asked: Rows, of_found: Rows, cosines: Array32
    ) -> dict[str, npt.NDArray[np.float32]]:
        source, target = self.source, self.target
        # Crowding of a word: among its candidates, which are the nearest of the other language; of a candidate: among
        # the frequent words of the word's language.
        crowding = -np.sort(-cosines, axis=1)[:, :NEIGHBOURS].mean(axis=1, keepdims=True)
        facing = Facing(target.facing.rows[found], target.facing.cosines[found])
        own = facing.rows[of_found] == asked[of_asked][:, None, None]
        others = np.where(own, -1, facing.cosines[of_found])
        crowded = facing.crowding[of_found]
        csls = 2 * cosines - crowding - crowded
        frequency_source = np.log1p(asked)[of_asked][:, None] / np.log1p(len(source.vectors))
        frequency_target = np.log1p(found)[of_found] / np.log1p(len(target.vectors))
        return {
            "cosine": cosines,
            "cosine_lead": lead(cosines),
            "csls": csls,
            "csls_lead": lead(csls),
            "csls_rank": _rank(csls),
            "spread": csls.std(axis=1, keepdims=True),
            "reverse_rank": (others > cosines[:, :, None]).sum(axis=2).astype(np.float32),
            "reverse_lead": cosines - others.max(axis=2),
            "crowding_source": crowding,
            "crowding_target": crowded,
            "frequency_source": frequency_source.astype(np.float32),
            "frequency_target": frequency_target.astype(np.float32),
            "frequency_ratio": (frequency_target - frequency_source).astype(np.float32),
        }

    def _neighbourhoods(self, asked: Rows, found: Rows, left: Rows, of_found: Rows) -> dict[str, Array32]:
        source, target = self.source, self.target
        around_source = self._around(source, asked)
        around_target = self._around(target, found)
        right = of_found.ravel()
        shared = np.empty(len(left), dtype=np.int64)
        for start in range(0, len(left), 8192):
            some = slice(start, start + 8192)
            pairs = around_source[left[some]][:, :, None] == around_target[right[some]][:, None, :]
            shared[some] = pairs.any(axis=2).sum(axis=1)
        n_neighbours = around_source.shape[1]
        # Where the neighbours' counterparts are, in the other language.
        source_context = centres(source.vectors, source.anchors[around_target])
        target_context = centres(target.vectors, target.anchors[around_source])
        shape = of_found.shape
        return {
            "anchors_jaccard": (shared / (2 * n_neighbours - shared)).astype(np.float32).reshape(shape),
            "source_context": pair_cosines(source.vectors[asked], source_context, left, right).reshape(shape),
            "target_context": pair_cosines(target_context, target.vectors[found], left, right).reshape(shape),
        }

    def _around(self, side: Side, rows: Rows) -> Rows:
        """Anchors nearest to some words of the same language, themselves left out."""
        near, _ = nearest_rows(side.vectors[rows], side.vectors[side.anchors], NEIGHBOURS + 1)
        itself = side.anchors[near] == rows[:, None]
        order = np.argsort(itself, axis=1, kind="stable")  # the word itself goes last
        return np.take_along_axis(near, order, axis=1)[:, : max(near.shape[1] - 1, 1)]

    def _spelling(self, asked: Rows, found: Rows, left: Rows, of_found: Rows) -> dict[str, Array32]:
        one = Spelling([self.source.words[row] for row in asked.tolist()])
        other = Spelling([self.target.words[row] for row in found.tolist()])
        a, b, shape = left, of_found.ravel(), of_found.shape
        n_a, n_b = one.lengths[a], other.lengths[b]
        edit = np.empty(len(a), dtype=np.float32)
        prefix = np.empty(len(a), dtype=np.float32)
        for start in range(0, len(a), 16_384):
            some = slice(start, start + 16_384)
            letters = one.letters[a[some]], other.letters[b[some]]
            edit[some] = 1 - distances(letters[0], n_a[some], letters[1], n_b[some])
            prefix[some] = common_prefix(*letters) / np.maximum(np.maximum(n_a[some], n_b[some]), 1)
        grams = profiles(one), profiles(other)
        last = endings(one), endings(other)
        alone = np.zeros(len(found)) if self.prior is None else self.prior[found]
        digits = one.has_digit[a].astype(np.float32) - other.has_digit[b]
        values = {
            "edit": edit,
            "prefix": prefix,
            "grams": pair_cosines(*grams, a, b),
            "translated_grams": self.grams.similarity(*grams, a, b),
            "translated_endings": self.endings.similarity(*last, a, b),
            "target_ending": self.expected[0].similarity(self.source.vectors[asked], last[1], a, b),
            "source_ending": self.expected[1].similarity(self.target.vectors[found], last[0], b, a),
            "identical": (one.exact[a] == other.exact[b]).astype(np.float32),
            "digits": np.where(one.has_digit[a], edit, 0) - np.abs(digits),
            "length_ratio": np.log((n_b + 1) / (n_a + 1)),
            "length": n_a,
            "prior": alone[b],
        }
        return {name: value.astype(np.float32).reshape(shape) for name, value in values.items()}


def lead(table: Array32) -> Array32:
    """Of each candidate over the best of the others."""
    if table.shape[1] < 2:
        return np.zeros_like(table)
    ordered = -np.sort(-table, axis=1)[:, :2]
    over: Array32 = table - np.where(table >= ordered[:, :1], ordered[:, 1:], ordered[:, :1])
    return over


def _rank(table: Array32) -> Array32:
    """How many candidates are better."""
    better: Array32 = (table[:, :, None] < table[:, None, :]).sum(axis=2).astype(np.float32)
    return better


def centres(vectors: Array32, around: Rows) -> Array32:
    """Directions of the means of some rows; `around` has shape (n, k), the result (n, d)."""
    total = vectors[around[:, 0]]
    for column in around.T[1:]:
        total += vectors[column]
    return unit_rows(total)


def nearest_rows(queries: Array32, pool: Array32, k: int) -> tuple[Rows, Array32]:
    """Nearest rows of a pool and their cosines, best first; shape (n, min(k, n_pool))."""
    k = min(k, len(pool))
    rows = np.empty((len(queries), k), dtype=np.int64)
    cosines: Array32 = np.empty((len(queries), k), dtype=np.float32)
    for some, scores in product_blocks(queries, pool):
        rows[some], cosines[some] = sorted_top(scores, k)
    return rows, cosines
