"""The multi-layer perceptron of the Keras tutorial: flatten, dense layers, logits."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from hemline.networks.inputs import Inputs
from hemline.networks.layers import Dense, Flatten, Rescaling


def mlp_layers(
    widths: Sequence[int], inputs: Inputs, outputs: int, generator: torch.Generator
) -> list[nn.Module]:
    """Layers of a perceptron with `widths` units in its hidden layers."""
    units = [inputs.form.values, *widths]
    dense = [
        Dense(before, after, relu=True, generator=generator) for before, after in pairwise(units)
    ]
    logits = Dense(units[-1], outputs, relu=False, generator=generator)
    return [Rescaling(), Flatten(), *dense, logits]
