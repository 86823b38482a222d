"""RelativeProjection: the relative representation of one space, as a scikit-learn transformer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data

from wordrel.errors import InvalidParameter
from wordrel.relative import compact_map, relative_representation, symmetric_power, unit_rows


class RelativeProjection(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Describe each row by its cosine to a set of anchors.

    Parameters
    ----------
    anchors : int, array of int, or None
        Which rows of the X given to `fit` become anchors: all (None), this many at random, or those with these numbers.
        For parallel anchors fit one projection a space on its anchor rows, in the same order.
    exponent : float
        a in (K + ridge)^-a r(x), K the anchors' cosines with each other; 0 is the paper's form.
    ridge : float
        As a share of the largest eigenvalue of K.
    compact : bool
        Return d columns with the same inner products as the m columns, instead of the m columns. Coordinates of two
        spaces are then not comparable with each other (`wordrel.relative.compact_maps` gives those).
    normalize : bool
        Scale the result's rows to length 1.
    random_state : int, RandomState or None
        Used when `anchors` is a number.

    Attributes
    ----------
    anchors_ : array of float32, shape (m, d)
        The anchors, unit rows.
    components_ : array of shape (n_columns, d)
        The linear map from a unit row to the result.

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(20, 3))
    >>> rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    >>> one, other = RelativeProjection().fit_transform(X), RelativeProjection().fit_transform(5 * X @ rotation)
    >>> bool(np.allclose(one, other, atol=1e-5))
    True
    """

    def __init__(
        self,
        anchors: int | npt.ArrayLike | None = None,
        *,
        exponent: float = 0.0,
        ridge: float = 0.05,
        compact: bool = False,
        normalize: bool = False,
        random_state: Any = None,
    ) -> None:
        self.anchors = anchors
        self.exponent = exponent
        self.ridge = ridge
        self.compact = compact
        self.normalize = normalize
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: object = None) -> RelativeProjection:
        """Choose the anchors among the rows of X, shape (n, d)."""
        matrix = validate_data(self, X, dtype=np.float64)
        self.anchors_ = unit_rows(matrix[self._anchor_rows(len(matrix))])
        A = self.anchors_.astype(np.float64)
        if self.compact:
            self.components_ = compact_map(A, self.exponent, self.ridge if self.exponent else 0.0).T
        elif self.exponent:
            covariance = A.T @ A
            ridge = self.ridge * np.linalg.eigvalsh(covariance)[-1]
            self.components_ = A @ symmetric_power(covariance + ridge * np.eye(len(covariance)), -self.exponent)
        else:
            self.components_ = A
        return self

    def _anchor_rows(self, n_rows: int) -> npt.NDArray[np.int64]:
        if self.anchors is None:
            return np.arange(n_rows)
        if isinstance(self.anchors, (int, np.integer)):
            if not 1 <= self.anchors <= n_rows:
                raise InvalidParameter(f"cannot choose {self.anchors:,} anchors among {n_rows:,} rows")
            chosen: npt.NDArray[np.int64] = check_random_state(self.random_state).permutation(n_rows)[: self.anchors]
            return chosen
        rows = np.asarray(self.anchors)
        if rows.ndim != 1 or not len(rows) or rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n_rows:
            raise InvalidParameter(f"anchors must be row numbers from 0 to {n_rows - 1:,}, at least one")
        return rows

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return the relative representation of X, shape (n, m), or (n, d) when compact."""
        check_is_fitted(self)
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        if self.compact or self.exponent:
            relative = unit_rows(matrix) @ self.components_.T.astype(np.float32)
        else:
            relative = relative_representation(matrix, self.anchors_)
        return unit_rows(relative) if self.normalize else relative

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # Everything between reading and printing is float32 in this library.
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    @property
    def _n_features_out(self) -> int:
        return int(self.components_.shape[0])
