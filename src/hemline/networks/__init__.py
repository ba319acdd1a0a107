"""Networks: PyTorch modules from pixels (uint8) to logits; scaling lives inside them."""

from hemline.networks.conv import (
    Centering,
    Convolution,
    GlobalMaximum,
    Halving,
    Normalisation,
    Residual,
)
from hemline.networks.layers import Dense, Dropout, Flatten, Rescaling
from hemline.networks.network import LayerDescription, Network, build_network

__all__ = [
    "Centering",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalMaximum",
    "Halving",
    "LayerDescription",
    "Network",
    "Normalisation",
    "Rescaling",
    "Residual",
    "build_network",
]
