"""The pipelines of the fault bench: each with the check that has to name its root cause first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import torch
from doctor_models import (
    changed_model_file,
    insert_after_cast,
    network,
    onnx_file,
    plain,
    run_folder,
)
from doctor_server import serve
from torch import nn

from hemline import CLASSES, Classifier, Dataset

UNIT, RAW = (1 / 255, 0.0), (1.0, 0.0)
SHUFFLED = [3, 7, 1, 0, 9, 2, 8, 5, 4, 6]
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


def broken(data: Dataset, folder: Path) -> Iterator[Pipeline]:
    """At least forty, covering every check."""
    yield from _broken_callables(data)
    yield from _broken_files(folder)
    yield from _broken_keras(folder)
    yield from _broken_servers(folder)


def _broken_callables(data: Dataset) -> Iterator[Pipeline]:
    make = partial(Pipeline, kind="PyTorch")
    rng = np.random.default_rng(0)
    for name in ("mlp", "conv"):
        scores = partial(torch_scores, network(name))
        changes = {
            "inverted": ("inverted-brightness", lambda x: 255 - x),
            "transposed": ("orientation", lambda x: x.transpose(0, 2, 1)),
            "upside down": ("orientation", lambda x: x[:, ::-1]),
        }
        for what, (root, change) in changes.items():
            yield make(f"{name}, {what}", root=root, target=of_inputs(change, scores))
        ends = {
            "softmax twice": ("double-softmax", lambda s: softmax(softmax(s))),
            "labels shuffled": ("label-order", lambda s: softmax(s)[:, SHUFFLED]),
            "labels from 1": ("label-order", lambda s: s.argmax(1) + 1),
            "softmax over the batch": ("batch-dependence", lambda s: softmax(s, axis=0)),
            "classes first": ("answer-count", lambda s: s.T),
            "one NaN": ("non-finite", lambda s: np.where(s > np.quantile(s, 0.999), np.nan, s)),
            "temperature 0.1": ("miscalibration", lambda s: softmax(s / 0.1)),
        }
        for what, (root, change) in ends.items():
            yield make(f"{name}, {what}", root=root, target=of_outputs(change, scores))
    mlp, conv = (partial(torch_scores, network(name)) for name in ("mlp", "conv"))
    yield make(
        "mlp, turned 90",
        root="orientation",
        target=of_inputs(lambda x: np.rot90(x, 1, (1, 2)), mlp),
    )
    yield make(
        "conv, turned 180", root="orientation", target=of_inputs(lambda x: x[:, ::-1, ::-1], conv)
    )
    yield make(
        "conv, inverted, transposed",
        root="inverted-brightness",
        target=of_inputs(lambda x: 255 - x.transpose(0, 2, 1), conv),
    )
    yield make(
        "conv, two labels swapped",
        root="label-order",
        target=of_outputs(lambda s: softmax(s)[:, [0, 1, 2, 3, 4, 7, 6, 5, 8, 9]], conv),
    )
    yield make(
        "mlp, alphabetical names",
        root="label-order",
        target=lambda x: [sorted(CLASSES)[i] for i in mlp(x).argmax(1)],
    )
    yield make("mlp, first answer only", root="answer-count", target=lambda x: mlp(x)[:1])
    yield make(
        "mlp, arg-max over the batch", root="answer-count", target=lambda x: mlp(x).argmax(0)
    )
    yield make("conv, nine classes", root="class-count", target=lambda x: softmax(conv(x)[:, :9]))
    yield make("conv, always a bag", root="constant-answers", target=lambda x: np.full(len(x), 8))
    yield make(
        "mlp, bias on one output",
        root="constant-answers",
        target=of_outputs(lambda s: softmax(s + 60 * np.eye(10)[6]), mlp),
    )
    yield make(
        "the notebook's softmax",
        root="no-trained-layers",
        target=lambda x: softmax(np.float32(x), axis=-1),
    )
    yield make(
        "softmax of flat pictures",
        root="no-trained-layers",
        target=lambda x: softmax(np.float32(x).reshape(len(x), -1)),
    )
    fresh = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    yield make(
        "weights never loaded",
        root="no-trained-layers",
        target=of_outputs(softmax, partial(flat_scores, fresh)),
    )
    yield make(
        "answers by chance",
        root="nondeterministic",
        target=lambda x: rng.dirichlet(np.ones(10), len(x)),
    )
    yield make(
        "sigmoid for softmax",
        root="wrong-softmax",
        target=of_outputs(lambda s: 1 / (1 + np.exp(-s)), conv),
    )
    yield make("logits as predict_proba", root="wrong-softmax", target=named("predict_proba", mlp))
    yield make(
        "accuracy overstated",
        root="reported-figures",
        target=of_outputs(softmax, mlp),
        options={"reported": {"accuracy": 0.94}},
    )
    yield make(
        "chosen on the test part",
        root="test-selection",
        target=of_outputs(softmax, mlp),
        options={"reported": {"validation_accuracy": 0.82, "validation_n": 12_000}},
    )
    yield make(
        "another resize filter",
        root="drift",
        target=of_inputs(blurred, mlp),
        options={"against": of_outputs(softmax, mlp)},
    )
    shuffled = (data.test.pixels, np.roll(data.test.labels, 1))
    yield make(
        "labels of other pictures", root="wrong-data", target=mlp, options={"data": shuffled}
    )
    standard = (data.test.pixels.astype(np.float32) / 255 - 0.286) / 0.353
    yield make(
        "data normalised beforehand",
        root="input-range",
        target=mlp,
        options={"data": (standard, data.test.labels)},
    )
    yield from _broken_training(data)


def _broken_training(data: Dataset) -> Iterator[Pipeline]:
    make = partial(Pipeline, kind="PyTorch")
    unit, lenet = plain("mlp"), plain("lenet")
    for name, net in (("mlp", unit), ("lenet", lenet)):
        soft = partial(of_outputs, softmax)
        yield make(
            f"{name}, not scaled",
            root="unscaled-input",
            target=soft(partial(flat_scores, net, scale=RAW)),
        )
        yield make(
            f"{name}, scaled twice",
            root="scaled-twice",
            target=soft(partial(flat_scores, net, scale=(1 / 255**2, 0.0))),
        )
    yield make(
        "lenet, standardised, trained on 0..1",
        root="other-normalisation",
        target=of_outputs(softmax, partial(flat_scores, lenet, scale=FASHION)),
    )
    dropout, norm = plain("dropout").train(), plain("batchnorm").train()
    for parameter in norm.modules():
        if isinstance(parameter, nn.BatchNorm1d):
            parameter.momentum = 0.0
    yield make(
        "dropout at prediction",
        root="nondeterministic",
        target=of_outputs(softmax, partial(flat_scores, dropout)),
    )
    yield make(
        "batch norm in training mode",
        root="batch-dependence",
        target=of_outputs(softmax, partial(flat_scores, norm)),
    )
    wrong = plain("mlp", key="wrong-loss", wrong_loss=True, steps=2500)
    yield make(
        "softmax with a from-logits loss",
        root="from-logits-loss",
        target=of_outputs(softmax, partial(flat_scores, wrong)),
    )
    heart = plain("mlp", key="heart", steps=3000, few=4000)
    small = Dataset("part", "cut", False, lambda: _first(data, 4000), lambda: data.test)
    yield make(
        "learned by heart",
        root="over-fitting",
        target=of_outputs(softmax, partial(flat_scores, heart)),
        options={"data": small},
    )
    seen = plain("mlp", key="seen", steps=3000, data=(data.test.pixels, data.test.labels))
    yield make(
        "trained on the test part",
        root="test-selection",
        target=of_outputs(softmax, partial(flat_scores, seen)),
    )
    digits = plain("lenet", key="digits", steps=1500, data=_digits())
    yield make(
        "trained on digits",
        root="no-trained-layers",
        target=of_outputs(softmax, partial(flat_scores, digits)),
    )


def _first(data: Dataset, count: int):
    from hemline import Split

    return Split(data.train.pixels[:count], data.train.labels[:count])


def _digits() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits at the size of MNIST's, moved about."""
    from PIL import Image
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    rng, pixels = np.random.default_rng(0), []
    for image in images.reshape(-1, 8, 8) * 15.9:
        size = int(rng.integers(19, 25))
        page = Image.new("L", (28, 28))
        small = Image.fromarray(image.astype(np.uint8)).resize(
            (size, size), Image.Resampling.BICUBIC
        )
        page.paste(small, tuple(int(v) for v in (28 - size) // 2 + rng.integers(-1, 2, 2)))
        pixels.append(np.asarray(page))
    return np.stack(pixels), labels


def blurred(x: np.ndarray) -> np.ndarray:
    """Pictures that went through half their size."""
    small = x.reshape(len(x), 14, 2, 14, 2).mean(axis=(2, 4))
    return small.repeat(2, axis=1).repeat(2, axis=2).astype(np.uint8)


def named(name: str, function: Callable) -> Callable:
    """A function under another name."""

    def call(x: np.ndarray) -> np.ndarray:
        return function(x)

    call.__qualname__ = name
    return call


def _broken_files(folder: Path) -> Iterator[Pipeline]:
    make = partial(Pipeline, kind="ONNX")
    f, one = np.float32, np.array([1])
    for name in ("mlp", "conv"):
        changes = {
            "inverted": ("inverted-brightness", insert_after_cast("Sub", f(255), first=True)),
            "transposed": ("orientation", insert_after_cast("Transpose", perm=[0, 2, 1])),
            "not scaled": ("unscaled-input", insert_after_cast("Mul", f(255))),
        }
        for what, (root, change) in changes.items():
            path = changed_model_file(
                name, folder / f"{name}-{what.replace(' ', '-')}.onnx", change
            )
            yield make(f"{name} file, {what}", root=root, target=path)
    twice = changed_model_file(
        "mlp", folder / "mlp-twice.onnx", insert_after_cast("Mul", f(1 / 255))
    )
    yield make("mlp file, scaled twice", root="scaled-twice", target=twice)
    yield make("mlp file, names in another order", root="class-names", target=_renamed(folder))
    net, soft = plain("mlp"), ("Softmax", [], {"axis": 1})
    files = {
        "softmax twice": ("double-softmax", {"after": [soft, soft]}),
        "logits named probabilities": ("wrong-softmax", {"output": "probabilities"}),
        "scaled twice in training": ("scaled-twice", {"before": [("Mul", [f(255)], {})]}),
        "labels shuffled": (
            "label-order",
            {"after": [("Gather", [np.array(SHUFFLED)], {"axis": 1}), soft]},
        ),
        "mirrored": ("orientation", {"before": [("Slice", [-one, -29 * one, 2 * one, -one], {})]}),
        "softmax over the batch": ("batch-dependence", {"after": [("Softmax", [], {"axis": 0})]}),
    }
    for what, (root, options) in files.items():
        path = onnx_file("plain", net, folder / f"{what.replace(' ', '-')}.onnx", **options)
        yield make(f"plain file, {what}", root=root, target=path)
    other = plain("mlp", key="seed2", steps=60)
    path = onnx_file("plain", other, folder / "other.onnx", after=[soft])
    yield make(
        "file and callable drift",
        root="drift",
        target=path,
        options={"against": lambda x: softmax(flat_scores(net, x))},
    )


def _renamed(folder: Path) -> Path:
    import json

    model = onnx.load(run_folder("mlp") / "model.onnx")
    for entry in model.metadata_props:
        if entry.key == "classes":
            entry.value = json.dumps(sorted(CLASSES))
    path = folder / "mlp-renamed.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def keras_layers() -> list[Any]:
    """The plain perceptron's layers in Keras, with their weights."""
    layers = [keras.layers.Flatten(), keras.layers.Dense(64, "relu"), keras.layers.Dense(10)]
    keras.Sequential([keras.Input((28, 28)), *layers])
    for layer, part in zip(layers[1:], [plain("mlp")[0], plain("mlp")[-1]], strict=True):
        layer.set_weights([part.weight.detach().numpy().T, part.bias.detach().numpy()])
    return layers


def keras_file(path: Path, layers: list[Any], dtype: str = "float32") -> Path:
    """Layers as a `.keras` file."""
    keras.Sequential([keras.Input((28, 28), dtype=dtype), *layers]).save(path)
    return path


def _broken_keras(folder: Path) -> Iterator[Pipeline]:
    make, layer = partial(Pipeline, kind="Keras"), keras.layers
    scaled = [layer.Rescaling(1 / 255), *keras_layers()]
    models = {
        "the notebook's softmax": ("no-trained-layers", [layer.Softmax()], "float32"),
        "softmax twice": (
            "double-softmax",
            [*keras_layers(), layer.Softmax(), layer.Softmax()],
            "float32",
        ),
        "not scaled": ("unscaled-input", keras_layers(), "uint8"),
        "scaled twice": ("scaled-twice", [layer.Rescaling(1 / 255), *scaled], "uint8"),
        "inverted": ("inverted-brightness", [layer.Rescaling(-1, 255), *scaled], "uint8"),
        "transposed": ("orientation", [layer.Permute((2, 1)), *keras_layers()], "float32"),
    }
    for what, (root, layers, dtype) in models.items():
        path = keras_file(folder / f"{what.replace(' ', '-')}.keras", layers, dtype)
        yield make(f"Keras, {what}", root=root, target=path)


def _broken_servers(_folder: Path) -> Iterator[Pipeline]:
    make = partial(Pipeline, kind="HTTP")
    scores = partial(torch_scores, network("mlp"))
    served = {
        "inverted": ("inverted-brightness", lambda x: softmax(scores(255 - x))),
        "labels shuffled": ("label-order", lambda x: softmax(scores(x))[:, SHUFFLED]),
        "softmax over the batch": ("batch-dependence", lambda x: softmax(scores(x), axis=0)),
        "logits named probabilities": ("wrong-softmax", scores),
    }
    for what, (root, function) in served.items():
        yield make(f"server, {what}", root=root, target=serve(function))


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
    yield make("class names", "PyTorch", target=lambda x: [CLASSES[i] for i in mlp(x).argmax(1)])
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


class _Channels(nn.Module):
    """A module that wants `(n, 1, 28, 28)`."""

    def __init__(self, net: nn.Sequential) -> None:
        super().__init__()
        self.net = nn.Sequential(*list(net)[1:])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)
