"""Networks: PyTorch modules from pixels (uint8) to logits; scaling lives inside them."""

from hemline.networks.conv import (
    BatchNorm,
    Convolution,
    GlobalMaxPooling,
    MaxPooling,
    Patches,
    Residual,
    Standardisation,
)
from hemline.networks.inputs import Inputs
from hemline.networks.layers import Dense, Dropout, Flatten, Rescaling
from hemline.networks.network import NETWORKS, LayerDescription, Network, build_network

__all__ = [
    "NETWORKS",
    "BatchNorm",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalMaxPooling",
    "Inputs",
    "LayerDescription",
    "MaxPooling",
    "Network",
    "Patches",
    "Rescaling",
    "Residual",
    "Standardisation",
    "build_network",
]
