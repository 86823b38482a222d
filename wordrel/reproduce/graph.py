"""Graphs whose nodes belong to classes: Cora from a file, and a generated one that needs none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, UnknownSource
from wordrel.latent.tensors import Tensor, torch
from wordrel.relative import Array32

_ARRAYS = ("indptr", "indices", "data", "shape", "labels", "edges", "train", "test")

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """A graph to classify the nodes of.

    Attributes
    ----------
    name : str
    adjacency : sparse tensor of shape (n, n)
        Normalised, with each node its own neighbour.
    features : sparse tensor of shape (n, d)
        Rows that sum to 1.
    labels : tensor of int64, shape (n,)
        From 0.
    train, test : arrays of int64
        Rows; no node is in both.
    """

    name: str
    adjacency: Tensor
    features: Tensor
    labels: Tensor
    train: Rows
    test: Rows

    @property
    def n_classes(self) -> int:
        """How many classes the nodes have."""
        return int(self.labels.max()) + 1


def normalised_adjacency(edges: npt.ArrayLike, n: int) -> Tensor:
    """D^-1/2 (A + I) D^-1/2, with D the degrees of A + I.

    Parameters
    ----------
    edges : array of int, shape (e, 2)
        Undirected; given twice, either way round, an edge counts once, and a loop not at all beside that of I.
    n : int
        How many nodes.

    Returns
    -------
    sparse tensor of float32, shape (n, n)

    References
    ----------
    Kipf and Welling, "Semi-supervised classification with graph convolutional networks", ICLR 2017, section 2.
    """
    one, other = np.asarray(edges, dtype=np.int64).reshape(-1, 2).T
    loops = np.arange(n)
    cells = np.unique(np.concatenate([one * n + other, other * n + one, loops * n + loops]))
    rows, columns = cells // n, cells % n
    scales = 1 / np.sqrt(np.bincount(rows, minlength=n))
    return _sparse(rows, columns, (scales[rows] * scales[columns]).astype(np.float32), (n, n))


def cora(folder: Path) -> Graph:
    """Cora: 2,708 papers with 1,433 words, 5,278 citations and 7 subjects, from ``cora.npz``.

    The file lies in the folder or in its ``graph``. Its arrays: ``indptr``, ``indices``, ``data`` and ``shape`` (the
    words, as the parts of a CSR matrix), ``labels``, ``edges`` of shape (e, 2), and the rows ``train`` and ``test`` of
    Planetoid's split (Yang et al., ICML 2016).

    Raises
    ------
    UnknownSource
        When the folder has no such file.
    FormatError
        When the file lacks an array.
    """
    place = next((one for one in (folder / "cora.npz", folder / "graph" / "cora.npz") if one.is_file()), None)
    if place is None:
        raise UnknownSource(f"{folder}: has no cora.npz; name the folder that has it, or leave --data out")
    with np.load(place) as arrays:
        missing = [name for name in _ARRAYS if name not in arrays]
        if missing:
            raise FormatError(place, f"has no array '{missing[0]}'; export it by this name")
        indptr, columns, values, shape, labels, edges, train, test = (arrays[name] for name in _ARRAYS)
    n, d = map(int, shape)
    rows = np.repeat(np.arange(n), np.diff(indptr))
    return _graph("Cora", (rows, columns, values.astype(np.float32)), d, labels, edges, train, test)


def generated(n: int, seed: int, n_classes: int = 7, words: int = 200) -> Graph:
    """A stand-in for Cora: a stochastic block model, whose nodes have words that are likelier in their class.

    As in Cora, nodes have 4 neighbours on average, four fifths of them of their own class, and 20 words (Cora: 18) that
    tell little of the class; a quarter of the nodes are labelled in training, half are for the test.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % n_classes)
    alike = labels[:, None] == labels
    size = n / n_classes
    chances = np.where(alike, 4 * 0.8 / size, 4 * 0.2 / (n - size))
    edges = np.argwhere(np.triu(rng.random((n, n)) < chances, 1))
    # Each word belongs to a class, in which it is three times as likely as elsewhere.
    own = labels[:, None] == np.arange(words) % n_classes
    base = 20 / (words * (1 + 2 / n_classes))
    rows, columns = np.nonzero(rng.random((n, words)) < np.where(own, 3 * base, base))
    order = rng.permutation(n)
    values = np.ones(len(rows), dtype=np.float32)
    return _graph("generated", (rows, columns, values), words, labels, edges, order[: n // 4], order[n // 2 :])


def _graph(
    name: str,
    cells: tuple[Rows, Rows, Array32],
    d: int,
    labels: npt.NDArray[np.integer],
    edges: npt.NDArray[np.integer],
    train: Rows,
    test: Rows,
) -> Graph:
    n = len(labels)
    rows, columns, values = cells
    totals = np.bincount(rows, weights=values, minlength=n)
    shares = (values / totals[rows]).astype(np.float32)
    return Graph(
        name,
        normalised_adjacency(edges, n),
        _sparse(rows, columns, shares, (n, d)),
        torch.from_numpy(labels.astype(np.int64)),
        train.astype(np.int64),
        test.astype(np.int64),
    )


def _sparse(rows: Rows, columns: Rows, values: Array32, shape: tuple[int, int]) -> Tensor:
    places = torch.from_numpy(np.stack([rows, columns]).astype(np.int64))
    return torch.sparse_coo_tensor(places, torch.from_numpy(values), shape, check_invariants=True).coalesce()
