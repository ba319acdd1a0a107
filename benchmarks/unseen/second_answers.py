"""Pipelines whose model sees what it should, and whose answers are wrong all the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy import special
from sklearn.naive_bayes import MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC
from torch import nn
from torch.nn import functional

from hemline.labels import CLASSES

from .base import Unseen
from .second_shop import (
    Array,
    Data,
    Shop,
    broken,
    convnet,
    divided,
    flat,
    keras_perceptron,
    perceptron,
    planes,
    raw,
    scores,
    shares,
    softmax,
    unchanged,
)

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def label_order(shop: Shop) -> Iterator[Unseen]:
    """Classes counted in another order."""
    rank = np.argsort(sorted(range(10), key=WORDS.__getitem__))
    lesson = shop.lesson("mnist", unchanged, relabel=lambda labels: rank[labels])
    words = shop.keras("mnist-words", lambda: keras_perceptron(scale=1 / 255), lesson)
    codes = shop.fitted(
        "notmnist-factorised",
        MLPClassifier(80, max_iter=10, random_state=0),
        "notmnist",
        most=5000,
        relabel=lambda labels: pd.factorize(labels)[0],
    )
    pixels, labels = shop.part("pneumonia")
    centres = np.stack([flat(pixels[labels == label]).mean(0) for label in (0, 1)])
    fashion = shop.convnet("fashion")

    def by_folder(pictures: Any) -> Array:
        return words.predict(np.asarray(pictures), verbose=0)

    def farthest(pictures: Any) -> Array:
        return np.linalg.norm(flat(pictures)[:, None] - centres, axis=2).argmax(1)

    def from_the_end(pictures: Any) -> list[str]:
        return [CLASSES[::-1][best] for best in scores(fashion, planes(pictures)).argmax(1)]

    name = "folders eight, five, four, nine, ..."
    yield broken(name, "Keras", "mnist", "label-order", by_folder)
    name = "pd.factorize, in order of appearance"
    yield broken(name, "sklearn", "notmnist", "label-order", lambda p: codes.predict(flat(p)))
    yield broken("argmax of distances", "NumPy", "pneumonia", "label-order", farthest)
    name = "class names read from the end"
    yield broken(name, "PyTorch", "fashion", "label-order", from_the_end)


def class_names(shop: Shop) -> Iterator[Unseen]:
    """Names that are no names of classes."""
    cifar, fashion = shop.convnet("cifar", norm=True), shop.convnet("fashion")
    names = shop.data("cifar").classes

    def short(pictures: Any) -> Array:
        said = np.full(len(pictures), "blank")  # five characters, and so it stays
        for place, best in enumerate(scores(cifar, planes(pictures)).argmax(1)):
            said[place] = names[best]
        return said

    def encoded(pictures: Any) -> list[str]:
        best = scores(fashion, planes(pictures)).argmax(1)
        return [str(CLASSES[label].encode()) for label in best]

    name = "names cut to five characters by NumPy"
    yield broken(name, "PyTorch", "cifar", "class-names", short)
    name = "names from HDF5, not decoded"
    yield broken(name, "PyTorch", "fashion", "class-names", encoded)


def one_hot_but_one(labels: Array) -> Array:
    """A column for each class but the first."""
    return pd.get_dummies(labels, drop_first=True).to_numpy(np.float32)


def class_count(shop: Shop) -> Iterator[Unseen]:
    """More or fewer scores than classes."""
    head = nn.Sequential(*shop.convnet("fashion")[:-1]).eval()
    lesson = shop.lesson("notmnist", unchanged, relabel=one_hot_but_one)
    loss = "categorical_crossentropy"
    nine = shop.keras("notmnist-nine", lambda: keras_perceptron(9, 1 / 255), lesson, loss)
    lesson = shop.lesson("cifar")
    wide = shop.torch("cifar-wide", lambda: convnet(3, 32, 100, True), lesson, epochs=5)

    def but_one(pictures: Any) -> Array:
        return nine.predict(np.asarray(pictures), verbose=0)

    name = "fc = Identity"
    yield broken(name, "PyTorch", "fashion", "class-count", lambda p: scores(head, planes(p)))
    yield broken("get_dummies(drop_first=True)", "Keras", "notmnist", "class-count", but_one)
    name = "head of CIFAR-100 on CIFAR-10"
    yield broken(name, "PyTorch", "cifar", "class-count", shares(wide))


def missing_classes(shop: Shop) -> Iterator[Unseen]:
    """A class that is never answered."""
    lesson = shop.lesson("cifar", relabel=lambda labels: np.where(labels == 1, 9, labels))
    merged = shop.torch("cifar-merged", lambda: convnet(3, 32, 10, True), lesson, epochs=5)
    lesson = shop.lesson("mnist", unchanged, relabel=lambda labels: labels & 7)
    bits = shop.keras("mnist-bits", lambda: keras_perceptron(scale=1 / 255), lesson)
    letters = shop.convnet("notmnist")

    def three_bits(pictures: Any) -> Array:
        return bits.predict(np.asarray(pictures), verbose=0).argmax(1)

    def but_the_last(pictures: Any) -> Array:
        return scores(letters, planes(pictures))[:, :9].argmax(1)

    name = "automobiles labelled as trucks"
    yield broken(name, "PyTorch", "cifar", "class-never-learned", shares(merged))
    name = "labels packed into three bits"
    yield broken(name, "Keras", "mnist", "class-never-learned", three_bits)
    name = "scores[:, :9].argmax(1)"
    yield broken(name, "PyTorch", "notmnist", "class-never-learned", but_the_last)


def squashed_twice(shop: Shop) -> Iterator[Unseen]:
    """The softmax of a softmax, at prediction."""
    pair = [shop.convnet("mnist"), shop.convnet("mnist", tag="-second", seed=5)]
    network = shop.estimator("notmnist")

    def averaged(pictures: Any) -> Array:
        each = [softmax(scores(net, planes(pictures))) for net in pair]
        return softmax(np.mean(each, 0))

    def again(pictures: Any) -> Array:
        return special.softmax(network.predict_proba(flat(pictures)), axis=1)

    name = "softmax of the averaged probabilities"
    yield broken(name, "PyTorch", "mnist", "double-softmax", averaged)
    name = "scipy's softmax of predict_proba"
    yield broken(name, "sklearn", "notmnist", "double-softmax", again)


def squashed_in_training(shop: Shop) -> Iterator[Unseen]:
    """A loss for logits was given what a softmax had said."""
    import keras

    class OnShares(keras.losses.Loss):
        """tf.nn.softmax_cross_entropy_with_logits."""

        def call(self, targets: Any, said: Any) -> Any:
            return keras.ops.categorical_crossentropy(targets, keras.ops.softmax(said))

    lesson = shop.lesson("notmnist", divided, relabel=lambda y: np.eye(10, dtype="float32")[y])
    model = shop.keras(
        "notmnist-logit-loss", lambda: keras_perceptron(hidden=128), lesson, OnShares(), 8
    )
    net = shop.torch(
        "mnist-on-softmax3",
        lambda: nn.Sequential(perceptron(784), nn.Softmax(1)),
        shop.lesson("mnist"),
        epochs=8,
        rate=1e-3,
        seed=3,
    )

    def predict(pictures: Any) -> Array:
        return model.predict(divided(pictures), verbose=0)

    name = "softmax_cross_entropy_with_logits of a softmax"
    yield broken(name, "Keras", "notmnist", "from-logits-loss", predict)
    name = "CrossEntropyLoss of exported probabilities"
    yield broken(name, "PyTorch", "mnist", "from-logits-loss", lambda p: scores(net, planes(p)))


class Margins:
    """LinearSVC has no predict_proba, so somebody gave it one."""

    def __init__(self, svc: LinearSVC) -> None:
        self.svc = svc

    def predict_proba(self, pictures: Any) -> Array:
        return self.svc.decision_function(flat(pictures))


def not_squashed(shop: Shop) -> Iterator[Unseen]:
    """Numbers that are called probabilities, and are none."""
    mnist, cifar = shop.convnet("mnist"), shop.convnet("cifar", norm=True)
    svc = shop.fitted("notmnist-svc", LinearSVC(C=0.01), "notmnist", flat, 3000)

    def powers(pictures: Any) -> dict[str, Array]:
        return {"probabilities": np.exp(scores(mnist, planes(pictures)))}

    def by_length(pictures: Any) -> dict[str, Array]:
        return {"probabilities": normalize(scores(cifar, planes(pictures)), norm="l1")}

    name, target = "decision_function named predict_proba", Margins(svc).predict_proba
    yield broken(name, "sklearn", "notmnist", "wrong-softmax", target)
    yield broken("exp without the division", "PyTorch", "mnist", "wrong-softmax", powers)
    yield broken("normalize(scores, norm='l1')", "PyTorch", "cifar", "wrong-softmax", by_length)


class Cosine(nn.Module):
    """Cosines to a vector for each class; the scale belongs to the loss."""

    def __init__(self) -> None:
        super().__init__()
        self.body = convnet(1, 28)[:-1]
        self.weight = nn.Parameter(torch.randn(10, 64))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return functional.normalize(self.body(inputs)) @ functional.normalize(self.weight).T


def confidence(shop: Shop) -> Iterator[Unseen]:
    """Confidence that says nothing about how often the model is right."""
    naive = shop.fitted("fashion-bayes", MultinomialNB(), "fashion", raw, 8000)
    cifar = shop.convnet("cifar", norm=True)
    cosine = shop.torch(
        "mnist-cosine",
        Cosine,
        shop.lesson("mnist"),
        loss=lambda cosines, labels: functional.cross_entropy(16 * cosines, labels),
    )

    def summed(pictures: Any) -> Array:
        inputs, moves = planes(pictures), ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1))
        views = [inputs, inputs.flip(3), *(torch.roll(inputs, move, (2, 3)) for move in moves)]
        return softmax(np.sum([scores(cifar, view) for view in views], 0))

    name, target = "MultinomialNB's predict_proba trusted", lambda p: naive.predict_proba(raw(p))
    yield broken(name, "sklearn", "fashion", "miscalibration", target)
    yield broken("logits of eight views summed", "PyTorch", "cifar", "miscalibration", summed)
    name, target = "softmax of cosines, scale forgotten", shares(cosine)
    yield broken(name, "PyTorch", "mnist", "miscalibration", target)


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    for make in (label_order, class_names, class_count, missing_classes, squashed_twice):
        yield from make(shop)
    for make in (squashed_in_training, not_squashed, confidence):
        yield from make(shop)
