"""From the ONNX graph of a model file to a connected Keras network.

Importing this module imports Keras, whose backend must have been chosen before.
"""

from pathlib import Path
from typing import Any

import keras
import onnx
from onnx import helper, numpy_helper

from hemline.errors import ModelFileError
from hemline.keras_file.layers import READERS
from hemline.keras_file.plan import Node, Plan, Step
from hemline.pixels import Form


def read_network(path: Path, form: Form) -> Any:
    """The Keras network of a model file: pixels uint8 `(n, h, w)` or `(n, h, w, 3)` to logits.

    Args:
        path: of the file.
        form: of the pixels.

    Raises:
        ModelFileError: a kind of node that is not in the table.
    """
    plan = _read(onnx.load(path).graph, path, form)
    network = _build(plan)
    for step in [*plan.view, *plan.steps]:
        if step.weights:
            step.layer.set_weights(step.weights)
    return network


def _read(graph: Any, path: Path, form: Form) -> Plan:
    """Go through the nodes from pixels to logits."""
    weights = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    plan = Plan(form, places={"pixels": 0})
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in weights:  # stored in half precision
            weights[node.output[0]] = weights[node.input[0]].astype("float32")
            continue
        if node.op_type not in READERS:
            raise ModelFileError(
                f"Expected a network of {', '.join(sorted(READERS))}, received {path} with "
                f"{node.op_type}; this network has no Keras form."
            )
        READERS[node.op_type](_node(node, weights), plan)
        plan.places.update(dict.fromkeys(node.output, len(plan.steps)))
        if "logits" in node.output:
            break
    return plan


def _node(node: Any, weights: dict[str, Any]) -> Node:
    return Node(
        node.op_type,
        [name for name in node.input if name not in weights],
        [weights[name] for name in node.input if name in weights],
        {entry.name: helper.get_attribute_value(entry) for entry in node.attribute},
    )


def _build(plan: Plan) -> Any:
    """A network of the steps; with two views, one around the network that both go through."""
    if not plan.view:
        return _chain(plan.steps, plan.form)
    view, pixels = _chain(plan.view, plan.form, "view"), _pixels(plan.form)
    logits = keras.layers.Average()([view(pixels), view(keras.ops.flip(pixels, axis=2))])
    return keras.Model(pixels, _apply(plan.steps, logits))


def _chain(steps: list[Step], form: Form, name: str | None = None) -> Any:
    """A Sequential, unless some step looks further back."""
    if all(step.also is None for step in steps):
        return keras.Sequential([_pixels(form), *(step.layer for step in steps)], name=name)
    pixels = _pixels(form)
    return keras.Model(pixels, _apply(steps, pixels), name=name)


def _apply(steps: list[Step], value: Any) -> Any:
    values = [value]
    for step in steps:
        taken = values[-1] if step.also is None else [values[-1], values[step.also]]
        values.append(step.layer(taken))
    return values[-1]


def _pixels(form: Form) -> Any:
    return keras.Input(form.shape, dtype="uint8", name="pixels")
