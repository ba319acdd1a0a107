"""A small convolutional network in the manner of airbench (Jordan, 2024).

A first convolution, then stages of one or two of 3x3; between stages the picture is halved.
Each convolution starts as a partial identity, so that pixels reach the logits from the first step.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from hemline.networks import fused
from hemline.networks.inputs import Inputs
from hemline.networks.layers import Dense, Rescaling

_PATCHES, _STEM = 16, 8  # channels of the first layer; more cost time and gave nothing
_WIDEST_STEM = 48  # where a pixel has more than one value, in colour or of a larger picture


class Standardisation(Rescaling):
    """Pixels 0..255 (uint8) to 0..1 less their mean, channels in front.

    Args:
        mean: of each channel, of values 0..1.
    """

    def __init__(self, mean: Sequence[float]) -> None:
        super().__init__()
        self.mean = tuple(mean)

    @property
    def purpose(self) -> str:
        """What the layer does, in a few words."""
        return f"scales pixels to 0..1, less their mean of {', '.join(map(str, self.mean))}"

    def forward(self, pixels: Tensor) -> Tensor:
        """uint8 `(n, h, w)` or `(n, h, w, c)` to float32 `(n, c, h, w)`, channels last."""
        values = super().forward(pixels)
        if len(self.mean) > 1:
            return values.sub_(values.new_tensor(self.mean)).movedim(3, 1)
        # Not values[:, None]: with one channel its order is ambiguous, and convolutions keep it.
        return values.sub_(self.mean[0])[..., None].movedim(3, 1)


class Patches(nn.Module):
    """Squares of pixels become the channels of one place: large pictures at once smaller.

    Args:
        inputs: the pictures; what does not fill a square at the right or below is left out.
    """

    def __init__(self, inputs: Inputs) -> None:
        super().__init__()
        form, self.size = inputs.form, inputs.reduction
        height, width = (edge - edge % self.size for edge in (form.height, form.width))
        self.taken = (form.channels, height, width)

    @property
    def purpose(self) -> str:
        """What the layer does, in a few words."""
        return f"lays the pixels of each {self.size}x{self.size} square side by side as channels"

    def forward(self, values: Tensor) -> Tensor:
        """`(n, c, h, w)` to `(n, c * size * size, h // size, w // size)`."""
        _, height, width = self.taken
        patches = functional.pixel_unshuffle(values[..., :height, :width], self.size)
        return patches.contiguous(memory_format=torch.channels_last)


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
        height, width = (edge - edge % 2 for edge in values.shape[2:])
        patches = functional.pixel_unshuffle(values[..., :height, :width], 2)
        patches = patches.contiguous(memory_format=torch.channels_last)
        return functional.conv2d(patches, self.weight.flatten(1)[:, :, None, None])


class MaxPooling(nn.Module):
    """The largest of each 2x2 values."""

    purpose = "keeps the largest of each 2x2 values"

    def forward(self, values: Tensor) -> Tensor:
        """`(n, c, h, w)` to `(n, c, h/2, w/2)`, rounded down."""
        return fused.halve(values) if fused.fits(values) else functional.max_pool2d(values, 2)


class BatchNorm(nn.Module):
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


class GlobalMaxPooling(nn.Module):
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
        self.normalisation = BatchNorm(channels)

    def forward(self, values: Tensor) -> Tensor:
        """`(n, channels, h, w)` to the same shape."""
        changed: Tensor = self.normalisation(self.convolution(values))
        return changed + values


def conv_layers(
    widths: Sequence[int], inputs: Inputs, outputs: int, generator: torch.Generator
) -> list[nn.Module]:
    """The quickest: patches of 2x2 pixels, a convolution a stage; all but the last end halved."""
    channels, size = _PATCHES, 2
    layers = _first(inputs)
    values = inputs.form.channels * inputs.reduction**2
    layers += [
        Convolution(values, channels, size=size, generator=generator),
        BatchNorm(channels),
    ]
    edge = _edge(inputs) // size
    for stage, width in enumerate(widths, 1):
        layers.append(Convolution(channels, width, size=3, generator=generator))
        if stage < len(widths) and edge > 1:
            layers.append(MaxPooling())
            edge //= 2
        layers.append(BatchNorm(width))
        channels = width
    return [*layers, *_head(channels, outputs)]


def residual_layers(
    widths: Sequence[int], inputs: Inputs, outputs: int, generator: torch.Generator
) -> list[nn.Module]:
    """Two convolutions a stage, the second one residual; every stage begins halved.

    The first filters see every place of the picture, which costs time and pays.
    """
    values = inputs.form.channels * inputs.reduction**2
    channels = max(_STEM, min(_STEM * values, _WIDEST_STEM, 3 * widths[0]))
    layers = _first(inputs)
    layers += [Convolution(values, channels, size=3, generator=generator), BatchNorm(channels)]
    edge = _edge(inputs)
    for width in widths:
        layers.append(Convolution(channels, width, size=3, generator=generator))
        if edge > 1:
            layers.append(MaxPooling())
            edge //= 2
        layers += [BatchNorm(width), Residual(width, generator)]
        channels = width
    return [*layers, *_head(channels, outputs)]


def _first(inputs: Inputs) -> list[nn.Module]:
    patches: list[nn.Module] = [Patches(inputs)] if inputs.reduction > 1 else []
    return [Standardisation(inputs.mean), *patches]


def _edge(inputs: Inputs) -> int:
    """The shorter edge of what the first convolution is given."""
    return min(inputs.form.height, inputs.form.width) // inputs.reduction


def _head(channels: int, outputs: int) -> list[nn.Module]:
    """Weights of zero: random sums of so many maxima would be sure of something at first."""
    return [GlobalMaxPooling(), Dense(channels, outputs, relu=False, generator=None)]
