"""Pipelines whose model sees or learned other pictures: turned, recoloured or torn."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction import DictVectorizer
from torch import nn

from .base import Unseen
from .second_shop import (
    Array,
    Data,
    Shop,
    broken,
    convnet,
    flat,
    halves,
    imagenet,
    need,
    perceptron,
    planes,
    scores,
    shares,
    softmax,
)


def turned(shop: Shop) -> Iterator[Unseen]:
    """Mirrored, turned or transposed."""
    fashion = shop.convnet("fashion")
    cifar = shop.convnet("cifar", halves, norm=True, tag="-halves")
    lesson = shop.lesson("mnist", lambda p: planes(p[:, ::-1, ::-1]))
    upside = shop.torch("mnist-upside", lambda: convnet(1, 28), lesson)

    def mirrored(pictures: Any) -> torch.Tensor:
        return planes(np.fliplr(np.asarray(pictures)))

    def quarter(pictures: Any) -> torch.Tensor:
        return halves(np.rot90(np.asarray(pictures), axes=(1, 2)))

    def one_photo(picture: Any) -> Array:
        pixels = np.asarray(picture)
        wanted = pixels.ndim == 3 and pixels.shape[-1] == 3
        need(wanted, f"one picture (h, w, 3), got {pixels.shape}")
        columns_first = torch.from_numpy(pixels.T.astype(np.float32).copy())
        return softmax(scores(cifar, columns_first[None] / 127.5 - 1))[0]

    name, target = "np.fliplr of a batch", shares(fashion, mirrored)
    yield broken(name, "PyTorch", "fashion", "orientation", target)
    name, target = "np.rot90(axes=(1, 2))", shares(cifar, quarter)
    yield broken(name, "PyTorch", "cifar", "orientation", target)
    name, roots = "img.T for channels first", "orientation axis-order"
    yield broken(name, "PyTorch", "cifar", roots, one_photo)
    name = "scanned upside down in training"
    yield broken(name, "PyTorch", "mnist", "orientation", lambda p: scores(upside, planes(p)))


def colours(shop: Shop) -> Iterator[Unseen]:
    """Channels in another order or place than in training."""
    blue = shop.convnet("cifar", lambda p: imagenet(p[..., ::-1]), norm=True, tag="-bgr")
    planar = shop.convnet("cifar", refilled, norm=True, tag="-planar", epochs=7)
    name, target = "cv2.imread in training, Pillow in production", shares(blue, imagenet)
    yield broken(name, "PyTorch", "cifar", "channel-order", target)
    name = "data_batch.reshape(-1, 32, 32, 3) in training"
    yield broken(name, "PyTorch", "cifar", "scrambled-pictures channel-order", shares(planar))


def refilled(pixels: Array) -> torch.Tensor:
    """Rows of red, green and blue planes, read as if colours came pixel by pixel."""
    return planes(pixels.transpose(0, 3, 1, 2).reshape(len(pixels), 32, 32, 3))


def patches(pictures: Array) -> Array:
    """49 squares of 4 x 4, one after the other."""
    squares = flat(pictures).reshape(-1, 7, 4, 7, 4).transpose(0, 1, 3, 2, 4)
    return squares.reshape(len(pictures), 784)


def torn(shop: Shop) -> Iterator[Unseen]:
    """Reshaped where they should have been transposed, or in the order of names."""
    lesson = shop.lesson("fashion", patches)
    tiles = shop.torch("fashion-patches", lambda: perceptron(784), lesson)
    model, fashion = shop.estimator("mnist"), shop.convnet("fashion")

    def by_name(pictures: Any) -> Array:
        rows = [
            {f"pixel{place}": value for place, value in enumerate(row)}
            for row in flat(pictures).tolist()
        ]
        return model.predict(DictVectorizer(sparse=False, sort=True).fit_transform(rows))

    def stacked(pictures: Any) -> Array:
        last = np.stack(list(np.asarray(pictures)), axis=-1)
        return scores(fashion, planes(last.reshape(np.shape(pictures))))

    name, target = "patches by reshape alone", shares(tiles, lambda p: flat(p).reshape(-1, 49, 16))
    yield broken(name, "PyTorch", "fashion", "scrambled-pictures", target)
    name = "DictVectorizer sorts pixel0, pixel1, pixel10"
    yield broken(name, "sklearn", "mnist", "scrambled-pictures", by_name)
    name, roots = "np.stack(axis=-1).reshape(n, 28, 28)", "batch-dependence scrambled-pictures"
    yield broken(name, "PyTorch", "fashion", roots, stacked)
    target = sheared(shop.convnet("mnist"))
    yield broken("rows read 27 wide", "PyTorch", "mnist", "scrambled-pictures", target)


def sheared(net: nn.Module) -> Callable[[Any], Array]:
    """Every row begins a pixel too early, and the last of all is short."""

    def predict(pictures: Any) -> Array:
        pixels = np.asarray(pictures)
        need(pixels.ndim == 3, "(n, h, w)")
        rows, seen = pixels.reshape(len(pixels), -1), np.zeros_like(pixels)
        for row in range(28):
            seen[:, row] = rows[:, row * 27 : row * 27 + 28]
        return softmax(scores(net, planes(seen)))

    return predict


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    for make in (turned, colours, torn):
        yield from make(shop)
