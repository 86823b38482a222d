"""The multi-step mapping of Artetxe et al.: whiten, rotate, re-weight, de-whiten."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.methods.base import LinearAligner
from wordrel.relative import MapPair, symmetric_power


class VecMap(LinearAligner):
    """x -> x W U S^reweight U' W^-1 U, with whitening W = (X'X)^-1/2 and the SVD of the whitened cross form, U S V'.

    The target goes through the same steps with its own whitening and V. Source: Artetxe, Labaka, Agirre, "Generalizing
    and improving bilingual word embedding mappings with a multi-step framework of linear transformations", AAAI 2018,
    steps 1 to 4, with re-weighting on both sides, as their "A robust self-learning method ..." (ACL 2018) has it.

    Parameters
    ----------
    reweight : float
        Exponent of the singular values on each side.
    """

    def __init__(self, reweight: float = 0.5) -> None:
        self.reweight = reweight

    def _fit(self, X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64], weights: npt.ArrayLike | None) -> MapPair:
        root = np.ones((len(X), 1)) if weights is None else np.sqrt(np.asarray(weights, dtype=np.float64))[:, None]
        left, right = X * root, Y * root
        covariances = left.T @ left, right.T @ right
        whiten = [symmetric_power(covariance, -0.5) for covariance in covariances]
        colour = [symmetric_power(covariance, 0.5) for covariance in covariances]
        U, S, Vt = np.linalg.svd(whiten[0] @ left.T @ right @ whiten[1], full_matrices=False)
        steps = zip(whiten, colour, (U, Vt.T), strict=True)
        return MapPair(*(W @ turn * S**self.reweight @ (turn.T @ C @ turn) for W, C, turn in steps))
