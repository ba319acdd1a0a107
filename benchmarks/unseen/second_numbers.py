"""Pipelines that give a model the right pictures in the wrong numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier

from .base import Unseen
from .second_shop import (
    Array,
    Data,
    Shop,
    broken,
    divided,
    flat,
    halves,
    imagenet,
    planes,
    raw,
    scores,
    shares,
    softmax,
)


def normalised(shop: Shop) -> Iterator[Unseen]:
    """Another normalisation than in training."""
    net, model = shop.convnet("fashion", imagenet, tag="-imagenet"), shop.signed_photos()

    def preprocess_input(pictures: Any) -> Array:
        return np.asarray(pictures, dtype="float32") / 127.5 - 1

    def twice(pictures: Any) -> Array:
        return model.predict(preprocess_input(preprocess_input(pictures)), verbose=0)

    def caffe(pictures: Any) -> Array:
        turned = np.asarray(pictures, dtype="float32")[..., ::-1]
        return model.predict(turned - np.float32([103.939, 116.779, 123.68]), verbose=0)

    name, roots = "Normalize left out of the web app", "other-normalisation"
    yield broken(name, "PyTorch", "fashion", roots, shares(net))
    name = "preprocess_input in load_image and in predict"
    yield broken(name, "Keras", "cifar", "scaled-twice other-normalisation", twice)
    name = "preprocess_input of VGG16 for a model of -1..1"
    yield broken(name, "Keras", "cifar", "other-normalisation unscaled-input", caffe)


def squares(pixels: Array) -> Array:
    """The energy of each pixel."""
    return (pixels**2).reshape(len(pixels), -1) / 65025


def edges(pixels: Array) -> Array:
    """How far each pixel is from its neighbour."""
    return np.abs(np.diff(pixels, axis=2)).reshape(len(pixels), -1) / 255.0


def sums_of_bytes(shop: Shop) -> Iterator[Unseen]:
    """Arithmetic on uint8, which runs over."""
    learner = MLPClassifier(96, max_iter=12, random_state=0)
    energy = shop.fitted(
        "fashion-squares", learner, "fashion", lambda p: squares(p.astype("float64")), 6000
    )
    edged = shop.fitted("mnist-edges", learner, "mnist", lambda p: edges(p.astype("int16")), 6000)
    photo = shop.convnet("cifar", lambda p: (planes(p) * 255 - 120) / 64, norm=True, tag="-centred")

    def squared(pictures: Any) -> Array:
        return energy.predict_proba(squares(np.asarray(pictures)))

    def differences(pictures: Any) -> Array:
        return edged.predict(edges(np.asarray(pictures)))

    def less_120(pictures: Any) -> torch.Tensor:
        return planes(np.asarray(pictures) - np.uint8(120)) * 255 / 64

    yield broken("pixels ** 2 without a cast", "sklearn", "fashion", "integer-overflow", squared)
    yield broken("np.diff of uint8", "sklearn", "mnist", "integer-overflow", differences)
    name, target = "img -= 120 in place", shares(photo, less_120)
    yield broken(name, "PyTorch", "cifar", "integer-overflow", target)


def density(shop: Shop) -> Unseen:
    """The logarithm of black, which was bounded in training alone."""
    learner = MLPClassifier(96, max_iter=10, random_state=0)
    model = shop.fitted(
        "mnist-density", learner, "mnist", lambda p: -np.log10(flat(p).clip(1e-2)), 6000
    )

    def optical(pictures: Any) -> Array:
        with np.errstate(all="ignore"):
            inputs = -np.log10(flat(pictures))
            weights, bias = model.coefs_, model.intercepts_
            hidden = np.maximum(inputs @ weights[0] + bias[0], 0)
            return softmax(hidden @ weights[1] + bias[1])

    return broken("log10 of black", "NumPy", "mnist", "non-finite", optical)


def powers(shop: Shop) -> Unseen:
    """exp() of logits in the thousands."""
    learner = SGDClassifier(loss="log_loss", max_iter=12, random_state=0)
    model = shop.fitted("fashion-sgd-raw", learner, "fashion", raw, 6000)

    def by_hand(pictures: Any) -> Array:
        with np.errstate(all="ignore"):
            found = np.exp(model.decision_function(raw(pictures)))
            return found / found.sum(1, keepdims=True)

    name = "softmax by hand, maximum not taken off"
    return broken(name, "NumPy", "fashion", "non-finite", by_hand)


def whole_numbers(shop: Shop) -> Iterator[Unseen]:
    """Cut to whole numbers once they were scaled."""
    lungs = shop.convnet("pneumonia")
    photo = shop.convnet("cifar", halves, norm=True, tag="-halves")

    def byte_tensor(pictures: Any) -> torch.Tensor:
        return torch.tensor(np.asarray(pictures)[:, None] / 255, dtype=torch.uint8).float()

    def signed_bytes(pictures: Any) -> torch.Tensor:
        return planes((np.asarray(pictures) / 127.5 - 1).astype(np.int8)) * 255

    name, target = "torch.tensor(x / 255, dtype=torch.uint8)", shares(lungs, byte_tensor)
    yield broken(name, "PyTorch", "pneumonia", "truncated-input", target)
    name, target = "x / 127.5 - 1 kept as int8", shares(photo, signed_bytes)
    yield broken(name, "PyTorch", "cifar", "truncated-input", target)


def scaled(shop: Shop) -> Iterator[Unseen]:
    """Divided twice or not at all."""
    photo = shop.convnet("cifar", halves, norm=True, tag="-halves")
    digit = shop.convnet("mnist", halves, tag="-halves")

    def to_tensor(pictures: Any) -> torch.Tensor:
        numbers = np.asarray(pictures).astype(np.float32)  # ToTensor scales bytes, never floats
        return (torch.from_numpy(numbers.transpose(0, 3, 1, 2).copy()) - 0.5) / 0.5

    def twice(pictures: Any) -> Array:
        return scores(digit, (planes(pictures) / 255 - 0.5) / 0.5).argmax(1)

    target = shares(photo, to_tensor)
    yield broken("ToTensor of float32", "PyTorch", "cifar", "unscaled-input", target)
    name = "ToTensor, Lambda(x / 255), Normalize"
    yield broken(name, "PyTorch", "mnist", "scaled-twice", twice)


def negatives(shop: Shop) -> Iterator[Unseen]:
    """Light for dark, in the pipeline or in training."""
    letters = shop.letters()
    lungs = shop.convnet("pneumonia", lambda p: 1 - planes(p), tag="-negative")

    def complement(pictures: Any) -> Array:
        return letters.predict(divided(~np.asarray(pictures, dtype=np.uint8)), verbose=0)

    yield broken("~x", "Keras", "notmnist", "inverted-brightness", complement)
    name, target = "trained on the negatives", shares(lungs)
    yield broken(name, "PyTorch", "pneumonia", "inverted-brightness", target)


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    for make in (normalised, sums_of_bytes, whole_numbers, scaled, negatives):
        yield from make(shop)
    yield density(shop)
    yield powers(shop)
