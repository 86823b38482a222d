"""From prepared spaces and pairs of rows to a fitted aligner: explored, chosen, refined and tuned, in this order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from wordrel.blockwise import is_blockwise
from wordrel.contrastive import VOCABULARY, contrast
from wordrel.methods import make_aligner
from wordrel.methods.base import Aligner, LinearAligner
from wordrel.refine import FEW_WORDS, Pairs, Round, SelfLearning
from wordrel.relative import Array32
from wordrel.selection import Candidate, select
from wordrel.topk import Rows
from wordrel.unsupervised import initial_pairs

Refine: TypeAlias = int | Literal["auto"]

FEWEST_TO_CHECK = 8
"""With fewer words none can be left out to see whether self-learning helps, and "auto" leaves it alone."""

CONTRAST_STEPS = 40
"""On left-out training words 80 steps gained no more than 40, and 200 lost."""


@dataclass
class Training:
    """How an aligner is learnt from prepared spaces.

    Parameters
    ----------
    method : str
        A name in `wordrel.methods.METHODS`.
    parameters : mapping, optional
        For the method's constructor. Those of `relative` are chosen by cross-validation when there are none.
    refine : int or "auto"
        Rounds of self-learning; with "auto" as many as it takes, and only if words that were left out say that it
        helps, followed by contrastive tuning in case of `relative`.
    seed : int
        Of all that is drawn at random.
    progress : callable, optional
        Told the name of each step.

    Attributes
    ----------
    candidates : list of Candidate
        What cross-validation tried, best first; empty when there was nothing to choose.
    history : list of Round
        Rounds of self-learning that the result rests on.
    contrast_steps : int
        Of contrastive tuning; 0 when there was none.
    induced : tuple of two arrays, optional
        Pairs that self-learning had added when it ended.
    """

    method: str = "relative"
    parameters: Mapping[str, Any] | None = None
    refine: Refine = "auto"
    seed: int = 0
    progress: Callable[[str], None] | None = None
    candidates: list[Candidate] = field(init=False, default_factory=list)
    history: list[Round] = field(init=False, default_factory=list)
    contrast_steps: int = field(init=False, default=0)
    induced: tuple[Rows, Rows] | None = field(init=False, default=None)

    def run(self, X: Array32, Y: Array32, given: Pairs) -> Aligner:
        """Learn.

        Parameters
        ----------
        X, Y : arrays of float32, shape (n, d) and (n', d')
            The two prepared spaces, most frequent words first.
        given : Pairs
            Training pairs; without any the first pairs are guessed (`wordrel.unsupervised`).

        Returns
        -------
        Aligner
            Fitted.
        """
        learning = SelfLearning(X, Y, given, progress=self.progress)
        aligner = make_aligner(self.method, **(self.parameters or {}))
        n_words = len(given.words)
        if self.refine == "auto" and 0 < n_words < FEWEST_TO_CHECK:
            learning.fit(aligner)
            return aligner
        few = n_words < FEW_WORDS
        if self.refine and few:
            self._explore(aligner, learning)
        if n_words:
            self._select(learning)
            if self.candidates:
                aligner = make_aligner(self.method, **self.candidates[0].parameters)
            if not self.refine or (self.candidates and not self.candidates[0].refine):
                learning = SelfLearning(X, Y, given)
            elif not few:
                self._refine(learning)
        learning.fit(aligner)
        self.history, self.induced = learning.history, learning.induced
        if self.refine == "auto" and self.method == "relative" and learning.induced is not None:
            self._tune(aligner, learning)
        return aligner

    def _explore(self, aligner: Aligner, learning: SelfLearning) -> None:
        """From few pairs, or none, to many."""
        start = aligner
        if len(learning.given.words):
            learning.fit(start)
        else:
            self._say("guessing pairs")
            learning.induced = initial_pairs(learning.X, learning.Y)
            start = make_aligner("procrustes")
            learning.fit(start)
        learning.explore(start, self.seed)
        learning.fit(aligner)
        learning.rounds(aligner, self._rounds())

    def _select(self, learning: SelfLearning) -> None:
        stages = (False, True) if self.refine == "auto" else (bool(self.refine),)
        tuned = self.method == "relative" and self.parameters is None
        if len(stages) > 1 or tuned:
            self.candidates = select(
                learning.X,
                learning.Y,
                learning.given,
                self.method,
                self.parameters,
                stages,
                learning.induced,
                self.seed,
                self.progress,
            )

    def _refine(self, learning: SelfLearning) -> None:
        """Induce with the defaults, as the chosen setting was scored."""
        aligner = make_aligner(self.method, **(self.parameters or {}))
        learning.fit(aligner)
        learning.rounds(aligner, self._rounds())

    def _rounds(self) -> int | None:
        return None if isinstance(self.refine, str) else self.refine

    def _tune(self, aligner: Aligner, learning: SelfLearning) -> None:
        if isinstance(aligner, LinearAligner) and learning.induced is not None:
            pairs = learning.given.with_induced(*learning.induced, given_weight=1.0)
            X, sources = _needed(learning.X, pairs.sources)
            Y, targets = _needed(learning.Y, pairs.targets)
            aligner.set_maps(
                contrast(
                    aligner.maps_,
                    X,
                    Y,
                    sources,
                    targets,
                    pairs.weights,
                    CONTRAST_STEPS,
                    seed=self.seed,
                    progress=self.progress,
                )
            )
            self.contrast_steps = CONTRAST_STEPS

    def _say(self, step: str) -> None:
        if self.progress is not None:
            self.progress(step)


def _needed(rows: Array32, numbers: Rows) -> tuple[Array32, Rows]:
    """What tuning looks at of rows that come in blocks: the frequent ones and those of the pairs, numbered anew."""
    if not is_blockwise(rows):
        return rows, numbers
    kept = np.union1d(numbers, np.arange(min(VOCABULARY, len(rows))))
    return rows[kept], np.searchsorted(kept, numbers)
