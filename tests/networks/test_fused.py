"""MaxPooling and normalisation in C are those of PyTorch, for any number of threads."""

import os
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from hemline.networks import fused
from tests.networks.building import build

# Where CI is set, code that was not built is a fault and not a circumstance.
needs_compiler = pytest.mark.skipif(
    fused._fused is None and not os.environ.get("CI"),
    reason="the C code was not built: that needs a C compiler with OpenMP",
)
SHAPES = st.tuples(
    st.integers(1, 6), st.integers(1, 20).map(lambda n: 8 * n), st.integers(1, 9), st.integers(1, 9)
)


def drawn(shape, seed, spread=3.0):
    """bfloat16 `(n, c, h, w)`, channels last, not around zero; few values, so that some tie."""
    generator = torch.Generator().manual_seed(seed)
    values = (torch.randn(shape, generator=generator) * spread + 1).round(decimals=1).bfloat16()
    return values.contiguous(memory_format=torch.channels_last).requires_grad_()


def answers(compute, values, gradient):
    values.grad = None
    result = compute(values)
    result.backward(gradient)
    return result.detach(), values.grad


@needs_compiler
@given(shape=SHAPES, seed=st.integers(0, 99))
def test_halving_is_pytorchs_to_the_bit_and_so_is_its_gradient(shape, seed):
    count, channels, height, width = shape
    shape = count, channels, height + 1, width + 1
    values = drawn(shape, seed)
    gradient = drawn((count, channels, (height + 1) // 2, (width + 1) // 2), seed + 1).detach()
    mine = answers(fused.halve, values, gradient)
    theirs = answers(lambda values: functional.max_pool2d(values, 2), values, gradient)
    assert all(map(torch.equal, mine, theirs))
    assert mine[0].is_contiguous(memory_format=torch.channels_last)


class Normalised(NamedTuple):
    values: torch.Tensor
    gradient: torch.Tensor
    bias_gradient: torch.Tensor
    mean: torch.Tensor
    variance: torch.Tensor


def normalised(compute, shape, seed, kind=torch.float32):
    """All that a normalisation gives, from running statistics that have moved."""
    generator = torch.Generator().manual_seed(seed)
    draw = [torch.randn(shape[1], generator=generator).to(kind) for _ in range(3)]
    bias, mean, variance = draw[0].requires_grad_(), draw[1], draw[2] ** 2
    values, gradient = drawn(shape, seed), drawn(shape, seed + 1).detach()
    if kind == torch.float64:
        values, gradient = values.detach().double().requires_grad_(), gradient.double()
    result = compute(values, bias, mean, variance)
    result.backward(gradient)
    return Normalised(result.detach(), values.grad, bias.grad, mean, variance)


def by_c(values, bias, mean, variance):
    return fused.normalise(values, bias, mean, variance, momentum=0.4, epsilon=1e-5)


def by_pytorch(values, bias, mean, variance):
    scale = torch.ones_like(bias)
    normal = functional.batch_norm(values, mean, variance, scale, bias, True, 0.4, 1e-5)
    return functional.relu(normal)


def error(mine, exact):
    """Relative to the largest of each channel."""
    mine, exact = mine.double(), exact.double()
    rest = [place for place in range(exact.ndim) if place != (1 if exact.ndim == 4 else 0)]
    largest = exact.abs().amax(rest, keepdim=True) if rest else exact.abs()
    return ((mine - exact).abs() / largest.clamp(min=1e-3)).max().item()


@needs_compiler
@given(shape=SHAPES, seed=st.integers(0, 99))
def test_normalisation_is_the_exact_one_as_closely_as_bfloat16_can_say(shape, seed):
    shape = shape[0] + 15, *shape[1:]  # of few values nearly nothing is left
    mine = normalised(by_c, shape, seed)
    exact = normalised(by_pytorch, shape, seed, torch.float64)
    half_a_digit = 2**-8
    assert error(mine.values, exact.values) <= half_a_digit
    assert torch.allclose(mine.mean.double(), exact.mean, rtol=1e-5, atol=1e-5)
    assert torch.allclose(mine.variance.double(), exact.variance, rtol=1e-5, atol=1e-5)
    # A value at the edge of the ReLU may fall to either side; PyTorch's own is no closer.
    theirs = normalised(by_pytorch, shape, seed)
    for name in ("gradient", "bias_gradient"):
        allowed = max(2 * half_a_digit, 1.5 * error(getattr(theirs, name), getattr(exact, name)))
        assert error(getattr(mine, name), getattr(exact, name)) <= allowed


@needs_compiler
@settings(max_examples=20)
@given(shape=SHAPES, seed=st.integers(0, 99))
def test_the_number_of_threads_changes_no_bit(shape, seed):
    before, results = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            halves = answers(fused.halve, drawn((*shape[:2], 8, 8), seed), upstream(shape))
            results.append([*normalised(by_c, shape, seed), *halves])
    finally:
        torch.set_num_threads(before)
    for others in results[1:]:
        assert all(map(torch.equal, results[0], others))


def upstream(shape):
    return drawn((*shape[:2], 4, 4), 5).detach()


@needs_compiler
def test_what_is_not_a_number_is_not_lost():
    values = drawn((3, 8, 4, 4), 0)
    with torch.no_grad():
        values[1, 2, 1, 1] = float("nan")
    halved = fused.halve(values)
    assert torch.equal(halved.isnan(), functional.max_pool2d(values, 2).isnan())
    normal = by_c(values, torch.zeros(8), torch.zeros(8), torch.ones(8))
    assert normal[:, 2].isnan().all()
    assert normal.isnan().sum() == normal[:, 2].numel()


@needs_compiler
@pytest.mark.parametrize("kind", ["conv", "residual"])
def test_a_network_has_the_same_gradients_with_and_without_the_c_code(kind, monkeypatch):
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (40, 28, 28), dtype=torch.uint8, generator=generator)

    def gradients():
        network = build(kind, (16, 24, 32), seed=3).train()
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(pixels).float()
        logits.square().sum().backward()
        return torch.cat([parameter.grad.flatten() for parameter in network.parameters()])

    calls = []
    halve = fused.halve
    monkeypatch.setattr(fused, "halve", lambda values: calls.append(1) or halve(values))
    mine = gradients()
    assert len(calls) == (2 if kind == "conv" else 3)
    monkeypatch.setattr(fused, "_fused", None)
    theirs = gradients()
    assert functional.cosine_similarity(mine, theirs, dim=0) > 0.99


@needs_compiler
def test_buffers_of_another_shape_are_refused():
    values, halved = np.zeros((2, 4, 4, 8), np.int16), np.zeros((2, 2, 2, 8), np.int16)
    places = np.zeros((2, 2, 2, 8), np.uint8)
    with pytest.raises(ValueError, match="of one shape"):
        fused._fused.halve((2, 4, 5, 8), 1, values, halved, places)
    with pytest.raises(ValueError, match="of one shape"):
        fused._fused.halve((2, 4, 4, 12), 1, values, halved, places)
    fused._fused.halve((2, 4, 4, 8), 1, values, halved, places)


@pytest.mark.parametrize(
    "values",
    [
        torch.zeros(2, 8, 4, 4, dtype=torch.bfloat16),  # not channels last
        torch.zeros(2, 4, 4, 8).movedim(3, 1),  # not bfloat16
        torch.zeros(2, 4, 4, 12, dtype=torch.bfloat16).movedim(3, 1),
        torch.zeros(2, 4, 4, 1032, dtype=torch.bfloat16).movedim(3, 1),
        torch.zeros(0, 4, 4, 8, dtype=torch.bfloat16).movedim(3, 1),
    ],
)
def test_everything_else_is_left_to_pytorch(values):
    assert not fused.fits(values)
