"""Anchors of a comparison, a draw for each seed."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from wordrel.errors import InvalidParameter
from wordrel.relative import Array32
from wordrel.strategies import STRATEGIES, choose, find_strategy, joint_vectors
from wordrel.topk import Rows

# The others leave nothing to chance: each seed gives the same anchors.
_DRAWN = ("uniform", "kmeans")

_TOP = re.compile(r"top:([1-9]\d{0,8})")


def draw_anchors(strategy: str, source: Array32, target: Array32, n: int, seeds: Sequence[int]) -> dict[int, Rows]:
    """Choose anchors among the words of two spaces, for each seed.

    Parameters
    ----------
    strategy : str
        A name in `wordrel.strategies.STRATEGIES`; or ``top:N``, a uniform draw from the first N words, which Moschella
        et al. compare with the others (2023, appendix on the choice of anchors).
    source, target : arrays of float32, shape (n_words, d) and (n_words, d')
    n : int
        Anchors of a draw; at most n_words.
    seeds : sequence of int

    Returns
    -------
    dict of int to array of int64
        By seed; of a strategy that leaves nothing to chance only the first, for the others would be the same.

    Raises
    ------
    InvalidParameter
        For an unknown strategy, and when the first N words are fewer than the anchors.
    """
    top = _TOP.fullmatch(strategy)
    n_candidates = len(source)
    if top:
        strategy, n_candidates = "uniform", min(int(top[1]), n_candidates)
        if n_candidates < n:
            raise InvalidParameter(f"{n:,} anchors cannot be drawn from the first {n_candidates:,} words; take top:{n}")
    elif strategy not in STRATEGIES:
        raise InvalidParameter(f"unknown anchor strategy '{strategy}'; choose one of: {', '.join(STRATEGIES)}, top:N")
    places = np.arange(n_candidates)
    vectors = joint_vectors(source, target) if find_strategy(strategy).needs_vectors else np.empty((n_candidates, 0))
    taken = seeds if strategy in _DRAWN else seeds[:1]
    return {seed: choose(strategy, vectors, places, n, seed) for seed in taken}
