"""Encoders and decoders that were trained apart, put together without any fine-tuning."""

from __future__ import annotations

from wordrel.latent.checks import check_pairs
from wordrel.latent.layer import RelativeLayer
from wordrel.latent.tensors import Tensor, nn, torch
from wordrel.similarities import Similarity


class RelativeModel(nn.Module):
    """decoder(relative(encoder(x))), with the anchors encoded anew whenever the model runs.

    Parameters
    ----------
    encoder : Module
        From items to latents of shape (n, d).
    decoder : Module
        From relative vectors, shape (n, m), to whatever is wanted.
    anchor_items : tensor
        The m items that are anchors, as the encoder takes them; in the state dict.
    similarity, whiten, ridge, normalize
        As those of `RelativeLayer`.

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023, sections 3 and
    5 (zero-shot stitching).
    """

    anchor_items: Tensor

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        anchor_items: Tensor,
        similarity: str | Similarity = "cosine",
        *,
        whiten: bool = False,
        ridge: float = 0.05,
        normalize: bool = False,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.register_buffer("anchor_items", anchor_items.detach().clone())
        with torch.no_grad():
            latents = encoder(anchor_items)
        self.layer = RelativeLayer(latents, similarity, whiten=whiten, ridge=ridge, normalize=normalize)

    def relative(self, items: Tensor) -> Tensor:
        """Relative vectors of items, shape (n, m)."""
        anchors = self.encoder(self.anchor_items)
        self.layer.set_anchors(anchors)
        relative: Tensor = self.layer(self.encoder(items), anchors)
        return relative

    def forward(self, items: Tensor) -> Tensor:
        """What the decoder makes of the items."""
        decoded: Tensor = self.decoder(self.relative(items))
        return decoded


def stitch(encoding: RelativeModel, decoding: RelativeModel) -> RelativeModel:
    """Put the decoder of one model behind the encoder, the anchors and the layer of another; nothing is trained.

    The two must have been trained relative to the same items, in the same order, or to items that correspond.

    Parameters
    ----------
    encoding, decoding : RelativeModel
        They share their parts with the result, which is no copy.

    Raises
    ------
    InvalidParameter
        For models with different numbers of anchors.
    """
    check_pairs(len(encoding.anchor_items), len(decoding.anchor_items))
    layer = encoding.layer
    return RelativeModel(
        encoding.encoder,
        decoding.decoder,
        encoding.anchor_items,
        layer.similarity,
        whiten=layer.whiten,
        ridge=layer.ridge,
        normalize=layer.normalize,
    )


def reconstruction_error(model: nn.Module, items: Tensor, block_rows: int = 512) -> float:
    """Mean squared difference between items and what a model makes of them, over all their numbers.

    Parameters
    ----------
    model : Module
        From items to items; evaluated without dropout and without gradients, and left in the mode that it was in.
    items : tensor of shape (n, ...)
    block_rows : int
        Items at a time.
    """
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            total = sum(float(((model(block) - block).double() ** 2).sum()) for block in torch.split(items, block_rows))
    finally:
        model.train(mode)
    return total / max(items.numel(), 1)
