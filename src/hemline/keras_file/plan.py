"""What is read of a graph, and the layers that it asks for."""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hemline.errors import ModelFileError
from hemline.pixels import Form


@dataclass(frozen=True)
class Node:
    """A node of the graph.

    Attributes:
        kind: what ONNX calls it.
        values: names of the values that come in.
        weights: that come in, in order.
        options: by name.
    """

    kind: str
    values: list[str]
    weights: list[NDArray[Any]]
    options: dict[str, Any]

    @property
    def scalar(self) -> float:
        """The one number among its weights."""
        return float(self.weights[0].item())

    @property
    def padding(self) -> str:
        """What Keras calls the zeros around a picture."""
        pads = self.options.get("pads", [0] * 4)
        if not any(pads):
            return "valid"
        height, width = self.weights[0].shape[2:]
        half = [height // 2, width // 2] * 2
        if pads == half and height % 2 and width % 2 and set(self.options["strides"]) == {1}:
            return "same"
        raise self.without_form(f"pads {pads}")

    def without_form(self, option: str) -> ModelFileError:
        """The error of a node that Keras has no word for."""
        return ModelFileError(
            f"Expected nodes as hemline train writes them, received {self.kind} with {option}; "
            "this network has no Keras form."
        )


@dataclass(frozen=True)
class Step:
    """A layer that takes what the step before it gives.

    Attributes:
        layer: of Keras.
        weights: in Keras's order; none for a layer without any.
        also: place of an earlier value that the layer takes as well.
    """

    layer: Any
    weights: tuple[NDArray[Any], ...] = ()
    also: int | None = None


@dataclass
class Plan:
    """The steps that the nodes read so far ask for.

    Attributes:
        form: of the pixels.
        steps: in order; those after the mean, if there are several views.
        view: the steps that every view of a picture takes, if there are several.
        places: after how many steps a value is there, by its name in the graph.
    """

    form: Form
    steps: list[Step] = field(default_factory=list)
    view: list[Step] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def add(self, layer: Any, *weights: NDArray[Any], also: int | None = None) -> None:
        """Append a step."""
        self.steps.append(Step(layer, weights, also))

    def rescale(self, scale: float = 1.0, offset: float | NDArray[np.float64] = 0.0) -> None:
        """Multiply, then add a number, or one a channel; consecutive ones become one layer."""
        if scale == 1 and not np.any(offset):
            return
        before = 1.0, 0.0
        if self.steps and isinstance(self.steps[-1].layer, keras.layers.Rescaling):
            last = self.steps.pop().layer
            before = last.scale, last.offset
        offsets = np.asarray(before[1]) * scale + offset
        self.add(keras.layers.Rescaling(before[0] * scale, offsets.tolist()))
