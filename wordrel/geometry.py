"""What can go wrong between two spaces: hubs, and how far from isometric the spaces are.

The measures of isometry take parallel unit rows, A (m x d) and B (m x d'): row i of one is a translation of row i of
the other. None needs an alignment: a rotation of either space changes none of them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from wordrel.errors import InvalidParameter
from wordrel.relative import RANK_TOLERANCE, Array64, parallel

# Rows that are compared pair by pair: a thousand take half a second and 8 MB a table. Of three thousand all measures
# are within a tenth of it, but for the eigenvector similarity, which grows with the graph.
SAMPLE = 1000
# Neighbours of a row in its graph; Søgaard et al. do not say how many. Those of hubness and CSLS are as many.
GRAPH_NEIGHBOURS = 10
# The share of the spectrum that is compared (Søgaard et al. 2018).
ENERGY = 0.9


@dataclass(frozen=True)
class Isometry:
    """Four measures of how far from isometric two spaces are.

    Attributes
    ----------
    pairs : int
        Parallel rows that were compared.
    eigenvector_similarity, gromov_hausdorff, singular_gap : float
        0 for spaces that differ by a rotation; higher is worse.
    relational_similarity : float
        1 for spaces that differ by a rotation; lower is worse.
    """

    pairs: int
    eigenvector_similarity: float
    gromov_hausdorff: float
    relational_similarity: float
    singular_gap: float

    def to_dict(self) -> dict[str, float]:
        """Return the measures as plain values."""
        return asdict(self)


def isometry(A: npt.ArrayLike, B: npt.ArrayLike, sample: int = SAMPLE, seed: int = 0) -> Isometry:
    """Measure two spaces by their parallel rows.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m, d')
        Parallel unit rows, 3 or more. A word that stands in several pairs is best given once: a repeated row is its own
        neighbour.
    sample : int
        No more rows than this are compared, drawn at random.
    seed : int

    Returns
    -------
    Isometry
    """
    left, right = _parallel(A, B)
    if len(left) > sample:
        rows = np.sort(np.random.default_rng(seed).choice(len(left), sample, replace=False))
        left, right = left[rows], right[rows]
    return Isometry(
        len(left),
        eigenvector_similarity(left, right),
        gromov_hausdorff(left, right),
        relational_similarity(left, right),
        singular_gap(left, right),
    )


def occurrences(retrieved: npt.ArrayLike, n_targets: int) -> Array64:
    """N_k: in how many lists each target stands.

    Parameters
    ----------
    retrieved : array of int, shape (q, k)
        Rows of the targets; -1 is "nothing found".
    n_targets : int

    Returns
    -------
    array of float64, shape (n_targets,)
    """
    rows = np.asarray(retrieved, dtype=np.int64).ravel()
    if n_targets < 1 or (len(rows) and not -1 <= rows.min() <= rows.max() < n_targets):
        raise InvalidParameter(f"a retrieved row is none of the {n_targets:,} targets")
    return np.bincount(rows[rows >= 0], minlength=n_targets).astype(np.float64)


def hubness_skewness(retrieved: npt.ArrayLike, n_targets: int) -> float:
    """Skewness of N_k, in how many lists each target stands: high when a few hubs stand in many.

    Parameters
    ----------
    retrieved : array of int, shape (q, k)
        The k nearest targets of each query; k is 10 as a rule.
    n_targets : int

    Returns
    -------
    float
        E[(N - mean)^3] / sd^3; 0 when all targets stand in as many lists.

    References
    ----------
    Radovanović, Nanopoulos, Ivanović, "Hubs in space: popular nearest neighbors in high-dimensional data", JMLR 2010.

    Examples
    --------
    >>> round(hubness_skewness([[0], [0], [0], [1]], n_targets=4), 3)
    0.816
    """
    counts = occurrences(retrieved, n_targets)
    centred = counts - counts.mean()
    spread = float(np.sqrt((centred**2).mean()))
    return float((centred**3).mean()) / spread**3 if spread > 0 else 0.0


def never_retrieved(retrieved: npt.ArrayLike, n_targets: int) -> float:
    """Share of the targets that stand in no list: the anti-hubs.

    Parameters
    ----------
    retrieved : array of int, shape (q, k)
    n_targets : int

    Examples
    --------
    >>> never_retrieved([[0], [0], [0], [1]], n_targets=4)
    0.5
    """
    return float((occurrences(retrieved, n_targets) == 0).mean())


def eigenvector_similarity(A: npt.ArrayLike, B: npt.ArrayLike, neighbours: int = GRAPH_NEIGHBOURS) -> float:
    """Distance between the spectra of the nearest-neighbour graphs of two spaces.

    Sum over i <= k of (lambda_i - lambda'_i)^2, Laplacian eigenvalues from the largest on. k is the smaller of the two
    numbers of eigenvalues that make up 90 % of their sum. Two rows are joined, without a weight, when either is among
    the nearest of the other. It grows with the number of rows, so only graphs of as many can be compared; a hub, whose
    eigenvalue is about its number of neighbours, counts most.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m, d')
        Unit rows. They need not be parallel, only as many.
    neighbours : int
        Of each row, by cosine; m - 1 at most.

    References
    ----------
    Søgaard, Ruder, Vulić, "On the limitations of unsupervised bilingual dictionary induction", ACL 2018.
    """
    spectra = [_laplacian_spectrum(rows, neighbours) for rows in _parallel(A, B)]
    k = min(1 + int(np.searchsorted(np.cumsum(one), ENERGY * one.sum())) for one in spectra)
    return float(((spectra[0][:k] - spectra[1][:k]) ** 2).sum())


def gromov_hausdorff(A: npt.ArrayLike, B: npt.ArrayLike) -> float:
    """Lower bound of the Gromov–Hausdorff distance of two sets of points on the sphere, with Euclidean distances.

    Half the bottleneck distance of the 0-dimensional persistence diagrams of the Vietoris–Rips filtrations in which two
    points are joined at their distance. Such a diagram holds (0, w) for each edge w of a minimum spanning tree, so its
    points lie on a line, and the bottleneck distance is exact: the j longest edges are matched in order, at the price
    of their difference, and the others with the diagonal, at half their length, for the best j.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m', d')
        Unit rows, one or more each.

    Returns
    -------
    float
        0 or more. Twice this is the bottleneck distance, which papers print as "GH".

    References
    ----------
    Patra, Moniz, Garg, Gormley, Neubig, "Bilingual lexicon induction with semi-supervision in non-isometric embedding
    spaces", ACL 2019. Chazal, Cohen-Steiner, Guibas, Mémoli, Oudot, "Gromov-Hausdorff stable signatures for
    shapes using persistence", SGP 2009, theorem 3.1 (the bound).
    """
    one, two = (spanning_edges(rows) for rows in (A, B))
    longest = max(len(one), len(two))
    # An edge of length 0 lies on the diagonal, so shorter lists may be filled up with them.
    left, right = (np.pad(edges, (0, longest - len(edges))) for edges in (one, two))
    matched = np.maximum.accumulate(np.concatenate([[0.0], np.abs(left - right)]))
    unmatched = np.concatenate([np.maximum(left, right) / 2, [0.0]])
    return float(np.maximum(matched, unmatched).min()) / 2


def spanning_edges(rows: npt.ArrayLike) -> Array64:
    """Lengths of the edges of a minimum spanning tree, longest first.

    Parameters
    ----------
    rows : array of shape (m, d)

    Returns
    -------
    array of float64, shape (m - 1,)

    References
    ----------
    Prim, "Shortest connection networks and some generalizations", Bell System Technical Journal 1957.
    """
    points = np.asarray(rows, dtype=np.float64)
    if points.ndim != 2 or not len(points):
        raise InvalidParameter("a tree needs one row or more")
    squares = np.einsum("ij,ij->i", points, points)
    outside = np.ones(len(points), dtype=bool)
    # Squared distance of each point outside to the tree, which grows from the first row.
    to_tree = np.full(len(points), np.inf)
    last, edges = 0, np.empty(len(points) - 1)
    for i in range(len(edges)):
        outside[last] = False
        np.minimum(to_tree, squares + squares[last] - 2 * (points @ points[last]), out=to_tree)
        last = int(np.where(outside, to_tree, np.inf).argmin())
        edges[i] = to_tree[last]
    # Rounding can leave the distance of two equal rows just below 0.
    return np.sort(np.sqrt(np.maximum(edges, 0)))[::-1]


def relational_similarity(A: npt.ArrayLike, B: npt.ArrayLike) -> float:
    """Pearson's correlation between the cosines of all pairs of rows in one space and in the other.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m, d')
        Parallel unit rows.

    Returns
    -------
    float
        0 when all cosines of a space are equal.

    References
    ----------
    Vulić, Ruder, Søgaard, "Are all good word vector spaces isomorphic?", EMNLP 2020 (RSIM).
    """
    left, right = _parallel(A, B)
    upper = np.triu_indices(len(left), k=1)
    one, two = ((rows @ rows.T)[upper] for rows in (left, right))
    one, two = one - one.mean(), two - two.mean()
    norm = float(np.linalg.norm(one) * np.linalg.norm(two))
    # Cosines that are equal up to rounding do not correlate with anything.
    return float(one @ two) / norm if norm > 1e-12 * len(one) else 0.0


def singular_gap(A: npt.ArrayLike, B: npt.ArrayLike) -> float:
    """Distance between two spectra: sum over i of (log s_i - log s'_i)^2, singular values of A and B, largest first.

    Parameters
    ----------
    A, B : arrays of shape (m, d) and (m, d')
        Unit rows, as many of both. Values that one of the two spaces does not have, or that are rounding noise, are
        left out.

    References
    ----------
    Dubossarsky, Vulić, Reichart, Korhonen, "The secret is in the spectra: predicting cross-lingual task performance
    with spectral similarity measures", EMNLP 2020.
    """
    spectra = [np.linalg.svd(rows, compute_uv=False) for rows in _parallel(A, B)]
    kept = min(int((one > np.sqrt(RANK_TOLERANCE) * one[0]).sum()) for one in spectra)
    one, two = (np.log(spectrum[:kept]) for spectrum in spectra)
    return float(((one - two) ** 2).sum())


def principal_components(X: npt.ArrayLike) -> tuple[Array64, float]:
    """First two principal components of each row, and the share of the variance that they hold.

    Parameters
    ----------
    X : array of shape (n, d)

    Returns
    -------
    points : array of float64, shape (n, 2)
        A principal component has no sign of its own: the outermost row is on the positive side. 0 for a second one
        that does not exist.
    explained : float
    """
    table = np.asarray(X, dtype=np.float64)
    table = table - table.mean(axis=0)
    values, vectors = np.linalg.eigh(table.T @ table)
    found = table @ vectors[:, ::-1][:, :2]
    outermost = np.abs(found).argmax(axis=0)
    points: Array64 = np.zeros((len(table), 2))
    points[:, : found.shape[1]] = found * np.where(found[outermost, np.arange(found.shape[1])] < 0, -1, 1)
    total = float(values.sum())
    return points, float(values[-2:].sum()) / total if total > 0 else 0.0


def _laplacian_spectrum(rows: Array64, neighbours: int) -> Array64:
    """Eigenvalues of the Laplacian of a nearest-neighbour graph, largest first; shape (m,)."""
    m = len(rows)
    k = min(neighbours, m - 1)
    if k < 1:
        raise InvalidParameter(f"a row of the graph needs 1 neighbour or more, not {neighbours}")
    table = rows @ rows.T
    np.fill_diagonal(table, -np.inf)
    # A stable sort, so that of equal neighbours the lower row is taken on every machine.
    nearest = np.argsort(-table, axis=1, kind="stable")[:, :k]
    joined = np.zeros((m, m), dtype=bool)
    np.put_along_axis(joined, nearest, True, axis=1)
    joined |= joined.T
    spectrum = np.linalg.eigvalsh(np.diag(joined.sum(axis=1)) - joined.astype(np.float64))
    return np.maximum(spectrum[::-1], 0)


def _parallel(A: npt.ArrayLike, B: npt.ArrayLike) -> tuple[Array64, Array64]:
    left, right = parallel(A, B)
    if len(left) < 3:
        raise InvalidParameter(f"{len(left)} pairs of words are too few to compare two spaces by; give 3 or more")
    return left, right
