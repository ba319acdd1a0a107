"""A layer that Hemline has no ONNX form for, as PyTorch's own exporter writes it."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from hemline.errors import RecipeError

OPSET = 18  # the oldest that the exporter writes


def exported(layer: nn.Module, example: Tensor) -> onnx.GraphProto:
    """The graph of one layer, of one value to another, for any number of pictures.

    Args:
        layer: at rest.
        example: what it is given, two pictures.

    Raises:
        RecipeError: the exporter cannot write it.
    """
    batch = ({0: torch.export.Dim("n", min=1)},)
    try:
        with _quiet():
            program = torch.onnx.export(
                layer, (torch.zeros(example.shape),), dynamo=True, verbose=False,
                opset_version=OPSET, dynamic_shapes=batch,
            )  # fmt: skip
    except ModuleNotFoundError:
        raise
    except Exception as error:  # of many kinds, with pages of advice
        reason = next(
            iter(str(error.__cause__ or error).strip().splitlines()), type(error).__name__
        )
        raise unfit(f"{type(layer).__name__} that its exporter refuses ({reason})") from error
    return program.model_proto.graph  # type: ignore[union-attr]


def add_module(
    graph: onnx.GraphProto, value: str, tag: str
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto], str]:
    """Nodes and weights of an exported graph that is given `value`, under names of their own.

    A weight that several nodes take is there for each of them.

    Returns:
        nodes, weights, and the name of what they give.
    """
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    names = {graph.input[0].name: value}
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []
    for node in graph.node:
        given = []
        for name in node.input:
            if name in stored:
                weights.append(
                    numpy_helper.from_array(stored[name], f"{tag}_weight_{len(weights)}")
                )
                given.append(weights[-1].name)
            else:
                given.append(names[name] if name else "")
        made = [f"{tag}_{len(nodes)}_{place}" for place in range(len(node.output))]
        names |= dict(zip(node.output, made, strict=True))
        copy = onnx.NodeProto(
            op_type=node.op_type, input=given, output=made, attribute=node.attribute
        )
        nodes.append(copy)
    return nodes, weights, names[graph.output[0].name]


def unfit(received: str) -> RecipeError:
    """The error of a network that no model file can hold."""
    return RecipeError(
        f"Expected a network that becomes the same in a model file, received {received}; "
        "change that part of it."
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns, logs and prints what its user can do nothing about."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ):
            yield
    finally:
        logging.disable(before)
