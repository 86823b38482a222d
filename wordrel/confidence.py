"""How probably a candidate is right, by its score and by those of the others in its list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wordrel.relative import Array32

# Candidates of each word to learn from, best first. On left-out training words of English-French, English-Italian and
# English-Finnish all of them gave the same accuracy at coverage, and .004 more of calibration error on the last.
_LEARNT_FROM = 5
# A score that leads all others together by so much has as good as no rival.
_FARTHEST = 8.0
# Log-odds are not beyond: no answer is surer than this.
_SUREST = 12.0


@dataclass(frozen=True)
class Confidence:
    """A logistic regression on two numbers: a candidate's score, and the log of the sum of the others' odds.

    Attributes
    ----------
    own, others, start : float
        Log-odds are own * score + others * log(sum(exp(scores of the others))) + start.
    """

    own: float
    others: float
    start: float

    @classmethod
    def fit(cls, scores: Array32, right: npt.NDArray[np.bool_]) -> Confidence:
        """Learn from lists of candidates.

        Parameters
        ----------
        scores : float32 array of shape (n, k)
            Of words that the scores have not learnt from.
        right : bool array of shape (n, k)
        """
        from sklearn.linear_model import LogisticRegression

        best = np.argsort(-scores, axis=1, kind="stable")[:, :_LEARNT_FROM]
        pairs = np.take_along_axis(_described(scores), best[:, :, None], axis=1).reshape(-1, 2)
        labels = np.take_along_axis(right, best, axis=1).ravel()
        if labels.all() or not labels.any():
            return cls(1.0, 0.0, 0.0)
        model = LogisticRegression(max_iter=1000).fit(pairs, labels)
        own, others = model.coef_[0].tolist()
        return cls(own, others, float(model.intercept_[0]))

    def probabilities(self, scores: Array32) -> Array32:
        """How probably each candidate is right; 0 where the score is -inf, which is no candidate.

        Parameters
        ----------
        scores : float32 array of shape (n, k)

        Returns
        -------
        float32 array of shape (n, k)
        """
        absent = np.isneginf(scores)
        weights = np.array([self.own, self.others], dtype=np.float32)
        odds = _described(np.where(absent, -np.inf, scores)) @ weights + np.float32(self.start)
        probable = np.reciprocal(1 + np.exp(-np.clip(odds, -_SUREST, _SUREST)), dtype=np.float32)
        found: Array32 = np.where(absent, np.float32(0), probable)
        return found


def _described(scores: Array32) -> Array32:
    """Own score and log-sum of the others', shape (n, k, 2); a candidate that is none has zeros."""
    absent = np.isneginf(scores)
    highest = np.max(np.where(absent, np.float32(-np.inf), scores), axis=1, keepdims=True, initial=-np.inf)
    highest = np.where(np.isneginf(highest), np.float32(0), highest)
    odds = np.exp(scores - highest)
    # Not less than 0, which rounding makes of the sum less its largest part.
    rest = np.maximum(odds.sum(axis=1, keepdims=True) - odds, np.finfo(np.float32).tiny)
    own = np.where(absent, np.float32(0), scores)
    others = np.maximum(np.log(rest) + highest, own - np.float32(_FARTHEST))
    return np.stack([own, np.where(absent, np.float32(0), others)], axis=-1).astype(np.float32)
