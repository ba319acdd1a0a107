"""MaxPooling and normalisation in bfloat16 on a processor, each in as few passes as it can be.

PyTorch computes the same, in more passes: between narrow convolutions they take as long as the
convolutions themselves.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

try:
    from hemline.networks import _fused
except ImportError:  # built only where there is a C compiler
    _fused = None  # type: ignore[assignment]

_LANES, _MOST = 8, 1024  # channels come in so many at a time, and are no more than that


def fits(values: Tensor) -> bool:
    """Whether `halve` and `normalise` can take `(n, c, h, w)`; if not, PyTorch has to."""
    channels = values.shape[1]
    kind = values.dtype == torch.bfloat16 and values.device.type == "cpu"
    whole = values.numel() and values.is_contiguous(memory_format=torch.channels_last)
    return bool(_fused and kind and whole and channels % _LANES == 0 and channels <= _MOST)


def halve(values: Tensor) -> Tensor:
    """The largest of each 2x2 values; bfloat16 `(n, c, h, w)` to `(n, c, h/2, w/2)`."""
    halved: Tensor = _Halve.apply(values)  # type: ignore[no-untyped-call]
    return halved


def normalise(
    values: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
    *,
    momentum: float,
    epsilon: float,
) -> Tensor:
    """Batch normalisation in training (Ioffe & Szegedy, 2015), then ReLU.

    Args:
        values: bfloat16 `(n, c, h, w)`.
        bias: float32 `(c,)`, added to what has mean 0 and variance 1.
        mean: float32 `(c,)`, the running mean; is updated.
        variance: likewise.
        momentum: how much of the running statistics is new.
        epsilon: added to the variance of the batch.
    """
    apply = _Normalise.apply
    normal: Tensor = apply(  # type: ignore[no-untyped-call]
        values, bias, mean, variance, momentum, epsilon
    )
    return normal


class _Halve(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        shape = _shape(values)
        count, height, width, channels = shape
        halved = _like(values, (count, channels, height // 2, width // 2))
        places = torch.empty_like(halved, dtype=torch.uint8)
        _fused.halve(shape, torch.get_num_threads(), *map(_bits, (values, halved, places)))
        ctx.shape = values.shape
        ctx.save_for_backward(places)
        return halved

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (places,) = ctx.saved_tensors
        whole = _like(gradient, ctx.shape)
        _fused.halve_backward(
            _shape(whole), torch.get_num_threads(), *map(_bits, (whole, _ordered(gradient), places))
        )
        return whole


class _Normalise(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        values: Tensor,
        bias: Tensor,
        mean: Tensor,
        variance: Tensor,
        momentum: float,
        epsilon: float,
    ) -> Tensor:
        normal, saved = torch.empty_like(values), torch.empty(2, len(bias))
        _fused.normalise(
            _shape(values),
            torch.get_num_threads(),
            *map(_bits, (values, normal)),
            *(tensor.detach().numpy() for tensor in (bias, mean, variance, saved)),
            momentum,
            epsilon,
        )
        ctx.save_for_backward(values, bias, saved)
        return normal

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        values, bias, saved = ctx.saved_tensors
        passed, bias_gradient = torch.empty_like(values), torch.empty_like(bias)
        _fused.normalise_backward(
            _shape(values),
            torch.get_num_threads(),
            *map(_bits, (values, _ordered(gradient), passed)),
            *(tensor.detach().numpy() for tensor in (bias, bias_gradient, saved)),
        )
        return passed, bias_gradient, None, None, None, None


def _shape(values: Tensor) -> tuple[int, int, int, int]:
    """In the order of memory: pictures, height, width, channels."""
    count, channels, height, width = values.shape
    return count, height, width, channels


def _like(values: Tensor, shape: tuple[int, ...]) -> Tensor:
    return torch.empty(shape, dtype=values.dtype, memory_format=torch.channels_last)


def _ordered(gradient: Tensor) -> Tensor:
    return gradient.contiguous(memory_format=torch.channels_last)


def _bits(values: Tensor) -> NDArray[np.generic]:
    """The memory of `(n, c, h, w)`; numpy knows no bfloat16."""
    kind = torch.int16 if values.dtype == torch.bfloat16 else values.dtype
    return values.detach().permute(0, 2, 3, 1).view(kind).numpy()
