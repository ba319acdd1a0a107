"""Broken glue between picture files and models: what phone apps and scripts do to pictures."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import ImageOps
from sklearn.svm import SVC
from torch import nn

from .base import Unseen
from .files_sound import (
    CLASSES,
    COLOUR,
    GREY,
    App,
    Picture,
    Step,
    framed,
    from_bytes,
    from_path,
    from_picture,
    in_mode,
    named,
    opaque,
    padded,
    scored,
    upright,
)
from .sets_sound import (
    Data,
    Network,
    cached,
    classical,
    fit,
    imagenet_model,
    perceptron,
    planes,
    rows,
    softmax,
    subset,
    trained,
)

TURNS = {3: 180, 6: 270, 8: 90}


def _of(data: str) -> Callable[..., Unseen]:
    def broken(name: str, kind: str, roots: str, target: Any, **options: Any) -> Unseen:
        return Unseen(f"{data}-file-{name}", kind, data, tuple(roots.split()), target, options)

    return broken


def _squeezed(edge: int) -> Step:
    return lambda picture: picture.resize((edge, edge))


def _cropped(edge: int, shown: int) -> Step:
    """The shorter edge becomes `shown` long, of which the middle stays."""

    def crop(picture: Picture) -> Picture:
        scale = shown / min(picture.size)
        larger = picture.resize([round(side * scale) for side in picture.size])
        left, top = ((side - edge) // 2 for side in larger.size)
        return larger.crop((left, top, left + edge, top + edge))

    return crop


def _turned_by_hand(picture: Picture) -> Picture:
    """Turned as the tag says; the tag stays, and the next step turns again."""
    turn = TURNS.get(picture.getexif().get(0x0112, 1), 0)
    turned = picture.rotate(turn, expand=True)
    turned.getexif().update(picture.getexif())
    return turned


def _garment_glue(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("fashion"), trained(data, folder, "fashion")
    name, shares = Network(net, answer=named(CLASSES)), Network(net)
    steps: tuple[Step, ...] = (upright, opaque, in_mode("L"), _squeezed(28))
    squeezed = App(from_picture, steps, shares, many=True)
    yield broken("squeezed", "PyTorch", "aspect-ratio", squeezed)
    yield broken("squeezed-path", "PyTorch", "aspect-ratio", App(from_path, steps, name))
    several = "aspect-ratio transparency exif-orientation"
    short = App(from_path, (in_mode("L"), _squeezed(28)), name)
    yield broken("one-line", "PyTorch", several, short)
    steps = (upright, in_mode("RGB"), in_mode("L"), padded(28))
    yield broken("alpha-dropped", "PyTorch", "transparency", App(from_bytes, steps, name))
    steps = (opaque, in_mode("L"), padded(28))
    yield broken("tag-ignored", "PyTorch", "exif-orientation", App(from_path, steps, name))
    twice = App(from_path, (_turned_by_hand, *GREY), shares, many=True)
    yield broken("turned-twice", "PyTorch", "exif-orientation", twice)
    steps = (upright, opaque, in_mode("L"), _cropped(28, 32))
    yield broken("cropping", "PyTorch", "cropping", App(from_picture, steps, shares))


def _garment_numbers(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("fashion"), trained(data, folder, "fashion")

    def glued(opened: Any, *steps: Step) -> App:
        return App(opened, (*GREY, *steps), Network(net), many=opened is from_path)

    inverted = glued(from_path, ImageOps.invert)
    yield broken("inverted", "PyTorch", "inverted-brightness", inverted)
    best = Network(net, answer=scored(CLASSES, 3))
    paper = App(from_bytes, (*GREY, ImageOps.invert), best)
    yield broken("inverted-bytes", "PyTorch", "inverted-brightness", paper)
    flipped = glued(from_bytes, ImageOps.flip)
    yield broken("bottom-up", "PyTorch", "orientation", flipped)
    columns = glued(from_path, lambda picture: np.asarray(picture).T)
    yield broken("width-first", "PyTorch", "orientation", columns)
    yield broken("refilled", "PyTorch", "scrambled-pictures", _refilled(net))
    whole = glued(from_picture, lambda picture: (np.asarray(picture) / 255).astype("uint8") * 255)
    yield broken("whole-numbers", "PyTorch", "truncated-input", whole)
    signed = glued(from_bytes, lambda picture: np.asarray(picture).astype(np.int8))
    yield broken("signed-bytes", "PyTorch", "integer-overflow", signed)
    twice = glued(from_picture, lambda picture: np.asarray(picture) / 255)
    yield broken("scaled-twice", "PyTorch", "scaled-twice", twice)
    model = classical(data, folder, "fashion", SVC(C=5), 6000)
    raw = App(from_bytes, GREY, lambda p: model.predict(rows(p) * 255))
    yield broken("raw-distances", "sklearn", "unscaled-input", raw)


def _refilled(net: nn.Module) -> App:
    """32 pixels wide from another project; np.resize makes the shape fit."""
    steps = (upright, opaque, in_mode("L"), padded(32), lambda seen: np.resize(seen, (28, 28)))
    return App(from_path, steps, Network(net, answer=named(CLASSES)))


def _garment_answers(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("fashion"), trained(data, folder, "fashion")
    again = Network(net, answer=lambda z: softmax(softmax(z)))
    yield broken("softmax-again", "PyTorch", "double-softmax", App(from_path, GREY, again))
    alphabet = Network(net, answer=named(sorted(CLASSES)))
    yield broken("by-alphabet", "PyTorch", "label-order", App(from_bytes, GREY, alphabet))
    pixels, labels = subset(data, "fashion")
    dropping = cached(
        folder, "fashion-file-drop", lambda: fit(perceptron(784, drop=0.5), planes(pixels), labels)
    )
    lively = App(from_picture, GREY, Network(dropping.train()), many=True)
    yield broken("dropout-left-on", "PyTorch", "nondeterministic", lively)
    one = App(from_path, GREY, Network(net, answer=named(CLASSES)))
    yield broken("as-completed", "PyTorch", "order-lost", _as_completed(one))


def _as_completed(one: App) -> Callable[[Sequence[str | Path]], list[str]]:
    def predict(paths: Sequence[str | Path]) -> list[str]:
        if isinstance(paths, str | Path):
            raise TypeError("expected a list of paths")
        with ThreadPoolExecutor(4) as pool:
            return [job.result() for job in as_completed([pool.submit(one, p) for p in paths])]

    return predict


def _photo_glue(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("cifar"), trained(data, folder, "cifar")
    name = Network(net, answer=named(data("cifar").classes))
    colours = (*COLOUR, lambda picture: np.asarray(picture)[:, :, ::-1])
    yield broken("bgr", "PyTorch", "channel-order", App(from_path, colours, name))
    swapped = App(from_picture, colours, Network(net), many=True)
    yield broken("bgr-pictures", "PyTorch", "channel-order", swapped)
    steps: tuple[Step, ...] = (opaque, in_mode("RGB"), framed(32))
    ignored = App(from_bytes, steps, Network(net), many=True)
    yield broken("tag-ignored", "PyTorch", "exif-orientation", ignored)
    steps = (upright, opaque, in_mode("RGB"), _cropped(32, 48))
    yield broken("cropping", "PyTorch", "cropping", App(from_picture, steps, name))
    yield from _photo_numbers(data, folder)


def _photo_numbers(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("cifar"), trained(data, folder, "cifar")
    halves = Network(imagenet_model(data, folder), lambda p: planes(p) * 2 - 1)
    yield broken("halves", "PyTorch", "other-normalisation", App(from_bytes, COLOUR, halves))
    raw = App(from_path, COLOUR, Network(net, lambda p: planes(p) * 255), many=True)
    yield broken("raw", "PyTorch", "unscaled-input", raw)
    reshaped = App(from_picture, COLOUR, Network(net, _reshaped))
    yield broken("reshaped", "PyTorch", "scrambled-pictures channel-order", reshaped)


def _reshaped(pictures: NDArray) -> torch.Tensor:
    array = pictures.astype(np.float32) / 255
    return torch.tensor(array.reshape(len(array), 3, 32, 32))


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them, garments first."""
    for group in (_garment_glue, _garment_numbers, _garment_answers, _photo_glue):
        yield from group(data, folder)
