"""Pipelines whose model has other weights than those that it learned."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from .base import Unseen
from .second_shop import (
    Array,
    Data,
    Shop,
    broken,
    convnet,
    divided,
    flat,
    halves,
    planes,
    shares,
)


def reshaped_head(shop: Shop) -> Unseen:
    """The last kernel as TensorFlow keeps it, (64, 10), put into the form of PyTorch's."""
    net = shop.convnet("fashion")
    kernel = net[-1].weight.detach().numpy().T.copy()
    net[-1].weight.data = torch.from_numpy(kernel.reshape(10, 64))
    name = "last kernel reshaped, not transposed"
    return broken(name, "PyTorch", "fashion", "untrained-head", shares(net))


def norms(shop: Shop) -> Iterator[Unseen]:
    """Means and deviations of layers that are not those of the training."""
    learned = shop.convnet("fashion", norm=True)
    torch.manual_seed(8)
    without = convnet(1, 28, 10, True)
    with torch.no_grad():
        for mine, theirs in zip(without.parameters(), learned.parameters(), strict=True):
            mine.copy_(theirs)
    name, target = "parameters copied, buffers not", shares(without.eval())
    yield broken(name, "PyTorch", "fashion", "batch-norm-statistics", target)
    name, target = "update_bn with a loader without Normalize", shares(updated(shop), halves)
    yield broken(name, "PyTorch", "cifar", "batch-norm-statistics", target)


def updated(shop: Shop) -> Any:
    """The statistics of pictures 0..1 in a network that learned from -1..1."""
    net = copy.deepcopy(shop.convnet("cifar", halves, norm=True, tag="-halves"))
    path = shop.folder / "fresh-cifar-swa2.pt"
    if not path.exists():
        pixels, _ = shop.part("cifar", 1024)
        torch.optim.swa_utils.update_bn(planes(pixels).split(128), net)
        torch.save(net.state_dict(), path)
    net.load_state_dict(torch.load(path, weights_only=True))
    return net.eval()


def untrained(shop: Shop) -> Iterator[Unseen]:
    """Copies without what was learned, and what was learned from another set."""
    import keras

    known = shop.letters()
    keras.utils.set_random_seed(11)
    clone = keras.models.clone_model(known)
    torch.manual_seed(21)
    ema = convnet(1, 28).eval()  # copied before the training, update() never called
    digits = shop.estimator("mnist")

    def cloned(pictures: Any) -> Array:
        return clone.predict(divided(pictures), verbose=0)

    def other_set(pictures: Any) -> Array:
        return digits.predict_proba(flat(pictures))

    name = "clone_model without its weights"
    yield broken(name, "Keras", "notmnist", "no-trained-layers", cloned)
    name, target = "EMA that was never updated", shares(ema)
    yield broken(name, "PyTorch", "mnist", "no-trained-layers", target)
    name, roots = "a model of digits for letters", "wrong-data no-trained-layers"
    yield broken(name, "sklearn", "notmnist", roots, other_set)


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    yield reshaped_head(shop)
    yield from norms(shop)
    yield from untrained(shop)
