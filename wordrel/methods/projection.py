"""RelativeProjection: the relative representation of one space, as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data

from wordrel.errors import InvalidParameter
from wordrel.relative import Array32, Array64, compact_map, relative_representation, symmetric_power, unit_rows
from wordrel.similarities import Cosine, Similarity, make_similarity, similarity_blocks
from wordrel.sparse import Matrix, stack, unit
from wordrel.transforms import Transform, Unchanged, make_transform


class RelativeProjection(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Describe each row by its similarities to a set of anchors.

    Parameters
    ----------
    anchors : int, array of int, or None
        Which rows of the X given to `fit` become anchors: all (None), this many at random, or those with these numbers.
        For parallel anchors fit one projection a space on its anchor rows, in the same order.
    similarity : str or Similarity
        A name in `wordrel.similarities.SIMILARITIES`, or an object of that room. It decides what changes of a space the
        result does not see.
    similarity_transform : str, Transform, sequence of these, or None
        What is done to the similarities: a name in `wordrel.transforms.TRANSFORMS`, or objects of that room, learnt on
        the X given to `fit`. With "topk_power" the result is a `scipy.sparse.csr_array`.
    exponent : float
        a in (K + ridge)^-a r(x), K the anchors' cosines with each other; 0 is the paper's form. Only with the cosine
        and no transform.
    ridge : float
        As a share of the largest eigenvalue of K.
    compact : bool
        Return d columns with the same inner products as the m columns, instead of the m columns. Coordinates of two
        spaces are then not comparable with each other (`wordrel.relative.compact_maps` gives those). Only with the
        cosine and no transform.
    normalize : bool
        Scale the result's rows to length 1.
    random_state : int, RandomState or None
        Used when `anchors` is a number.

    Attributes
    ----------
    anchors_ : array of float32, shape (m, d)
        The anchors: unit rows for the cosine, as they were given for other similarities.
    components_ : array of shape (n_columns, d)
        With the cosine and no transform: the linear map from a unit row to the result.
    step_ : callable
        With any other: what is done to a block of similarities.

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023, section 3.
    Other similarities: Cannistraci et al., "From bricks to bridges: product of invariances to enhance latent space
    communication", ICLR 2024, section 3.

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
        similarity: str | Similarity = "cosine",
        similarity_transform: str | Transform | Sequence[str | Transform] | None = None,
        exponent: float = 0.0,
        ridge: float = 0.05,
        compact: bool = False,
        normalize: bool = False,
        random_state: Any = None,
    ) -> None:
        self.anchors = anchors
        self.similarity = similarity
        self.similarity_transform = similarity_transform
        self.exponent = exponent
        self.ridge = ridge
        self.compact = compact
        self.normalize = normalize
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: object = None) -> RelativeProjection:
        """Choose the anchors among the rows of X, shape (n, d)."""
        if (self.compact or self.exponent) and not self._is_linear:
            raise InvalidParameter(
                "compact and exponent are for the cosine without a transform; "
                "leave them out, or similarity and similarity_transform"
            )
        matrix = validate_data(self, X, dtype=np.float64)
        chosen = matrix[self._anchor_rows(len(matrix))]
        angles_only = isinstance(make_similarity(self.similarity), Cosine)
        self.anchors_ = unit_rows(chosen) if angles_only else chosen.astype(np.float32)
        if self._is_linear:
            self.components_ = self._linear_map(self.anchors_.astype(np.float64))
        else:
            transform = make_transform(self.similarity_transform)
            self.step_ = transform.learn(lambda: self._blocks(matrix), lambda: self._blocks(self.anchors_))
        return self

    def _linear_map(self, A: Array64) -> Array64:
        if self.compact:
            return compact_map(A, self.exponent, self.ridge if self.exponent else 0.0).T
        if self.exponent:
            covariance = A.T @ A
            ridge = self.ridge * np.linalg.eigvalsh(covariance)[-1]
            return A @ symmetric_power(covariance + ridge * np.eye(len(covariance)), -self.exponent)
        return A

    @property
    def _is_linear(self) -> bool:
        similarity, transform = make_similarity(self.similarity), make_transform(self.similarity_transform)
        return isinstance(similarity, Cosine) and isinstance(transform, Unchanged)

    def _blocks(self, X: npt.ArrayLike) -> Iterator[Array32]:
        """Similarities of rows with the anchors, a block of rows at a time."""
        return (block for _, block in similarity_blocks(X, self.anchors_, self.similarity))

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

    def transform(self, X: npt.ArrayLike) -> Matrix:
        """Return the relative representation of X, shape (n, m), or (n, d) when compact."""
        check_is_fitted(self)
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        relative: Matrix
        if not self._is_linear:
            relative = stack([self.step_(block) for block in self._blocks(matrix)])
        elif self.compact or self.exponent:
            relative = unit_rows(matrix) @ self.components_.T.astype(np.float32)
        else:
            relative = relative_representation(matrix, self.anchors_)
        return unit(relative) if self.normalize else relative

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # Everything between reading and printing is float32 in this library.
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    @property
    def _n_features_out(self) -> int:
        return len(self.components_ if self._is_linear else self.anchors_)
