"""The definitions, spelled out in float64 and loops: what the library is checked against."""

from __future__ import annotations

import numpy as np


def unit(X: np.ndarray) -> np.ndarray:
    X = np.asarray(X, dtype=np.float64)
    norms = np.linalg.norm(X, axis=1, keepdims=True)
    return np.divide(X, norms, out=np.zeros_like(X), where=norms > 0)


def csls_table(source: np.ndarray, target: np.ndarray, queries: np.ndarray, neighbourhood: int = 10) -> np.ndarray:
    """2 cos - r_T - r_S for every query and target, everything computed."""
    source, target = source.astype(np.float64), target.astype(np.float64)
    cosines = source @ target.T
    n_t, n_s = min(neighbourhood, len(target)), min(neighbourhood, len(source))
    r_t = np.sort(cosines, axis=1)[:, ::-1][:, :n_t].mean(axis=1)
    r_s = np.sort(cosines, axis=0)[::-1][:n_s].mean(axis=0)
    return (2 * cosines - r_t[:, None] - r_s[None, :])[queries]


def precision(retrieved: list[list[int]], gold: list[set[int]], k: int) -> float:
    hits = 0
    for row, right in zip(retrieved, gold, strict=True):
        for answer in row[:k]:
            if answer in right and answer != -1:
                hits += 1
                break
    return hits / len(gold)


def reciprocal(retrieved: list[list[int]], gold: list[set[int]]) -> float:
    total = 0.0
    for row, right in zip(retrieved, gold, strict=True):
        for place in range(len(row)):
            if row[place] in right and row[place] != -1:
                total += 1 / (place + 1)
                break
    return total / len(gold)


def jaccard(one: list[list[int]], other: list[list[int]]) -> float:
    shares = []
    for a, b in zip(one, other, strict=True):
        both = [x for x in set(a) if x in b and x != -1]
        either = {x for x in [*a, *b] if x != -1}
        shares.append(len(both) / len(either) if either else 0)
    return sum(shares) / len(shares)


def dense(rows):
    """Rows as an array, also those of a method that has sparse ones."""
    return rows.toarray() if hasattr(rows, "toarray") else rows


def few_different(rng: np.random.Generator, n: int, d: int, scale: float = 1) -> np.ndarray:
    """Rows of few different numbers: many of them are the same, and many inner products equal."""
    return (scale * rng.integers(-2, 3, size=(n, d))).astype(np.float32)
