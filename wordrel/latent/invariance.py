"""What of a relative representation survives a change of the space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.latent.changes import changed
from wordrel.latent.checks import anchor_rows, latents
from wordrel.relative import Array32, Array64
from wordrel.similarities import Similarity, similarity_blocks
from wordrel.sparse import is_sparse, stack
from wordrel.transforms import Transform, make_transform

# Rows that differ by less than this share of their squares differ by the rounding of float32.
_SPREAD = 1e-12


def survives(
    similarity: str | Similarity,
    transform: str | Transform | Sequence[str | Transform] | None,
    X: npt.ArrayLike,
    anchors: npt.ArrayLike,
    transformation: str,
    seed: int = 0,
) -> float:
    """Measure how much of a relative representation is left after the whole space was changed at random.

    Parameters
    ----------
    similarity : str or Similarity
        A name in `wordrel.similarities.SIMILARITIES`, or an object.
    transform : str, Transform, sequence of these, or None
        What is done to the similarities: a name in `wordrel.transforms.TRANSFORMS`, or objects. It is learnt anew on
        the changed space, as it is on a second model's.
    X : array of shape (n, d)
    anchors : array of int, shape (m,)
        Row numbers of X.
    transformation : str
        A name in `wordrel.latent.CHANGES`.
    seed : int
        Of the change.

    Returns
    -------
    float
        1 - sum (r' - r)^2 / sum (r - mean)^2 over all numbers of the representation r and r' after the change, mean
        the mean row of r, and 0 where this is below 0. 1: the representation is the same. 0: knowing r says no more
        about r' than their mean.

    Raises
    ------
    InvalidParameter
        For latents with NaN, fewer than 2 anchors, anchors outside the data, unknown names, and items that are all
        alike.

    References
    ----------
    Cannistraci et al., "From bricks to bridges: product of invariances to enhance latent space communication",
    ICLR 2024, section 3: a similarity is a choice of invariances.
    """
    space = latents(X, "X")
    rows = anchor_rows(anchors, len(space))
    before, after = (
        _relative(one, one[rows], similarity, transform) for one in (space, changed(space, transformation, seed))
    )
    spread = float(((before - before.mean(axis=0)) ** 2).sum())
    gap = float(((after - before) ** 2).sum())
    if spread <= _SPREAD * float((before**2).sum()):
        raise InvalidParameter("all items have the same relative vector, which tells nothing; give items that differ")
    return max(1 - gap / spread, 0.0)


def _relative(
    X: Array32,
    A: Array32,
    similarity: str | Similarity,
    transform: str | Transform | Sequence[str | Transform] | None,
) -> Array64:
    def blocks_of(table: Array32) -> list[Array32]:
        return [block for _, block in similarity_blocks(table, A, similarity)]

    blocks, own = blocks_of(X), blocks_of(A)
    step = make_transform(transform).learn(lambda: iter(blocks), lambda: iter(own))
    relative = stack([step(block) for block in blocks])
    dense: Array64 = (relative.toarray() if is_sparse(relative) else relative).astype(np.float64)
    return dense
