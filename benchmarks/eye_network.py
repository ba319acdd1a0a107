"""The eye's network, and its file: small enough for a page, quick for millions of pictures."""

import copy
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

WIDTHS = (16, 32, 64, 80)  # channels at 64x64, 32x32, 16x16 and 8x8 places
_SMALL = 64  # numbers that are kept in 32 bits, all others in 16


class Step(nn.Sequential):
    """A convolution, its batch norm and a ReLU."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        )


class Residual(nn.Module):
    """Two convolutions whose result is added to what came in (He et al., 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = Step(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, values: Tensor) -> Tensor:
        """`(n, channels, h, w)` to the same shape."""
        return functional.relu(values + self.norm(self.second(self.first(values))))


class Separable(nn.Module):
    """A filter of 5x5 a channel, then two layers over channels alone (Liu et al., 2022)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depth = nn.Conv2d(channels, channels, 5, 1, 2, groups=channels, bias=False)
        self.depth_norm = nn.BatchNorm2d(channels)
        self.wide = Step(channels, 2 * channels, 1)
        self.narrow = nn.Conv2d(2 * channels, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, values: Tensor) -> Tensor:
        """`(n, channels, h, w)` to the same shape."""
        changed = self.wide(self.depth_norm(self.depth(values)))
        return functional.relu(values + self.norm(self.narrow(changed)))


class Eye(nn.Module):
    """A U-Net (Ronneberger et al., 2015): `(n, 3, h, w)` of 0..255 to logits `(n, 1, h, w)`."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        self.stem = Step(12, a)
        self.down1 = nn.Sequential(Step(a, b, stride=2), Residual(b))
        self.down2 = nn.Sequential(Step(b, c, stride=2), Separable(c), Separable(c))
        halve = nn.Conv2d(c, c, 3, 2, 1, groups=c, bias=False)
        deep = (Separable(d) for _ in range(3))
        self.down3 = nn.Sequential(halve, Step(c, d, 1), *deep)
        self.context = nn.Linear(d, d)  # of the whole picture, for every place of it
        self.up2 = nn.Sequential(Step(d + c, c, 1), Separable(c))
        self.up1 = nn.Sequential(Step(c + b, b, 1), Residual(b))
        self.up0 = nn.Sequential(Step(b + a, a, 1), Residual(a))
        self.out = nn.Conv2d(a, 4, 1)

    def forward(self, colours: Tensor) -> Tensor:
        """Logits of every pixel."""
        first = self.stem(functional.pixel_unshuffle((colours - 127.5) / 64, 2))
        second = self.down1(first)
        third = self.down2(second)
        deep = self.down3(third)
        deep = deep + self.context(deep.mean((2, 3)))[:, :, None, None]
        values = self.up2(_joined(deep, third))
        values = self.up1(_joined(values, second))
        values = self.up0(_joined(values, first))
        return functional.pixel_shuffle(self.out(values), 2)


def _joined(coarse: Tensor, fine: Tensor) -> Tensor:
    larger = functional.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
    return torch.cat([larger, fine], 1)


class _Shares(nn.Module):
    """Pixels `(n, h, w, 3)` uint8 to shares `(n, h, w)` uint8, 255 for certain."""

    def __init__(self, eye: Eye) -> None:
        super().__init__()
        self.eye = eye

    def forward(self, colours: Tensor) -> Tensor:
        """What the file computes."""
        logits = self.eye(colours.permute(0, 3, 1, 2).float())
        return (255 * logits.sigmoid()).round().to(torch.uint8)[:, 0]


def export_eye(eye: Eye, path: Path, edge: int) -> None:
    """Write the ONNX file: batch norms folded into convolutions, weights in 16 bits."""
    whole = _Shares(_folded(eye)).eval()
    example = torch.zeros(1, edge, edge, 3, dtype=torch.uint8)
    free = {"colours": {0: "n"}, "garment": {0: "n"}}
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this way of exporting is the old one
        torch.onnx.export(
            whole,
            (example,),
            file.name,
            dynamo=False,
            opset_version=17,
            input_names=["colours"],
            output_names=["garment"],
            dynamic_axes=free,
        )
        model = onnx.load(file.name)
    _halve_weights(model.graph)
    model.producer_name, model.producer_version = "hemline", ""
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _folded(eye: Eye) -> Eye:
    eye = copy.deepcopy(eye).eval()
    for layer in eye.modules():
        if isinstance(layer, Step):
            layer[0], layer[1] = fuse_conv_bn_eval(layer[0], layer[1]), nn.Identity()
        elif isinstance(layer, Residual):
            layer.second, layer.norm = fuse_conv_bn_eval(layer.second, layer.norm), nn.Identity()
        elif isinstance(layer, Separable):
            layer.depth = fuse_conv_bn_eval(layer.depth, layer.depth_norm)
            layer.narrow = fuse_conv_bn_eval(layer.narrow, layer.norm)
            layer.depth_norm, layer.norm = nn.Identity(), nn.Identity()
    return eye


def _halve_weights(graph: onnx.GraphProto) -> None:
    """ONNX Runtime makes them 32 bits again when it opens the file."""
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size <= _SMALL:
            continue
        graph.initializer.remove(weight)
        half = f"{weight.name}.half"
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), half))
        cast = helper.make_node("Cast", [half], [weight.name], to=TensorProto.FLOAT)
        graph.node.insert(0, cast)
