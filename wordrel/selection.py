"""Parameters, and whether self-learning helps, by cross-validation over the words of the training dictionary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from wordrel.joint import JointForms
from wordrel.methods import make_aligner
from wordrel.methods.base import Aligner
from wordrel.refine import MANY_WORDS, Pairs, SelfLearning
from wordrel.relative import Array32, map_rows
from wordrel.topk import Rows, mean_similarity, product_blocks

T = TypeVar("T")

# What is tried: around what served English-French and English-Italian best on training words, with self-learning and
# without, from 100 to 5,000 words.
EXPONENTS_AND_RIDGES = ((1.0, 0.02), (1.0, 0.05), (1.0, 0.1), (1.0, 0.3), (1.25, 0.02), (1.25, 0.05), (1.5, 0.05))
POWERS = (0.5, 0.75)

# A large dictionary needs little ridge, and each setting costs the more the more words are left out: these are enough.
MANY_EXPONENTS_AND_RIDGES = ((1.0, 0.02), (1.0, 0.05), (1.25, 0.02), (1.25, 0.05))

# With fewer words a fold has too few to tell settings apart.
FEWEST_WORDS = 100

# Folds are left out in turn until so many words were: a score from 1,000 words has a standard error of 1.5 %.
FOLDS, ENOUGH_WORDS = 4, 1000

# Frequent words that stand beside the held-out ones, so that a held-out word has something to be confused with.
_DISTRACTORS = 1500

# While choosing, self-learning looks at fewer words than later.
SELECTION_VOCABULARY = 5000


class Candidate(NamedTuple):
    """A setting and its score.

    Attributes
    ----------
    parameters : dict
        Of the method; what is not named has its default.
    refine : bool
        Whether pairs of self-learning were among the training pairs.
    score : float
        Share of held-out source words whose first CSLS candidate is right.
    """

    parameters: dict[str, Any]
    refine: bool
    score: float


def select(
    X: Array32,
    Y: Array32,
    given: Pairs,
    method: str = "relative",
    parameters: Mapping[str, Any] | None = None,
    stages: Sequence[bool] = (False, True),
    induced: tuple[Rows, Rows] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> list[Candidate]:
    """Score settings, with and without self-learning, on training words that were left out of both.

    Parameters
    ----------
    X, Y : arrays of shape (n, d) and (n', d')
        The two prepared spaces, most frequent words first.
    given : Pairs
        The training pairs. All pairs of a source word are left out together.
    method : str
        A name in `wordrel.methods.METHODS`, of a pair of linear maps.
    parameters : mapping, optional
        The only setting to be scored. Without it the settings of `relative` are tried when there are 100 words or
        more, and a method's defaults otherwise.
    stages : sequence of bool
        Whether to try without self-learning, with it, or both.
    induced : pair of arrays of int64, optional
        What self-learning found from all given pairs; pairs of held-out words are left out of it. Self-learning is done
        again in each fold when it is left out. A held-out word had a small part in these pairs: take that way only
        where self-learning has to explore (`wordrel.refine.SelfLearning.explore`), which is too slow for each fold.
    seed : int
        Of the split.
    progress : callable, optional
        Told which fold begins.

    Returns
    -------
    list of Candidate
        Best first; among equals those without self-learning, and the earlier setting.

    Notes
    -----
    The powers are tried for the best exponent and ridge only, and without self-learning the two settings that were best
    with it. What self-learning induces depends little on the setting, so that it is done with the defaults.
    """
    folds = np.array_split(np.random.default_rng(seed).permutation(given.words), FOLDS)
    enough = int(np.ceil(ENOUGH_WORDS / max(1, len(folds[0]))))
    trials: dict[bool, list[_Trial]] = {stage: [] for stage in stages}
    for number, fold in enumerate(folds[: min(FOLDS, enough)], 1):
        if progress is not None:
            progress(f"choosing parameters, fold {number}")
        kept, held = given.without(fold), given.without(np.setdiff1d(given.words, fold))
        questions = Questions(X, Y, fold, held)
        for stage in stages:
            pairs = _refined(X, Y, kept, fold, induced, method, parameters or {}) if stage else kept
            trials[stage].append(_Trial(X, Y, pairs, questions, method))
    tuned = method == "relative" and parameters is None and len(given.words) >= FEWEST_WORDS
    settings = settings_for(len(given.words)) if tuned else [dict(parameters or {})]
    candidates = try_settings(trials, settings, tuned, _candidate)
    return sorted(candidates, key=lambda one: -one.score)


def try_settings(
    trials: Mapping[bool, T],
    settings: Sequence[dict[str, Any]],
    tuned: bool,
    score: Callable[[T, bool, dict[str, Any]], Candidate],
) -> list[Candidate]:
    """Score settings with self-learning and without, as far as there are trials of each.

    Parameters
    ----------
    trials : mapping of bool to trials
        Of self-learning, and of the given pairs alone.
    settings : sequence of dict
        Parameters to begin with.
    tuned : bool
        Whether the power is chosen, too: for the best of them.
    score : callable
        Takes trials, whether they are of self-learning, and parameters.
    """
    candidates: list[Candidate] = []
    # Self-learning wins nearly always: its best settings are the ones to try without it.
    for stage in sorted(trials, reverse=True):
        scored = [score(trials[stage], stage, setting) for setting in settings]
        if tuned and not candidates:
            best = max(scored, key=lambda one: one.score).parameters
            scored += [score(trials[stage], stage, {**best, "power": power}) for power in POWERS[1:]]
        candidates = scored + candidates
        settings = [one.parameters for one in sorted(scored, key=lambda one: -one.score)[:2]]
    return candidates


def settings_for(n_words: int) -> list[dict[str, float]]:
    """What is tried for so many words, the power aside."""
    tried = MANY_EXPONENTS_AND_RIDGES if n_words >= MANY_WORDS else EXPONENTS_AND_RIDGES
    return [{"exponent": a, "ridge": ridge, "power": POWERS[0]} for a, ridge in tried]


def _refined(
    X: Array32,
    Y: Array32,
    kept: Pairs,
    fold: Rows,
    induced: tuple[Rows, Rows] | None,
    method: str,
    parameters: Mapping[str, Any],
) -> Pairs:
    """Training pairs of a fold and what self-learning puts beside them."""
    if induced is None:
        learning = SelfLearning(X, Y, kept, SELECTION_VOCABULARY)
        aligner = make_aligner(method, **parameters)
        learning.fit(aligner)
        learning.rounds(aligner)
        return learning.pairs
    other = ~np.isin(induced[0], fold)
    return kept.with_induced(induced[0][other], induced[1][other])


class Questions:
    """Held-out words, asked among themselves and the frequent words.

    Parameters
    ----------
    X, Y : arrays of float32, shape (n, d) and (n', d')
        The two prepared spaces, most frequent words first.
    fold : array of int64
        Rows of X that are asked, ascending or not.
    held : Pairs
        The right answers.
    """

    def __init__(self, X: Array32, Y: Array32, fold: Rows, held: Pairs) -> None:
        self.asked = fold
        self._gold = set(zip(held.sources.tolist(), held.targets.tolist(), strict=True))
        around = np.union1d(fold, np.arange(min(_DISTRACTORS, len(X))))
        self._answers = np.union1d(held.targets, np.arange(min(_DISTRACTORS, len(Y))))
        self.left, self.right = X[around], Y[self._answers]
        self._places = np.searchsorted(around, fold)

    def hits(self, left: Array32, right: Array32) -> int:
        """Held-out words whose best by CSLS is right; r_T is the same for all candidates of a word and is left out."""
        r_source = mean_similarity(right, left, 10)
        products = product_blocks(left[self._places], right)
        best = np.concatenate([(2 * table - r_source).argmax(axis=1) for _, table in products])
        found = zip(self.asked.tolist(), self._answers[best].tolist(), strict=True)
        return sum(pair in self._gold for pair in found)


class _Trial:
    """Training pairs of a fold, which settings are fitted on, and the questions that score them."""

    def __init__(self, X: Array32, Y: Array32, pairs: Pairs, questions: Questions, method: str) -> None:
        self._X, self._Y, self._pairs, self._method = X, Y, pairs, method
        self._forms: JointForms | None = None
        self.questions = questions

    def hits(self, parameters: Mapping[str, Any]) -> int:
        """Right answers of a setting."""
        if set(parameters) == {"exponent", "ridge", "power"}:
            # All settings of `relative` share the forms of their anchors.
            sources, targets, weights = self._pairs
            self._forms = self._forms or JointForms(self._X[sources], self._Y[targets], weights)
            maps = self._forms.maps(**parameters)
            left, right = (
                map_rows(Z, M) for Z, M in zip((self.questions.left, self.questions.right), maps, strict=True)
            )
            return self.questions.hits(left, right)
        aligner: Aligner = make_aligner(self._method, **parameters)
        SelfLearning(self._X, self._Y, self._pairs).fit(aligner)
        left, right = aligner.transform(self.questions.left), aligner.transform(self.questions.right, 1)
        return self.questions.hits(left, right)


def _candidate(trials: Sequence[_Trial], refine: bool, parameters: dict[str, Any]) -> Candidate:
    asked = sum(len(trial.questions.asked) for trial in trials)
    return Candidate(parameters, refine, sum(trial.hits(parameters) for trial in trials) / max(1, asked))
