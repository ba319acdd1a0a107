"""The labelled pictures on which a pipeline is examined."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.data import Dataset, Split, open_dataset
from hemline.errors import DataError
from hemline.pixels import SIDE


@dataclass(frozen=True)
class Material:
    """Test pictures, and training pictures where there are any.

    Attributes:
        name: what figures call the data.
        drawn: whether they are sketches.
        test: the pictures that accuracy is counted on.
        load_train: gives the training part, or None.
        dataset: the data set it came from, if it was one.
        faults: what had to be done to the numbers as they came, in words.
    """

    name: str
    drawn: bool
    test: Split
    load_train: Callable[[], Split | None] = field(repr=False)
    dataset: Dataset | None = None
    faults: tuple[str, ...] = ()

    @cached_property
    def train(self) -> Split | None:
        """The training part, read when first asked for."""
        return self.load_train()


def open_material(data: Any = None) -> Material:
    """Whatever names or holds labelled pictures.

    Args:
        data: a `Dataset`, a `Split`, a pair (pictures, labels), a folder, `sketches`, or None for
            Fashion-MNIST wherever it is found.

    Raises:
        DataError: it is nothing of the kind, or is damaged.
    """
    if data is None or isinstance(data, str | Path):
        data = open_dataset(data)
    if isinstance(data, Dataset):
        dataset: Dataset = data
        return Material(dataset.name, dataset.drawn, data.test, lambda: dataset.train, dataset)
    if isinstance(data, Split):
        return Material("the pictures given", False, data, lambda: None)
    try:
        pictures, labels = data
    except (TypeError, ValueError) as error:
        raise DataError(
            f"Expected a data set, a folder or (pictures, labels), received "
            f"{type(data).__name__}; pass one of these as data."
        ) from error
    pixels, faults = _as_bytes(np.asarray(pictures))
    split = Split(pixels, np.asarray(labels).reshape(-1).astype(np.uint8))
    return Material("the pictures given", False, split, lambda: None, faults=faults)


def _as_bytes(array: NDArray[Any]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """uint8 `(n, 28, 28)`, and what was wrong with the range of the numbers."""
    if array.size % (SIDE * SIDE) or not array.size:
        raise DataError(
            f"Expected pictures of 28x28, received shape {array.shape}; resize them first."
        )
    array = array.reshape(-1, SIDE, SIDE)
    if array.dtype.kind in "iu" and array.min() >= 0 and array.max() <= 255:
        return array.astype(np.uint8), ()
    values = array.astype(np.float64)
    bad = int((~np.isfinite(values)).sum())
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    faults = [f"{bad:,} values are not finite"] if bad else []
    if low < 0 or high > 255:
        faults.append(f"values run from {low:.4g} to {high:.4g}, outside 0..255 and 0..1")
        values = (values - low) / max(high - low, 1e-12)
    scale = 255 if values.max() <= 1 else 1
    return (values * scale).round().clip(0, 255).astype(np.uint8), tuple(faults)


def stratified(split: Split, count: int, seed: int) -> NDArray[np.int64]:
    """Places of about `count` pictures, as many of each class as can be, in mixed order."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(split))
    labels = split.labels[order]
    rank = np.empty(len(split), np.int64)
    for label in np.unique(labels):
        found = np.flatnonzero(labels == label)
        rank[found] = np.arange(len(found))
    return order[np.argsort(rank, kind="stable")][:count]
