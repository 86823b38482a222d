"""The relative representation as the paper defines it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.methods.base import LinearAligner
from wordrel.relative import MapPair, compact_maps


class RelativePaper(LinearAligner):
    """r(x) = A x, the cosine with each anchor (Moschella et al., ICLR 2023, section 3), in compact form.

    The d + d' columns hold every cosine between relative vectors exactly, within and across the two spaces. Weights of
    pairs are no part of the paper's definition and are not used.
    """

    preprocessing: ClassVar[tuple[str, ...]] = ("unit",)

    def _fit(self, X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64], weights: npt.ArrayLike | None) -> MapPair:
        if not X.any() or not Y.any():
            raise InvalidParameter("all anchors of one space are zero vectors; choose anchors that have a direction")
        return compact_maps(X, Y)


class RelativeCentred(RelativePaper):
    """The paper's form on centred spaces: r(x) = A (x - mean)."""

    preprocessing: ClassVar[tuple[str, ...]] = ("unit", "center", "unit")
