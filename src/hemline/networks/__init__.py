"""Networks: PyTorch modules from pixels (uint8) to logits; scaling lives inside them."""

from hemline.networks.layers import Dense, Flatten, Rescaling
from hemline.networks.network import LayerDescription, Network, build_network

__all__ = ["Dense", "Flatten", "LayerDescription", "Network", "Rescaling", "build_network"]
