"""A small convolutional network in the manner of airbench (Jordan, 2024).

A first convolution, then stages of one or two of 3x3; between stages the picture is halved.
Each convolution starts as a partial identity, so that pixels reach the logits from the first step.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from hemline.networks import fused
from hemline.networks.layers import Dense, Rescaling

_PATCHES, _STEM = 16, 8  # channels of the first layer; more cost time and gave nothing


class Centering(Rescaling):
    """Pixels 0..255 (uint8) to about -0.3..0.7, one channel."""

    purpose = "scales pixels to 0..1, less their mean of 0.286"
    mean = 0.286

    def forward(self, pixels: Tensor) -> Tensor:
        """`(n, 28, 28)` uint8 to `(n, 1, 28, 28)` float32, channels last."""
        values = super().forward(pixels).sub_(self.mean)
        # Not values[:, None]: with one channel its order is ambiguous, and convolutions keep it.
        return values[..., None].movedim(3, 1)


class Convolution(nn.Module):
    """Filters of `size` x `size`, without bias, initialised as a partial identity where they fit.

    Args:
        inputs: channels that come in.
        outputs: channels that go out.
        size: edge of a filter; a filter of 2 moves in steps of 2, one of 3 keeps the size.
        generator: source of the random weights.
    """

    def __init__(self, inputs: int, outputs: int, *, size: int, generator: torch.Generator) -> None:
        super().__init__()
        self.stride, self.padding = (2, 0) if size == 2 else (1, 1)
        limit = (inputs * size * size) ** -0.5
        weight = torch.empty(outputs, inputs, size, size)
        weight.uniform_(-limit, limit, generator=generator)
        if size == 3:
            nn.init.dirac_(weight[:inputs])
        self.weight = nn.Parameter(weight.contiguous(memory_format=torch.channels_last))

    @property
    def purpose(self) -> str:
        """What the layer does, in a few words."""
        outputs, inputs, size, _ = self.weight.shape
        plural = "s" if inputs > 1 else ""
        return f"{outputs} filters of {size}x{size} over {inputs} channel{plural}"

    def forward(self, values: Tensor) -> Tensor:
        """`(n, inputs, h, w)` to `(n, outputs, h', w')`."""
        if self.stride == 1:
            return functional.conv2d(values, self.weight, None, padding=self.padding)
        # The same sums, of patches as channels: a filter in steps over one channel takes longer.
        patches = functional.pixel_unshuffle(values, 2)
        patches = patches.contiguous(memory_format=torch.channels_last)
        return functional.conv2d(patches, self.weight.flatten(1)[:, :, None, None])


class Halving(nn.Module):
    """The largest of each 2x2 values."""

    purpose = "keeps the largest of each 2x2 values"

    def forward(self, values: Tensor) -> Tensor:
        """`(n, c, h, w)` to `(n, c, h/2, w/2)`, rounded down."""
        return fused.halve(values) if fused.fits(values) else functional.max_pool2d(values, 2)


class Normalisation(nn.Module):
    """Batch normalisation without a scale (Ioffe & Szegedy, 2015), then ReLU.

    The running statistics follow quickly, because a training has few steps.
    """

    purpose = "evens out every channel, adds a bias; ReLU"
    momentum, epsilon = 0.4, 1e-5

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("scale", torch.ones(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, values: Tensor) -> Tensor:
        """`(n, channels, h, w)` to the same shape."""
        mean, variance = self.get_buffer("mean"), self.get_buffer("variance")
        momentum, epsilon = self.momentum, self.epsilon
        if self.training and fused.fits(values):
            return fused.normalise(
                values, self.bias, mean, variance, momentum=momentum, epsilon=epsilon
            )
        scale = self.get_buffer("scale")
        normal = functional.batch_norm(
            values, mean, variance, scale, self.bias, self.training, momentum, epsilon
        )
        return functional.relu(normal)


class GlobalMaximum(nn.Module):
    """The largest value of every channel, wherever it is."""

    purpose = "keeps the largest value of every channel, wherever it is"

    def forward(self, values: Tensor) -> Tensor:
        """`(n, c, h, w)` to `(n, c)` float32."""
        return values.amax((2, 3)).float()


class Residual(nn.Module):
    """A convolution whose result is added to what came in (He et al., 2016).

    Args:
        channels: that come in and go out.
        generator: source of the random weights.
    """

    purpose = "a convolution with its normalisation and ReLU, added to what came in"

    def __init__(self, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.convolution = Convolution(channels, channels, size=3, generator=generator)
        self.normalisation = Normalisation(channels)

    def forward(self, values: Tensor) -> Tensor:
        """`(n, channels, h, w)` to the same shape."""
        changed: Tensor = self.normalisation(self.convolution(values))
        return changed + values


def conv_layers(widths: Sequence[int], outputs: int, generator: torch.Generator) -> list[nn.Module]:
    """The quickest: patches of 2x2 pixels, a convolution a stage; all but the last end halved."""
    channels = _PATCHES
    layers: list[nn.Module] = [
        Centering(),
        Convolution(1, channels, size=2, generator=generator),
        Normalisation(channels),
    ]
    for stage, width in enumerate(widths, 1):
        layers.append(Convolution(channels, width, size=3, generator=generator))
        if stage < len(widths):
            layers.append(Halving())
        layers.append(Normalisation(width))
        channels = width
    return [*layers, *_head(channels, outputs, generator)]


def residual_layers(
    widths: Sequence[int], outputs: int, generator: torch.Generator
) -> list[nn.Module]:
    """Two convolutions a stage, the second one residual; every stage begins halved.

    The first filters see every place of the picture, which costs time and pays.
    """
    channels = _STEM
    layers: list[nn.Module] = [
        Centering(),
        Convolution(1, channels, size=3, generator=generator),
        Normalisation(channels),
    ]
    for width in widths:
        convolution = Convolution(channels, width, size=3, generator=generator)
        layers += [convolution, Halving(), Normalisation(width), Residual(width, generator)]
        channels = width
    return [*layers, *_head(channels, outputs, generator)]


def _head(channels: int, outputs: int, generator: torch.Generator) -> list[nn.Module]:
    return [GlobalMaximum(), Dense(channels, outputs, relu=False, generator=generator)]
