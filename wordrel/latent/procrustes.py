"""How far two latent spaces are from being the same up to a turn, a scale and a shift."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.latent.checks import check_items, latents


def procrustes_residual(Z: npt.ArrayLike, Z_ref: npt.ArrayLike) -> float:
    """Smallest |s Z Q + t - Z_ref| / |Z_ref - mean|, over orthogonal Q, scales s and shifts t.

    Parameters
    ----------
    Z, Z_ref : arrays of shape (n, d) and (n, d')
        The same items in both, not all of them at one place. The narrower space is taken as lying in the wider one.

    Returns
    -------
    float
        0 for spaces that differ only so, 1 when nothing of one is found in the other. The same either way round.

    Raises
    ------
    InvalidParameter
        For latents with NaN, different numbers of items, and items that are all the same.

    References
    ----------
    Schönemann and Carroll, "Fitting one matrix to another under choice of a central dilation and a rigid motion",
    Psychometrika 35, 1970. That spaces of two seeds are nearly so related: Moschella et al., ICLR 2023, section 3.
    """
    one, other = (latents(side, name).astype(np.float64) for side, name in ((Z, "Z"), (Z_ref, "Z_ref")))
    check_items(len(one), len(other))
    for side, name in ((one, "Z"), (other, "Z_ref")):
        if not len(side) or (side == side[0]).all():
            raise InvalidParameter(f"all rows of {name} are the same; give items that differ")
    one, other = ((side - side.mean(axis=0)) for side in (one, other))
    one, other = (side / np.linalg.norm(side) for side in (one, other))
    # The sum of the singular values is the largest inner product that a turn can give.
    shared = np.linalg.norm(one.T @ other, ord="nuc")
    return math.sqrt(max(1 - float(shared) ** 2, 0))
