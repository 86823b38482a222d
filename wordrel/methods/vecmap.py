"""The multi-step mapping of Artetxe et al.: whiten, rotate, re-weight, de-whiten."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from wordrel.methods.base import LinearAligner
from wordrel.methods.limits import MOST_EXPONENT, Limit
from wordrel.relative import Array64, MapPair, symmetric_power


class VecMap(LinearAligner):
    """VecMap's supervised steps: whiten, rotate, re-weight, de-whiten.

    x -> x W U S^reweight U' W^-1 U, with whitening W = (X'X)^-1/2 and U S V' the SVD of the whitened cross form; the
    target goes through the same steps with its own whitening and V. Steps 1 to 4 of the first paper, with re-weighting
    on both sides as the second has it.

    Parameters
    ----------
    reweight : float
        Exponent of the singular values on each side.

    Notes
    -----
    Directions that the anchors do not span are left out.

    References
    ----------
    Artetxe, Labaka, Agirre, "Generalizing and improving bilingual word embedding mappings with a multi-step framework
    of linear transformations", AAAI 2018; "A robust self-learning method for fully unsupervised cross-lingual mappings
    of word embeddings", ACL 2018.
    """

    limits: ClassVar[dict[str, Limit]] = {"reweight": Limit(0, MOST_EXPONENT)}

    def __init__(self, reweight: float = 0.5) -> None:
        self.reweight = reweight

    def _fit(self, X: Array64, Y: Array64, weights: Array64 | None) -> MapPair:
        root = np.ones((len(X), 1)) if weights is None else np.sqrt(weights)[:, None]
        left, right = X * root, Y * root
        covariances = left.T @ left, right.T @ right
        whiten = [symmetric_power(covariance, -0.5) for covariance in covariances]
        colour = [symmetric_power(covariance, 0.5) for covariance in covariances]
        U, S, Vt = np.linalg.svd(whiten[0] @ left.T @ right @ whiten[1], full_matrices=False)
        steps = zip(whiten, colour, (U, Vt.T), strict=True)
        return MapPair(*(W @ turn * S**self.reweight @ (turn.T @ C @ turn) for W, C, turn in steps))
