"""Networks that rank lists: what matters is which candidate of a word is right, not how good each is by itself.

The loss of a word is -log of the share that a softmax over its candidates gives to the right ones (Cao et al.,
"Learning to rank: from pairwise approach to listwise approach", ICML 2007, section 4, its top-one probability; several
right candidates share it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from wordrel.adam import Adam
from wordrel.relative import Array32

# On left-out training words of English-French, English-Italian and English-Finnish one layer of 64 gained .1 to .4
# points of P@1 less, 64 and 32 units or half the rate .1 to .3 less, a linear form .3 to .8 less, batches twice as
# large and five epochs less; dropout, twelve epochs and two networks in place of one gained no more.
_UNITS = (128, 32)
_EPOCHS, _BATCH, _RATE = 8, 64, 0.006
# Standardised features beyond so many deviations say no more.
_FAR = 5.0

Right = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Networks:
    """Several networks of two hidden layers, whose mean is taken; the first axis of all arrays counts them.

    Attributes
    ----------
    mean, scale : float32 arrays of shape (m, c)
        By which features are standardised.
    first, first_bias : float32 arrays of shape (m, c, 128) and (m, 128)
    second, second_bias : float32 arrays of shape (m, 128, 32) and (m, 32)
    last : float32 array of shape (m, 32)
    """

    mean: Array32
    scale: Array32
    first: Array32
    first_bias: Array32
    second: Array32
    second_bias: Array32
    last: Array32

    @classmethod
    def fit(cls, features: Array32, right: Right, seed: int = 0) -> Networks:
        """Learn one network.

        Parameters
        ----------
        features : float32 array of shape (n, k, c)
            Of k candidates of each of n words.
        right : bool array of shape (n, k)
            Words without a right candidate teach nothing.
        seed : int
        """
        random = np.random.default_rng(seed)
        flat = features.reshape(-1, features.shape[-1])
        mean, scale = flat.mean(axis=0), flat.std(axis=0) + np.float32(1e-6)
        known = np.flatnonzero(right.any(axis=1))
        X, right = _standardised(features[known], mean, scale), right[known]
        sizes = (X.shape[-1], *_UNITS)
        drawn = [random.uniform(-1, 1, shape) / shape[0] ** 0.5 for shape in zip(sizes, _UNITS, strict=False)]
        last = random.uniform(-1, 1, _UNITS[1]) / _UNITS[1] ** 0.5
        weights = [drawn[0], np.zeros(_UNITS[0]), drawn[1], np.zeros(_UNITS[1]), last]
        parts = [Adam(one.astype(np.float32)) for one in weights]
        n_steps, step = _EPOCHS * -(-len(known) // _BATCH), 0
        for _ in range(_EPOCHS):
            order = random.permutation(len(known))
            for start in range(0, len(order), _BATCH):
                some = order[start : start + _BATCH]
                _, gradients = loss_and_gradients(X[some], right[some], [part.values for part in parts])
                rate = _RATE * (1 - step / n_steps)
                for part, gradient in zip(parts, gradients, strict=True):
                    part.step(gradient, rate)
                step += 1
        return cls(*(one[None] for one in (mean, scale, *(part.values for part in parts))))

    @classmethod
    def together(cls, several: Sequence[Networks]) -> Networks:
        """All networks of several."""
        return cls(*(np.concatenate([getattr(one, part.name) for one in several]) for part in fields(cls)))

    def scores(self, features: Array32) -> Array32:
        """Mean score of each candidate, which says how much better it is than others of its list, and no more.

        Parameters
        ----------
        features : float32 array of shape (n, k, c)

        Returns
        -------
        float32 array of shape (n, k)
        """
        total = np.zeros(features.shape[:2], dtype=np.float32)
        for mean, scale, *weights in zip(*(getattr(self, part.name) for part in fields(self)), strict=True):
            total += _forward(_standardised(features, mean, scale), weights)[-1]
        total /= len(self.mean)
        return total


def _standardised(features: Array32, mean: Array32, scale: Array32) -> Array32:
    X: Array32 = (features - mean) / scale
    return np.clip(X, -_FAR, _FAR, out=X)


def _forward(X: Array32, weights: Sequence[Array32]) -> tuple[Array32, Array32, Array32]:
    """Both hidden layers, and a score for each candidate."""
    first, first_bias, second, second_bias, last = weights
    one = np.maximum(X @ first + first_bias, 0)
    other = np.maximum(one @ second + second_bias, 0)
    return one, other, other @ last


def loss_and_gradients(X: Array32, right: Right, weights: Sequence[Array32]) -> tuple[float, list[Array32]]:
    """Mean loss of some words, and its gradient by all weights.

    Parameters
    ----------
    X : float32 array of shape (n, k, c)
        Standardised.
    right : bool array of shape (n, k)
        One or more a word.
    weights : sequence of float32 arrays
        As in `Networks`, from `first` to `last`, of one network.

    Returns
    -------
    loss : float
    gradients : list of float32 arrays
        Of the shapes of the weights.
    """
    _, _, second, _, last = weights
    one, other, scores = _forward(X, weights)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    among_right = np.where(right, shares, 0)
    of_right = among_right.sum(axis=1, keepdims=True) + np.finfo(np.float32).tiny
    of_all = shares.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(of_all) - np.log(of_right)))
    by_score = ((shares / of_all - among_right / of_right) / np.float32(len(X))).reshape(-1)
    X, one, other = (table.reshape(-1, table.shape[-1]) for table in (X, one, other))
    by_other = np.outer(by_score, last) * (other > 0)
    by_one = (by_other @ second.T) * (one > 0)
    gradients = [X.T @ by_one, by_one.sum(axis=0), one.T @ by_other, by_other.sum(axis=0), other.T @ by_score]
    return loss, gradients
