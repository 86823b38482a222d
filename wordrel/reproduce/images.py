"""Small data that needs no download: images of digits, and points of a plane."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.relative import Array32


class Items(NamedTuple):
    """What an encoder is given.

    Attributes
    ----------
    values : array of float32, shape (n, d)
    groups : array of int64, shape (n,)
        What they show.
    """

    values: Array32
    groups: npt.NDArray[np.int64]


def digits() -> Items:
    """1,797 images of handwritten digits, 8 x 8 pixels from 0 to 1, which scikit-learn brings along.

    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Items((bunch.data / 16).astype(np.float32), bunch.target.astype(np.int64))


def plane(n: int, seed: int, width: int = 16) -> Items:
    """Points of a plane in 6 clumps on a ring, each turned into `width` numbers by one smooth random function."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(6, size=n)
    angles = groups * (np.pi / 3) + rng.normal(0, 0.15, n)
    radii = rng.normal(1, 0.15, n)
    points = radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    values = np.tanh(points @ rng.normal(size=(2, width)) + rng.normal(0, 0.3, width))
    return Items(values.astype(np.float32), groups.astype(np.int64))
