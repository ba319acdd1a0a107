"""From a network to its model file: one ONNX graph, pixels in, probabilities out."""

import json
from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from hemline.labels import CLASSES
from hemline.networks import (
    Centering,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalMaximum,
    Halving,
    Network,
    Normalisation,
    Rescaling,
    Residual,
)
from hemline.pixels import SIDE

FORMAT = "hemline/1"
_OPSET, _IR_VERSION = 17, 8  # old enough for every ONNX Runtime since 2022, browsers included


class GraphBuilder:
    """Nodes and weights of a graph, each node fed by the one before."""

    def __init__(self, source: str) -> None:
        self.value = source
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, weights: Sequence[Any] = (), name: str = "", **options: Any) -> str:
        """Append a node; `weights` are its further inputs; returns the name of its output."""
        output = name or f"{kind.lower()}_{len(self.nodes)}"
        names = [f"{output}_weight_{place}" for place in range(len(weights))]
        for weight_name, weight in zip(names, weights, strict=True):
            self.weights.append(numpy_helper.from_array(weight, weight_name))
        self.nodes.append(helper.make_node(kind, [self.value, *names], [output], **options))
        self.value = output
        return output

    def add_sum_with(self, other: str) -> None:
        """Add an earlier value to the last one."""
        output = f"add_{len(self.nodes)}"
        self.nodes.append(helper.make_node("Add", [self.value, other], [output]))
        self.value = output

    def add_mirror_images(self) -> None:
        """Put the mirror image of every picture behind the pictures."""
        pictures = self.value
        self.add("Slice", [np.array([part]) for part in (-1, -SIDE - 1, 2, -1)])
        node = helper.make_node("Concat", [pictures, self.value], ["both"], axis=0)
        self.nodes.append(node)
        self.value = "both"

    def add_mean_of_halves(self) -> None:
        """Take the mean of pictures and mirror images."""
        self.nodes.append(helper.make_node("Split", [self.value], ["plain", "mirrored"], axis=0))
        self.nodes.append(helper.make_node("Mean", ["plain", "mirrored"], ["mean"]))
        self.value = "mean"


@singledispatch
def add_layer(layer: nn.Module, _graph: GraphBuilder) -> None:
    """Append the nodes of one layer."""
    raise TypeError(f"no ONNX form of {type(layer).__name__}")


@add_layer.register
def _(layer: Rescaling, graph: GraphBuilder) -> None:
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Mul", [np.array(layer.scale, dtype=np.float32)])


@add_layer.register
def _(_layer: Flatten, graph: GraphBuilder) -> None:
    graph.add("Flatten")


@add_layer.register
def _(layer: Dense, graph: GraphBuilder) -> None:
    graph.add("Gemm", [layer.weight.detach().numpy(), layer.bias.detach().numpy()], transB=1)
    if layer.relu:
        graph.add("Relu")


@add_layer.register
def _(_layer: Dropout, _graph: GraphBuilder) -> None:
    """Nothing is silenced after the training."""


@add_layer.register
def _(layer: Centering, graph: GraphBuilder) -> None:
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Mul", [np.array(layer.scale, dtype=np.float32)])
    graph.add("Sub", [np.array(layer.mean, dtype=np.float32)])
    graph.add("Unsqueeze", [np.array([1])])


@add_layer.register
def _(layer: Convolution, graph: GraphBuilder) -> None:
    strides, pads = [layer.stride] * 2, [layer.padding] * 4
    graph.add("Conv", [layer.weight.detach().contiguous().numpy()], strides=strides, pads=pads)


@add_layer.register
def _(layer: Normalisation, graph: GraphBuilder) -> None:
    names = ("scale", "bias", "mean", "variance")
    weights = [getattr(layer, name).detach().numpy() for name in names]
    graph.add("BatchNormalization", weights, epsilon=layer.epsilon)
    graph.add("Relu")


@add_layer.register
def _(layer: Residual, graph: GraphBuilder) -> None:
    before = graph.value
    add_layer(layer.convolution, graph)
    add_layer(layer.normalisation, graph)
    graph.add_sum_with(before)


@add_layer.register
def _(_layer: Halving, graph: GraphBuilder) -> None:
    graph.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])


@add_layer.register
def _(_layer: GlobalMaximum, graph: GraphBuilder) -> None:
    graph.add("ReduceMax", axes=[2, 3], keepdims=0)


def export_model(network: Network, metadata: dict[str, Any], temperature: float = 1.0) -> bytes:
    """The model file: `pixels` uint8 `(n, 28, 28)` to `probabilities` and `logits` `(n, 10)`.

    Args:
        network: its weights as they are now.
        metadata: stored in the file, one JSON value a key, with `classes` and `format` added.
        temperature: what the logits are divided by.
    """
    graph = GraphBuilder("pixels")
    if network.mirrored:
        graph.add_mirror_images()
    for layer in network.layers:
        add_layer(layer, graph)
    if network.mirrored:
        graph.add_mean_of_halves()
    if temperature == 1:
        graph.add("Identity", name="logits")
    else:
        graph.add("Div", [np.array(temperature, dtype=np.float32)], name="logits")
    graph.add("Softmax", name="probabilities", axis=1)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "hemline",
            [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", SIDE, SIDE])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", len(CLASSES)])
                for name in ("probabilities", "logits")
            ],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        producer_name="hemline",
    )
    full = {"format": FORMAT, "classes": CLASSES, **metadata}
    helper.set_model_props(model, {key: json.dumps(value) for key, value in full.items()})
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content
