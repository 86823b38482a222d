"""Orthogonal Procrustes: the mapping that most toolkits use."""

from __future__ import annotations

import numpy as np

from wordrel.methods.base import LinearAligner
from wordrel.relative import Array64, MapPair


class Procrustes(LinearAligner):
    """Orthogonal Procrustes: argmin over orthogonal W of the sum of w_i |W x_i - y_i|^2.

    W = U V', from the SVD of Y' diag(w) X = U S V'. Spaces of different dimensions meet in min(d, d') columns (both
    sides are turned; nothing is stretched).

    Notes
    -----
    Directions that the anchors do not span are turned into one another in an arbitrary, orthogonal way.

    References
    ----------
    Xing et al., NAACL 2015, section 3; Smith et al., ICLR 2017, section 2; Schönemann, Psychometrika 1966.
    """

    def _fit(self, X: Array64, Y: Array64, weights: Array64 | None) -> MapPair:
        weighted = Y if weights is None else Y * weights[:, None]
        U, _, Vt = np.linalg.svd(weighted.T @ X, full_matrices=False)
        return MapPair(Vt.T, U)
