"""Re-ranking: a probability for each candidate translation, learnt from left-out training words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.confidence import Confidence
from wordrel.features import GROUPS, NAMES
from wordrel.listwise import Networks
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

    def scores(self, features: Array32, columns: Rows) -> Array32:
        """Log-odds of lists of candidates, shape (n, k), by some of their features, shape (n, k, c)."""
        n, k, _ = features.shape
        return self.log_odds(features.reshape(n * k, -1)[:, columns]).reshape(n, k)

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


def all_but(folds: Sequence[Examples], i: int) -> Examples:
    """All folds but the i-th, as one."""
    return joined([*folds[:i], *folds[i + 1 :]])


@dataclass(frozen=True)
class Reranker:
    """What was learnt: a candidate's score is the log-odds of the trees and what the networks add.

    Attributes
    ----------
    trees : Trees
    columns : int64 array
        The features that the trees use.
    networks : Networks
    listed : int64 array
        The features that the networks use.
    confidence : Confidence
    """

    trees: Trees
    columns: Rows
    networks: Networks
    listed: Rows
    confidence: Confidence

    def probabilities(self, features: Array32, absent: npt.NDArray[np.bool_] | None = None) -> Array32:
        """How probably each candidate is right.

        Parameters
        ----------
        features : float32 array of shape (n, k, len(NAMES))
        absent : bool array of shape (n, k), optional
            Where there is no candidate; the probability is 0 there.

        Returns
        -------
        float32 array of shape (n, k)
        """
        added = _centred(self.networks.scores(features[:, :, self.listed]), absent)
        scores = self.trees.scores(features, self.columns) + added
        return self.confidence.probabilities(scores if absent is None else np.where(absent, -np.inf, scores))


def _centred(scores: Array32, absent: npt.NDArray[np.bool_] | None = None) -> Array32:
    """Scores less the mean of their list: a softmax over a list does not say where its scores lie."""
    present = np.ones(scores.shape, dtype=np.bool_) if absent is None else ~absent
    mean = np.where(present, scores, 0).sum(axis=1, keepdims=True) / np.maximum(present.sum(axis=1, keepdims=True), 1)
    centred: Array32 = (scores - mean).astype(np.float32)
    return centred


class Learnt(NamedTuple):
    """Re-rankers and how they did on words that they were not shown: `reverse` has trees without the target's prior."""

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

    Notes
    -----
    The trees learn from all folds. Of the networks each learns from all folds but one, and their mean is taken: so each
    fold has scores by what did not learn from it, from which the confidence is learnt.
    """
    everything = np.arange(len(NAMES))
    shapes_apart = np.flatnonzero([name not in _SPELLING for name in NAMES])
    checked, rest = folds[0], all_but(folds, 0)
    tried = [(some, rest.fit(some, seed).scores(checked.features, some)) for some in (everything, shapes_apart)]
    spelling = checked.p_at_1(tried[0][1]) >= checked.p_at_1(tried[1][1])
    columns, odds = tried[0] if spelling else tried[1]
    reranker, unseen = rank_by(folds, columns, seed, odds)
    whole, alone = joined(folds), np.intersect1d(columns, WITHOUT_PRIOR)
    reverse = replace(reranker, trees=whole.fit(alone, seed), columns=alone)
    return Learnt(reranker, reverse, len(whole.right), whole.p_at_1(unseen), whole.geometry, spelling)


def rank_by(
    folds: Sequence[Examples], columns: Rows, seed: int = 0, odds_of_first: Array32 | None = None
) -> tuple[Reranker, Array32]:
    """Learn from all folds by some features.

    Parameters
    ----------
    folds : sequence of Examples, 2 or more
    columns : int64 array
        Of the features.
    seed : int
    odds_of_first : float32 array, optional
        Log-odds of the first fold's candidates by trees that learnt from the others, where they are known.

    Returns
    -------
    Reranker
    scores : float32 array
        Of the candidates of all folds, each by what did not learn from its fold.
    """
    parts, networks = [], []
    for i, fold in enumerate(folds):
        others = all_but(folds, i)
        networks.append(Networks.fit(others.features[:, :, columns], others.right, seed + i))
        known = odds_of_first if i == 0 else None
        odds = others.fit(columns, seed).scores(fold.features, columns) if known is None else known
        parts.append(odds + _centred(networks[-1].scores(fold.features[:, :, columns])))
    whole, unseen = joined(folds), np.concatenate(parts)
    confidence = Confidence.fit(unseen, whole.right)
    return Reranker(whole.fit(columns, seed), columns, Networks.together(networks), columns, confidence), unseen
