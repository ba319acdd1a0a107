"""The layers that networks are made of, each able to say what it does."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Rescaling(nn.Module):
    """Pixels 0..255 (uint8) to 0..1 (float32)."""

    scale = 1 / 255

    @property
    def purpose(self) -> str:
        """What the layer does, in a few words."""
        return "scales pixels from 0..255 to 0..1, so that no caller has to"

    def forward(self, pixels: Tensor) -> Tensor:
        """uint8 to float32 of the same shape."""
        return pixels.float() * self.scale


class Flatten(nn.Module):
    """Each picture to one row of values."""

    purpose = "lays the rows of a picture end to end"

    def forward(self, values: Tensor) -> Tensor:
        """`(n, ...)` to `(n, values a picture)`."""
        return values.flatten(1)


class Dense(nn.Linear):
    """Every output is a weighted sum of all inputs plus a bias, then the activation.

    Initialised as Keras does: Glorot uniform weights (Glorot & Bengio, 2010), zero biases.
    Without a generator the weights are zero as well, and so are the logits at first.

    Args:
        inputs: values that come in.
        units: values that go out.
        relu: whether negative outputs become zero.
        generator: source of the random weights.
    """

    def __init__(
        self, inputs: int, units: int, *, relu: bool, generator: torch.Generator | None
    ) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features, self.relu = inputs, units, relu
        limit = (6 / (inputs + units)) ** 0.5
        weight = torch.zeros(units, inputs)
        if generator:
            weight.uniform_(-limit, limit, generator=generator)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(units))

    @property
    def purpose(self) -> str:
        """What the layer does, in a few words."""
        if self.relu:
            return f"{self.out_features} weighted sums of all inputs; ReLU makes negatives zero"
        return f"{self.out_features} logits, one score a class; the highest names the label"

    def forward(self, values: Tensor) -> Tensor:
        """`(n, inputs)` to `(n, units)`, float32."""
        sums = super().forward(values)
        return functional.relu(sums) if self.relu else sums


class Dropout(nn.Dropout):
    """Silences each value by chance while training (Srivastava et al., 2014)."""

    @property
    def purpose(self) -> str:
        """What the layer does, in a few words."""
        return f"silences {self.p:.0%} of the values at each step of the training, none after it"
