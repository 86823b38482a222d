"""How the maps of several spaces are learnt together: chosen, refined, tuned, as `wordrel.training` does for two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wordrel.contrastive import PairsOf, contrast_many
from wordrel.methods.relative import Relative, auto_ridge
from wordrel.multilearning import MultisetLearning, Places
from wordrel.refine import FEW_WORDS, Pairs, Round
from wordrel.relative import Array32, Array64, map_rows
from wordrel.selection import (
    ENOUGH_WORDS,
    FEWEST_WORDS,
    FOLDS,
    SELECTION_VOCABULARY,
    Candidate,
    Questions,
    settings_for,
    try_settings,
)
from wordrel.topk import Rows
from wordrel.training import CONTRAST_STEPS, FEWEST_TO_CHECK, Refine

# Self-learning is left out only where it scores lower by more than this, about a standard error. The folds look at
# fewer words than it does later, and not at the contrastive tuning that follows it: on left-out training words of
# English-Italian-French the two gained 1.4 to 2.8 points in full vocabularies where the folds saw none.
_MARGIN = 0.01


@dataclass
class MultisetTraining:
    """How the maps of several spaces are learnt.

    Parameters
    ----------
    parameters : mapping, optional
        Exponent, ridge and power (`wordrel.methods.Relative`); chosen by cross-validation when there are none.
    refine : int or "auto"
        As of `wordrel.training.Training`.
    seed : int
        Of all that is drawn at random.
    progress : callable, optional
        Told the name of each step.

    Attributes
    ----------
    setting : dict
        Exponent, ridge and power of the result.
    candidates : list of Candidate
        What cross-validation tried, best first; empty when there was nothing to choose.
    history : list of Round
        Rounds of self-learning that the result rests on.
    contrast_steps : int
    """

    parameters: Mapping[str, Any] | None = None
    refine: Refine = "auto"
    seed: int = 0
    progress: Callable[[str], None] | None = None
    setting: dict[str, float] = field(init=False, default_factory=dict)
    candidates: list[Candidate] = field(init=False, default_factory=list)
    history: list[Round] = field(init=False, default_factory=list)
    contrast_steps: int = field(init=False, default=0)

    def run(self, spaces: Sequence[Array32], given: Sequence[Pairs]) -> tuple[Array64, ...]:
        """Learn.

        Parameters
        ----------
        spaces : sequence of array of float32, shape (n, d)
            Prepared, most frequent words first; the hub is the first.
        given : sequence of Pairs
            Of the hub with each other space, in their order.

        Returns
        -------
        tuple of array of float64, shape (d, rank)
            The map of each space.
        """
        n_words = min(len(pairs.words) for pairs in given)
        self.setting = self._default(given)
        learning = MultisetLearning(spaces, given, progress=self.progress)
        if self.refine == "auto" and n_words < FEWEST_TO_CHECK:
            return learning.forms().maps(**self.setting)
        few = n_words < FEW_WORDS
        if self.refine and few:
            learning.explore(self.seed)
            learning.rounds(self.setting, self._rounds())
        tuned = self.parameters is None and n_words >= FEWEST_WORDS
        if self.refine == "auto" or tuned:
            self.candidates = self._select(spaces, given, learning.induced, tuned)
        refined = self.candidates[0].refine if self.candidates else bool(self.refine)
        if not refined:
            learning = MultisetLearning(spaces, given)
        elif not few:
            learning.rounds(self.setting, self._rounds())
        if self.candidates:
            self.setting = self.candidates[0].parameters
        maps = learning.forms().maps(**self.setting)
        self.history = learning.history
        if self.refine == "auto" and learning.induced:
            links = [PairsOf(i, j, *pairs) for (i, j), pairs in learning.tuning_pairs().items()]
            maps = contrast_many(maps, spaces, links, CONTRAST_STEPS, seed=self.seed, progress=self.progress)
            self.contrast_steps = CONTRAST_STEPS
        return maps

    def _default(self, given: Sequence[Pairs]) -> dict[str, float]:
        setting = Relative(**(self.parameters or {})).get_params()
        if setting["ridge"] == "auto":
            setting["ridge"] = auto_ridge(min(float(pairs.weights.sum()) for pairs in given))
        return setting

    def _rounds(self) -> int | None:
        return None if isinstance(self.refine, str) else self.refine

    def _select(
        self,
        spaces: Sequence[Array32],
        given: Sequence[Pairs],
        induced: Mapping[Places, tuple[Rows, Rows]],
        tuned: bool,
    ) -> list[Candidate]:
        """Score settings, with and without self-learning, on hub words that were left out of all pairs."""
        words = np.unique(np.concatenate([pairs.words for pairs in given]))
        folds = np.array_split(np.random.default_rng(self.seed).permutation(words), FOLDS)
        enough = int(np.ceil(ENOUGH_WORDS / max(1, len(folds[0]))))
        stages = (True, False) if self.refine == "auto" else (bool(self.refine),)
        trials: dict[bool, list[_Trial]] = {stage: [] for stage in stages}
        for number, fold in enumerate(folds[: min(FOLDS, enough)], 1):
            if self.progress is not None:
                self.progress(f"choosing parameters, fold {number}")
            kept = [pairs.without(fold) for pairs in given]
            if min(len(pairs.words) for pairs in kept) < 2:
                continue  # nearly all words of a small dictionary beside large ones
            held = MultisetLearning(spaces, [pairs.without(np.setdiff1d(words, fold)) for pairs in given]).links
            for stage in stages:
                learning = MultisetLearning(spaces, kept, SELECTION_VOCABULARY)
                if stage and induced:
                    # Exploring is too slow for each fold; a held-out word had a small part in what was found.
                    learning.induced = {
                        (i, j): _left(pair, fold if i == 0 else held[i, j].sources) for (i, j), pair in induced.items()
                    }
                elif stage:
                    learning.rounds(self.setting)
                trials[stage].append(_Trial(spaces, learning, held))
        return _ranked(trials, settings_for(len(words)) if tuned else [self.setting], tuned)


def _ranked(
    trials: Mapping[bool, Sequence[_Trial]], settings: Sequence[dict[str, float]], tuned: bool
) -> list[Candidate]:
    """All candidates, best first, tried in the order of `wordrel.selection.select`; self-learning has a bonus."""
    candidates = try_settings(trials, settings, tuned, _candidate)
    return sorted(candidates, key=lambda one: -one.score - _MARGIN * one.refine)


def _left(pair: tuple[Rows, Rows], out: Rows) -> tuple[Rows, Rows]:
    other = ~np.isin(pair[0], out)
    return pair[0][other], pair[1][other]


class _Trial:
    """The forms of a fold, and the questions that score them: of each two spaces, words that were no anchors."""

    def __init__(self, spaces: Sequence[Array32], learning: MultisetLearning, held: Mapping[Places, Pairs]) -> None:
        self._forms = learning.forms()
        self._questions: dict[Places, Questions] = {}
        for (i, j), pairs in held.items():
            # A word may be led to by a hub word that was left out and by another one that was not.
            unseen = pairs.without(learning.links[i, j].words)
            if len(unseen.sources):
                self._questions[i, j] = Questions(spaces[i], spaces[j], unseen.words, unseen)
        self.asked = sum(len(questions.asked) for questions in self._questions.values())

    def hits(self, setting: Mapping[str, float]) -> int:
        """Right answers of a setting."""
        maps = self._forms.maps(**setting)
        return sum(
            questions.hits(map_rows(questions.left, maps[i]), map_rows(questions.right, maps[j]))
            for (i, j), questions in self._questions.items()
        )


def _candidate(trials: Sequence[_Trial], refine: bool, setting: dict[str, float]) -> Candidate:
    asked = sum(trial.asked for trial in trials)
    return Candidate(setting, refine, sum(trial.hits(setting) for trial in trials) / max(1, asked))
