"""The table: what each kind of ONNX node is in Keras."""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from hemline.keras_file.plan import Node, Plan

_LAST = {"data_format": "channels_last"}  # said everywhere: keras.json may say otherwise
Reader = Callable[[Node, Plan], None]
READERS: dict[str, Reader] = {}


def reads(*kinds: str) -> Callable[[Reader], Reader]:
    """Enter a function in the table: it adds to the plan what nodes of these kinds do."""

    def enter(reader: Reader) -> Reader:
        READERS.update(dict.fromkeys(kinds, reader))
        return reader

    return enter


@reads("Cast", "Identity", "Concat", "Split")
def _(_node: Node, _plan: Plan) -> None:
    """Rescaling casts; of the nodes that make and part two views, `Mean` speaks for all."""


@reads("Slice")
def _(node: Node, plan: Plan) -> None:
    """One with steps mirrors, for which `Mean` speaks; the others cut off rows and columns."""
    starts, ends, axes, *steps = (weight.tolist() for weight in node.weights)
    if steps:
        return
    rest = plan.form.height - ends[0], plan.form.width - ends[1]
    if (starts, axes) != ([0, 0], [2, 3]) or min(rest) < 0:
        raise node.without_form(f"axes {axes}")
    if any(rest):
        plan.add(keras.layers.Cropping2D(((0, rest[0]), (0, rest[1])), **_LAST))


@reads("Reshape")
def _(node: Node, plan: Plan) -> None:
    """Patches: channels are the second axis in ONNX and the last in Keras."""
    _, channels, *others = node.weights[0].tolist()
    plan.add(keras.layers.Reshape((*others, channels)))


@reads("Transpose")
def _(node: Node, plan: Plan) -> None:
    """Channels to the front are no step, as in Keras they stay last; of patches they are one."""
    order = node.options["perm"]
    if order == [0, 1, 3, 5, 2, 4]:
        plan.add(keras.layers.Permute((1, 3, 5, 2, 4)))
    elif order != [0, 3, 1, 2]:
        raise node.without_form(f"order {order}")


@reads("Mean")
def _(_node: Node, plan: Plan) -> None:
    plan.view, plan.steps = plan.steps, []


@reads("Mul")
def _(node: Node, plan: Plan) -> None:
    if node.weights:
        plan.rescale(node.scalar)
    else:
        plan.add(keras.layers.Multiply(), also=plan.places[node.values[1]])


@reads("Abs")
def _(_node: Node, plan: Plan) -> None:
    plan.add(keras.ops.abs)


@reads("Pow")
def _(node: Node, plan: Plan) -> None:
    plan.add(partial(keras.ops.power, x2=node.scalar))


@reads("Div")
def _(node: Node, plan: Plan) -> None:
    plan.rescale(1 / node.scalar)


@reads("Add")
def _(node: Node, plan: Plan) -> None:
    if node.weights:
        plan.rescale(offset=node.scalar)
    else:
        plan.add(keras.layers.Add(), also=plan.places[node.values[1]])


@reads("Sub")
def _(node: Node, plan: Plan) -> None:
    plan.rescale(offset=-node.weights[0].astype(float))


@reads("Flatten")
def _(_node: Node, plan: Plan) -> None:
    plan.add(keras.layers.Flatten(**_LAST))


@reads("Gemm")
def _(node: Node, plan: Plan) -> None:
    weight, bias = node.weights
    plan.add(keras.layers.Dense(len(bias)), weight.T, bias)


@reads("Relu")
def _(_node: Node, plan: Plan) -> None:
    last = plan.steps[-1].layer
    if isinstance(last, keras.layers.Dense):  # Keras makes one layer of the two
        last.activation = keras.activations.relu
    else:
        plan.add(keras.layers.ReLU())


@reads("Unsqueeze")
def _(_node: Node, plan: Plan) -> None:
    plan.add(keras.layers.Reshape((*plan.form.shape, 1)))


@reads("Conv")
def _(node: Node, plan: Plan) -> None:
    weight, *bias = node.weights
    layer = keras.layers.Conv2D(
        weight.shape[0],
        weight.shape[2:],
        strides=tuple(node.options["strides"]),
        padding=node.padding,
        use_bias=bool(bias),
        **_LAST,
    )
    plan.add(layer, weight.transpose(2, 3, 1, 0), *bias)


@reads("BatchNormalization")
def _(node: Node, plan: Plan) -> None:
    scale, *others = node.weights
    scaled = bool(np.any(scale != 1))  # a scale of one throughout is none that was trained
    layer = keras.layers.BatchNormalization(
        momentum=node.options.get("momentum", 0.9), epsilon=node.options["epsilon"], scale=scaled
    )
    plan.add(layer, *([scale] if scaled else []), *others)


@reads("MaxPool")
def _(node: Node, plan: Plan) -> None:
    size, strides = tuple(node.options["kernel_shape"]), tuple(node.options["strides"])
    plan.add(keras.layers.MaxPooling2D(size, strides, **_LAST))


@reads("ReduceMax")
def _(_node: Node, plan: Plan) -> None:
    plan.add(keras.layers.GlobalMaxPooling2D(**_LAST))
