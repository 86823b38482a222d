"""Joint coordinates of many whitened relative spaces: `wordrel.joint` for more than two languages."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.joint import check_setting, gram, scale
from wordrel.relative import Array64, parallel, weight_column


class Link(NamedTuple):
    """Parallel anchors of two of the spaces.

    Attributes
    ----------
    first, second : int
        Numbers of the two spaces.
    A, B : arrays of shape (m, d) and (m, d')
        Row i of one and row i of the other translate each other; unit rows.
    weights : array of shape (m,), optional
        How much each pair counts.
    """

    first: int
    second: int
    A: npt.ArrayLike
    B: npt.ArrayLike
    weights: npt.ArrayLike | None = None


class MultisetForms:
    """What the joint maps of all settings have in common, as `wordrel.joint.JointForms` for two spaces.

    Parameters
    ----------
    links : sequence of Link
        Each space has to be in one or more.

    Notes
    -----
    A space's whitener is that of all its anchors, of all links together: with A_l A_l' summed over the links of space l
    it is V_l diag(a_l) V_l', and the block of the link of l and k is V_l' A_l' B_k V_k, scaled from both sides.
    """

    def __init__(self, links: Sequence[Link]) -> None:
        n_spaces = 1 + max(max(link.first, link.second) for link in links)
        sides: list[Array64 | None] = [None] * n_spaces
        crosses = []
        for link in links:
            left, right = parallel(link.A, link.B)
            column = np.sqrt(weight_column(link.weights, len(left)))
            left, right = left * column, right * column
            for number, side in ((link.first, left), (link.second, right)):
                own, known = gram(side, side), sides[number]
                sides[number] = own if known is None else known + own
            crosses.append((link.first, link.second, gram(left, right)))
        if any(side is None for side in sides):
            raise InvalidParameter("every space needs anchors with another; give one more link")
        spectra = [np.linalg.eigh(side) for side in sides if side is not None]
        self._values = [spectrum.eigenvalues for spectrum in spectra]
        self._vectors = [spectrum.eigenvectors for spectrum in spectra]
        self._crosses = [(i, j, self._vectors[i].T @ cross @ self._vectors[j]) for i, j, cross in crosses]

    def maps(self, exponent: float = 1.0, ridge: float = 0.05, power: float = 0.5) -> tuple[Array64, ...]:
        """Maps of all spaces into joint coordinates, as `multiset_maps` describes them."""
        check_setting(exponent, ridge, power)
        scales = [scale(values, exponent, ridge) for values in self._values]
        starts = np.cumsum([0, *map(len, scales)])
        places = [slice(start, end) for start, end in pairwise(starts)]
        block = np.zeros((starts[-1], starts[-1]))
        for i, j, cross in self._crosses:
            part = scales[i][:, None] * cross * scales[j]
            block[places[i], places[j]] += part
            block[places[j], places[i]] += part.T
        values, vectors = np.linalg.eigh(block)
        rank = min(map(len, scales))
        top, joint = values[::-1][:rank], vectors[:, ::-1][:, :rank]
        if top[0] <= 0:
            raise InvalidParameter("all anchors of one space are zero vectors; choose anchors that have a direction")
        weight = (np.maximum(top, 0) / top[0]) ** power
        return tuple(
            own * by @ (joint[place] * weight) for own, by, place in zip(self._vectors, scales, places, strict=True)
        )


def multiset_maps(
    links: Sequence[Link], exponent: float = 1.0, ridge: float = 0.05, power: float = 0.5
) -> tuple[Array64, ...]:
    """Whitened relative representations of several spaces in joint coordinates.

    With whiteners W_l and the cross forms W_l A_l' A_k W_k of all links as the blocks of a symmetric matrix with zeros
    on its diagonal, = E S E', the map of space l is F_l = W_l E_l S^power: E_l are the rows of E that belong to l. The
    eigenvectors of the highest eigenvalues are the directions on which the spaces agree most, summed over all links.
    With two spaces these are the maps of `wordrel.joint.joint_maps`, but for a factor.

    Parameters
    ----------
    links : sequence of Link
        Each space has to be in one or more.
    exponent, ridge, power : float
        As in `wordrel.joint.joint_maps`.

    Returns
    -------
    tuple of array of float64, shape (d, rank)
        One for each space, of rank min(d); S is scaled to a largest value of 1.

    References
    ----------
    Kettenring, "Canonical analysis of several sets of variables", Biometrika 1971 (the sum of correlations).
    """
    return MultisetForms(links).maps(exponent, ridge, power)
