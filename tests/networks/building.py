"""Networks for grey pictures of 28x28 and ten classes, unless something else is asked for."""

import torch
from torch import nn

from hemline.networks import Inputs, Network, build_network
from hemline.pixels import Form

FORM = Form(28, 28, 1, "dark")


def build(kind, widths, seed, *, form=FORM, outputs=10, mean=None, **options) -> Network:
    inputs = Inputs(form, mean or (0.286,) * form.channels)
    network = build_network(kind, widths, seed, inputs=inputs, outputs=outputs, **options)
    head = network.layers[-1]
    if not head.weight.any():  # zeros would hide whatever is wrong before them
        limit = head.in_features**-0.5
        generator = torch.Generator().manual_seed(seed)
        nn.init.uniform_(head.weight, -limit, limit, generator=generator)
    return network
