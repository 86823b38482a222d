"""Joint coordinates of two whitened relative spaces: many settings at little more than the price of one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.relative import RANK_TOLERANCE, Array64, MapPair, parallel, weight_column

# Up to so many anchors the forms are exact to float64.
_EXACT_ROWS = 4096


class JointForms:
    """What the joint maps of all settings have in common: the anchors' forms, in their own eigenvectors.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m, d')
        Parallel anchors, unit rows.
    weights : array of shape (m,), optional
        How much each pair counts.

    Notes
    -----
    With A'A = V diag(a) V', B'B = U diag(b) U' and C = V' A'B U, the whitened cross form of any exponent and ridge is C
    with its rows and columns scaled: a setting costs one singular value decomposition of d x d' numbers, however many
    anchors there are.
    """

    def __init__(self, A: npt.ArrayLike, B: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> None:
        left, right = parallel(A, B)
        column = np.sqrt(weight_column(weights, len(left)))
        left, right = left * column, right * column
        self._decompose(gram(left, left), gram(right, right), gram(left, right))

    @classmethod
    def of_grams(cls, left: Array64, right: Array64, cross: Array64) -> JointForms:
        """The same from A'A, B'B and A'B, however these were added up."""
        forms = cls.__new__(cls)
        forms._decompose(left, right, cross)
        return forms

    def _decompose(self, left: Array64, right: Array64, cross: Array64) -> None:
        spectra = [np.linalg.eigh(form) for form in (left, right)]
        self._values = [spectrum.eigenvalues for spectrum in spectra]
        self._vectors = [spectrum.eigenvectors for spectrum in spectra]
        self._cross = self._vectors[0].T @ cross @ self._vectors[1]

    def maps(self, exponent: float = 1.0, ridge: float = 0.05, power: float = 0.5) -> MapPair:
        """Maps of both spaces into joint coordinates, as `wordrel.joint.joint_maps` describes them."""
        check_setting(exponent, ridge, power)
        scales = [scale(values, exponent, ridge) for values in self._values]
        P, S, Qt = np.linalg.svd(scales[0][:, None] * self._cross * scales[1], full_matrices=False)
        if S[0] <= 0:
            raise InvalidParameter("all anchors of one space are zero vectors; choose anchors that have a direction")
        weight = (S / S[0]) ** power
        source = self._vectors[0] * scales[0] @ (P * weight)
        return MapPair(source, self._vectors[1] * scales[1] @ (Qt.T * weight))


def check_setting(exponent: float, ridge: float, power: float) -> None:
    """Refuse what no joint map can be made with."""
    if not 0 <= ridge < np.inf:
        raise InvalidParameter(f"the ridge must be 0 or more, not {ridge}")
    if not np.isfinite(exponent):
        raise InvalidParameter(f"the exponent must be a finite number, not {exponent}")
    if not 0 <= power < np.inf:
        raise InvalidParameter(f"the power must be 0 or more, not {power}")


def gram(left: Array64, right: Array64) -> Array64:
    """left' right; with many rows block by block in float32, summed in float64: a third of the time, 7 digits."""
    if len(left) <= _EXACT_ROWS:
        product: Array64 = left.T @ right
        return product
    total = np.zeros((left.shape[1], right.shape[1]))
    for start in range(0, len(left), _EXACT_ROWS):
        rows = slice(start, start + _EXACT_ROWS)
        total += left[rows].astype(np.float32).T @ right[rows].astype(np.float32)
    return total


def scale(values: Array64, exponent: float, ridge: float) -> Array64:
    """(values + ridge)^(-exponent / 2); directions that the anchors do not span are left out."""
    if exponent == 0:
        return np.ones(len(values))
    shifted = values + ridge * max(values[-1], 0)
    scale: Array64 = np.zeros_like(shifted)
    spanned = shifted > RANK_TOLERANCE * shifted[-1]
    scale[spanned] = shifted[spanned] ** (-exponent / 2)
    return scale


def joint_maps(
    A: npt.ArrayLike,
    B: npt.ArrayLike,
    exponent: float = 1.0,
    ridge: float = 0.05,
    power: float = 0.5,
    weights: npt.ArrayLike | None = None,
) -> MapPair:
    """Whitened relative representations of two spaces in joint coordinates.

    With whiteners W_A, W_B (`wordrel.relative.whitened_maps`) and the cross form W_A A'B W_B = P S Q', the maps are

        F = W_A P S^power,   G = W_B Q S^power.

    With power = 1/2, (xF).(yG) = r_a(x).r_a(y): the inner product of the whitened relative vectors themselves, now in
    coordinates in which each space also has a meaningful length of its own, so that rows can be normalised last. With
    exponent 1 the coordinates are those of regularised canonical correlation analysis, weighted by the correlations.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m, d')
        Parallel anchors, unit rows.
    exponent : float
        a, the power to which the anchors' correlations are divided out.
    ridge : float
        As a share of the largest eigenvalue of A'A (and of B'B).
    power : float
        How strongly directions count on which the two languages agree.
    weights : array of shape (m,), optional
        How much each pair counts.

    Returns
    -------
    MapPair
        Of rank min(d, d'); S is scaled to a largest value of 1.
    """
    return JointForms(A, B, weights).maps(exponent, ridge, power)
