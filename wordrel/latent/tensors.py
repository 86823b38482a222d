"""The one door to torch, and tables of tensors that are checked like arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from wordrel.errors import MissingExtra
from wordrel.latent.checks import check_finite, check_shape

try:
    import torch
    from torch import Tensor, nn
except ModuleNotFoundError:
    raise MissingExtra("this part of wordrel.latent", "torch", "torch") from None

__all__ = ["Tensor", "check_rows", "nn", "table", "torch", "unit"]


def table(values: Any, name: str) -> Tensor:
    """Take a table of floating-point numbers, shape (n, d): a tensor as it is, anything else in torch's default type.

    Raises
    ------
    InvalidParameter
        When it is no table, or not finite.
    """
    if isinstance(values, Tensor):
        rows = values if values.is_floating_point() else values.to(torch.get_default_dtype())
    else:
        rows = torch.tensor(np.asarray(values), dtype=torch.get_default_dtype())
    check_shape(rows.shape, name)
    check_rows(rows, name)
    return rows


def check_rows(rows: Tensor, name: str) -> None:
    """Refuse rows with NaN or infinite numbers; shape (..., d)."""
    finite = torch.isfinite(rows.detach())
    if not bool(finite.all()):
        check_finite(finite.reshape(-1, rows.shape[-1]).all(dim=-1).cpu().numpy(), name)


def unit(rows: Tensor) -> Tensor:
    """Scale each row to length 1; a zero row stays zero, and has a finite gradient (`wordrel.relative.unit_rows`)."""
    # The largest entry first: squares of very large or very small numbers leave the range. The result does not depend
    # on it, so no gradient has to pass through it.
    peak = rows.detach().abs().amax(dim=-1, keepdim=True)
    scaled = rows / torch.where(peak > 0, peak, 1)
    norms = torch.linalg.vector_norm(scaled, dim=-1, keepdim=True)
    return scaled / torch.where(norms > 0, norms, 1)
