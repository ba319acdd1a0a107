"""Networks: the tutorial's shapes and parameters, its initialisation, and scaling inside."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.networks.building import build


@pytest.fixture
def network():
    return build("mlp", (128,), seed=0)


def test_the_layers_are_the_tutorials_own(network):
    rows = [(row.name, row.output_shape, row.parameters) for row in network.describe()]
    assert rows == [
        ("Rescaling", [28, 28], 0),
        ("Flatten", [784], 0),
        ("Dense", [128], 100_480),
        ("Dense", [10], 1_290),
    ]
    assert network.parameter_count == 101_770
    assert all(row.purpose for row in network.describe())


def test_initialisation_is_glorot_uniform_with_zero_bias(network):
    hidden, output = network.layers[2], network.layers[3]
    for layer, limit in ((hidden, (6 / 912) ** 0.5), (output, (6 / 138) ** 0.5)):
        weights = layer.weight.detach().numpy()
        assert np.abs(weights).max() <= limit
        assert np.abs(weights).max() > 0.98 * limit
        assert weights.std() == pytest.approx(limit / 3**0.5, rel=0.05)
        assert (layer.bias == 0).all()


def test_the_seed_decides_the_weights():
    first, again, other = (build("mlp", (64,), seed) for seed in (1, 1, 2))
    assert torch.equal(first.layers[2].weight, again.layers[2].weight)
    assert not torch.equal(first.layers[2].weight, other.layers[2].weight)


def test_logits_are_what_the_formula_says(network):
    pixels = torch.randint(0, 256, (5, 28, 28), dtype=torch.uint8)
    hidden, output = network.layers[2], network.layers[3]
    values = functional.relu(pixels.reshape(5, 784) / 255 @ hidden.weight.T + hidden.bias)
    expected = values @ output.weight.T + output.bias
    assert torch.allclose(network(pixels), expected, atol=1e-5)


def test_several_hidden_layers_are_stacked():
    shapes = [row.output_shape for row in build("mlp", (512, 256), 0).describe()]
    assert shapes == [[28, 28], [784], [512], [256], [10]]
