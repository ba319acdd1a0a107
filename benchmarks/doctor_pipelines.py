"""What the pipelines of the fault bench are made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import torch
from doctor_models import plain
from torch import nn

UNIT, RAW = (1 / 255, 0.0), (1.0, 0.0)
FASHION, MNIST = (1 / 255 / 0.353, -0.286 / 0.353), (1 / 255 / 0.3081, -0.1307 / 0.3081)


@dataclass(frozen=True)
class Pipeline:
    """One pipeline: what it is made of, and what is wrong with it (None: nothing)."""

    name: str
    kind: str
    root: str | None
    target: Any
    options: dict[str, Any] = field(default_factory=dict)


@torch.no_grad()
def torch_scores(net: nn.Module, x: np.ndarray) -> np.ndarray:
    """Logits of a network that takes pixels (n, 28, 28)."""
    return net(torch.tensor(np.ascontiguousarray(x))).numpy()


@torch.no_grad()
def flat_scores(net: nn.Module, x: np.ndarray, scale=UNIT) -> np.ndarray:
    """Logits of a plain network, with the scaling outside it."""
    values = np.asarray(x, np.float32).reshape(len(x), 784) * scale[0] + scale[1]
    return net(torch.tensor(values.astype(np.float32))).numpy()


def softmax(scores: np.ndarray, axis: int = 1) -> np.ndarray:
    """Probabilities."""
    values = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return values / values.sum(axis=axis, keepdims=True)


def of_inputs(change: Callable, scores: Callable) -> Callable:
    """A pipeline that changes its pictures first."""
    return lambda x: softmax(scores(change(np.asarray(x))))


def of_outputs(change: Callable, scores: Callable) -> Callable:
    """A pipeline that changes its logits last."""
    return lambda x: change(scores(np.asarray(x)))


def named(name: str, function: Callable) -> Callable:
    """A function under another name."""

    def call(x: np.ndarray) -> np.ndarray:
        return function(x)

    call.__qualname__ = name
    return call


def keras_layers(net: nn.Sequential | None = None) -> list[Any]:
    """A plain perceptron's layers in Keras, with their weights."""
    linear = [part for part in net or plain("mlp") if isinstance(part, nn.Linear)]
    hidden = len(linear[0].weight)
    layers = [keras.layers.Flatten(), keras.layers.Dense(hidden, "relu"), keras.layers.Dense(10)]
    keras.Sequential([keras.Input((28, 28)), *layers])
    for layer, part in zip(layers[1:], linear, strict=True):
        layer.set_weights([part.weight.detach().numpy().T, part.bias.detach().numpy()])
    return layers


def keras_file(path: Path, layers: list[Any], dtype: str = "float32") -> Path:
    """Layers as a `.keras` file."""
    keras.Sequential([keras.Input((28, 28), dtype=dtype), *layers]).save(path)
    return path
