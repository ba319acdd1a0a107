"""The multi-layer perceptron of the Keras tutorial: flatten, dense layers, ten logits."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from hemline.labels import CLASSES
from hemline.networks.layers import Dense, Flatten, Rescaling
from hemline.pixels import SIDE


def mlp_layers(hidden: Sequence[int], generator: torch.Generator) -> list[nn.Module]:
    """Layers of a perceptron with `hidden` units in each hidden layer."""
    widths = [SIDE * SIDE, *hidden]
    dense = [
        Dense(inputs, units, relu=True, generator=generator) for inputs, units in pairwise(widths)
    ]
    logits = Dense(widths[-1], len(CLASSES), relu=False, generator=generator)
    return [Rescaling(), Flatten(), *dense, logits]
