"""Pipelines of the fault bench with a fault in them, and the check that has to name it first."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import keras
import numpy as np
import onnx
from doctor_models import (
    changed_model_file,
    insert_after_cast,
    network,
    onnx_file,
    plain,
    run_folder,
)
from doctor_others import other_broken
from doctor_pipelines import (
    FASHION,
    RAW,
    Pipeline,
    flat_scores,
    keras_file,
    keras_layers,
    named,
    of_inputs,
    of_outputs,
    softmax,
    torch_scores,
)
from doctor_server import serve
from torch import nn

from hemline import Dataset

SHUFFLED = [3, 7, 1, 0, 9, 2, 8, 5, 4, 6]


def broken(data: Dataset, folder: Path) -> Iterator[Pipeline]:
    """At least forty, covering every check."""
    yield from _broken_callables(data)
    yield from _broken_files(data, folder)
    yield from _broken_keras(folder)
    yield from _broken_servers(folder)
    yield from other_broken(data)


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
        target=lambda x: [sorted(data.classes)[i] for i in mlp(x).argmax(1)],
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
    small = data.replace(name="part", source="cut", load_train=lambda: _first(data, 4000))
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


def _broken_files(data: Dataset, folder: Path) -> Iterator[Pipeline]:
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
    yield make(
        "mlp file, names in another order", root="class-names", target=_renamed(data, folder)
    )
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


def _renamed(data: Dataset, folder: Path) -> Path:
    import json

    model = onnx.load(run_folder("mlp") / "model.onnx")
    for entry in model.metadata_props:
        if entry.key == "classes":
            entry.value = json.dumps(sorted(data.classes))
    path = folder / "mlp-renamed.onnx"
    path.write_bytes(model.SerializeToString())
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
