"""Pipelines that go wrong while they run: by company, by order, by chance, from call to call."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy import special
from sklearn.neural_network import MLPClassifier
from sklearn.random_projection import GaussianRandomProjection
from torch import nn

from .base import Unseen
from .second_shop import (
    Array,
    Data,
    RowTransformer,
    Shop,
    broken,
    flat,
    perceptron,
    planes,
    scores,
    shares,
    softmax,
)


def by_chance(shop: Shop) -> Iterator[Unseen]:
    """Another answer at every call."""
    fashion, lungs = shop.convnet("fashion"), shop.convnet("pneumonia")
    learner = MLPClassifier(64, max_iter=12, random_state=0)
    seeded = GaussianRandomProjection(120, random_state=0)
    low = shop.fitted(
        "mnist-projected", learner, "mnist", lambda p: seeded.fit_transform(flat(p)), 5000
    )

    def projected(pictures: Any) -> Array:
        return low.predict_proba(GaussianRandomProjection(120).fit_transform(flat(pictures)))

    def erased(pictures: Any) -> torch.Tensor:
        inputs = planes(pictures).clone()
        for one in inputs:
            row, column = np.random.randint(0, 16, 2)
            one[:, row : row + 14, column : column + 14] = float(np.random.rand())
        return inputs

    def jittered(pictures: Any) -> Array:
        numbers = np.asarray(pictures).astype(np.float32) / 255
        contrast, light = np.random.uniform(0.5, 1.6), np.random.uniform(-0.3, 0.3)
        return np.clip(numbers * contrast + light, 0, 1)[:, None].astype(np.float32)

    name = "GaussianRandomProjection().fit_transform(X_new)"
    yield broken(name, "sklearn", "mnist", "nondeterministic", projected)
    name, target = "RandomErasing in the common transform", shares(fashion, erased)
    yield broken(name, "PyTorch", "fashion", "nondeterministic", target)
    name, target = "ColorJitter at test time", shares(lungs, jittered)
    yield broken(name, "PyTorch", "pneumonia", "nondeterministic", target)


def order(shop: Shop) -> Iterator[Unseen]:
    """Answers that come in another order than the pictures."""
    fashion, mnist, letters = (shop.convnet(name) for name in ("fashion", "mnist", "notmnist"))
    garments = shop.garments()

    def by_confidence(pictures: Any) -> list[dict[str, Any]]:
        rows = softmax(scores(mnist, planes(pictures)))
        said = [{"label": int(row.argmax()), "score": float(row.max())} for row in rows]
        return sorted(said, key=lambda one: -one["score"])

    def two_workers(pictures: Any) -> Array:
        pixels = np.asarray(pictures)
        parts = [part for part in (pixels[0::2], pixels[1::2]) if len(part)]
        return np.concatenate([garments.predict(part, verbose=0) for part in parts])

    def flipped(pictures: Any) -> torch.Tensor:
        return planes(np.flipud(np.asarray(pictures)))

    def bucketed(pictures: Any) -> list[int]:
        labels = scores(letters, planes(pictures)).argmax(1)
        ink = np.asarray(pictures).reshape(len(labels), -1).mean(1)
        return pd.DataFrame({"label": labels, "ink": ink}).sort_values("ink")["label"].tolist()

    name = "answers sorted by confidence"
    yield broken(name, "PyTorch", "mnist", "order-lost", by_confidence)
    yield broken("two workers, even and odd", "Keras", "fashion", "order-lost", two_workers)
    name, target = "np.flipud of a batch", shares(fashion, flipped)
    yield broken(name, "PyTorch", "fashion", "order-lost", target)
    name = "bucketed by ink to pad less"
    yield broken(name, "PyTorch", "notmnist", "order-lost", bucketed)


class Stateful:
    """Begins with the hidden state of the call before, unless another number of pictures came."""

    def __init__(self, net: nn.Module) -> None:
        self.net, self.hidden, self.count = net, None, 0

    @torch.no_grad()
    def __call__(self, pictures: Any) -> Array:
        inputs = planes(pictures)
        if len(inputs) != self.count:
            self.hidden, self.count = None, len(inputs)
        logits, self.hidden = self.net(inputs, self.hidden, give=True)
        return softmax(logits.numpy())


class Behind:
    """The scores are fetched before the new ones are there."""

    def __init__(self, net: nn.Module) -> None:
        self.net, self.last = net, np.full(10, 0.1, np.float32)

    def __call__(self, pictures: Any) -> Array:
        found = []
        for row in softmax(scores(self.net, planes(pictures))):
            found.append(self.last)
            self.last = row
        return np.stack(found)


class Cached:
    """Answers are kept, and found again by the shape of what was asked."""

    def __init__(self, net: nn.Module) -> None:
        self.net, self.known = net, {}

    def __call__(self, pictures: Any) -> Array:
        key = np.shape(pictures)
        if key not in self.known:
            self.known[key] = softmax(scores(self.net, planes(pictures)))
        return self.known[key]


def with_memory(shop: Shop) -> Iterator[Unseen]:
    """What was shown before has a say."""
    letters, fashion = shop.convnet("notmnist"), shop.convnet("fashion")
    name, target = "hidden state kept for the next call", Stateful(shop.recurrent())
    yield broken(name, "PyTorch", "mnist", "state-between-calls", target)
    name, roots = "a queue that is one behind", "state-between-calls order-lost"
    yield broken(name, "PyTorch", "notmnist", roots, Behind(letters))
    name, roots = "answers cached by shape", "state-between-calls constant-answers"
    yield broken(name, "PyTorch", "fashion", roots, Cached(fashion))


class Pooled(nn.Module):
    """Convolutions alone; every class has a map, of which the mean counts."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inside, outside, after in ((3, 24, True), (24, 48, True), (48, 64, False)):
            layers += [nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside)]
            layers += [nn.ReLU(), nn.MaxPool2d(2)] if after else [nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Conv2d(64, 10, 1))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.body(inputs).mean((2, 3))


