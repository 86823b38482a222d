"""What two spaces are compared as: absolute vectors, relative vectors, whitened relative vectors.

*Absolute*: the vectors as they were published. Spaces of different width have no coordinate in common; the narrower is
padded with zeros, which is as arbitrary as any other comparison of unrelated coordinates, and as near to chance.

*Relative*: cosines to the anchors, compared by their cosine (Moschella et al., ICLR 2023, section 3), not centred, as
in the paper. The m numbers of a word are never formed: see `wordrel.relative`.

*Whitened*: the default method of `wordrel align` (`wordrel.methods.relative`) with its default parameters, the rows
prepared as it has them (unit length, centred, unit length), fitted on the same anchors and on nothing else: pairs of
words that are no anchors are never looked at, and no parameter is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.comparison.settings import FORMS
from wordrel.errors import InvalidParameter
from wordrel.methods.relative import Relative
from wordrel.preprocessing import Preprocessing
from wordrel.relative import Array32, compact_map, cross_maps, map_rows, relative_norms, unit_rows
from wordrel.sparse import as_dense
from wordrel.topk import Rows


class FormRows(NamedTuple):
    """Rows of which the inner products are the cosines of a form.

    Attributes
    ----------
    source, target : arrays of float32, shape (n, r)
        For cosines of a word of one space with a word of the other.
    source_own, target_own : arrays of float32, shape (n, r') and (n, r'')
        For cosines within a space.
    """

    source: Array32
    target: Array32
    source_own: Array32
    target_own: Array32

    def turned(self) -> FormRows:
        """The same with the other space first."""
        return FormRows(self.target, self.source, self.target_own, self.source_own)


class Forms:
    """Makes the forms of two spaces from anchors.

    Parameters
    ----------
    source, target : arrays of shape (n, d) and (n, d')
        Rows of the same words.
    """

    def __init__(self, source: npt.ArrayLike, target: npt.ArrayLike) -> None:
        self._unit = unit_rows(source), unit_rows(target)
        self._prepared = tuple(Preprocessing().fit_transform(side) for side in self._unit)

    @property
    def unit(self) -> tuple[Array32, Array32]:
        """The rows of both spaces, at length 1."""
        return self._unit

    @property
    def padded(self) -> bool:
        """Whether the spaces differ in width, so that one is padded in the absolute form."""
        return bool(self._unit[0].shape[1] != self._unit[1].shape[1])

    def make(self, name: str, anchors: Rows) -> FormRows:
        """Rows in a form.

        Parameters
        ----------
        name : str
            One of `FORMS`.
        anchors : array of int64, shape (m,)
            Places of the anchors among the words; the absolute form needs none.

        Raises
        ------
        InvalidParameter
            For an unknown form, and for anchors that do not span anything.
        """
        if name == "absolute":
            return self._absolute()
        if name == "relative":
            return self._relative(anchors)
        return self._whitened(anchors)

    def _absolute(self) -> FormRows:
        X, Y = self._unit
        width = max(X.shape[1], Y.shape[1])
        left, right = (np.pad(side, ((0, 0), (0, width - side.shape[1]))) for side in (X, Y))
        return FormRows(left, right, X, Y)

    def _relative(self, anchors: Rows) -> FormRows:
        X, Y = self._unit
        A, B = X[anchors], Y[anchors]
        maps = cross_maps(A, B)
        return FormRows(
            _divided(X @ maps.source.astype(np.float32), relative_norms(X, A)),
            _divided(Y @ maps.target.astype(np.float32), relative_norms(Y, B)),
            map_rows(X, compact_map(A)),
            map_rows(Y, compact_map(B)),
        )

    def _whitened(self, anchors: Rows) -> FormRows:
        X, Y = self._prepared
        aligner = Relative().fit(X[anchors], Y[anchors])
        left, right = (as_dense(aligner.transform(side, i), "compared") for i, side in enumerate((X, Y)))
        return FormRows(left, right, left, right)


def check_forms(names: Sequence[str]) -> tuple[str, ...]:
    """Take each form once; refuse those that do not exist, and none at all."""
    unknown = [name for name in names if name not in FORMS]
    if unknown:
        raise InvalidParameter(f"unknown form '{unknown[0]}'; choose of: {', '.join(FORMS)}")
    if not names:
        raise InvalidParameter(f"there is no form to compare; choose of: {', '.join(FORMS)}")
    return tuple(dict.fromkeys(names))


def _divided(rows: Array32, norms: Array32) -> Array32:
    """Divide rows by the lengths of their relative vectors; a row that is orthogonal to all anchors becomes zero."""
    # Such a length is zero up to the rounding of float32.
    known = norms > 1e-6 * norms.max(initial=0)
    divided: Array32 = np.where(known[:, None], rows / np.where(known, norms, 1)[:, None], 0).astype(np.float32)
    return divided
