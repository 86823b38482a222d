"""How similar the latent spaces of two models are, seen relative to the same anchors; no labels are used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.latent.checks import Anchors, anchor_tables, check_items, latents
from wordrel.metrics import jaccard_at_k, mean_reciprocal_rank
from wordrel.nearest import nearest
from wordrel.relative import Array32, unit_rows
from wordrel.similarities import Similarity, similarity_blocks
from wordrel.topk import check_k

MEASURES = ("cosine", "jaccard", "mrr")


def latent_similarity(
    Z: npt.ArrayLike,
    Z_ref: npt.ArrayLike,
    anchors: Anchors,
    *,
    similarity: str | Similarity = "cosine",
    measure: str = "cosine",
    k: int = 10,
    block_rows: int = 1024,
) -> float:
    """Compare two models by the relative representations of the same items.

    To a well-trained reference model this follows the performance of a model, without its labels.

    Parameters
    ----------
    Z : array of shape (n, d)
        Latents of a model.
    Z_ref : array of shape (n, d')
        Latents of the reference model; row i is the item of row i of Z.
    anchors : array of int, shape (m,), or pair of arrays of shape (m, d) and (m, d')
        Row numbers of the items that are anchors, or the anchors' latents in both spaces, in the same order.
    similarity : str or Similarity
        Of a row to an anchor: a name in `wordrel.similarities.SIMILARITIES`, or an object.
    measure : {"cosine", "jaccard", "mrr"}
        "cosine": the mean cosine between the two relative vectors of an item. "jaccard": how many of an item's k
        nearest items (itself left out) both spaces agree on. "mrr": the reciprocal rank of the item itself among the
        reference's relative vectors nearest to its own, 0 beyond k.
    k : int
        How many neighbours "jaccard" and "mrr" look at.
    block_rows : int
        "cosine" holds two tables of block_rows x m numbers at a time; the others hold two of n x m.

    Returns
    -------
    float
        At most 1, which two spaces reach that differ only by what the similarity does not see.

    Raises
    ------
    InvalidParameter
        For latents with NaN, different numbers of items, fewer than 2 anchors, anchors outside the data, and parallel
        anchors of different numbers.

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023: the measures
    stand in section 4.1, the mean cosine to a reference as a proxy of performance in section 4.2.

    Examples
    --------
    >>> Z = np.random.default_rng(0).normal(size=(50, 4))
    >>> round(latent_similarity(Z, 3 * Z[:, ::-1], anchors=range(10)), 4)
    1.0
    """
    if measure not in MEASURES:
        raise InvalidParameter(f"unknown measure '{measure}'; choose one of: {', '.join(MEASURES)}")
    check_k(k)
    one, other = latents(Z, "Z"), latents(Z_ref, "Z_ref")
    check_items(len(one), len(other))
    A, B = anchor_tables(one, other, anchors)
    if measure == "cosine":
        return _mean_cosine(one, A, other, B, similarity, block_rows)
    R, R_ref = (_relative(*side, similarity, block_rows) for side in ((one, A), (other, B)))
    if measure == "jaccard":
        return jaccard_at_k(_neighbours(R, k), _neighbours(R_ref, k))
    return mean_reciprocal_rank(nearest(R, R_ref, k)[0], [{item} for item in range(len(R))])


def _mean_cosine(
    Z: Array32, A: Array32, Z_ref: Array32, B: Array32, similarity: str | Similarity, block_rows: int
) -> float:
    total = 0.0
    blocks = (similarity_blocks(*side, similarity, block_rows) for side in ((Z, A), (Z_ref, B)))
    for (_, block), (_, reference) in zip(*blocks, strict=True):
        total += float(np.einsum("ij,ij->i", unit_rows(block), unit_rows(reference)).sum(dtype=np.float64))
    return total / max(len(Z), 1)


def _relative(Z: Array32, A: Array32, similarity: str | Similarity, block_rows: int) -> Array32:
    R = np.empty((len(Z), len(A)), dtype=np.float32)
    for rows, block in similarity_blocks(Z, A, similarity, block_rows):
        R[rows] = unit_rows(block)
    return R


def _neighbours(R: Array32, k: int) -> list[list[int]]:
    """List the k nearest rows of each, itself left out."""
    return [found[found != item][:k].tolist() for item, found in enumerate(nearest(R, R, k + 1)[0])]
