"""Gradient steps whose size adapts to each number (Kingma and Ba, "Adam", ICLR 2015, algorithm 1)."""

from __future__ import annotations

import numpy as np

from wordrel.relative import Array32

# The second moment forgets faster than their .999, as all that is learnt here takes a few hundred steps at most.
_FIRST, _SECOND = 0.9, 0.99


class Adam:
    """An array and what is remembered of its gradients.

    Parameters
    ----------
    start : array of float32
        Changed in place.

    Attributes
    ----------
    values : array of float32
    """

    def __init__(self, start: Array32) -> None:
        self.values = start
        self._mean = np.zeros_like(start)
        self._square = np.zeros_like(start)
        self._steps = 0

    def step(self, gradient: Array32, rate: float) -> None:
        """Go down a gradient, an array of the same shape."""
        self._steps += 1
        self._mean += (1 - _FIRST) * (gradient - self._mean)
        self._square += (1 - _SECOND) * (gradient**2 - self._square)
        mean = self._mean / (1 - _FIRST**self._steps)
        square = self._square / (1 - _SECOND**self._steps)
        # A direction without any gradient stays as it is.
        self.values -= rate * mean / (np.sqrt(square) + np.finfo(np.float32).tiny)
