"""A network is a sequence of layers from pixels to logits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hemline.networks.mlp import mlp_layers
from hemline.pixels import SIDE

NETWORKS: dict[str, Callable[[Sequence[int], torch.Generator], Sequence[nn.Module]]] = {
    "mlp": mlp_layers,
}


@dataclass(frozen=True)
class LayerDescription:
    """One row of `hemline describe`; the output shape leaves out the batch."""

    name: str
    output_shape: list[int]
    parameters: int
    purpose: str


class Network(nn.Module):
    """Layers applied one after the other: uint8 `(n, 28, 28)` to logits float32 `(n, 10)`."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits `(n, 10)` of pixels `(n, 28, 28)`."""
        logits: Tensor = self.layers(pixels)
        return logits

    @property
    def parameter_count(self) -> int:
        """Trained numbers in all layers."""
        return sum(parameter.numel() for parameter in self.parameters())

    @torch.no_grad()
    def describe(self) -> list[LayerDescription]:
        """The layers in order, with the shapes that a picture takes on its way."""
        values = torch.zeros(1, SIDE, SIDE, dtype=torch.uint8)
        rows = []
        for layer in self.layers:
            values = layer(values)
            count = sum(parameter.numel() for parameter in layer.parameters())
            shape = list(values.shape[1:])
            rows.append(LayerDescription(type(layer).__name__, shape, count, str(layer.purpose)))
        return rows


def build_network(kind: str, hidden: Sequence[int], seed: int) -> Network:
    """A freshly initialised network; the same seed gives the same weights.

    Args:
        kind: one of `NETWORKS`.
        hidden: units of each hidden layer.
        seed: of the initial weights.
    """
    return Network(NETWORKS[kind](hidden, torch.Generator().manual_seed(seed)))
