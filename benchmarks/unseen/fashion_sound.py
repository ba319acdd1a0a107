"""Sound pipelines of garments: unusual in what they take or say, weak at times, and right."""

from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F  # noqa: N812
from PIL import Image
from scipy.special import log_softmax, softmax
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from torch import nn

from .base import Unseen
from .fashion_answers import CLASSES, keras_normed, to_keras
from .fashion_numbers import each_picture, signed
from .fashion_pictures import (
    Array,
    Workshop,
    convnet,
    grey_as_colour,
    keras_perceptron,
    one_channel,
    padded,
    perceptron,
    scores,
    standard,
    unit,
)

NAMES = np.array(CLASSES)
PLURAL = (
    *("T-shirts", "Trousers", "Pullovers", "Dresses", "Coats"),
    *("Sandals", "Shirts", "Sneakers", "Bags", "Ankle boots"),
)
EVERYDAY = (
    *("t-shirt", "trousers", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneakers", "bag", "boot"),
)
Answer = Callable[[Array], Any]


class Output(NamedTuple):
    """What a model of Hugging Face returns."""

    loss: Any
    logits: Any


Garment = IntEnum("Garment", [(name.replace("/", " "), i) for i, name in enumerate(CLASSES)])


def sound(name: str, kind: str, target: Any, **options: Any) -> Unseen:
    """A pipeline of garments without a fault."""
    return Unseen(name, kind, "fashion", (), target, options)


def named_by(labels: Any) -> Callable[[Array], Array]:
    """Names for the likeliest classes."""
    return lambda found: np.array(labels)[found.argmax(1)]


def ranked(found: Array) -> Array:
    """The best three names for each picture, best first."""
    return NAMES[np.argsort(-found, 1)[:, :3]]


def hugging_face(found: Array) -> list[list[dict[str, Any]]]:
    """The best five with scores, as an image-classification pipeline lists them."""
    best = np.argsort(-found, 1)[:, :5]
    return [
        [{"label": CLASSES[i], "score": float(row[i])} for i in order]
        for row, order in zip(found, best, strict=True)
    ]


def pairs(found: Array) -> list[tuple[str, float]]:
    """Name and confidence."""
    return [(CLASSES[int(row.argmax())], float(row.max())) for row in found]


def dictionaries(found: Array) -> list[dict[str, float]]:
    """A probability under each name."""
    return [dict(zip(CLASSES, row.tolist(), strict=True)) for row in found]


def logits_of(found: Array) -> Output:
    """Logits in a field."""
    return Output(None, torch.tensor(found).log())


def frame(found: Array) -> pd.DataFrame:
    """A column for each class, in alphabetical order."""
    return pd.DataFrame(found, columns=list(CLASSES))[sorted(CLASSES)]


def in_doubt(share: float, of: Array, other: Any, labels: Any) -> Callable[[Array], Any]:
    """Another answer for the least certain of each class."""
    best = of.argmax(1)
    thresholds = np.array([np.quantile(of[best == i].max(1), share) for i in range(10)])
    names = np.array(labels)

    def say(found: Array) -> Array:
        best = found.argmax(1)
        return np.where(found.max(1) < thresholds[best], other, names[best])

    return say


FORMS: tuple[tuple[str, str, Callable[[Array], Any]], ...] = (
    ("names in an array of objects", "PyTorch", named_by(NAMES.astype(object))),
    ("names as bytes", "NumPy", named_by([name.encode() for name in CLASSES])),
    ("DataFrame, columns in alphabetical order", "pandas", frame),
    ("Series of categories", "pandas", lambda f: pd.Series(pd.Categorical(NAMES[f.argmax(1)]))),
    ("LABEL_n", "Hugging Face", named_by([f"LABEL_{i}" for i in range(10)])),
    ("the best five with scores", "Hugging Face", hugging_face),
    ("a named tuple with logits", "Hugging Face", logits_of),
    ("pairs of name and confidence", "served", pairs),
    ("the best three names", "PyTorch", ranked),
    ("plural names", "PyTorch", named_by(PLURAL)),
    ("everyday names", "PyTorch", named_by(EVERYDAY)),
    ("digits as text", "served", lambda f: [str(i) for i in f.argmax(1)]),
    ("members of an IntEnum", "PyTorch", lambda f: [Garment(i) for i in f.argmax(1).tolist()]),
    ("a generator of labels", "PyTorch", lambda f: (int(row.argmax()) for row in f)),
    ("percent, rounded", "served", lambda f: np.round(f * 100, 1)),
    ("float16", "PyTorch", lambda f: torch.tensor(f).half()),
    ("one-hot rows of bool", "pandas", lambda f: pd.DataFrame(f == f.max(1, keepdims=True))),
    ("a dictionary for each picture", "served", dictionaries),
    ("{'log_probabilities': ...}", "PyTorch", lambda f: {"log_probabilities": np.log(f + 1e-9)}),
)


def forms(shop: Workshop) -> Iterator[Unseen]:
    """Two networks, and all the ways to say what they say."""
    net = shop.torch("convnet", convnet, one_channel)
    flat = shop.torch("perceptron-standard", perceptron, standard)

    def saying(say: Callable[[Array], Any]) -> Answer:
        return lambda pictures: say(softmax(scores(net, one_channel(pictures)), 1))

    def flatly(say: Callable[[Array], Any]) -> Answer:
        return lambda pictures: say(softmax(scores(flat, standard(pictures)), 1))

    for (name, kind, say), pipeline in zip(FORMS, cycle((saying, flatly)), strict=False):
        yield sound(name, kind, pipeline(say))
    known = softmax(scores(net, one_channel(shop.lesson(4000)[0])), 1)
    for share, other, labels in ((0.02, -1, range(10)), (0.2, "unknown", CLASSES)):
        name = f"{other} below a threshold, {share:.0%}"
        yield sound(name, "PyTorch", saying(in_doubt(share, known, other, labels)))
    name = "not sure of three in ten"
    yield sound(name, "served", saying(in_doubt(0.3, known, "not sure", CLASSES)))


def log_probabilities(shop: Workshop) -> Unseen:
    """Under the name that scikit-learn gives them."""
    net = shop.torch("convnet", convnet, one_channel)

    def predict_log_proba(pictures: Array) -> Array:
        return log_softmax(scores(net, one_channel(pictures)), 1)

    return sound("predict_log_proba", "PyTorch", predict_log_proba)


def figures(shop: Workshop) -> Iterator[Unseen]:
    """Figures that can be counted, in percent and as text."""
    net, test = shop.torch("convnet", convnet, one_channel), shop.data("fashion").test
    right = (scores(net, one_channel(test.pixels)).argmax(1) == test.labels).mean()

    def predict(pictures: Array) -> Array:
        return softmax(scores(net, one_channel(pictures)), 1)

    for name, figure in (
        ("accuracy in percent", round(float(right) * 100, 1)),
        ("accuracy as text", f"{right:.1%}"),
        ("accuracy as a float of NumPy", np.float32(right)),
    ):
        yield sound(name, "PyTorch", predict, reported={"accuracy": figure})


class Strict:
    """Takes prepared floats of one shape, and nothing else."""

    def __init__(self, net: nn.Module, shape: tuple[int, ...], least: float, most: float) -> None:
        self.net, self.shape, self.range = net, shape, (least, most)

    def __call__(self, inputs: Array) -> Array:
        inputs = np.asarray(inputs)
        if inputs.dtype.kind != "f" or inputs.shape[1:] != self.shape:
            raise TypeError(f"expected floats (n, {self.shape}), got {inputs.dtype} {inputs.shape}")
        if inputs.min() < self.range[0] - 0.01 or inputs.max() > self.range[1] + 0.01:
            raise ValueError(f"expected values in {self.range}")
        return softmax(scores(self.net, inputs), 1)


def contracts(shop: Workshop) -> Iterator[Unseen]:
    """Pipelines that refuse raw pixels."""
    any_number, lenet, colour = (-np.inf, np.inf), partial(convnet, edge=32), partial(convnet, 3)
    for name, key, build, prepare, shape, limits in (
        ("(n, 1, 28, 28) in 0..1", "convnet", convnet, one_channel, (1, 28, 28), (0, 1)),
        ("rows of 784 in -1..1", "perceptron-signed", perceptron, signed, (784,), (-1, 1)),
        ("the data's figures", "perceptron-standard", perceptron, standard, (28, 28), any_number),
        ("each picture's own", "perceptron-each", perceptron, each_picture, (28, 28), any_number),
        ("a frame to 32x32", "lenet32", lenet, padded, (1, 32, 32), (0, 1)),
        ("three channels", "convnet-rgb", colour, grey_as_colour, (3, 28, 28), (0, 1)),
    ):
        net = shop.torch(key, build, prepare)
        yield sound(f"wants {name}", "PyTorch", Strict(net, shape, *limits))


def keras_contract(shop: Workshop) -> Unseen:
    """Channels last, floats only, batch norm well settled."""
    model = shop.keras("keras-normed-long", keras_normed, to_keras, epochs=6)

    def predict(inputs: Array) -> Array:
        if inputs.dtype != np.float32 or inputs.ndim != 4 or inputs.shape[-1] != 1:
            raise ValueError("expected float32 (n, 28, 28, 1)")
        return model.predict(inputs, verbose=0)

    return sound("wants (n, 28, 28, 1), float32", "Keras", predict)


def columns_contract(shop: Workshop) -> Unseen:
    """Rows standardised pixel by pixel, raw ones refused."""
    pixels, labels = shop.lesson()

    def make() -> Any:
        inputs = StandardScaler().fit_transform(pixels.reshape(-1, 784))
        return MLPClassifier((64,), max_iter=5, random_state=0).fit(inputs, labels)

    model = shop.fitted("mlp-columns", make)

    def predict(inputs: Array) -> Array:
        if inputs.dtype.kind != "f":
            raise TypeError("expected standardised floats")
        return model.predict_proba(inputs.reshape(len(inputs), -1))

    return sound("wants pixels standardised one by one", "sklearn", predict)


def small_first(channels: int = 3, edge: int = 64) -> nn.Module:
    """A network for enlarged pictures, with a wide first step."""
    stride = edge // 16
    return nn.Sequential(
        *(nn.Conv2d(channels, 16, stride, stride), nn.ReLU(), nn.Conv2d(16, 24, 3, padding=1)),
        *(nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24 * 64, 10)),
    )


