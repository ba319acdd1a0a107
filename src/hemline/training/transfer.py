"""Transfer: a training that starts from the features of a trained model, with a new head."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from hemline.classifier import Classifier
from hemline.errors import ModelFileError
from hemline.models import read_model
from hemline.networks import NETWORKS, BatchNorm, Convolution, Dense, Inputs, Network
from hemline.photos.intake import Intake
from hemline.recipes import Recipe

Weights = list[NDArray[Any]]
_BEARING = ("Conv", "BatchNormalization", "Gemm")  # nodes that hold what was trained


@dataclass(frozen=True)
class Start:
    """A trained model as something to start from.

    Attributes:
        name: as it was given.
        sha256: of its file.
        intake: how it takes pictures; data to train on have to come in the same form.
        network: kind of its network.
        widths: of its network.
        mean: that its first layer takes off.
        weights: of each trained layer in order.
    """

    name: str
    sha256: str
    intake: Intake
    network: str
    widths: tuple[int, ...]
    mean: tuple[float, ...]
    weights: list[Weights]

    @property
    def inputs(self) -> Inputs:
        """What its network is given."""
        return Inputs(self.intake.form, self.mean)

    def adapt(self, recipe: Recipe) -> Recipe:
        """The recipe with the network of this model."""
        return replace(recipe, network=self.network, widths=self.widths)  # type: ignore[arg-type]

    def describe(self) -> dict[str, str]:
        """What a run and its model file say of where they started."""
        return {"model": self.name, "sha256": self.sha256}

    @torch.no_grad()
    def give(self, network: Network) -> None:
        """Put the weights of every layer but the head into `network`, which has been built alike.

        Raises:
            ModelFileError: the layers do not fit each other.
        """
        layers = list(_trained(network))[:-1]
        if len(layers) > len(self.weights):
            raise _unfit(self.name)
        for layer, weights in zip(layers, self.weights, strict=False):
            tensors = _tensors(layer)
            if [tensor.shape for tensor in tensors] != [weight.shape for weight in weights]:
                raise _unfit(self.name)
            for tensor, weight in zip(tensors, weights, strict=True):
                tensor.copy_(torch.tensor(weight, dtype=torch.float32))


def read_start(path: str | Path) -> Start:
    """Read a model file, run folder or model that comes with Hemline.

    Raises:
        ModelFileError: it is no Hemline model file, or does not say what its network is.
    """
    file, content = read_model(path)
    classifier = Classifier.from_bytes(content, file)
    graph = onnx.load_from_string(content).graph
    try:
        weights = list(_weights(graph))
        kind, widths = _network(classifier.metadata["recipe"], weights)
        mean = _mean(graph, classifier.form.channels) if kind != "mlp" else (0.0,)
    except (KeyError, TypeError, ValueError) as error:
        raise _unfit(str(path)) from error
    digest = sha256(content).hexdigest()
    return Start(str(path), digest, classifier.intake, kind, widths, mean, weights)


def _network(recipe: dict[str, Any], weights: list[Weights]) -> tuple[str, tuple[int, ...]]:
    """Kind and widths, as far as the weights can be of such a network."""
    kind, widths = recipe["network"], tuple(recipe["widths"])
    most = max((edge for layer in weights for each in layer for edge in each.shape), default=0)
    # A network of any other width would have to be built before it is seen not to fit.
    fits = len(widths) <= len(weights) and all(0 < width <= most for width in widths)
    if kind not in NETWORKS or not fits:
        raise ValueError(f"{kind} {widths}")
    return kind, widths


def _trained(network: Network) -> Iterator[torch.nn.Module]:
    """Layers with weights, in the order in which pictures meet them."""
    kinds = (Convolution, BatchNorm, Dense)
    return (module for module in network.modules() if isinstance(module, kinds))


def _tensors(layer: torch.nn.Module) -> list[torch.Tensor]:
    """In the order in which the model file has them."""
    if isinstance(layer, BatchNorm):
        return [getattr(layer, name) for name in ("scale", "bias", "mean", "variance")]
    return list(layer.parameters(recurse=False))


def _weights(graph: onnx.GraphProto) -> Iterator[Weights]:
    stored = {each.name: each for each in graph.initializer}
    casts = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}
    for node in graph.node:
        if node.op_type in _BEARING:
            names = [casts.get(name, name) for name in node.input[1:]]
            yield [numpy_helper.to_array(stored[name]) for name in names]


def _mean(graph: onnx.GraphProto, channels: int) -> tuple[float, ...]:
    stored = {each.name: each for each in graph.initializer}
    name = next((node.input[1] for node in graph.node if node.op_type == "Sub"), "")
    mean = np.broadcast_to(numpy_helper.to_array(stored[name]), (channels,))
    return tuple(round(float(value), 6) for value in mean)


def _unfit(name: str) -> ModelFileError:
    return ModelFileError(
        f"Expected a model file with a network that can be trained further, received {name} "
        "without one; start from another with --from, or from nothing."
    )
