"""Two small spaces that agree a little, and the comparison of two spaces spelled out in loops."""

import numpy as np

import wordrel
from tests import reference


def words(n):
    return [f"w{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(n)]


def spaces(n=60, d=8, e=6, noise=0.5, seed=0):
    """Spaces of d and e dimensions; the second is in another order and knows three more words, the first two."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + 0.4
    Y = X @ rng.normal(size=(d, e)) + noise * rng.normal(size=(n, e))
    own, order = words(n), rng.permutation(n + 3)
    others = [*own, "more", "and", "none"]
    Y = np.vstack([Y, rng.normal(size=(3, e))])
    one = wordrel.Embeddings([*own, "only", "here"], np.vstack([X, rng.normal(size=(2, d))]), "en", {"source": "a.vec"})
    other = wordrel.Embeddings([others[i] for i in order], Y[order], "en", {"source": "dir/b.vec"})
    return one, other, X, Y[:n]


def relative(X, A):
    """The m cosines of each row, unit."""
    return reference.unit(reference.unit(X) @ reference.unit(A).T)


def ranked(vector, table):
    return sorted(range(len(table)), key=lambda i: (-float(vector @ table[i]), i))


def agreement(S, T, asked, k, depths, own=None):
    """Jaccard by depth, MRR and cosine from S to T; neighbours within the target by `own` when it is another table."""
    own = T if own is None else own
    lists = [ranked(S[i], T) for i in asked]
    others = [ranked(own[i], own) for i in asked]
    jaccard = {
        depth: reference.jaccard([one[:depth] for one in lists], [one[:depth] for one in others]) for depth in depths
    }
    mrr = reference.reciprocal([one[:k] for one in lists], [{int(i)} for i in asked])
    return jaccard, mrr, sum(float(S[i] @ T[i]) for i in asked) / len(asked)
