"""Re-ranking: a probability for each candidate translation, learnt from left-out training words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.features import GROUPS, NAMES
from wordrel.relative import Array32
from wordrel.topk import Rows

# How many candidates of each word are looked at; the right word is among 30 for 96 % of English-French.
CANDIDATES = 30
# 200 trees of 15 leaves ranked left-out training words of English-French the same (within 0.6), at twice the price.
_TREES, _LEAVES, _DEPTH, _RATE, _LEAST, _L2 = 100, 8, 5, 0.1, 40, 1.0
# Right words further down are too few to learn from: 15 and 30 ranked left-out words no better, and took longer.
_LEARNT_FROM = 10
_PRIOR = GROUPS["candidate alone"]
_SPELLING = (*GROUPS["spelling"], *GROUPS["learnt spelling"], *GROUPS["learnt endings"], *GROUPS["expected endings"])

# Columns of features that say nothing of a candidate by itself.
WITHOUT_PRIOR = np.array([column for column, name in enumerate(NAMES) if name not in _PRIOR])


@dataclass(frozen=True)
class Trees:
    """Gradient-boosted trees as arrays: a row a tree, a column a node.

    Attributes
    ----------
    feature, left, right : int32 arrays of shape (n_trees, n_nodes)
        Which feature a node asks for, and where it goes on; a leaf goes on to itself.
    threshold, value : float32 arrays of shape (n_trees, n_nodes)
        To the left when the feature is no more than the threshold; what a leaf adds to the log-odds.
    start : float
        Log-odds before the first tree.
    depth : int
        Of the deepest tree.
    """

    feature: npt.NDArray[np.int32]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    threshold: Array32
    value: Array32
    start: float
    depth: int

    @classmethod
    def fit(cls, X: Array32, y: npt.NDArray[np.bool_], seed: int = 0) -> Trees:
        """Learn with scikit-learn, and keep what it learnt as arrays."""
        from sklearn.ensemble import HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits

        model = HistGradientBoostingClassifier(
            max_iter=_TREES,
            max_leaf_nodes=_LEAVES,
            max_depth=_DEPTH,
            learning_rate=_RATE,
            min_samples_leaf=_LEAST,
            l2_regularization=_L2,
            early_stopping=False,
            random_state=seed,
        )
        # Its threads wait for one another in busy loops: beside other work two take ten times as long as one.
        with threadpool_limits(limits=1, user_api="openmp"):
            model.fit(X, y)
        nodes = [tree[0].nodes for tree in model._predictors]
        n_nodes = max(map(len, nodes))
        shape = (len(nodes), n_nodes)
        itself = np.broadcast_to(np.arange(n_nodes, dtype=np.int32), shape)
        feature, left, right = np.zeros(shape, dtype=np.int32), itself.copy(), itself.copy()
        threshold, value = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
        for i, tree in enumerate(nodes):
            inner = tree["is_leaf"] == 0
            at = np.flatnonzero(inner)
            feature[i, at], left[i, at], right[i, at] = (tree[name][inner] for name in ("feature_idx", "left", "right"))
            threshold[i, at] = tree["num_threshold"][inner]
            value[i, : len(tree)] = tree["value"]
        depth = max(int(tree["depth"].max()) for tree in nodes)
        return cls(feature, left, right, threshold, value, float(model._baseline_prediction.ravel()[0]), depth)

    def log_odds(self, X: Array32) -> Array32:
        """Log-odds of each row of features."""
        n = len(X)
        columns = np.ascontiguousarray(X.T).ravel()
        total = np.full(n, self.start, dtype=np.float32)
        everyone = np.arange(n)
        for i in range(len(self.feature)):
            # `take` from flat arrays, with places computed in place: a third of the time of indexing by two arrays.
            column = self.feature[i].astype(np.int64) * n
            threshold = self.threshold[i]
            onward = np.column_stack([self.right[i], self.left[i]]).astype(np.int64).ravel()
            node = np.zeros(n, dtype=np.int64)
            for _ in range(self.depth):
                place = column.take(node)
                place += everyone
                low = columns.take(place) <= threshold.take(node)
                node *= 2
                node += low
                node = onward.take(node)
            total += self.value[i].take(node)
        return total


@dataclass(frozen=True)
class Examples:
    """Left-out words with candidates of which some are known to be right.

    Attributes
    ----------
    features : float32 array of shape (n, k, len(NAMES))
    right : bool array of shape (n, k)
    """

    features: Array32
    right: npt.NDArray[np.bool_]

    @property
    def geometry(self) -> float:
        """P@1 of the order by CSLS."""
        return self.p_at_1(self.features[:, :, NAMES.index("csls")])

    def p_at_1(self, scores: Array32) -> float:
        """P@1 of the order by some scores, shape (n, k)."""
        best = scores.argmax(axis=1)
        return float(self.right[np.arange(len(best)), best].mean())

    @property
    def close(self) -> npt.NDArray[np.bool_]:
        """Which candidates are learnt from."""
        first: npt.NDArray[np.bool_] = self.features[:, :, NAMES.index("csls_rank")] < _LEARNT_FROM
        return first

    def fit(self, columns: Rows, seed: int) -> Trees:
        """Learn from the first candidates of each word."""
        return Trees.fit(self.features[self.close][:, columns], self.right[self.close], seed=seed)


def joined(parts: Sequence[Examples]) -> Examples:
    """Several folds as one."""
    return Examples(np.concatenate([p.features for p in parts]), np.concatenate([p.right for p in parts]))


@dataclass(frozen=True)
class Reranker:
    """What was learnt.

    Attributes
    ----------
    trees : Trees
    columns : int64 array
        The features that the trees use.
    """

    trees: Trees
    columns: Rows

    def probabilities(self, features: Array32) -> Array32:
        """How probably each candidate is right; shape (n, k)."""
        n, k, _ = features.shape
        odds = self.trees.log_odds(features.reshape(n * k, -1)[:, self.columns]).reshape(n, k)
        probable: Array32 = np.reciprocal(1 + np.exp(-odds), dtype=np.float32)
        return probable


class Learnt(NamedTuple):
    """Re-rankers and how they did on words that they were not shown: `reverse` is without the prior of the target."""

    reranker: Reranker
    reverse: Reranker
    n_words: int
    p_at_1: float
    geometry: float
    spelling: bool


def learn(folds: Sequence[Examples], seed: int = 0) -> Learnt:
    """Learn from all folds, with the features of spelling only where they help in a fold that was left out.

    Parameters
    ----------
    folds : sequence of Examples, 2 or more
    seed : int
    """
    everything = np.arange(len(NAMES))
    shapes_apart = np.array([name not in _SPELLING for name in NAMES])
    checked, rest = folds[0], joined(folds[1:])
    scores = {}
    for spelling, columns in ((True, everything), (False, everything[shapes_apart])):
        scores[spelling] = checked.p_at_1(Reranker(rest.fit(columns, seed), columns).probabilities(checked.features))
    spelling = scores[True] >= scores[False]
    columns = everything if spelling else everything[shapes_apart]
    whole = joined(folds)
    reranker, reverse = (
        Reranker(whole.fit(some, seed), some) for some in (columns, np.intersect1d(columns, WITHOUT_PRIOR))
    )
    return Learnt(reranker, reverse, len(whole.right), scores[spelling], checked.geometry, spelling)
