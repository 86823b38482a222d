"""Two classical linear methods: canonical correlation analysis and ridge regression."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.methods.base import LinearAligner
from wordrel.relative import MapPair, joint_maps


class CCA(LinearAligner):
    """Canonical correlation analysis: x -> U' (A'A + ridge)^-1/2 x, the directions of largest correlation.

    Source: Faruqui and Dyer, "Improving vector space word representations using multilingual correlation", EACL 2014,
    section 3. It is `Relative` with exponent 1 and without the weight of the correlations (power 0).

    Parameters
    ----------
    ridge : float
        Share of the largest eigenvalue that is added to the covariances.
    """

    def __init__(self, ridge: float = 0.01) -> None:
        self.ridge = ridge

    def _fit(self, X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64], weights: npt.ArrayLike | None) -> MapPair:
        return joint_maps(X, Y, 1.0, self.ridge, 0.0, weights)


class Ridge(LinearAligner):
    """argmin over W of the sum of w_i |W x_i - y_i|^2 + ridge |W|^2: the source is mapped, the target stays.

    Source: Mikolov, Le, Sutskever, "Exploiting similarities among languages for machine translation", 2013, section 4,
    with the penalty of Dinu, Lazaridou and Baroni (ICLR workshop 2015, section 2).

    Parameters
    ----------
    ridge : float
        Share of the largest eigenvalue of the source anchors' covariance.
    """

    def __init__(self, ridge: float = 0.01) -> None:
        self.ridge = ridge

    def _fit(self, X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64], weights: npt.ArrayLike | None) -> MapPair:
        if self.ridge <= 0:
            raise InvalidParameter(f"the ridge must be above 0, not {self.ridge}")
        weighted = X if weights is None else X * np.asarray(weights, dtype=np.float64)[:, None]
        covariance = weighted.T @ X
        penalty = self.ridge * np.linalg.eigvalsh(covariance)[-1] * np.eye(X.shape[1])
        if not penalty.any():
            raise InvalidParameter("all anchors of one space are zero vectors; choose anchors that have a direction")
        return MapPair(np.linalg.solve(covariance + penalty, weighted.T @ Y), np.eye(Y.shape[1]))
