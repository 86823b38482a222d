"""The relative representation as the paper defines it."""

from __future__ import annotations

from typing import ClassVar

from wordrel.methods.base import LinearAligner
from wordrel.relative import Array64, MapPair, compact_maps


class RelativePaper(LinearAligner):
    """The relative representation as the paper defines it, r(x) = A x, the cosine with each anchor.

    The d + d' columns hold every cosine between relative vectors exactly, within and across the two spaces. Weights of
    pairs are no part of the paper's definition and are not used.

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023, section 3.
    """

    preprocessing: ClassVar[tuple[str, ...]] = ("unit",)

    def _fit(self, X: Array64, Y: Array64, weights: Array64 | None) -> MapPair:
        return compact_maps(X, Y)


class RelativeCentred(RelativePaper):
    """The paper's form on centred spaces: r(x) = A (x - mean).

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023, section 3.
    """

    preprocessing: ClassVar[tuple[str, ...]] = ("unit", "center", "unit")
