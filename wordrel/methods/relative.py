"""Whitened relative representations in joint coordinates: the default method."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from wordrel.joint import joint_maps
from wordrel.methods.base import LinearAligner
from wordrel.methods.limits import MOST_EXPONENT, MOST_RIDGE, Limit
from wordrel.relative import Array64, MapPair


class Relative(LinearAligner):
    """Whitened relative representations in joint coordinates: x -> unit(S^power P' (A'A + ridge)^(-exponent/2) x).

    See `wordrel.joint.joint_maps`.

    Parameters
    ----------
    exponent : float
        a in (K + ridge)^-a r(x).
    ridge : float or "auto"
        Share of the largest eigenvalue; "auto" goes by the number of anchors (fewer anchors know fewer directions).
    power : float
        Exponent of the singular values.

    Notes
    -----
    Whitening the relative representation by the anchors' own correlations, and joining the two spaces by the singular
    value decomposition of the cross form, is this project's. Directions that the anchors do not span are damped by the
    ridge, and left out when it is 0.

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023, for r(x).
    """

    limits: ClassVar[dict[str, Limit]] = {
        "exponent": Limit(0, MOST_EXPONENT),
        "ridge": Limit(0, MOST_RIDGE, words=("auto",)),
        "power": Limit(0, MOST_EXPONENT),
    }

    def __init__(self, exponent: float = 1.0, ridge: float | str = "auto", power: float = 0.5) -> None:
        self.exponent = exponent
        self.ridge = ridge
        self.power = power

    def _fit(self, X: Array64, Y: Array64, weights: Array64 | None) -> MapPair:
        n_anchors = float(len(X) if weights is None else np.sum(weights))
        self.ridge_ = auto_ridge(n_anchors) if isinstance(self.ridge, str) else self.ridge
        return joint_maps(X, Y, self.exponent, self.ridge_, self.power, weights)


def auto_ridge(n_anchors: float) -> float:
    """Ridge by the number of anchors, as a share of the largest eigenvalue."""
    return 0.3 if n_anchors < 250 else 0.1 if n_anchors < 700 else 0.05