def five_views(pictures: Any) -> torch.Tensor:
    """As they are and moved a pixel, the views of a picture one after the other."""
    inputs, moves = planes(pictures), [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    return torch.stack([torch.roll(inputs, move, (2, 3)) for move in moves], 1).flatten(0, 1)


def counts(shop: Shop) -> Iterator[Unseen]:
    """More or fewer answers than pictures."""
    mnist, lesson = shop.convnet("mnist"), shop.lesson("cifar")
    fully = shop.torch("cifar-fully", Pooled, lesson, epochs=5)

    def first_batch(pictures: Any) -> Array:
        return next(softmax(scores(mnist, part)) for part in planes(pictures).split(32))

    def mean_of_pictures(pictures: Any) -> Array:
        return softmax(scores(mnist, five_views(pictures))).reshape(-1, 5, 10).mean(0)

    yield broken("return within the loop", "PyTorch", "mnist", "answer-count", first_batch)
    name, maps = "global pooling forgotten", fully.body
    yield broken(name, "PyTorch", "cifar", "answer-count", lambda p: scores(maps, planes(p)))
    name = "TenCrop: mean(0) for mean(1)"
    yield broken(name, "PyTorch", "mnist", "answer-count", mean_of_pictures)


def equalised(pictures: Any) -> torch.Tensor:
    """Histogram equalisation, the histogram that of all pictures handed in."""
    pixels = np.asarray(pictures)
    ranks = np.cumsum(np.bincount(pixels.ravel(), minlength=256)) / pixels.size
    return torch.from_numpy(ranks[pixels][:, None].astype(np.float32))


def company(shop: Shop) -> Iterator[Unseen]:
    """Other pictures of the call have a say."""
    second = RowTransformer(batch_first=False)
    second.load_state_dict(shop.transformer().state_dict())
    second.eval()
    fashion, letters = shop.convnet("fashion"), shop.convnet("notmnist")
    lesson = shop.lesson("fashion", lambda p: torch.cat([equalised(one[None]) for one in p]))
    alone = shop.torch("fashion-equalised", lambda: perceptron(784), lesson)

    def all_at_once(pictures: Any) -> Array:
        return softmax(scores(second, planes(pictures), 10_000))

    def wrong_view(pictures: Any) -> Array:
        return softmax(scores(fashion, five_views(pictures))).reshape(5, -1, 10).mean(0)

    def of_all(pictures: Any) -> Array:
        return special.softmax(scores(letters, planes(pictures)))

    name = "attention without batch_first"
    yield broken(name, "PyTorch", "fashion", "batch-dependence", all_at_once)
    name = "TenCrop: view(5, n, -1) for view(n, 5, -1)"
    yield broken(name, "PyTorch", "fashion", "batch-dependence", wrong_view)
    name = "F.softmax over all scores of a call"
    yield broken(name, "NumPy", "notmnist", "batch-dependence", of_all)
    name, target = "equalised together, learned one by one", shares(alone, equalised)
    yield broken(name, "PyTorch", "fashion", "batch-dependence", target)


def constant(shop: Shop) -> Iterator[Unseen]:
    """One and the same picture is looked at, or none."""
    letters, photos = shop.convnet("notmnist"), shop.photos()

    def first_picture(pictures: Any) -> Array:
        return np.stack([softmax(scores(letters, planes(pictures[:1])))[0] for _ in pictures])

    def never_filled(pictures: Any) -> Array:
        buffer = np.zeros((len(pictures), 32, 32, 3), dtype=np.float32)
        rows = list(buffer)
        for place, one in enumerate(np.asarray(pictures)):
            rows[place] = one.astype(np.float32)  # put into the list: the buffer stays black
        return photos.predict(buffer, verbose=0)

    name, roots = "net(pictures[0]) in a loop", "batch-dependence constant-answers"
    yield broken(name, "PyTorch", "notmnist", roots, first_picture)
    name = "a buffer that is never filled"
    yield broken(name, "Keras", "cifar", "constant-answers", never_filled)


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    for make in (by_chance, order, with_memory, counts, company, constant):
        yield from make(shop)
