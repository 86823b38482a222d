"""A small autoencoder, trained from a seed."""

from __future__ import annotations

from wordrel.latent.tensors import Tensor, nn, torch


class Autoencoder(nn.Module):
    """Two dense layers down to a few numbers, and two up again.

    Parameters
    ----------
    width : int
        Numbers of an item.
    latent : int
        Numbers of a latent.
    hidden : int
    """

    def __init__(self, width: int, latent: int, hidden: int = 64) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, width))

    def forward(self, items: Tensor) -> Tensor:
        """Reconstruct items, shape (n, width)."""
        reconstructed: Tensor = self.decoder(self.encoder(items))
        return reconstructed


def train(items: Tensor, latent: int, seed: int, steps: int, batch: int = 128) -> Autoencoder:
    """Train an autoencoder on the mean squared error; the seed decides its first weights and its batches.

    Parameters
    ----------
    items : tensor of shape (n, width)
    latent, seed, steps, batch : int
    """
    # Modules draw their weights from the global generator, which is given back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Autoencoder(items.shape[1], latent)
    generator = torch.Generator().manual_seed(seed)
    # Decay leaves fewer ways to reach the same error: without it two trainings of the digits (8 numbers) are a third
    # further apart.
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(steps, 1))
    for _ in range(steps):
        chosen = items[torch.randint(len(items), (batch,), generator=generator)]
        optimiser.zero_grad()
        nn.functional.mse_loss(model(chosen), chosen).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return model
