"""Pipelines that learned from the wrong pictures or by heart, and figures that are not theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from hemline import Dataset

from .base import Unseen
from .second_shop import (
    Array,
    Data,
    Shop,
    broken,
    convnet,
    flat,
    perceptron,
    planes,
    scores,
    shares,
)


def mixed_up(shop: Shop) -> Iterator[Unseen]:
    """Parts that share pictures, and labels that belong to other pictures."""
    (pixels, labels), rng = shop.part("mnist"), np.random.default_rng(2)
    drawn = rng.integers(0, len(pixels), 8000)
    lesson, held = ((pixels[rows], labels[rows]) for rows in (drawn[:6000], drawn[6000:]))
    digits, letters = shop.data("mnist"), shop.data("notmnist")
    data = Dataset.from_arrays(lesson, held, classes=digits.classes, name="oversampled")
    near = shop.keep(
        "mnist-oversampled", lambda: KNeighborsClassifier(3).fit(flat(lesson[0]), lesson[1])
    )
    name, target = "oversampled before the split", lambda p: near.predict(flat(p))
    yield broken(name, "sklearn", "mnist", "wrong-data", target, data=data)
    parts = []
    for part in (letters.train, letters.test):
        rows = rng.permutation(len(part))
        parts.append((part.pixels[rows], np.roll(part.labels[rows], 1)))
    data = Dataset.from_arrays(*parts, classes=letters.classes, name="off by one row")
    name, target = "read_csv took the first label for the header", shares(shop.convnet("notmnist"))
    yield broken(name, "PyTorch", "notmnist", "wrong-data", target, data=data)


def by_heart(shop: Shop, name: str, most: int) -> Unseen:
    """Few pictures, seen until nothing was left to learn."""
    lesson, whole = shop.part(name, most), shop.data(name)
    held = (whole.test.pixels, whole.test.labels)
    few = Dataset.from_arrays(lesson, held, classes=whole.classes, name=f"{most} of {name}")
    net = shop.torch(
        f"{name}-few",
        lambda: perceptron(lesson[0][0].size, 10, 256),
        lambda: (flat(lesson[0]), lesson[1]),
        epochs=60,
        rate=1e-3,
        batch=32,
    )
    title = f"sixty epochs of {most} pictures of {name}"
    return broken(title, "PyTorch", name, "over-fitting", shares(net, flat), data=few)


def learned_the_test(shop: Shop) -> Iterator[Unseen]:
    """The test part was what was learned."""
    garments, photos = shop.data("fashion").test, shop.data("cifar").test
    swapped = shop.torch(
        "fashion-swapped",
        lambda: perceptron(784, 10, 256),
        lambda: (flat(garments.pixels), garments.labels.astype(np.int64)),
        epochs=30,
        rate=1e-3,
    )
    seen = shop.torch(
        "cifar-test",
        lambda: convnet(3, 32, 10, True),
        lambda: (planes(photos.pixels), photos.labels.astype(np.int64)),
        epochs=16,
    )
    name, target = "X_test and X_train exchanged", shares(swapped, flat)
    yield broken(name, "PyTorch", "fashion", "test-selection", target)
    name, target = "train=False in the training loader", shares(seen)
    yield broken(name, "PyTorch", "cifar", "test-selection", target)


def figures(shop: Shop) -> Iterator[Unseen]:
    """Stated as accuracy, and something else."""
    cifar, lungs = shop.convnet("cifar", norm=True), shop.convnet("pneumonia")
    photos, test, garments = shop.data("cifar").test, shop.data("pneumonia").test, shop.garments()
    best = np.argsort(-scores(cifar, planes(photos.pixels[:2000])), 1)[:, :5]
    top5 = float((best == photos.labels[:2000, None]).any(1).mean())
    said = scores(lungs, planes(test.pixels)).argmax(1)
    recall = float((said[test.labels == 1] == 1).mean())

    def pruned(pictures: Any) -> Array:
        return garments.predict(np.asarray(pictures), verbose=0)

    for name, kind, data, target, stated in (
        ("top-5 stated as accuracy", "PyTorch", "cifar", shares(cifar), top5),
        ("recall of pneumonia stated as accuracy", "PyTorch", "pneumonia", shares(lungs), recall),
        ("figure of the model before pruning", "Keras", "fashion", pruned, 0.927),
    ):
        reported = {"accuracy": round(stated, 4)}
        yield broken(name, kind, data, "reported-figures", target, reported=reported)


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    yield from mixed_up(shop)
    yield by_heart(shop, "cifar", 800)
    yield by_heart(shop, "notmnist", 400)
    yield from learned_the_test(shop)
    yield from figures(shop)
