"""RelativeLoss: a reference model's relative space as a training signal."""

from __future__ import annotations

from typing import Any

from wordrel.errors import InvalidParameter
from wordrel.latent.checks import check_items
from wordrel.latent.layer import RelativeLayer
from wordrel.latent.tensors import Tensor, check_rows, nn, table, torch, unit

DISTANCES = ("cosine", "mse")


def relative_loss(relative: Tensor, reference: Tensor, distance: str = "cosine") -> Tensor:
    """Mean distance of the relative vectors of the same items.

    Parameters
    ----------
    relative, reference : tensors of shape (n, m)
        Row i of both is the same item, column j the same anchor.
    distance : {"cosine", "mse"}
        "cosine": 1 - the cosine of the two vectors, so that the loss is 1 - `wordrel.latent.latent_similarity`. "mse":
        the mean squared difference of their numbers.

    Returns
    -------
    tensor without dimensions

    Raises
    ------
    InvalidParameter
        For different numbers of items or of anchors, NaN, and an unknown distance.
    """
    if distance not in DISTANCES:
        raise InvalidParameter(f"unknown distance '{distance}'; choose one of: {', '.join(DISTANCES)}")
    check_items(len(relative), len(reference))
    if relative.shape[-1] != reference.shape[-1]:
        raise InvalidParameter(
            f"relative vectors of {relative.shape[-1]:,} anchors cannot be compared with those of "
            f"{reference.shape[-1]:,}; take the same items as anchors in both models"
        )
    check_rows(relative, "the batch of relative vectors")
    if distance == "mse":
        return nn.functional.mse_loss(relative, reference)
    return 1 - (unit(relative) * unit(reference)).sum(dim=-1).mean()


class RelativeLoss(nn.Module):
    """Pull the relative space of an encoder that learns towards that of a reference model.

    Parameters
    ----------
    reference : tensor or array of shape (n, m)
        Relative vectors of the reference model for all n items of the training data. It is kept as a buffer.
    distance : {"cosine", "mse"}
        As in `relative_loss`.

    Notes
    -----
    Encode the anchors at each step, as `RelativeLayer` says: the encoder's space can then come to lie anywhere that
    keeps the relative vectors, and what was trained on those of the reference works on its own. That the similarity of
    relative spaces can be trained for, not only measured, follows from its being differentiable: Moschella et al.,
    ICLR 2023, sections 3 and 4.2.

    Examples
    --------
    >>> import torch
    >>> latents = torch.randn(20, 3)
    >>> loss = RelativeLoss.of_latents(latents, RelativeLayer(latents[:5]))
    >>> turned = latents.flip(1)
    >>> relative = RelativeLayer(turned[:5])(turned[[7, 2]])
    >>> bool(loss(relative, [7, 2]) < 1e-6)
    True
    """

    reference: Tensor

    def __init__(self, reference: Any, distance: str = "cosine") -> None:
        super().__init__()
        if distance not in DISTANCES:
            raise InvalidParameter(f"unknown distance '{distance}'; choose one of: {', '.join(DISTANCES)}")
        self.distance = distance
        self.register_buffer("reference", table(reference, "the reference").detach().clone())

    @classmethod
    def of_latents(cls, latents: Any, layer: RelativeLayer, distance: str = "cosine") -> RelativeLoss:
        """Make the loss from a reference model's latents of all items, shape (n, d), and its layer."""
        with torch.no_grad():
            return cls(layer(table(latents, "the reference's latents")), distance)

    def forward(self, relative: Tensor, items: Any = None) -> Tensor:
        """Compare a batch with the reference.

        Parameters
        ----------
        relative : tensor of shape (b, m)
            Relative vectors of the encoder that learns.
        items : tensor or sequence of int, shape (b,), optional
            Which items the batch holds, as row numbers of the reference; all, in their order, when left out.

        Returns
        -------
        tensor without dimensions

        Raises
        ------
        InvalidParameter
            For a batch of another number of items, items that the reference does not have, and another number of
            anchors.
        """
        if items is None:
            return relative_loss(relative, self.reference.to(relative.dtype), self.distance)
        rows = torch.as_tensor(items, device=self.reference.device)
        n = len(self.reference)
        if len(rows) and not bool(((rows >= 0) & (rows < n)).all()):
            raise InvalidParameter(
                f"item {int(rows[(rows < 0) | (rows >= n)][0])} is not among the {n:,} items of the reference model; "
                "encode the same items with both"
            )
        return relative_loss(relative, self.reference[rows].to(relative.dtype), self.distance)
