"""A small graph convolutional network, trained from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from wordrel.latent.tensors import Tensor, nn, torch
from wordrel.relative import Array32
from wordrel.reproduce.graph import Graph

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "elu": nn.functional.elu}


@dataclass(frozen=True)
class Setting:
    """Hyper-parameters of a network and of its training.

    Attributes
    ----------
    width : int
        Of every layer, and so of the latents.
    depth : int
        How many convolutions; a linear layer follows.
    activation : str
        A name in `ACTIVATIONS`.
    dropout, learning_rate, weight_decay : float
    epochs : int
    seed : int
        Of the first weights and of dropout.
    """

    width: int
    depth: int
    activation: str
    dropout: float
    learning_rate: float
    weight_decay: float
    epochs: int
    seed: int


@dataclass(frozen=True)
class Trained:
    """What a network is after some epochs.

    Attributes
    ----------
    latents : array of float32, shape (n, width)
        Of all nodes: what the linear layer is given.
    accuracy : float
        Share of the test nodes whose class is found.
    """

    latents: Array32
    accuracy: float


class Convolutions(nn.Module):
    """Graph convolutions (Kipf and Welling, ICLR 2017, equation 2) under a linear layer."""

    def __init__(self, graph: Graph, setting: Setting) -> None:
        super().__init__()
        widths = [graph.features.shape[1], *[setting.width] * setting.depth]
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))
        self.head = nn.Linear(setting.width, graph.n_classes)
        for layer in (*self.layers, self.head):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.dropout = nn.Dropout(setting.dropout)
        self.activation = ACTIVATIONS[setting.activation]

    def forward(self, graph: Graph) -> Tensor:
        """Latents of all nodes, shape (n, width)."""
        H = graph.features
        for number, layer in enumerate(self.layers):
            # Words are sparse, so the product with the weights comes first; it is the same either way.
            mapped = torch.sparse.mm(H, layer.weight.T) if number == 0 else self.dropout(H) @ layer.weight.T
            H = self.activation(torch.sparse.mm(graph.adjacency, mapped) + layer.bias)
        return H


def train(graph: Graph, setting: Setting, every: int | None = None) -> list[Trained]:
    """Train a network with Adam on the cross-entropy of the training nodes.

    Parameters
    ----------
    graph : Graph
    setting : Setting
    every : int, optional
        Look at the network after every so many epochs, and before the first; left out, after the last alone.

    Returns
    -------
    list of Trained
    """
    looks = []
    # Modules and dropout draw from the global generator, which is given back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(setting.seed)
        model = Convolutions(graph, setting)
        optimiser = torch.optim.Adam(model.parameters(), lr=setting.learning_rate, weight_decay=setting.weight_decay)
        chosen = torch.from_numpy(graph.train)
        for done in range(setting.epochs + 1):
            if done == setting.epochs or (every is not None and done % every == 0):
                looks.append(_look(model, graph))
            if done < setting.epochs:
                model.train()
                optimiser.zero_grad()
                scores = model.head(model(graph)[chosen])
                nn.functional.cross_entropy(scores, graph.labels[chosen]).backward()  # type: ignore[no-untyped-call]
                optimiser.step()
    return looks


def _look(model: Convolutions, graph: Graph) -> Trained:
    model.eval()
    with torch.no_grad():
        latents = model(graph)
        right = (model.head(latents).argmax(dim=1) == graph.labels)[torch.from_numpy(graph.test)]
    return Trained(latents.numpy(), float(right.float().mean()))
