"""The convolutional network against PyTorch's own modules, and its partial identity."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from hemline.networks import BatchNorm, Convolution, Inputs, build_network
from tests.networks.building import FORM, build


@pytest.fixture
def pixels():
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (20, 28, 28), dtype=torch.uint8, generator=generator)


def reference(network):
    """The same network made of PyTorch's own modules."""
    modules = []
    for layer in network.layers:
        if isinstance(layer, Convolution):
            outputs, inputs, size, _ = layer.weight.shape
            stride, padding = (2, 0) if size == 2 else (1, 1)
            conv = nn.Conv2d(inputs, outputs, size, stride, padding, bias=False)
            conv.weight = layer.weight
            modules.append(conv)
        elif isinstance(layer, BatchNorm):
            norm = nn.BatchNorm2d(len(layer.bias), momentum=0.4)
            norm.bias = layer.bias
            norm.running_mean, norm.running_var = layer.mean.clone(), layer.variance.clone()
            modules += [norm, nn.ReLU()]
        elif type(layer).__name__ == "MaxPooling":
            modules.append(nn.MaxPool2d(2))
    head = network.layers[-1]
    linear = nn.Linear(head.in_features, 10)
    linear.weight, linear.bias = head.weight, head.bias
    return nn.Sequential(*modules, nn.AdaptiveMaxPool2d(1), nn.Flatten(), linear)


@pytest.mark.parametrize("training", [True, False])
def test_it_computes_what_pytorchs_modules_compute(pixels, training):
    network = build("conv", (24, 32, 16), seed=3)
    theirs = reference(network).train(training)
    network.train(training)
    values = pixels[:, None].float() / 255 - 0.286
    for _ in range(2):  # the second time with running statistics that have moved
        assert torch.allclose(network(pixels), theirs(values), atol=1e-4)


@pytest.mark.parametrize("training", [True, False])
def test_a_residual_network_is_its_formula(pixels, training):
    network = build("residual", (24, 32), seed=3).train(training)
    values = pixels[:, None].float() / 255 - 0.286

    def normalised(layer, values):
        norm = nn.BatchNorm2d(len(layer.bias)).train(training)
        norm.bias = layer.bias
        return torch.relu(norm(values))

    layers = list(network.layers)
    values = normalised(layers[2], functional.conv2d(values, layers[1].weight, padding=1))
    for start in (3, 7):
        values = functional.conv2d(values, layers[start].weight, padding=1)
        values = normalised(layers[start + 2], functional.max_pool2d(values, 2))
        block = layers[start + 3]
        inner = functional.conv2d(values, block.convolution.weight, padding=1)
        values = values + normalised(block.normalisation, inner)
    head = layers[-1]
    expected = functional.linear(values.amax((2, 3)), head.weight, head.bias)
    assert torch.allclose(network(pixels), expected, atol=1e-4)


def test_looking_at_a_network_does_not_change_it(pixels):
    network = build("conv", (16, 16), seed=0)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    shapes = [row.output_shape for row in network.describe()]
    assert shapes[0] == [1, 28, 28]
    assert shapes[1] == [16, 14, 14]
    assert shapes[-1] == [10]
    assert sum(row.parameters for row in network.describe()) == network.parameter_count
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


def test_filters_begin_as_a_partial_identity():
    layer = Convolution(4, 6, size=3, generator=torch.Generator().manual_seed(0))
    values = torch.randn(2, 4, 5, 5)
    assert torch.allclose(layer(values)[:, :4], values, atol=1e-6)


@pytest.mark.parametrize("kind", ["conv", "residual"])
def test_logits_begin_at_zero_and_the_first_step_moves_them(kind, pixels):
    network = build_network(kind, (16, 16), 0, inputs=Inputs(FORM, (0.286,)), outputs=10).train()
    logits = network(pixels)
    assert not logits.any()
    functional.cross_entropy(logits, torch.arange(20) % 10).backward()
    assert network.layers[-1].weight.grad.abs().sum() > 0


def test_a_mirrored_network_cannot_tell_left_from_right(pixels):
    network = build("conv", (16, 16), seed=0, mirrored=True).eval()
    assert torch.allclose(network(pixels), network(pixels.flip(2)), atol=1e-5)
    network.train()
    assert not torch.allclose(network(pixels), network(pixels.flip(2)), atol=1e-3)
