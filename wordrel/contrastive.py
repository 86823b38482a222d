"""Contrastive tuning: a pair's words come closer to each other than to the words that they are confused with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.adam import Adam
from wordrel.errors import InvalidParameter
from wordrel.relative import Array32, Array64, MapPair, unit_rows
from wordrel.topk import Rows, mean_similarity

# Found on left-out training words of English-French and English-Italian. Temperatures of .05 and .2 and rates of half
# and twice as much gained less; four times the batch and the vocabulary gained no more than their price.
TEMPERATURE = 0.1
LEARNING_RATE = 0.004
BATCH = 400
VOCABULARY = 2000

# Of CSLS; hubs move slowly, so that their penalty is computed anew only now and then.
_NEIGHBOURHOOD, _REFRESH = 10, 20


def contrast(
    maps: MapPair,
    X: Array32,
    Y: Array32,
    source_rows: Rows,
    target_rows: Rows,
    weights: npt.NDArray[np.float64],
    steps: int,
    vocabulary: int = VOCABULARY,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> MapPair:
    """Tune two linear maps so that CSLS finds the pairs that are given, by stochastic gradient steps.

    The loss of a pair (i, j) is the cross entropy of a softmax over its own target and the frequent words,

        -log( exp(s_ij / t) / sum_k exp(s_ik / t) ),   s_ik = cos(x_i, y_k) - r_S(y_k) / 2,

    and the same from target to source. The maps are multiplied from the right, F -> F M and G -> G N with M = N = 1 at
    the start: in the coordinates of a joint map all directions are alike.

    Parameters
    ----------
    maps : MapPair
        Of shape (d, rank) and (d', rank).
    X, Y : arrays of float32, shape (n, d) and (n', d')
        The two prepared spaces, most frequent words first.
    source_rows, target_rows : arrays of int64, shape (n_pairs,)
        Pairs that translate each other.
    weights : array of float64, shape (n_pairs,)
        How often each pair is drawn. Induced pairs (`wordrel.refine`) belong among them: with the given ones alone
        there was no gain.
    steps : int
        Gradient steps, each with `BATCH` pairs that are drawn at random; their size falls to 0.
    vocabulary : int
        Negatives are the first so many rows of each side.
    seed : int
        Of the draws.
    progress : callable, optional
        Told when it begins.

    Returns
    -------
    MapPair
        Of the same shapes.

    References
    ----------
    The softmax over negatives: van den Oord, Li, Vinyals, 2018 (InfoNCE); with self-learning for linear maps of words:
    Li et al., "Improving word translation via two-stage contrastive learning", ACL 2022, section 2.1. Hubs in the
    criterion: Joulin et al., EMNLP 2018, section 3.
    """
    tuned = contrast_many(
        maps, (X, Y), [PairsOf(0, 1, source_rows, target_rows, weights)], steps, vocabulary, seed, progress
    )
    return MapPair(tuned[0], tuned[1])


class PairsOf(NamedTuple):
    """Pairs of two of several spaces.

    Attributes
    ----------
    first, second : int
        Numbers of the two spaces.
    rows, columns : arrays of int64, shape (n_pairs,)
        Row `rows[i]` of one and row `columns[i]` of the other translate each other.
    weights : array of float64, shape (n_pairs,)
        How often each pair is drawn.
    """

    first: int
    second: int
    rows: Rows
    columns: Rows
    weights: npt.NDArray[np.float64]


def contrast_many(
    maps: Sequence[Array64],
    spaces: Sequence[Array32],
    links: Sequence[PairsOf],
    steps: int,
    vocabulary: int = VOCABULARY,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> tuple[Array64, ...]:
    """Tune the maps of several spaces at once: the loss is the sum of that of `contrast` over all links.

    Parameters
    ----------
    maps : sequence of array of float64, shape (d, rank)
        One for each space; d may differ.
    spaces : sequence of array of float32, shape (n, d)
        Prepared, most frequent words first.
    links : sequence of PairsOf
    steps, vocabulary, seed, progress : see `contrast`

    Returns
    -------
    tuple of array of float64
        Of the same shapes.
    """
    if steps < 1:
        raise InvalidParameter(f"the number of steps must be 1 or more, not {steps}")
    if progress is not None:
        progress("contrastive tuning")
    mapped = [_scaled(Z @ F.astype(np.float32)) for Z, F in zip(spaces, maps, strict=True)]
    random = np.random.default_rng(seed)
    chances = [link.weights / link.weights.sum() for link in links]
    turns = [Adam(np.eye(F.shape[1], dtype=np.float32)) for F in maps]
    hubs: list[tuple[Array32, Array32]] = []
    for step in range(steps):
        if step % _REFRESH == 0:
            frequent = [unit_rows(Z[:vocabulary] @ turn.values) for Z, turn in zip(mapped, turns, strict=True)]
            hubs = [_hubs(frequent[link.first], frequent[link.second]) for link in links]
        totals = [np.zeros_like(turn.values) for turn in turns]
        for link, chance, hub in zip(links, chances, hubs, strict=True):
            drawn = random.choice(len(chance), BATCH, p=chance)
            own, ends = (link.rows[drawn], link.columns[drawn]), (link.first, link.second)
            rows = [np.concatenate([mapped[k][one], mapped[k][:vocabulary]]) for k, one in zip(ends, own, strict=True)]
            turned = [R @ turns[k].values for R, k in zip(rows, ends, strict=True)]
            _, *gradients = loss_and_gradients(turned[0], turned[1], BATCH, hub, own)
            for k, R, gradient in zip(ends, rows, gradients, strict=True):
                totals[k] += R.T @ gradient
        for turn, total in zip(turns, totals, strict=True):
            turn.step(total, LEARNING_RATE * (1 - step / steps))
    return tuple(F @ turn.values.astype(np.float64) for F, turn in zip(maps, turns, strict=True))


def _hubs(left: Array32, right: Array32) -> tuple[Array32, Array32]:
    """Mean similarity of each frequent word of both sides to its nearest of the other."""
    return mean_similarity(left, right, _NEIGHBOURHOOD), mean_similarity(right, left, _NEIGHBOURHOOD)


def loss_and_gradients(
    left: Array32, right: Array32, n_pairs: int, hubs: tuple[Array32, Array32], own: tuple[Rows, Rows]
) -> tuple[float, Array32, Array32]:
    """Mean loss of pairs in both directions, and its gradient by the rows.

    Parameters
    ----------
    left, right : arrays of float32, shape (n_pairs + v, rank) and (n_pairs + v', rank)
        The words of the pairs and below them the frequent words, of any length.
    n_pairs : int
    hubs : arrays of float32, shape (v,) and (v',)
        Mean similarity of each frequent word to its nearest of the other side.
    own : arrays of int64, shape (n_pairs,)
        Which frequent word the pair's own word is, v or v' and more when it is none.

    Returns
    -------
    loss : float
    gradients : arrays of float32, shapes of `left` and `right`
    """
    lengths = [np.linalg.norm(side, axis=1, keepdims=True) for side in (left, right)]
    units = [side / np.where(length > 0, length, 1) for side, length in zip((left, right), lengths, strict=True)]
    gradients = [np.zeros_like(side) for side in units]
    loss = 0.0
    for k, other in ((0, 1), (1, 0)):
        asked, answer, pool = units[k][:n_pairs], units[other][:n_pairs], units[other][n_pairs:]
        penalty = hubs[other] / 2
        logits = asked @ pool.T
        logits -= penalty
        inside = np.flatnonzero(own[other] < len(pool))
        # The answer has a place of its own; it does not stand among the negatives as well.
        logits[inside, own[other][inside]] = -np.inf
        right_one = np.einsum("ij,ij->i", asked, answer)
        right_one -= penalty.mean()
        right_one[inside] += penalty.mean() - penalty[own[other][inside]]
        logits /= TEMPERATURE
        right_one /= TEMPERATURE
        peak = np.maximum(logits.max(axis=1), right_one)
        logits -= peak[:, None]
        chance = np.exp(logits, out=logits)
        chance_right = np.exp(right_one - peak)
        total = chance.sum(axis=1) + chance_right
        loss -= float(np.log(chance_right / total).mean())
        share = 1 / (n_pairs * TEMPERATURE)
        chance *= (share / total)[:, None]
        pull = (share * (chance_right / total - 1))[:, None].astype(np.float32)
        gradients[k][:n_pairs] += chance @ pool + pull * answer
        gradients[other][n_pairs:] += chance.T @ asked
        gradients[other][:n_pairs] += pull * asked
    by_rows = [
        (g - u * np.einsum("ij,ij->i", g, u)[:, None]) / np.where(length > 0, length, 1)
        for g, u, length in zip(gradients, units, lengths, strict=True)
    ]
    return loss, by_rows[0], by_rows[1]


def _scaled(Z: Array32) -> Array32:
    """Rows of length about 1, so that a step of one size means the same everywhere."""
    size = float(np.sqrt(np.einsum("ij,ij->i", Z, Z)).mean())
    return Z / np.float32(size) if size > 0 else Z