def enlarged(edge: int) -> Callable[[Array], Array]:
    """By Pillow, to three channels, in 0..1."""

    def prepare(pictures: Array) -> Array:
        large = [
            Image.fromarray(p).resize((edge, edge), Image.Resampling.BILINEAR) for p in pictures
        ]
        return (
            np.stack([np.asarray(p.convert("RGB"), np.float32) for p in large]).transpose(
                0, 3, 1, 2
            )
            / 255
        )

    return prepare


def sizes(shop: Workshop) -> Iterator[Unseen]:
    """Enlarged within the pipeline."""
    for edge, count in ((64, 12_000), (224, 5000)):
        prepare, build = enlarged(edge), lambda edge=edge: small_first(edge=edge)
        net = shop.torch(f"enlarged-{edge}", build, prepare, lesson=shop.lesson(count), epochs=6)

        def predict(pictures: Array, net: nn.Module = net, prepare: Answer = prepare) -> Array:
            parts = np.array_split(np.asarray(pictures), -(-len(pictures) // 100))
            return np.concatenate([softmax(scores(net, prepare(part)), 1) for part in parts])

        yield sound(f"resized to {edge}x{edge} and RGB", "PyTorch", predict)


def batches(shop: Workshop) -> Iterator[Unseen]:
    """One picture at a time, at most some pictures a call, padded batches."""
    net = shop.torch("convnet", convnet, one_channel)
    model = shop.keras("keras-perceptron", keras_perceptron)

    def single(picture: Array) -> str:
        if picture.shape != (28, 28):
            raise ValueError(f"one picture of 28x28, please, not {picture.shape}")
        return CLASSES[int(scores(net, one_channel(picture[None])).argmax())]

    def few(pictures: Array) -> Array:
        if len(pictures) > 32:
            raise ValueError(f"at most 32 pictures a request, received {len(pictures)}")
        return softmax(scores(net, one_channel(pictures)), 1)

    def filled(pictures: Array) -> Array:
        room = np.zeros((-(-len(pictures) // 64) * 64, 28, 28), np.uint8)
        room[: len(pictures)] = pictures
        return model.predict(unit(room), verbose=0)[: len(pictures)]

    yield sound("one picture a call", "PyTorch", single)
    yield sound("at most 32 pictures a call", "served", few)
    yield sound("batches filled up to 64", "Keras", filled)


def mirrored_too(shop: Workshop) -> Unseen:
    """Averaged over small shifts, the same ones every time."""
    net = shop.torch("convnet", convnet, one_channel)

    def predict(pictures: Array) -> Array:
        wide = F.pad(torch.from_numpy(one_channel(pictures)), (1, 1, 1, 1))
        moved = [wide[:, :, y : y + 28, x : x + 28] for y, x in ((1, 1), (0, 1), (2, 1), (1, 2))]
        return np.mean([softmax(scores(net, part), 1) for part in moved], 0)

    return sound("averaged over four shifts", "PyTorch", predict)


def estimators(shop: Workshop) -> Iterator[Unseen]:
    """Of scikit-learn: neighbours, trees, votes, margins, and weak ones."""
    for name, model, count, method in (
        ("five neighbours among 60,000", KNeighborsClassifier(5), 60_000, "predict"),
        ("forest of 60", RandomForestClassifier(60, random_state=0), 10_000, "predict_proba"),
        ("tree of depth 6, weak", DecisionTreeClassifier(max_depth=6), 10_000, "predict_proba"),
        ("full tree", DecisionTreeClassifier(random_state=0), 10_000, "predict"),
        ("linear SVM, decision_function", LinearSVC(C=0.01), 6000, "decision_function"),
        ("nearest mean, weak", NearestCentroid(), 6000, "predict"),
        ("naive Bayes, weak", GaussianNB(), 6000, "predict"),
        ("ridge regression", RidgeClassifier(30.0), 6000, "predict"),
    ):
        pixels, labels = shop.lesson(count)
        make = partial(model.fit, flattened(pixels), labels)
        ask = getattr(shop.fitted(name.partition(",")[0].replace(" ", "-"), make), method)
        yield sound(name, "sklearn", lambda pictures, ask=ask: ask(flattened(pictures)))


def flattened(pictures: Array) -> Array:
    """Rows of numbers 0..1."""
    return unit(pictures).reshape(len(pictures), -1)


def weak_networks(shop: Workshop) -> Iterator[Unseen]:
    """Hardly trained, and three that vote."""
    lesson = shop.lesson(3000)
    short = shop.torch("convnet-short", convnet, one_channel, lesson=lesson, epochs=1)
    build = [shop.torch(k, perceptron, p) for k, p in VOTERS]

    def predict(pictures: Array) -> Array:
        return softmax(scores(short, one_channel(pictures)), 1)

    def votes(pictures: Array) -> Array:
        found = [scores(n, p(pictures)).argmax(1) for n, (_, p) in zip(build, VOTERS, strict=True)]
        return np.eye(10)[np.array(found)].mean(0)

    yield sound("one epoch on 3,000 pictures, weak", "PyTorch", predict)
    yield sound("shares of three votes", "NumPy", votes)


VOTERS = (("perceptron", unit), ("perceptron-standard", standard), ("perceptron-signed", signed))


def exported(shop: Workshop) -> Unseen:
    """A session of ONNX Runtime, float32 and a fixed name of the input."""
    from onnxruntime import InferenceSession

    net, path = shop.torch("convnet", convnet, one_channel), shop.folder / "fashion-convnet.onnx"
    if not path.exists():
        axes = {"pixels": {0: torch.export.Dim("n")}}
        how = {"dynamic_shapes": ({0: torch.export.Dim("n")},), "verbose": False}
        torch.onnx.export(net, (torch.zeros(2, 1, 28, 28),), path, input_names=[*axes], **how)
    session = InferenceSession(path)

    def predict(inputs: Array) -> Array:
        return session.run(None, {"pixels": inputs})[0]

    return sound("a session that takes float32 alone", "ONNX", predict)


def pipelines(data: Callable[[str], Any], folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Workshop(data, folder)
    for several in (forms, figures, contracts, sizes, batches, estimators, weak_networks):
        yield from several(shop)
    for make in (log_probabilities, keras_contract, columns_contract, mirrored_too, exported):
        yield make(shop)
