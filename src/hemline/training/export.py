"""From a network to its model file: one ONNX graph, pixels in, probabilities out."""

import json
from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from hemline.model_file import FORMAT
from hemline.networks import (
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalMaxPooling,
    MaxPooling,
    Network,
    Patches,
    Rescaling,
    Residual,
    Standardisation,
)
from hemline.pixels import Form
from hemline.seal import sealed
from hemline.training.calibration import Calibration
from hemline.training.finishing import Finish
from hemline.training.ood_score import LearnedScore, MahalanobisScore
from hemline.training.own.exporting import OPSET, add_module, exported

_OPSET, _IR_VERSION = 17, 8  # old enough for every ONNX Runtime since 2022, browsers included


class GraphBuilder:
    """Nodes and weights of a graph, each node fed by the one before.

    Attributes:
        value: what the next node is given.
        opset: whose nodes they are.
        example: two pictures as the next layer is given them, where one has no form here.
    """

    example: Tensor

    def __init__(self, source: str, opset: int) -> None:
        self.value, self.opset = source, opset
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, weights: Sequence[Any] = (), name: str = "", **options: Any) -> str:
        """Append a node; `weights` are its further inputs; returns the name of its output."""
        output = name or f"{kind.lower()}_{len(self.nodes)}"
        names = [f"{output}_weight_{place}" for place in range(len(weights))]
        for weight_name, weight in zip(names, weights, strict=True):
            self.store(weight_name, weight)
        self.nodes.append(helper.make_node(kind, [self.value, *names], [output], **options))
        self.value = output
        return output

    def reduce(self, kind: str, axes: Sequence[int], *, keepdims: int, name: str = "") -> str:
        """Append a reduction, which took its axes as an option at first."""
        if self.opset < 18:
            return self.add(kind, name=name, axes=axes, keepdims=keepdims)
        return self.add(kind, [np.array(axes)], name=name, keepdims=keepdims)

    def store(self, name: str, weight: NDArray[Any]) -> None:
        """Keep a weight; one of half precision becomes float32 when the file is loaded."""
        if weight.dtype == np.float16:
            node = helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT)
            self.nodes.append(node)
            name = f"{name}_half"
        self.weights.append(numpy_helper.from_array(weight, name))

    def join(self, kind: str, other: str, name: str = "") -> None:
        """Append a node that takes an earlier value beside the last one."""
        output = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [self.value, other], [output]))
        self.value = output

    def add_mirror_images(self, width: int) -> None:
        """Put the mirror image of every picture behind the pictures."""
        pictures = self.value
        self.add("Slice", [np.array([part]) for part in (-1, -width - 1, 2, -1)])
        node = helper.make_node("Concat", [pictures, self.value], ["both"], axis=0)
        self.nodes.append(node)
        self.value = "both"

    def add_mean_of_halves(self) -> None:
        """Take the mean of pictures and mirror images."""
        count: dict[str, Any] = {"num_outputs": 2} if self.opset >= 18 else {}
        halves = ["plain", "mirrored"]
        self.nodes.append(helper.make_node("Split", [self.value], halves, axis=0, **count))
        self.nodes.append(helper.make_node("Mean", ["plain", "mirrored"], ["mean"]))
        self.value = "mean"


@singledispatch
def add_layer(layer: nn.Module, graph: GraphBuilder) -> None:
    """Append the nodes of one layer; those of one without a form here as PyTorch writes them."""
    tag = f"own_{len(graph.nodes)}"
    nodes, weights, graph.value = add_module(exported(layer, graph.example), graph.value, tag)
    graph.nodes += nodes
    graph.weights += weights


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
def _(layer: Standardisation, graph: GraphBuilder) -> None:
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Mul", [np.array(layer.scale, dtype=np.float32)])
    colour = len(layer.mean) > 1
    graph.add("Sub", [np.array(layer.mean if colour else layer.mean[0], dtype=np.float32)])
    if colour:
        graph.add("Transpose", perm=[0, 3, 1, 2])
    else:
        graph.add("Unsqueeze", [np.array([1])])


