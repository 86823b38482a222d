"""The inverse root that whitens similarities, with a gradient that does not mind equal eigenvalues."""

from __future__ import annotations

from typing import Any

from wordrel.latent.tensors import Tensor, torch


class _InverseRoot(torch.autograd.Function):
    """K, c -> (|K| + c)^-1/2, K symmetric, |K| = (K'K)^1/2 and c > 0.

    The gradient of an eigendecomposition divides by differences of eigenvalues, and anchors that are fewer than the
    dimensions or more have many equal ones: K of rank d has m - d zeros. The gradient of the root itself divides by no
    difference: with K = V diag(l) V' and s = |l| + c, it is V (G o V' dK V) V' (Daleckii and Krein, 1951; Bhatia,
    "Matrix analysis", 1997, theorem V.3.3), with

        G_ij = -1 / (s_i^1/2 s_j^1/2 (s_i^1/2 + s_j^1/2)) * (|l_i| - |l_j|) / (l_i - l_j),

    whose last factor is the sign of l_i when both have the same sign.
    """

    @staticmethod
    def forward(ctx: Any, K: Tensor, c: Tensor) -> Tensor:
        values, vectors = torch.linalg.eigh(K)
        root = (values.abs() + c).sqrt()
        ctx.save_for_backward(values, vectors, root)
        inverse: Tensor = (vectors / root) @ vectors.T
        return inverse

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        values, vectors, root = ctx.saved_tensors
        inside = vectors.T @ gradient @ vectors
        sizes = values.abs()
        # (|a| - |b|) / (a - b) = (a + b) / (|a| + |b|), which divides by no difference either; 0 where both are 0.
        both = sizes[:, None] + sizes
        slopes = torch.where(both > 0, (values[:, None] + values) / torch.where(both > 0, both, 1), 0)
        table = -slopes / (root[:, None] * root * (root[:, None] + root))
        of_K = vectors @ (table * inside) @ vectors.T
        return of_K, (inside.diagonal() * -0.5 * root**-3).sum()


def inverse_root(K: Tensor, ridge: float) -> Tensor:
    """(|K| + ridge largest)^-1/2, with `largest` the largest eigenvalue of |K|; see `wordrel.transforms.Whiten`.

    Parameters
    ----------
    K : tensor of shape (m, m)
        Symmetric.
    ridge : float
        Above 0.
    """
    # float64, as in the numpy path: with a small ridge the root magnifies the last digits of a float32.
    exact = K.double()
    exact = (exact + exact.T) / 2
    largest = torch.linalg.eigvalsh(exact).abs().max()
    # Similarities that are all 0 leave nothing to scale by.
    c = ridge * torch.where(largest > 0, largest, 1)
    root: Tensor = _InverseRoot.apply(exact, c)  # type: ignore[no-untyped-call]
    return root.to(K.dtype)
