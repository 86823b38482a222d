"""A first guess of which words translate each other, from nothing but the two spaces."""

from __future__ import annotations

import numpy as np

from wordrel.errors import InvalidParameter
from wordrel.induction import best_both_ways
from wordrel.relative import Array32, unit_rows
from wordrel.topk import Rows

# Words compared with each other: as many as Artetxe et al. take.
VOCABULARY = 4000

FEWEST_WORDS = 100
"""With fewer words a sorted row of similarities says nothing about its word."""


def similarity_distributions(X: Array32, vocabulary: int = VOCABULARY) -> Array32:
    """Describe each of the most frequent words by its sorted similarities to all of them.

    Two languages do not have their words in the same order, but the sorted similarities of a word and of its
    translation look alike: they can be compared without knowing a single pair.

    Parameters
    ----------
    X : array of float32, shape (n, d)
        Prepared rows, most frequent words first.
    vocabulary : int
        How many first rows are taken, v.

    Returns
    -------
    array of float32, shape (min(n, v), min(n, v))
        Rows of the square root of XX', each sorted, then scaled to length 1, centred by column and scaled again.

    References
    ----------
    Artetxe, Labaka, Agirre, "A robust self-learning method for fully unsupervised cross-lingual mappings of word
    embeddings", ACL 2018, section 3.2.
    """
    frequent = X[:vocabulary].astype(np.float64)
    # (XX')^1/2 = X (X'X)^-1/2 X': its square root by d x d numbers instead of v x v.
    values, vectors = np.linalg.eigh(frequent.T @ frequent)
    kept = values > 1e-12 * max(values[-1], 0)
    half = (frequent @ vectors[:, kept] / values[kept] ** 0.25).astype(np.float32)
    table = np.sort(half @ half.T, axis=1)
    rows = unit_rows(table)
    rows -= rows.mean(axis=0)
    return unit_rows(rows)


def initial_pairs(X: Array32, Y: Array32, vocabulary: int = VOCABULARY) -> tuple[Rows, Rows]:
    """Guess pairs of two spaces by their words' distributions of similarities.

    Parameters
    ----------
    X, Y : arrays of float32, shape (n, d) and (n', d')
        Prepared rows, most frequent words first.
    vocabulary : int
        Pairs are looked for among so many first rows of each side.

    Returns
    -------
    rows, columns : arrays of int64, shape (n_pairs,)
        Row `rows[i]` of X and row `columns[i]` of Y: each word's best by CSLS, of both directions. Few are right, but
        more than by chance, and self-learning (`wordrel.refine`) starts from that.
    """
    size = min(vocabulary, len(X), len(Y))
    if size < FEWEST_WORDS:
        raise InvalidParameter(
            f"an alignment without a dictionary needs {FEWEST_WORDS} or more words on each side, not {size}"
        )
    left, right = similarity_distributions(X, size), similarity_distributions(Y, size)
    rows, columns, _ = best_both_ways(left, right)
    return rows, columns
