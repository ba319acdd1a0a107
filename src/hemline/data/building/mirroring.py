"""Whether a mirrored picture keeps its class, found out from pictures and labels alone.

Of a class whose pictures face both ways alike (animals, clothes) nothing tells a picture from its
mirror image; of digits, letters and signs nearly every picture can be told. So for every class a
linear classifier, odd in the picture, learns to tell the two apart, and is asked about pictures
that it has not seen (kernel ridge regression, four folds).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.data.dataset import Labels, Split
from hemline.pixels import Pixels

Values = NDArray[np.float32]

_TOLD = (
    0.8  # share told from which a class has a direction; clothes 0.77, letters 0.85, digits 0.98
)
_MOST, _LEAST = 150, 8  # pictures of a class that are looked at; of fewer nothing can be said
_EDGE = 16  # pixels: mirror images of anything larger are told by no more
_FOLDS, _RIDGE = 4, 10.0


class Mirroring(NamedTuple):
    """Whether mirrored pictures keep their class, and why.

    Attributes:
        keeps_class: False as well where nothing can be said.
        evidence: for people, one line.
        said: whether that was said, and not found out.
    """

    keeps_class: bool
    evidence: str
    said: bool = False


def find_mirroring(train: Split) -> Mirroring:
    """Look at the training part, in well under a second."""
    told = [
        _share_told(train.pixels[places])
        for label in np.unique(train.labels)
        if len(places := _some(train.labels, label)) >= _LEAST
    ]
    if not told:
        return Mirroring(False, f"fewer than {_LEAST} pictures of every class: too few to tell")
    middle = float(np.median(told))
    keeps = middle < _TOLD
    return Mirroring(
        keeps,
        f"mirror images are told from pictures in {middle:.0%} of cases (median of {len(told)} "
        f"classes; by chance 50 %): {'they keep' if keeps else 'they do not keep'} their class",
    )


def _some(labels: Labels, label: int) -> NDArray[np.int64]:
    places = np.flatnonzero(labels == label)
    return np.random.default_rng(0).permutation(places)[:_MOST]


def _share_told(pixels: Pixels) -> float:
    """Share of the pictures of one class that are told from their mirror images."""
    values = _odd(_shrunk(pixels))
    kernel = values @ values.T
    ridge = _RIDGE * np.trace(kernel) / len(kernel) * np.eye(len(kernel), dtype=np.float32)
    fold, told = np.arange(len(kernel)) % _FOLDS, 0.0
    if not kernel.any():
        return 0.5
    for held_out in range(_FOLDS):
        seen, unseen = fold != held_out, fold == held_out
        weights = np.linalg.solve((kernel + ridge)[np.ix_(seen, seen)], np.ones(seen.sum()))
        scores = kernel[np.ix_(unseen, seen)] @ weights
        told += float((scores > 0).sum() + (scores == 0).sum() / 2)
    return told / len(kernel)


def _shrunk(pixels: Pixels) -> Values:
    """Means over squares, about 16 of them an edge, cut from the middle; `(n, h, w, c)`, 0..1."""
    size = max(1, round(min(pixels.shape[1:3]) / _EDGE))
    height, width = (edge // size for edge in pixels.shape[1:3])
    top, left = (edge % size // 2 for edge in pixels.shape[1:3])
    inner = pixels[:, top : top + height * size, left : left + width * size]
    squares = inner.reshape(len(pixels), height, size, width, size, -1)
    means: Values = squares.mean((2, 4), dtype=np.float32) / 255
    return means


def _odd(values: Values) -> Values:
    """What changes its sign when a picture is mirrored: of brightness, and of upright edges."""
    edges = np.abs(np.diff(values, axis=2))
    halves = [
        (each - each[:, :, ::-1])[:, :, : each.shape[2] // 2].reshape(len(each), -1)
        for each in (values, edges)
    ]
    return np.concatenate(halves, axis=1)
