"""ASIF: sparse relative representations to all pairs of anchors, without any training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from wordrel.methods.base import Aligner, Vocabulary
from wordrel.methods.limits import MOST_EXPONENT, Limit
from wordrel.methods.maps import RowMap
from wordrel.relative import Array32, Array64, unit_rows
from wordrel.similarities import similarity_blocks
from wordrel.sparse import Matrix, stack, times_columns, unit
from wordrel.topk import has_direction
from wordrel.transforms import TopkPower


class Asif(Aligner):
    """ASIF: a word's k highest similarities to the anchors, raised to a power; nothing is trained.

    r(x) = unit(sqrt(w) topk(A x)^power). Row i of A and of B are translations of each other, so the vectors of both
    spaces have the same columns, and their inner product across the spaces is the sum over the pairs that are near to
    both words. The vectors are sparse, with a column for each pair of a weight above 0.

    Parameters
    ----------
    k : int
        How many of the similarities of a word are kept.
    power : float
        Above 0; a higher one lets the nearest anchors count more.
    similarity : str
        A name in `wordrel.similarities.SIMILARITIES` whose numbers are positive for near rows: not euclidean or l1.

    Notes
    -----
    The paper has k = 800 and power 8, for 1.6 million pairs of images and texts. Words and anchors are taken at length
    1, whatever the similarity. A word that is similar to no anchor becomes a zero row.

    Weights of pairs are this project's: a column of weight w counts w in every inner product across the spaces, as w
    equal columns would, so that the several translations of a source word share the weight of that word.

    The defaults were chosen on 1,250 words of an English-French training dictionary that were left out of its anchors
    (3,750 words, 6,077 pairs), by P@1 with CSLS among the 2,500 and 8,000 most frequent words: of k from 50 to 1,600
    and powers from 0.5 to 4, power 2 was best for each k, and 400 is the least k within a standard error (1.4 points)
    of the best, 58.3 %.

    References
    ----------
    Norelli et al., "ASIF: coupled data turns unimodal models into multimodal without training", NeurIPS 2023,
    section 2.
    """

    # The similarities whose numbers are never positive are missing: nothing would be kept of them.
    limits: ClassVar[dict[str, Limit]] = {
        "k": Limit(1, integer=True),
        "power": Limit(0, MOST_EXPONENT, open=True),
        "similarity": Limit(words=("cosine", "angular", "rbf", "rank", "quantised"), numbers=False),
    }

    def __init__(self, k: int = 400, power: float = 2.0, similarity: str = "cosine") -> None:
        self.k = k
        self.power = power
        self.similarity = similarity

    def _learn(
        self, X: Array64, Y: Array64, weights: Array64 | None, vocabulary: Vocabulary | None
    ) -> tuple[RowMap, RowMap]:
        shares = np.ones(len(X)) if weights is None else weights / weights.max()
        counted = shares > 0
        scales = np.sqrt(shares[counted]).astype(np.float32)
        left, right = (
            AsifMap(unit_rows(side[counted]), scales, int(self.k), float(self.power), self.similarity)
            for side in (X, Y)
        )
        return left, right


@dataclass(frozen=True)
class AsifMap:
    """`Asif` on one side.

    Attributes
    ----------
    anchors : array of float32, shape (m, d)
        Unit rows.
    scales : array of float32, shape (m,)
        Square roots of the weights of the pairs, the largest 1.
    k, power, similarity
        As those of `Asif`.
    """

    anchors: Array32
    scales: Array32
    k: int
    power: float
    similarity: str

    @property
    def settings(self) -> dict[str, Any]:
        """Its kind and its parameters."""
        return {"kind": "asif", "k": self.k, "power": self.power, "similarity": self.similarity}

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The anchors and their scales."""
        return {"anchors": self.anchors, "scales": self.scales}

    @classmethod
    def load(cls, settings: Mapping[str, Any], read: Callable[[str], npt.NDArray[Any]]) -> AsifMap:
        """Rebuild a map that was saved."""
        return cls(read("anchors"), read("scales"), settings["k"], settings["power"], settings["similarity"])

    def transform(self, X: npt.ArrayLike) -> Matrix:
        """Map prepared rows, shape (n, d), to sparse unit rows, shape (n, m)."""
        rows = unit_rows(X)
        step = TopkPower(self.k, self.power)
        parts = [step(np.empty((0, len(self.anchors)), dtype=np.float32))]
        for place, block in similarity_blocks(rows, self.anchors, self.similarity):
            # A row without a direction is near to nothing, also where its similarities are above 0.
            block[~has_direction(rows[place])] = 0
            parts.append(unit(times_columns(step(block), self.scales)))
        return stack(parts)
