"""Fashion-MNIST is known by the bytes of its pictures, in whatever form and order they come."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hemline.data.fashion.official_hashes import TEST, TRAIN, hash_pictures, official_hashes
from hemline.labels import CLASSES
from hemline.pixels import Pixels

_SHAPE = (28, 28)
_SAMPLE = 300  # pictures that tell whether looking at all of them is worth while
# Of Kaggle's table 9 % belong to an earlier release; of other sets one in 61,000 would be known.
_MOST = 0.5
_CLEARLY = 0.8  # some labels may be wrong, but of classes that were put together more differ
_CHANCE = 2  # so many of another part may be other pictures with the same hash
_NONE = -1


def fashion_names(pixels: Pixels, classes: Sequence[str]) -> dict[str, str] | None:
    """The official name of every class, where the pictures are those of Fashion-MNIST.

    Args:
        pixels: of a part or of some of its pictures, of every class some.
        classes: the name of each picture's class as the data give it, `7` for instance.

    Returns:
        Official names by those given, in the official order; None where most pictures are others,
        or the classes are.
    """
    labels = _look_up(pixels)[0]
    if not _mostly_known(labels):
        return None
    votes: dict[str, Counter[int]] = {}
    for name, label in zip(classes, labels.tolist(), strict=True):
        votes.setdefault(name, Counter())[label] += 1
    meant = {name: _meant(counts) for name, counts in votes.items()}
    if _NONE in meant.values() or len(set(meant.values())) < len(meant):
        return None  # some class is another, or several together, or a part of one
    return {name: CLASSES[label] for name, label in sorted(meant.items(), key=lambda of: of[1])}


def shows_fashion(pixels: Pixels) -> bool:
    """Whether most pictures are those of Fashion-MNIST, whatever their classes are called."""
    return _mostly_known(_look_up(pixels)[0])


def _mostly_known(labels: NDArray[np.int8]) -> bool:
    return bool((labels != _NONE).sum() > _MOST * len(labels))


def _meant(counts: Counter[int]) -> int:
    """The official label of nearly all pictures of a class that are known; -1 for none."""
    (label, count), *_ = counts.most_common(1)
    known = counts.total() - counts[_NONE]
    return label if label != _NONE and count >= _CLEARLY * known else _NONE


def another_split(parts: Mapping[str, Pixels]) -> str:
    """A sentence where pictures of one official part of Fashion-MNIST lie in the other.

    Args:
        parts: pixels of the parts `train`, `validation` and `test`, or of some of them.

    Returns:
        The warning; empty where the split is the official one, or the pictures are others.
    """
    strangers = []
    for part, pixels in parts.items():
        other, name = (TRAIN, "training") if part == "test" else (TEST, "test")
        labels, official = _look_up(pixels)
        count = int((official == other).sum())
        if count > _CHANCE and (labels != _NONE).sum() > _MOST * len(labels):
            strangers.append(f"{count:,} of {len(pixels):,} in {part} are official {name} pictures")
    if not strangers:
        return ""
    return (
        f"This is Fashion-MNIST with another split ({'; '.join(strangers)}): do not compare "
        "figures with those of the official one, nor test models on it that were trained on that."
    )


def in_official_test(pixels: Pixels) -> NDArray[np.bool_] | None:
    """Which pictures are of the official test part of Fashion-MNIST, bool `(n,)`.

    None where some picture is not of Fashion-MNIST, or all of them are of one of its parts.
    """
    official = _look_up(pixels)[1]
    whole = {TRAIN, TEST} == set(official.tolist())
    return official == TEST if whole else None


def _look_up(pixels: Pixels) -> NDArray[np.int8]:
    """Official label and part of each picture, int8 `(2, n)`; -1 where it is none of them."""
    found = np.full((2, len(pixels)), _NONE, np.int8)
    if pixels.shape[1:] != _SHAPE or not len(pixels):
        return found
    few = np.unique(np.linspace(0, len(pixels) - 1, _SAMPLE, dtype=np.int64))
    if (_places(pixels[few]) == _NONE).mean() >= 1 - _MOST:
        return found
    places = _places(pixels)
    known = places != _NONE
    for row, official in enumerate((official_hashes().labels, official_hashes().parts)):
        found[row, known] = official[places[known]]
    return found


def _places(pixels: Pixels) -> NDArray[np.int64]:
    """Where each picture's hash stands among the official ones; -1 where it does not."""
    known, hashes = official_hashes().hashes, hash_pictures(pixels)
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[places] == hashes, places, _NONE)
