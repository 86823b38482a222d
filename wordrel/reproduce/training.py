"""Small models of images, on latents as they are and on relative ones, trained from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wordrel.latent.stitching import RelativeModel
from wordrel.latent.tensors import Tensor, nn, torch
from wordrel.reproduce.images import Items

ABSOLUTE, RELATIVE = "absolute", "relative"

HIDDEN, LATENT, _BATCH = 256, 32, 256

# What the draws of a VAE cost counts so much, in both spaces alike.
_KL_WEIGHT = 0.01

# The draws of a VAE begin narrow, with a standard deviation of exp(-2), in both spaces alike. When they begin as wide
# as the prior, a relative model, whose anchors are drawn too, comes to answer with the mean image and stays there,
# whatever the weight above (tried: .01, .001 and .0001). Chosen by the error of models that are not stitched, of seeds
# that the finding does not use.
_FIRST_LOG_VARIANCE = -4.0


@dataclass(frozen=True)
class Data:
    """Images to train on and to test with.

    Attributes
    ----------
    name : str
    train, test : tensors of shape (n, pixels)
        From 0 to 1.
    train_labels, test_labels : tensors of shape (n,)
    """

    name: str
    train: Tensor
    test: Tensor
    train_labels: Tensor
    test_labels: Tensor

    @classmethod
    def of(cls, name: str, items: Items) -> Data:
        """Hold out a fifth, the same for every seed."""
        order = torch.from_numpy(np.random.default_rng(0).permutation(len(items.values)))
        values, labels = torch.from_numpy(items.values)[order], torch.from_numpy(items.groups)[order]
        n = len(order) // 5
        return cls(name, values[n:], values[:n], labels[n:], labels[:n])


class Absolute(nn.Module):
    """decoder(encoder(x)) on the latents as they are."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, items: Tensor) -> Tensor:
        """What the decoder makes of the items."""
        decoded: Tensor = self.decoder(self.encoder(items))
        return decoded


class Mean(nn.Module):
    """Encoder of a variational autoencoder: draws around a mean when it is trained, and gives the mean otherwise."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(width, hidden), nn.ReLU())
        self.mean, self.spread = nn.Linear(hidden, LATENT), nn.Linear(hidden, LATENT)
        nn.init.constant_(self.spread.bias, _FIRST_LOG_VARIANCE)
        self.divergence = torch.zeros(())

    def forward(self, items: Tensor) -> Tensor:
        """Latents of items; what the draw costs, per number of an item, is kept in `divergence`."""
        body = self.body(items)
        mean: Tensor = self.mean(body)
        if not self.training:
            return mean
        log_variance: Tensor = self.spread(body)
        losses = (mean**2 + log_variance.exp() - log_variance - 1).sum(dim=1) / 2
        self.divergence = losses.mean() / items.shape[1]
        return mean + torch.randn_like(mean) * (log_variance / 2).exp()


def encoder(width: int, kind: str, hidden: int = HIDDEN) -> nn.Module:
    """Two dense layers down to the latents; of a VAE with a spread."""
    if kind == "VAE":
        return Mean(width, hidden)
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, LATENT))


def decoder(inputs: int, outputs: int) -> nn.Module:
    """Two dense layers up again."""
    return nn.Sequential(nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs))


def build(
    data: Data, space: str, kind: str, seed: int, n_anchors: int, outputs: int, hidden: int = HIDDEN
) -> nn.Module:
    """Make a model of first weights that the seed draws; all have the same anchors."""
    width = data.train.shape[1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if space == ABSOLUTE:
            return Absolute(encoder(width, kind, hidden), decoder(LATENT, outputs))
        # The same items for both: the first of the shuffled training set.
        return RelativeModel(encoder(width, kind, hidden), decoder(n_anchors, outputs), data.train[:n_anchors])


def train(
    model: nn.Module, items: Tensor, wanted: Tensor, loss: Callable[[Tensor, Tensor], Tensor], seed: int, steps: int
) -> nn.Module:
    """Train on random batches that the seed draws; what a VAE's draws cost is added with its weight."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    variational = [part for part in model.modules() if isinstance(part, Mean)]
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(steps):
            chosen = torch.randint(len(items), (_BATCH,), generator=generator)
            optimiser.zero_grad()
            cost = loss(model(items[chosen]), wanted[chosen])
            for part in variational:
                cost = cost + _KL_WEIGHT * part.divergence
            cost.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return model.eval()
