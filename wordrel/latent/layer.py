"""RelativeLayer: relative representations inside a torch network, with gradients to rows and anchors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wordrel.errors import InvalidParameter
from wordrel.latent.checks import check_enough, check_width
from wordrel.latent.tensors import Tensor, check_rows, nn, table, torch, unit
from wordrel.latent.whitening import inverse_root
from wordrel.similarities import L1, SIMILARITIES, Angular, Cosine, Euclidean, Rbf, Similarity, make_similarity

# The pairs of so many anchors are asked for the median of their distances, as in `wordrel.similarities.Rbf`.
_ENOUGH_ANCHORS = 1000

Table = Callable[[Tensor, Tensor], Tensor]
"""From rows, shape (n, d), and anchors, shape (m, d), to similarities, shape (n, m)."""


class RelativeLayer(nn.Module):
    """Describe each row by its similarities to anchors; the same numbers as the numpy path, with gradients.

    Parameters
    ----------
    anchors : tensor or array of shape (m, d)
        2 or more. A tensor keeps its type and device; what comes as an array has torch's default type.
    similarity : str or Similarity
        "cosine", "angular", "euclidean", "l1" or "rbf", or an object of these; "rank" and "quantised" have no gradient.
    whiten : bool
        Multiply by (|K| + ridge)^-1/2, K the anchors' similarities with each other: `wordrel.transforms.Whiten`, and
        with the cosine `RelativeProjection(exponent=0.5)`.
    ridge : float
        As a share of the largest eigenvalue of |K|; above 0.
    normalize : bool
        Scale the result's rows to length 1.
    trainable : bool
        Make the anchors a parameter that an optimiser moves, instead of a buffer. Either is in the state dict.

    Attributes
    ----------
    anchors : tensor of shape (m, d)

    Raises
    ------
    InvalidParameter
        For fewer than 2 anchors, anchors with NaN, and a similarity or a ridge that cannot be.

    Notes
    -----
    While an encoder learns, its anchors' latents move with it: encode them at each step and give them to `forward`,
    which leaves those of the layer alone; `set_anchors` stores the last ones.

    Where a function has a corner (a distance of 0, an angle of 0) the gradient there is 0.

    "angular" of directions that are all but the same agrees with the numpy path to 1e-3 only: of such angles the
    cosines in float32, of which both are made, know no more. All else agrees to 1e-5.

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023, section 3.
    Other similarities: Cannistraci et al., "From bricks to bridges: product of invariances to enhance latent space
    communication", ICLR 2024, section 3.

    Examples
    --------
    >>> import torch
    >>> layer = RelativeLayer(torch.eye(2))
    >>> layer(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """

    anchors: Tensor

    def __init__(
        self,
        anchors: Any,
        similarity: str | Similarity = "cosine",
        *,
        whiten: bool = False,
        ridge: float = 0.05,
        normalize: bool = False,
        trainable: bool = False,
    ) -> None:
        super().__init__()
        if not 0 < ridge < float("inf"):
            raise InvalidParameter(f"the ridge must be a finite number above 0, not {ridge}")
        self.similarity = make_similarity(similarity)
        self._table = _differentiable(self.similarity)
        self.whiten = whiten
        self.ridge = ridge
        self.normalize = normalize
        own = _checked(anchors).detach().clone()
        if trainable:
            self.anchors = nn.Parameter(own)
        else:
            self.register_buffer("anchors", own)

    def forward(self, rows: Tensor, anchors: Tensor | None = None) -> Tensor:
        """Describe rows by the layer's anchors, or by others.

        Parameters
        ----------
        rows : tensor of shape (..., d)
        anchors : tensor of shape (m', d), optional
            The anchors' latents as the encoder has them now, in place of those of the layer.

        Returns
        -------
        tensor of shape (..., m)

        Raises
        ------
        InvalidParameter
            For rows or anchors with NaN, of different widths, and fewer than 2 anchors.
        """
        against = (self.anchors if anchors is None else _checked(anchors)).to(rows.dtype)
        check_width(rows.shape[-1], against.shape[1])
        check_rows(rows, "a batch of latents")
        flat = rows.reshape(-1, rows.shape[-1])
        relative = self._whitened(flat, against) if self.whiten else self._table(flat, against)
        if self.normalize:
            relative = unit(relative)
        return relative.reshape(*rows.shape[:-1], len(against))

    def set_anchors(self, anchors: Any) -> None:
        """Store other anchors, as many and as wide, in place of those of the layer."""
        new = _checked(anchors)
        if new.shape != self.anchors.shape:
            raise InvalidParameter(
                f"the layer has anchors of the shape {tuple(self.anchors.shape)}, not {tuple(new.shape)}; "
                "make a new RelativeLayer"
            )
        with torch.no_grad():
            self.anchors.copy_(new)

    def _whitened(self, rows: Tensor, anchors: Tensor) -> Tensor:
        if isinstance(self.similarity, Cosine) and len(anchors) > anchors.shape[1]:
            # A (AA' + c)^-1/2 = (A'A + c)^-1/2 A, in the smaller of the two matrices.
            A = unit(anchors)
            return unit(rows) @ inverse_root(A.T @ A, self.ridge) @ A.T
        return self._table(rows, anchors) @ inverse_root(self._table(anchors, anchors), self.ridge)

    def extra_repr(self) -> str:
        """What `repr` shows."""
        m, d = self.anchors.shape
        whitened = f", whiten=True, ridge={self.ridge}" if self.whiten else ""
        return f"{m} anchors of {d} numbers, {self.similarity}{whitened}"


def _checked(anchors: Any) -> Tensor:
    checked = table(anchors, "the table of anchors")
    check_enough(len(checked))
    return checked


def _cosine(X: Tensor, A: Tensor) -> Tensor:
    return unit(X) @ unit(A).T


def _angular(X: Tensor, A: Tensor) -> Tensor:
    cosines = _cosine(X, A)
    # The slope of arccos is infinite at 1 and -1, where rounding decides whether a row and an anchor are the same.
    inside = cosines.abs() < 1 - 4 * torch.finfo(cosines.dtype).eps
    angles = torch.where(inside, torch.arccos(torch.where(inside, cosines, 0)), torch.arccos(cosines.detach().round()))
    return 1 - angles * (2 / torch.pi)


def _distances(X: Tensor, A: Tensor, p: float) -> Tensor:
    # From differences, not from products, of which little is left where two rows are near; its gradient at 0 is 0.
    return torch.cdist(X, A, p=p, compute_mode="donot_use_mm_for_euclid_dist")


def _rbf(gamma: float | None) -> Table:
    def similarities(X: Tensor, A: Tensor) -> Tensor:
        width = _median_gamma(A) if gamma is None else gamma
        return torch.exp(-width * _distances(X, A, 2) ** 2)

    return similarities


def _median_gamma(anchors: Tensor) -> Tensor:
    chosen = anchors[:: -(-len(anchors) // _ENOUGH_ANCHORS)]
    median = torch.quantile(nn.functional.pdist(chosen) ** 2, 0.5)
    return torch.where(median > 0, 1 / torch.where(median > 0, median, 1), 1)


def _differentiable(similarity: Similarity) -> Table:
    if isinstance(similarity, Rbf):
        return _rbf(similarity.gamma)
    tables: dict[type[Similarity], Table] = {
        Cosine: _cosine,
        Angular: _angular,
        Euclidean: lambda X, A: -_distances(X, A, 2),
        L1: lambda X, A: -_distances(X, A, 1),
    }
    if type(similarity) not in tables:
        names = [name for name, cls in SIMILARITIES.items() if cls in (*tables, Rbf)]
        raise InvalidParameter(f"{similarity} has no gradient here; choose one of: {', '.join(names)}")
    return tables[type(similarity)]