@add_layer.register
def _(layer: Patches, graph: GraphBuilder) -> None:
    # As PyTorch orders them; SpaceToDepth puts the places in a square before the channels.
    size = layer.size
    channels, height, width = layer.taken
    graph.add("Slice", [np.array(part) for part in ([0, 0], [height, width], [2, 3])])
    inside = [-1, channels, height // size, size, width // size, size]
    graph.add("Reshape", [np.array(inside)])
    graph.add("Transpose", perm=[0, 1, 3, 5, 2, 4])
    graph.add("Reshape", [np.array([-1, channels * size**2, height // size, width // size])])


@add_layer.register
def _(layer: Convolution, graph: GraphBuilder) -> None:
    strides, pads = [layer.stride] * 2, [layer.padding] * 4
    # Half the size of the file; and still more digits than bfloat16 trains with.
    weight = layer.weight.detach().contiguous().half().numpy()
    graph.add("Conv", [weight], strides=strides, pads=pads)


@add_layer.register
def _(layer: BatchNorm, graph: GraphBuilder) -> None:
    names = ("scale", "bias", "mean", "variance")
    weights = [getattr(layer, name).detach().numpy() for name in names]
    graph.add("BatchNormalization", weights, epsilon=layer.epsilon)
    graph.add("Relu")


@add_layer.register
def _(layer: Residual, graph: GraphBuilder) -> None:
    before = graph.value
    add_layer(layer.convolution, graph)
    add_layer(layer.normalisation, graph)
    graph.join("Add", before)


@add_layer.register
def _(_layer: MaxPooling, graph: GraphBuilder) -> None:
    graph.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])


@add_layer.register
def _(_layer: GlobalMaxPooling, graph: GraphBuilder) -> None:
    graph.reduce("ReduceMax", [2, 3], keepdims=0)


def export_model(network: Network, metadata: dict[str, Any], finished: Finish) -> bytes:
    """The model file: `pixels` uint8 of the network's form to probabilities, logits and score.

    Args:
        network: its weights as they are now.
        metadata: stored in the file, one JSON value a key, `classes` and `intake` among them;
            `format`, `form` and what was fitted are added.
        finished: what was fitted to the network.
    """
    body = list(network.eval().layers)[:-1]
    # A new node set only where PyTorch's exporter needs it: old runtimes open the others.
    known = all(type(layer) in add_layer.registry for layer in body)
    graph = GraphBuilder("pixels", _OPSET if known else OPSET)
    if network.mirrored:
        graph.add_mirror_images(network.inputs.form.width)
    _add_layers(body, network.inputs.form, graph)
    if network.mirrored:
        graph.add_mean_of_halves()
    features = graph.value
    classes = len(metadata["classes"])
    _add_head(network, classes, finished.calibration, graph)
    graph.add("Softmax", name="probabilities", axis=1)
    graph.value = features
    _add_score(finished.score, graph)
    form = network.inputs.form
    full = {"format": FORMAT, "form": form.describe(), **metadata, **finished.of_model()}
    properties = {key: json.dumps(value) for key, value in full.items()}
    return _model(graph, form, classes, properties)


@torch.no_grad()
def _add_layers(layers: Sequence[nn.Module], form: Form, graph: GraphBuilder) -> None:
    graph.example = torch.zeros(2, *form.shape, dtype=torch.uint8)
    for layer in layers:
        add_layer(layer, graph)
        if graph.opset == OPSET:  # some layer asks for it
            graph.example = layer(graph.example)


def _add_head(
    network: Network, classes: int, calibration: Calibration | None, graph: GraphBuilder
) -> None:
    """From features to `logits`."""
    weight, bias = (tensor.detach()[:classes].numpy() for tensor in network.layers[-1].parameters())
    if calibration is None:
        graph.add("Gemm", [weight, bias], name="logits", transB=1)
        return
    # The same for every class makes no difference: here the mean of the logits becomes 0.
    centred = graph.add("Gemm", [weight - weight.mean(0), bias - bias.mean()], transB=1)
    graph.add("Abs")
    graph.add("Add", [np.array(1, dtype=np.float32)])
    graph.add("Pow", [np.array(calibration.exponent, dtype=np.float32)])
    graph.join("Mul", centred)
    graph.add("Div", [np.array(calibration.temperature, dtype=np.float32)], name="logits")


@singledispatch
def _add_score(score: Any, _graph: GraphBuilder) -> None:
    """From features to `ood_score`."""
    raise TypeError(f"no ONNX form of {type(score).__name__}")


@_add_score.register
def _(score: LearnedScore, graph: GraphBuilder) -> None:
    weight, bias = (tensor.cpu().numpy() for tensor in score)
    features = graph.value
    graph.add("Gemm", [weight[:-1], bias[:-1]], transB=1)
    any_class = graph.reduce("ReduceLogSumExp", [1], keepdims=1)
    graph.value = features
    graph.add("Gemm", [weight[-1:], bias[-1:]], transB=1)
    graph.join("Sub", any_class)
    graph.add("Squeeze", [np.array([1])], name="ood_score")


@_add_score.register
def _(score: MahalanobisScore, graph: GraphBuilder) -> None:
    mean, quadratic, weight, bias = (tensor.cpu().numpy() for tensor in score)
    centred = graph.add("Sub", [mean])
    graph.add("MatMul", [quadratic])
    graph.join("Mul", centred)
    common = graph.add("ReduceSum", [np.array([1])], keepdims=0)
    graph.value = centred
    graph.add("Gemm", [weight, bias], transB=1)
    graph.reduce("ReduceMin", [1], keepdims=0)
    graph.join("Add", common, name="ood_score")


def _model(graph: GraphBuilder, form: Form, classes: int, properties: dict[str, str]) -> bytes:
    outputs = {"probabilities": [classes], "logits": [classes], "ood_score": []}
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "hemline",
            [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", *form.shape])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape])
                for name, shape in outputs.items()
            ],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", graph.opset)],
        ir_version=_IR_VERSION,
        producer_name="hemline",
    )
    helper.set_model_props(model, properties)
    onnx.checker.check_model(model)
    return sealed(model.SerializeToString(deterministic=True))
