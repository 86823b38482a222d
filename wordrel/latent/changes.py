"""Random changes of a whole space, to see what a representation does not see."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.latent.checks import latents
from wordrel.relative import Array32, Array64
from wordrel.similarities import (
    DIMENSION_RESCALING,
    PERMUTATION,
    REFLECTION,
    ROTATION,
    ROW_RESCALING,
    SIGN_FLIPS,
    TRANSLATION,
    UNIFORM_RESCALING,
)

LINEAR_MAP = "general linear map"
MONOTONE = "monotone distortion of each dimension"

Change = Callable[[Array64, np.random.Generator], Array64]

# Factors lie between 1 / _FACTOR and _FACTOR, evenly in their logarithm.
_FACTOR = 4.0


def _rotation(Z: Array64, rng: np.random.Generator) -> Array64:
    Q = _orthogonal(Z.shape[1], rng)
    Q[:, 0] *= np.sign(np.linalg.det(Q))
    return Z @ Q


def _reflection(Z: Array64, rng: np.random.Generator) -> Array64:
    normal = rng.normal(size=(Z.shape[1],))
    mirrored: Array64 = Z - np.outer(Z @ normal, normal) * (2 / (normal @ normal))
    return mirrored


def _sign_flips(Z: Array64, rng: np.random.Generator) -> Array64:
    signs = rng.choice([-1.0, 1.0], Z.shape[1])
    # With all signs alike nothing, or all, would be flipped.
    signs[rng.integers(Z.shape[1])] = -1.0
    flipped: Array64 = Z * signs
    return flipped


def _translation(Z: Array64, rng: np.random.Generator) -> Array64:
    """By as much as the space is wide: its root mean square distance from its mean."""
    direction = rng.normal(size=(Z.shape[1],))
    width = np.sqrt(((Z - Z.mean(axis=0)) ** 2).sum(axis=1).mean())
    moved: Array64 = Z + direction * (width / np.linalg.norm(direction))
    return moved


def _linear_map(Z: Array64, rng: np.random.Generator) -> Array64:
    """Turn, rescale each dimension, turn again: any invertible map is of this form."""
    d = Z.shape[1]
    return (Z @ _orthogonal(d, rng) * _factors(d, rng)) @ _orthogonal(d, rng)


def _monotone(Z: Array64, rng: np.random.Generator) -> Array64:
    """z -> sign(z) |z|^p in each dimension, with its own p, about its own mean and in units of its own deviation."""
    mean, deviation = Z.mean(axis=0), Z.std(axis=0)
    deviation[deviation == 0] = 1
    scaled = (Z - mean) / deviation
    bent: Array64 = np.sign(scaled) * np.abs(scaled) ** rng.uniform(1.5, 3, Z.shape[1])
    return np.asarray(mean + deviation * bent)


def _orthogonal(d: int, rng: np.random.Generator) -> Array64:
    """Draw an orthogonal matrix, all alike probable (Mezzadri, Notices of the AMS 54, 2007)."""
    Q, R = np.linalg.qr(rng.normal(size=(d, d)))
    uniform: Array64 = Q * np.sign(np.diag(R))
    return uniform


def _factors(n: int, rng: np.random.Generator) -> Array64:
    factors: Array64 = _FACTOR ** rng.uniform(-1, 1, n)
    return factors


CHANGES: dict[str, Change] = {
    ROTATION: _rotation,
    REFLECTION: _reflection,
    PERMUTATION: lambda Z, rng: Z[:, rng.permutation(Z.shape[1])],
    SIGN_FLIPS: _sign_flips,
    UNIFORM_RESCALING: lambda Z, rng: Z * (_FACTOR if rng.random() < 0.5 else 1 / _FACTOR),
    ROW_RESCALING: lambda Z, rng: Z * _factors(len(Z), rng)[:, None],
    TRANSLATION: _translation,
    DIMENSION_RESCALING: lambda Z, rng: Z * _factors(Z.shape[1], rng),
    LINEAR_MAP: _linear_map,
    MONOTONE: _monotone,
}
"""From latents, shape (n, d), and a generator to changed latents: `wordrel.similarities.TRANSFORMATIONS`, to which the
similarities state their invariance, and two that none of them is invariant to."""


def changed(Z: npt.ArrayLike, transformation: str, seed: int = 0) -> Array32:
    """Change a space at random.

    Parameters
    ----------
    Z : array of shape (n, d)
        All rows of the space, anchors among them.
    transformation : str
        A name in `CHANGES`.
    seed : int

    Returns
    -------
    array of float32, shape (n, d)

    Raises
    ------
    InvalidParameter
        For an unknown name, and for latents with NaN.

    Notes
    -----
    Factors lie between 1/4 and 4, exponents of the distortion between 1.5 and 3, and a space is moved by its own width:
    changes that no one overlooks, and that float32 holds.
    """
    if transformation not in CHANGES:
        raise InvalidParameter(f"unknown transformation '{transformation}'; choose one of: {', '.join(CHANGES)}")
    space = latents(Z, "Z").astype(np.float64)
    return CHANGES[transformation](space, np.random.default_rng(seed)).astype(np.float32)
