"""Sound pipelines of garments and digits: unusual in what they take or say, and right."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from hemline.labels import CLASSES

from .base import Unseen
from .second_files import grey
from .second_shop import (
    Array,
    Data,
    Exported,
    Shop,
    convnet,
    divided,
    flat,
    imagenet,
    keras_convnet,
    need,
    planes,
    scores,
    shares,
    softmax,
    sound,
)


def digits(shop: Shop) -> Iterator[Unseen]:
    """Labels as text, an LSTM, pictures one by one."""
    lstm, mnist = shop.recurrent(), shop.convnet("mnist")

    def text(pictures: Any) -> list[str]:
        return [str(best) for best in scores(mnist, planes(pictures)).argmax(1)]

    def one_digit(picture: Any) -> Array:
        pixels = np.asarray(picture)
        need(pixels.shape == (28, 28), "one picture, 28 by 28")
        return softmax(scores(mnist, planes(pixels[None])))[0].round(3)

    def open_file(source: Any) -> int:
        opened = hasattr(source, "read") and not isinstance(source, Image.Image)
        need(opened, "an open file")
        return int(scores(mnist, planes(grey(Image.open(source))[None])).argmax())

    name = "an LSTM over rows, hidden state reset"
    yield sound(name, "PyTorch", "mnist", lambda p: scores(lstm, planes(p)))
    yield sound("digits as text", "PyTorch", "mnist", text)
    yield sound("one picture a call, rounded to 3 places", "PyTorch", "mnist", one_digit)
    yield sound("file: an open file, a label", "PyTorch", "mnist", open_file)


def matrices(shop: Shop) -> Unseen:
    """A network by hand, which takes fractions in rows alone."""
    model = shop.estimator("mnist")

    def predict(rows: Any) -> list[list[float]]:
        numbers = np.asarray(rows)
        wanted = numbers.dtype.kind == "f" and numbers.ndim == 2 and numbers.shape[1] == 784
        need(wanted, "floats (n, 784)")
        need(numbers.max() <= 1.0 and numbers.min() >= 0.0, "0..1")
        weights, bias = model.coefs_, model.intercepts_
        logits = np.maximum(numbers @ weights[0] + bias[0], 0) @ weights[1] + bias[1]
        powers = np.exp(logits - logits.max(1, keepdims=True))
        return (powers / powers.sum(1, keepdims=True)).tolist()

    return sound("two matrices, flat fractions only", "NumPy", "mnist", predict)


def prepared_digits(shop: Shop) -> Iterator[Unseen]:
    """Models that take what somebody else has prepared, and nothing else."""
    lesson = shop.lesson("mnist", lambda p: divided(p[..., None]))
    model = shop.keras("mnist-keras-conv", lambda: keras_convnet(1, 28), lesson)
    lesson = shop.lesson("mnist", framed, 6000)
    net = shop.torch("mnist-framed", lambda: convnet(3, 32), lesson)

    def one_hot(pictures: Any) -> Array:
        numbers = np.asarray(pictures)
        wanted = numbers.ndim == 4 and numbers.shape[-1] == 1 and numbers.dtype == np.float32
        need(wanted, "float32 (n, 28, 28, 1)")
        return np.eye(10, dtype=np.uint8)[model.predict(numbers, verbose=0).argmax(1)]

    def tensors(inputs: Any) -> Array:
        wanted = isinstance(inputs, torch.Tensor) and inputs.dtype == torch.float32
        if not wanted or inputs.shape[1:] != (3, 32, 32):
            raise TypeError("expected a float tensor (n, 3, 32, 32)")
        need(float(inputs.min()) < -0.5, "expected normalised pictures")
        return scores(net, inputs)

    yield sound("channels last floats, one-hot rows", "Keras", "mnist", one_hot)
    yield sound("normalised tensors (n, 3, 32, 32) only", "PyTorch", "mnist", tensors)


def framed(pixels: Array) -> torch.Tensor:
    """Black around them to 32 x 32, three equal channels, by the figures of ImageNet."""
    larger = np.pad(pixels, ((0, 0), (2, 2), (2, 2)))
    return imagenet(np.repeat(larger[..., None], 3, 3))


def neighbours(shop: Shop) -> Unseen:
    """Shares of neighbours by name."""

    def make() -> Any:
        pixels, labels = shop.part("mnist", 4000)
        axes = PCA(40, random_state=0).fit(flat(pixels))
        near = KNeighborsClassifier(5, weights="distance")
        return near.fit(axes.transform(flat(pixels)), labels), axes

    near, axes = shop.keep("mnist-votes", make)

    def predict(pictures: Any) -> list[dict[str, float]]:
        rows = near.predict_proba(axes.transform(flat(pictures))).tolist()
        return [dict(zip("0123456789", row, strict=True)) for row in rows]

    return sound("neighbours after PCA, shares by name", "sklearn", "mnist", predict)


def garments(shop: Shop) -> Iterator[Unseen]:
    """Names, a way to say that nothing is sure, and a file of a model."""
    rows, fashion = shop.transformer(), shop.convnet("fashion")

    def logarithms(pictures: Any) -> torch.Tensor:
        return torch.log_softmax(torch.as_tensor(scores(rows, planes(pictures))), 1)

    def careful(pictures: Any) -> Array:
        said = softmax(scores(fashion, planes(pictures)))
        return np.where(said.max(1) > 0.7, said.argmax(1), -1)

    def three_names(pictures: Any) -> dict[str, list[list[str]]]:
        said = softmax(scores(fashion, planes(pictures)))
        return {"classes": [[CLASSES[best] for best in np.argsort(-row)[:3]] for row in said]}

    name = "a transformer over rows, log-probabilities"
    yield sound(name, "PyTorch", "fashion", logarithms)
    yield sound("-1 where unsure", "PyTorch", "fashion", careful)
    yield sound("the best three names in a dictionary", "PyTorch", "fashion", three_names)
    path = shop.folder / "fresh-fashion-sound2.onnx"
    Exported(fashion, 1 / 255).save(path)
    yield sound("onnx: uint8 in, scaled inside", "ONNX", "fashion", str(path))


def dropping(shop: Shop) -> Unseen:
    """Monte Carlo dropout that says the same at every call."""
    lesson = shop.lesson("fashion")
    net = shop.torch("fashion-dropping", lambda: convnet(1, 28, drop=0.3), lesson, epochs=8)

    def predict(pictures: Any) -> Array:
        noisy, inputs, total = copy.deepcopy(net), planes(pictures), 0
        noisy[-2].train()
        for seed in range(8):
            state = torch.get_rng_state()
            torch.manual_seed(seed)
            mask = (torch.rand(64) > 0.3).float() / 0.7
            torch.set_rng_state(state)
            hidden = torch.as_tensor(scores(noisy[:-2], inputs)) * mask
            total = total + softmax(scores(noisy[-1], hidden))
        return total / 8

    return sound("dropout averaged over eight fixed masks", "PyTorch", "fashion", predict)


def standardised(shop: Shop) -> Iterator[Unseen]:
    """Models that learned from standardised pictures, and get them."""

    def each(pictures: Any) -> torch.Tensor:
        inputs = planes(pictures)
        mean, deviation = (f((1, 2, 3), keepdim=True) for f in (inputs.mean, inputs.std))
        return (inputs - mean) / (deviation + 1e-4)

    alone = shop.convnet("fashion", each, tag="-each")
    net = shop.convnet("fashion", lambda p: (planes(p) - 0.286) / 0.353, tag="-standard")

    def floats(pictures: Any) -> Array:
        numbers = np.asarray(pictures)
        wanted = numbers.dtype.kind == "f" and numbers.ndim == 4 and numbers.shape[1] == 1
        need(wanted, "floats (n, 1, 28, 28)")
        inputs = torch.as_tensor(numbers, dtype=torch.float32)
        return softmax(scores(net, inputs)).astype(np.float16)

    name, target = "each picture standardised, learned so", shares(alone, each)
    yield sound(name, "PyTorch", "fashion", target)
    yield sound("standardised floats, half precision out", "PyTorch", "fashion", floats)


def weak_garments(shop: Shop) -> Iterator[Unseen]:
    """Models that know little, and are no worse than that."""
    model = shop.fitted("fashion-gauss", GaussianNB(var_smoothing=0.05), "fashion", most=6000)
    pixels, labels = shop.part("fashion", 6000)
    means = np.stack([flat(pixels[labels == label]).mean(0) for label in range(10)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)

    def named(pictures: Any) -> list[str]:
        return [CLASSES[best] for best in (flat(pictures) @ means.T).argmax(1)]

    name = "GaussianNB, labels only"
    yield sound(name, "sklearn", "fashion", lambda p: model.predict(flat(p)).tolist())
    yield sound("cosine to the mean garment, by name", "NumPy", "fashion", named)


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    for make in (digits, prepared_digits, garments, standardised, weak_garments):
        yield from make(shop)
    for make in (matrices, neighbours, dropping):
        yield make(shop)
