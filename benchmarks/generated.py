"""Two generated spaces that can be as large as a disk: clusters of clusters, Zipf's norms, a rotation and noise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel import BilingualDictionary, Embeddings

N_DIMENSIONS = 300
N_TRAIN, N_TEST = 5_000, 1_500
SEED = 2023

# A tree of meanings: words around a leaf, children of a branch, and how far a word is from its leaf, in units of how
# far a leaf is from its branch. With this spectrum and this noise the aligned spaces resemble real ones (the table in
# README.md): none of these numbers was chosen by how fast anything is. Norms fall with the rank of a word as those of
# fastText do.
_ON_LEAF, _CHILDREN, _OWN = 8, 6, 1.5
_SPECTRUM_DECAY, _NOISE = 0.5, 1.4
_NORM_DECAY = 0.1
_BLOCK = 10_000

Array32 = npt.NDArray[np.float32]


class Spaces(NamedTuple):
    """Files of two spaces."""

    source: Path
    target: Path

    def load(self) -> tuple[Embeddings, Embeddings]:
        """Map both into memory; word s7 is t7."""
        left, right = (np.load(path, mmap_mode="r") for path in self)
        return (
            Embeddings.from_checked({f"s{row}": row for row in range(len(left))}, left, "s"),
            Embeddings.from_checked({f"t{row}": row for row in range(len(right))}, right, "t"),
        )


def blocks(n_words: int, seed: int = SEED) -> Iterator[tuple[slice, Array32, Array32]]:
    """Rows of both spaces, block by block; the same for the same length and seed.

    Parameters
    ----------
    n_words : int
    seed : int

    Yields
    ------
    rows : slice
    source, target : arrays of float32, shape (rows, 300)
    """
    rng = np.random.default_rng(seed)
    leaves = _leaves(n_words, rng)
    rotation = np.linalg.qr(rng.standard_normal((N_DIMENSIONS, N_DIMENSIONS)))[0].astype(np.float32)
    spectrum = np.arange(1, N_DIMENSIONS + 1, dtype=np.float32) ** -_SPECTRUM_DECAY
    blur = np.float32(_NOISE) * np.sqrt(spectrum)
    for number, start in enumerate(range(0, n_words, _BLOCK)):
        own = np.random.default_rng([seed, number])
        n = min(_BLOCK, n_words - start)
        source = np.float32(_OWN) * own.standard_normal((n, N_DIMENSIONS), dtype=np.float32)
        source += leaves[own.integers(len(leaves), size=n)]
        source *= spectrum
        target = (source + blur * own.standard_normal((n, N_DIMENSIONS), dtype=np.float32)) @ rotation
        norms = np.arange(start + 1, start + n + 1, dtype=np.float32)[:, None] ** -_NORM_DECAY
        yield slice(start, start + n), source * norms, target * norms


def _leaves(n_words: int, rng: np.random.Generator) -> Array32:
    """Leaves of the tree: each the sum of the steps from the root, one step a level."""
    sizes = [max(1, n_words // _ON_LEAF)]
    while sizes[-1] >= _CHILDREN:
        sizes.append(sizes[-1] // _CHILDREN)
    nodes = np.zeros((1, N_DIMENSIONS), dtype=np.float32)
    for size in reversed(sizes):
        parents = rng.integers(len(nodes), size=size)
        nodes = nodes[parents] + rng.standard_normal((size, N_DIMENSIONS), dtype=np.float32)
    return nodes


def write(folder: Path, n_words: int, seed: int = SEED) -> Spaces:
    """Write two spaces, unless they are there."""
    spaces = Spaces(folder / f"source-{n_words}.npy", folder / f"target-{n_words}.npy")
    if spaces.source.exists() and spaces.target.exists():
        return spaces
    parts = [path.with_suffix(".part") for path in spaces]
    shape = (n_words, N_DIMENSIONS)
    left, right = (np.lib.format.open_memmap(part, "w+", np.float32, shape) for part in parts)
    for rows, source, target in blocks(n_words, seed):
        left[rows], right[rows] = source, target
    del left, right
    for part, path in zip(parts, spaces, strict=True):
        part.replace(path)
    return spaces


def pairs(n_words: int, seed: int = SEED) -> BilingualDictionary:
    """Draw 5,000 training pairs and 1,500 test words from all words."""
    chosen = np.random.default_rng(seed).permutation(n_words)[: N_TRAIN + N_TEST]
    named = [(f"s{row}", f"t{row}") for row in chosen]
    return BilingualDictionary(named, "s", "t", [word for word, _ in named[N_TRAIN:]])
