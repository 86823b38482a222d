"""Orthogonal Procrustes: the mapping that most toolkits use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.methods.base import LinearAligner
from wordrel.relative import MapPair


class Procrustes(LinearAligner):
    """argmin over orthogonal W of the sum of w_i |W x_i - y_i|^2 = U V', from the SVD of Y' diag(w) X = U S V'.

    Sources: Xing et al. (NAACL 2015, section 3); Smith et al. (ICLR 2017, section 2); Schönemann (1966). Spaces of
    different dimensions meet in min(d, d') columns (both sides are turned; nothing is stretched).
    """

    def _fit(self, X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64], weights: npt.ArrayLike | None) -> MapPair:
        column = np.ones((len(X), 1)) if weights is None else np.asarray(weights, dtype=np.float64)[:, None]
        U, _, Vt = np.linalg.svd((Y * column).T @ X, full_matrices=False)
        return MapPair(Vt.T, U)
