"""Two classical linear methods: canonical correlation analysis and ridge regression."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from wordrel.joint import joint_maps
from wordrel.methods.base import LinearAligner
from wordrel.methods.limits import MOST_RIDGE, Limit
from wordrel.relative import Array64, MapPair


class CCA(LinearAligner):
    """Canonical correlation analysis: x -> U' (A'A + ridge)^-1/2 x, the directions of largest correlation.

    It is `Relative` with exponent 1 and without the weight of the correlations (power 0).

    Parameters
    ----------
    ridge : float
        Share of the largest eigenvalue that is added to the covariances.

    References
    ----------
    Faruqui and Dyer, "Improving vector space word representations using multilingual correlation", EACL 2014,
    section 3.
    """

    limits: ClassVar[dict[str, Limit]] = {"ridge": Limit(0, MOST_RIDGE)}

    def __init__(self, ridge: float = 0.01) -> None:
        self.ridge = ridge

    def _fit(self, X: Array64, Y: Array64, weights: Array64 | None) -> MapPair:
        return joint_maps(X, Y, 1.0, self.ridge, 0.0, weights)


class Ridge(LinearAligner):
    """Ridge regression: argmin over W of the sum of w_i |W x_i - y_i|^2 + ridge |W|^2; the target space stays.

    Parameters
    ----------
    ridge : float
        Share of the largest eigenvalue of the source anchors' covariance.

    References
    ----------
    Mikolov, Le, Sutskever, "Exploiting similarities among languages for machine translation", 2013, section 4; with the
    penalty of Dinu, Lazaridou and Baroni, ICLR workshop 2015, section 2.
    """

    limits: ClassVar[dict[str, Limit]] = {"ridge": Limit(0, MOST_RIDGE, open=True)}

    def __init__(self, ridge: float = 0.01) -> None:
        self.ridge = ridge

    def _fit(self, X: Array64, Y: Array64, weights: Array64 | None) -> MapPair:
        weighted = X if weights is None else X * weights[:, None]
        covariance = weighted.T @ X
        penalty = self.ridge * np.linalg.eigvalsh(covariance)[-1] * np.eye(X.shape[1])
        return MapPair(np.linalg.solve(covariance + penalty, weighted.T @ Y), np.eye(Y.shape[1]))
