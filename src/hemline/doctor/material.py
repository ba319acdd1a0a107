"""The labelled pictures on which a pipeline is examined, whatever their classes and form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.data import Dataset, Split, open_dataset
from hemline.data.building.classes import class_order, clean
from hemline.data.fashion import official, official_hashes
from hemline.data.fashion.recognising import fashion_names, shows_fashion
from hemline.doctor.inputs.scalings import PER_PICTURE, Scaling, by_pixel, linear_scalings
from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.errors import DataError
from hemline.photos.intake import Intake
from hemline.pixels import Form, Pixels, as_pixels


@dataclass(frozen=True)
class Material:
    """Test pictures, and training pictures where there are any.

    Attributes:
        name: what figures call the data.
        vocabulary: the names of the classes.
        form: of every picture.
        load_test: gives the pictures that accuracy is counted on.
        load_train: gives the training part, or None.
        drawn: whether they are sketches.
        named: whether the names of the classes are known; else they are their numbers.
        dataset: the data set it came from, if it was one.
        faults: what had to be done to the numbers as they came, in words.
    """

    name: str
    vocabulary: Vocabulary
    form: Form
    load_test: Callable[[], Split] = field(repr=False)
    load_train: Callable[[], Split | None] = field(repr=False, default=lambda: None)
    drawn: bool = False
    named: bool = True
    dataset: Dataset | None = None
    faults: tuple[str, ...] = ()

    @cached_property
    def test(self) -> Split:
        """The test part, read when first asked for."""
        return self.load_test()

    @cached_property
    def train(self) -> Split | None:
        """The training part, read when first asked for."""
        return self.load_train()

    @cached_property
    def normalisations(self) -> tuple[Scaling, ...]:
        """What is done to each picture, or each pixel, by itself."""
        return *PER_PICTURE, by_pixel((self.train or self.test).pixels)

    @cached_property
    def scalings(self) -> tuple[Scaling, ...]:
        """What is usually done to the numbers of such pictures."""
        return linear_scalings(self.test.pixels)

    def with_classes(self, count: int) -> "Material":
        """The same with so many classes, where nobody has named them and the last lack pictures."""
        form, known = self.form, self.vocabulary.classes
        sides = {form.height, form.width, form.height * form.width, form.values}
        if self.named or count <= len(known) or count in sides:
            return self
        classes = (*known, *_numbers(count)[len(known) :])
        return replace(self, vocabulary=replace(self.vocabulary, classes=classes))


def open_material(data: Any = None, intake: Intake | None = None) -> Material:
    """Whatever names or holds labelled pictures.

    Args:
        data: a `Dataset`, a `Split`, a pair (pictures, labels), whatever `open_dataset` opens, or
            None for the data that it finds by itself; or a function that opens them.
        intake: how the target brings pictures to its form, where that is known.

    Raises:
        DataError: it is nothing of the kind, or is damaged.
    """
    if data is None or isinstance(data, str | Path):
        data = open_dataset(data, intake=intake)
    elif callable(data):
        data = data(intake)
    if isinstance(data, Dataset):
        dataset: Dataset = data
        return Material(
            dataset.name,
            Vocabulary(dataset.classes, dataset.aliases),
            dataset.form,
            lambda: dataset.test,
            lambda: dataset.train,
            dataset.drawn,
            dataset=dataset,
        )
    if isinstance(data, Split):
        return _bare(data.pixels, data.labels)
    try:
        pictures, labels = data
    except (TypeError, ValueError) as error:
        raise DataError(
            f"Expected a data set, a folder or (pictures, labels), received "
            f"{type(data).__name__}; pass one of these as data."
        ) from error
    pixels, faults = _as_bytes(np.asarray(pictures))
    return replace(_bare(pixels, np.asarray(labels).reshape(-1)), faults=faults)


def _bare(pixels: Pixels, labels: NDArray[Any]) -> Material:
    """Pictures and labels without a data set around them."""
    classes: Sequence[str] = ()
    if labels.dtype.kind in "USO":
        spelt = [clean(str(label)) for label in labels]
        classes = class_order({"test": spelt})
        labels = np.array([classes.index(name) for name in spelt])
    elif labels.dtype.kind == "f" and (labels == labels.round()).all():
        labels = labels.astype(np.int64)
    split = Split(pixels, labels)
    numbers = _numbers(max(2, int(split.labels.max()) + 1))
    known = official_places(split) if len(numbers) == official_hashes.CLASSES else None
    in_order = known is not None and list(known.values()) == list(range(len(numbers)))
    vocabulary = Vocabulary(tuple(classes) or numbers)
    if known is not None and in_order and not classes:
        vocabulary = Vocabulary(tuple(known), official.ALIASES)
    return Material(
        "the pictures given",
        vocabulary,
        Form.of(split.pixels),
        lambda: split,
        named=bool(classes),
    )


def official_places(split: Split) -> dict[str, int] | None:
    """The label that pictures of each official class bear here, in the official order.

    None where most pictures are no official ones; empty where the labels do not follow them.
    """
    if split.pixels.shape[1:] != official.INTAKE.form.shape:
        return None
    if not shows_fashion(split.pixels):
        return None
    found = fashion_names(split.pixels, [str(label) for label in split.labels])
    return {name: int(label) for label, name in (found or {}).items()}


def _numbers(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def _as_bytes(array: NDArray[Any]) -> tuple[Pixels, tuple[str, ...]]:
    """Pixels, and what was wrong with the range of the numbers."""
    if array.dtype.kind not in "iufb" or not array.size:
        raise DataError(
            f"Expected pictures as numbers, received {array.dtype} of shape {array.shape}; "
            "pass an array (n, height, width)."
        )
    array = _in_rows(array)
    if array.dtype.kind in "iu" and array.min() >= 0 and array.max() <= 255:
        return as_pixels(array.astype(np.uint8)), ()
    values = array.astype(np.float64)
    bad = int((~np.isfinite(values)).sum())
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    faults = [f"{bad:,} values are not finite"] if bad else []
    if low < 0 or high > 255:
        faults.append(f"values run from {low:.4g} to {high:.4g}, outside 0..255 and 0..1")
        values = (values - low) / max(high - low, 1e-12)
    scale = 255 if values.max() <= 1 else 1
    return as_pixels((values * scale).round().clip(0, 255).astype(np.uint8)), tuple(faults)


def _in_rows(array: NDArray[Any]) -> NDArray[Any]:
    """Flattened pictures as squares again; all others as they are."""
    if array.ndim != 2:
        return array
    edge = isqrt(array.shape[1])
    if edge**2 != array.shape[1]:
        raise DataError(
            f"Expected pictures (n, height, width), or flattened squares, received shape "
            f"{array.shape}; give them their height and width back."
        )
    return array.reshape(-1, edge, edge)


def stratified(split: Split, count: int, seed: int) -> NDArray[np.int64]:
    """Places of about `count` pictures in mixed order, each class in proportion."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(split))
    labels = split.labels[order]
    rank = np.empty(len(split))
    for label in np.unique(labels):
        found = np.flatnonzero(labels == label)
        rank[found] = (np.arange(len(found)) + 0.5) / len(found)
    return order[np.argsort(rank, kind="stable")][:count]
