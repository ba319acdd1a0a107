"""Sound pipelines of letters, X-rays and colour photos: unusual in what they take or say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from torch import nn
from torch.nn import functional

from .base import Unseen
from .second_files import best, by_content, by_path, by_picture, colour, grey, only, said
from .second_shop import (
    Array,
    Data,
    Shop,
    convnet,
    flat,
    imagenet,
    need,
    planes,
    raw,
    scores,
    shares,
    softmax,
    sound,
)


def gradients(pictures: Any) -> Array:
    """Directions of edges in blocks of 4 x 4."""
    numbers = flat(pictures).reshape(-1, 28, 28)
    down, across = np.gradient(numbers, axis=(1, 2))
    size, angle = np.hypot(across, down), (np.arctan2(down, across) % np.pi) / np.pi * 6
    maps = np.stack([((angle.astype(int) % 6) == place) * size for place in range(6)], -1)
    return maps.reshape(-1, 7, 4, 7, 4, 6).sum((2, 4)).reshape(len(numbers), -1)


def classical_letters(shop: Shop) -> Iterator[Unseen]:
    """Estimators of scikit-learn."""
    svc = shop.fitted("notmnist-hog", LinearSVC(C=0.05), "notmnist", gradients, 4000)
    steps = PCA(60, random_state=0), LogisticRegression(C=0.3, max_iter=200)
    chain = shop.fitted("notmnist-lda", make_pipeline(*steps), "notmnist", flat, 5000)
    trees = ExtraTreesClassifier(60, random_state=0)
    forest = shop.fitted("notmnist-trees", trees, "notmnist", raw, 5000)
    for name, target in (
        ("gradients and a linear SVM, distances", lambda p: svc.decision_function(gradients(p))),
        ("PCA and predict_log_proba", lambda p: chain.predict_log_proba(flat(p))),
        ("extremely random trees", lambda p: forest.predict_proba(raw(p))),
    ):
        yield sound(name, "sklearn", "notmnist", target)


def letters(shop: Shop) -> Iterator[Unseen]:
    """A letter for a file, and a service that takes few pictures."""
    net, data = shop.convnet("notmnist"), shop.data("notmnist").replace(classes=tuple("ABCDEFGHIJ"))

    def letter(path: Any) -> str:
        return "abcdefghij"[best(net, grey(by_path(path)))]

    def at_most_sixteen(pictures: Any) -> dict[str, Any]:
        need(len(pictures) <= 16, "at most 16 pictures a request")
        return {"logits": scores(net, planes(pictures)).tolist()}

    yield sound("file: a letter of a path", "PyTorch", "notmnist", letter, data=data)
    yield sound("sixteen pictures a request", "PyTorch", "notmnist", at_most_sixteen)


def halved(pictures: Any) -> Array:
    """Means of 2 x 2."""
    blocks = flat(pictures).reshape(-1, 14, 2, 14, 2)
    return blocks.mean((2, 4)).reshape(len(pictures), -1)


def lungs(shop: Shop) -> Iterator[Unseen]:
    """One number a picture, percent, names."""
    linear = LogisticRegression(C=0.01, max_iter=300, class_weight="balanced")
    logistic = shop.fitted("pneumonia-linear", linear, "pneumonia")
    trees = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=8, random_state=0)
    boosted = shop.fitted("pneumonia-boosted", trees, "pneumonia", halved)
    net = shop.convnet("pneumonia")
    found = shop.data("pneumonia").replace(classes=("normal", "pneumonia"))

    def one_number(pictures: Any) -> Array:
        return logistic.predict_proba(flat(pictures))[:, 1]

    def percent(pictures: Any) -> Array:
        return (100 * softmax(scores(net, planes(pictures)))).round(1)

    def capitals(pictures: Any) -> list[str]:
        return [("NORMAL", "PNEUMONIA")[k] for k in scores(net, planes(pictures)).argmax(1)]

    def yes_or_no(pictures: Any) -> Array:
        return boosted.predict(halved(pictures)).astype(bool)

    yield sound("a linear model, one probability", "sklearn", "pneumonia", one_number)
    yield sound("percent, one place", "PyTorch", "pneumonia", percent)
    yield sound("names in capitals", "PyTorch", "pneumonia", capitals, data=found)
    yield sound("boosted trees on means of 2x2", "sklearn", "pneumonia", yes_or_no)


def photos(shop: Shop) -> Iterator[Unseen]:
    """Pictures and contents of files, mirrored pictures, the channels of OpenCV."""
    net, names = shop.convnet("cifar", norm=True), shop.data("cifar").classes
    blue = shop.convnet("cifar", lambda p: imagenet(p[..., ::-1]), norm=True, tag="-bgr")

    def label_and_score(picture: Any) -> dict[str, Any]:
        row = said(net, colour(by_picture(picture)))
        return {"label": names[int(row.argmax())], "score": float(row.max())}

    def mirrored_too(pictures: Any) -> Array:
        inputs = planes(pictures)
        return (softmax(scores(net, inputs)) + softmax(scores(net, inputs.flip(3)))) / 2

    def contents(many: Any) -> dict[str, Any]:
        only((list, tuple), many)
        seen = np.stack([colour(by_content(content)) for content in many])
        return {"predictions": softmax(scores(net, planes(seen))).tolist()}

    def turned(pictures: Any) -> torch.Tensor:
        return imagenet(np.asarray(pictures)[..., ::-1])

    yield sound("file: a picture, label and score", "PyTorch", "cifar", label_and_score)
    yield sound("averaged with the mirrored picture", "PyTorch", "cifar", mirrored_too)
    yield sound("file: bytes of many, as TF Serving answers", "PyTorch", "cifar", contents)
    name, target = "cv2's order inside, turned by the pipeline", shares(blue, turned)
    yield sound(name, "PyTorch", "cifar", target)


def prepared_photos(shop: Shop) -> Iterator[Unseen]:
    """Models that take numbers -1..1 or larger pictures, and nothing else."""
    model, lesson = shop.signed_photos(), shop.lesson("cifar", doubled, 6000)
    net = shop.torch(
        "cifar-large",
        lambda: nn.Sequential(nn.AvgPool2d(2), *convnet(3, 32, 10, True)),
        lesson,
        epochs=6,
    )

    def signed(pictures: Any) -> Array:
        numbers = np.asarray(pictures)
        wanted = numbers.dtype == np.float32 and numbers.shape[1:] == (32, 32, 3)
        need(wanted, "float32 (n, 32, 32, 3)")
        return model.predict(numbers, verbose=0)

    def sixty_four(pictures: Any) -> Array:
        pixels = np.asarray(pictures)
        wanted = pixels.ndim == 4 and pixels.shape[1:3] == (64, 64)
        need(wanted, f"pictures of 64x64, got {pixels.shape}")
        return scores(net, planes(pixels))

    yield sound("Keras, -1..1, channels last", "Keras", "cifar", signed)
    yield sound("pictures of 64 by 64 only", "PyTorch", "cifar", sixty_four)


def doubled(pixels: Array) -> torch.Tensor:
    """64 x 64."""
    return functional.interpolate(planes(pixels), size=(64, 64), mode="bilinear")


def sixteen_colours(pictures: Any) -> Array:
    """The mean colours of squares of 8 x 8."""
    squares = np.asarray(pictures).reshape(len(pictures), 4, 8, 4, 8, 3)
    return squares.mean((2, 4)).reshape(len(pictures), -1) / 255


def more_photos(shop: Shop) -> Iterator[Unseen]:
    """A weak model, and a file of a model."""
    trees = HistGradientBoostingClassifier(max_iter=25, max_leaf_nodes=10, random_state=0)
    weak = shop.fitted("cifar-tones", trees, "cifar", sixteen_colours, 6000)
    name, target = "sixteen mean colours, boosted trees", lambda p: weak.predict(sixteen_colours(p))
    yield sound(name, "sklearn", "cifar", target)
    path = shop.folder / "fresh-cifar-sound.keras"
    if not path.exists():
        shop.photos().save(path)
    yield sound("keras: Rescaling inside", "Keras", "cifar", str(path))


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    for make in (classical_letters, letters, lungs):
        yield from make(shop)
    for make in (photos, prepared_photos, more_photos):
        yield from make(shop)
