"""A network is a sequence of layers from pixels to logits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hemline.networks.conv import conv_layers, residual_layers
from hemline.networks.inputs import Inputs
from hemline.networks.layers import Dense, Dropout
from hemline.networks.mlp import mlp_layers

Builder = Callable[[Sequence[int], Inputs, int, torch.Generator], Sequence[nn.Module]]
NETWORKS: dict[str, Builder] = {
    "mlp": mlp_layers,
    "conv": conv_layers,
    "residual": residual_layers,
}


_CHUNK = 1000  # pictures at a time where nothing is trained


@dataclass(frozen=True)
class LayerDescription:
    """One row of `hemline describe`; the output shape leaves out the batch."""

    name: str
    output_shape: list[int]
    parameters: int
    purpose: str


class Network(nn.Module):
    """Layers one after the other: pixels uint8 to logits float32 `(n, k)`, one a class.

    A network that learns what is none of the classes has one more logit for it, the last.

    Args:
        layers: in order.
        inputs: the pictures that they are made for.
        mirrored: when not training, look at the mirror image as well and take the mean.
    """

    def __init__(
        self, layers: Sequence[nn.Module], inputs: Inputs, *, mirrored: bool = False
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.layers = nn.Sequential(*layers)
        self.mirrored = mirrored

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits of pixels `(n, h, w)` or `(n, h, w, 3)`."""
        return self.head(self.features(pixels))

    def head(self, features: Tensor) -> Tensor:
        """Logits: the last layer by itself."""
        logits: Tensor = self.layers[-1](features)
        return logits

    def features(self, pixels: Tensor) -> Tensor:
        """What the last layer is given, `(n, k)`; of a picture and its mirror image their mean."""
        look = self.layers[:-1]
        features: Tensor = look(pixels)
        if self.mirrored and not self.training:
            features = (features + look(pixels.flip(2))) / 2
        return features

    @torch.no_grad()
    def features_at_rest(self, pixels: Tensor, *, bfloat16: bool = False) -> Tensor:
        """`features` as after training, float32 `(n, k)`; in chunks, which bounds the memory."""
        self.eval()
        with torch.autocast(pixels.device.type, torch.bfloat16, enabled=bfloat16):
            return torch.cat([self.features(part).float() for part in torch.split(pixels, _CHUNK)])

    @property
    def parameter_count(self) -> int:
        """Trained numbers in all layers."""
        return sum(parameter.numel() for parameter in self.parameters())

    @torch.no_grad()
    def describe(self) -> list[LayerDescription]:
        """The layers in order, with the shapes that a picture takes on its way."""
        self.eval()  # to look must not change the running statistics
        values = torch.zeros(1, *self.inputs.form.shape, dtype=torch.uint8)
        rows = []
        for layer in self.layers:
            values = layer(values)
            count = sum(parameter.numel() for parameter in layer.parameters())
            shape = list(values.shape[1:])
            purpose = str(getattr(layer, "purpose", "one of your own"))
            rows.append(LayerDescription(type(layer).__name__, shape, count, purpose))
        return rows


def build_network(
    kind: str,
    widths: Sequence[int],
    seed: int,
    *,
    inputs: Inputs,
    outputs: int,
    mirrored: bool = False,
    dropout: float = 0.0,
) -> Network:
    """A freshly initialised network; the same seed gives the same weights.

    Args:
        kind: one of `NETWORKS`.
        widths: units of each hidden layer, or channels of each stage.
        seed: of the initial weights.
        inputs: the pictures; stages and first layer follow from their form.
        outputs: logits: one a class, and perhaps one more for none of them.
        mirrored: predict from the picture and its mirror image.
        dropout: share of the units of each hidden dense layer silenced while training.
    """
    layers: list[nn.Module] = []
    generator = torch.Generator().manual_seed(seed)
    for layer in NETWORKS[kind](widths, inputs, outputs, generator):
        layers.append(layer)
        if dropout and isinstance(layer, Dense) and layer.relu:
            layers.append(Dropout(dropout))
    return Network(layers, inputs, mirrored=mirrored)
