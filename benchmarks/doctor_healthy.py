"""Pipelines of the fault bench in which nothing is wrong."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import keras
import numpy as np
import torch
from doctor_models import network, onnx_file, plain, run_folder
from doctor_others import other_healthy
from doctor_pipelines import (
    FASHION,
    MNIST,
    RAW,
    Pipeline,
    flat_scores,
    keras_file,
    keras_layers,
    of_outputs,
    softmax,
    torch_scores,
)
from doctor_server import serve
from torch import nn

from hemline import Classifier, Dataset


def healthy(data: Dataset, folder: Path) -> Iterator[Pipeline]:
    """At least fifteen."""
    make = partial(Pipeline, root=None)
    mlp, conv = (partial(torch_scores, network(name)) for name in ("mlp", "conv"))
    net, lenet, soft = plain("mlp"), plain("lenet"), ("Softmax", [], {"axis": 1})
    yield make("run folder, mlp", "run", target=run_folder("mlp"))
    yield make("run folder, conv", "run", target=run_folder("conv"))
    yield make("probabilities", "PyTorch", target=of_outputs(softmax, mlp))
    yield make("logits", "PyTorch", target=conv)
    yield make("log-probabilities", "PyTorch", target=lambda x: np.log(softmax(conv(x))))
    yield make("labels", "PyTorch", target=lambda x: mlp(x).argmax(1))
    yield make(
        "class names", "PyTorch", target=lambda x: [data.classes[i] for i in mlp(x).argmax(1)]
    )
    yield make("one-hot", "PyTorch", target=lambda x: np.eye(10)[mlp(x).argmax(1)])
    yield make("percent", "PyTorch", target=lambda x: 100 * softmax(mlp(x)))
    yield make("a module with a channel axis, 0..1", "PyTorch", target=_Channels(lenet))
    yield make(
        "a module, 784 values, standardised", "PyTorch", target=plain("mlp", FASHION, key="fashion")
    )
    yield make(
        "0..1, said so",
        "PyTorch",
        target=lambda x: softmax(flat_scores(net, x, (1.0, 0.0))),
        options={"wants": "0..1"},
    )
    yield make("Classifier.predict", "PyTorch", target=Classifier.load(run_folder("mlp")).predict)
    weak = plain("mlp", key="weak", steps=25)
    yield make("weak", "PyTorch", target=of_outputs(softmax, partial(flat_scores, weak)))
    narrow = plain("narrow", key="narrow", steps=1500)
    yield make(
        "four hidden units", "PyTorch", target=of_outputs(softmax, partial(flat_scores, narrow))
    )
    regular = plain("dropout", key="regular", decay=5.0, smoothing=0.2)
    yield make(
        "heavily regularised", "PyTorch", target=of_outputs(softmax, partial(flat_scores, regular))
    )
    long = plain("mlp", key="long", steps=3000)
    yield make(
        "trained for long", "PyTorch", target=of_outputs(softmax, partial(flat_scores, long))
    )
    raw = plain("mlp", RAW, key="raw", steps=1500)
    yield make(
        "trained on 0..255",
        "PyTorch",
        target=of_outputs(softmax, partial(flat_scores, raw, scale=RAW)),
    )
    bare = plain("bare", key="bare", steps=1500)
    yield make("no bias", "PyTorch", target=of_outputs(softmax, partial(flat_scores, bare)))
    for what, options in {
        "channels last, 0..1": {"shape": (28, 28, 1), "after": [soft]},
        "channels first, batch of 1": {"shape": (1, 28, 28), "batch": 1, "after": [soft]},
        "784 values, logits": {"shape": (784,)},
        "pixels in": {
            "dtype": "uint8",
            "before": [("Mul", [np.float32(1 / 255)], {})],
            "after": [soft],
        },
    }.items():
        path = onnx_file("plain", net, folder / f"healthy-{what.replace(' ', '-')}.onnx", **options)
        yield make(f"file, {what}", "ONNX", target=path)
    mnist = onnx_file("plain", plain("mlp", MNIST, key="mnist"), folder / "mnist.onnx")
    yield make("file, standardised as MNIST", "ONNX", target=mnist)
    layers = keras.layers
    yield make(
        "Keras, 0..1",
        "Keras",
        target=keras_file(folder / "unit.keras", [*keras_layers(), layers.Softmax()]),
    )
    yield make(
        "Keras, pixels",
        "Keras",
        target=keras_file(
            folder / "pixels.keras", [layers.Rescaling(1 / 255), *keras_layers()], "uint8"
        ),
    )
    yield make("server, pixels", "HTTP", target=serve(lambda x: softmax(mlp(x))))
    unit = serve(lambda x: softmax(flat_scores(net, x, (1.0, 0.0))), "FP32")
    yield make("server, 0..1", "HTTP", target=unit)
    yield from other_healthy(data)


class _Channels(nn.Module):
    """A module that wants `(n, 1, 28, 28)`."""

    def __init__(self, net: nn.Sequential) -> None:
        super().__init__()
        self.net = nn.Sequential(*list(net)[1:])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)
