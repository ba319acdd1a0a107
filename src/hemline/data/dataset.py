"""A data set: a training part, a test part, and where they came from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.errors import DataError
from hemline.labels import CLASSES
from hemline.pixels import Pixels

Labels = NDArray[np.uint8]


@dataclass(frozen=True)
class Split:
    """Pictures with their labels.

    Attributes:
        pixels: uint8 `(n, 28, 28)`.
        labels: uint8 `(n,)`, 0 to 9.

    Raises:
        DataError: the counts differ, there is no picture, or a label is above 9.
    """

    pixels: Pixels
    labels: Labels

    def __post_init__(self) -> None:
        pictures, labels = len(self.pixels), len(self.labels)
        if pictures != labels or not pictures:
            raise DataError(
                f"Expected as many labels as pictures and at least one, received {pictures} "
                f"pictures and {labels} labels; take both files from the same source."
            )
        if int(self.labels.max()) > self.most:
            raise DataError(
                f"Expected labels from 0 to {self.most}, received {int(self.labels.max())}; "
                "the label file belongs to another data set."
            )

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def most(self) -> int:
        """The largest label that there can be."""
        return len(CLASSES) - 1

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over pixels and labels, in hexadecimal."""
        digest = sha256(np.ascontiguousarray(self.pixels).data)
        digest.update(np.ascontiguousarray(self.labels).data)
        return digest.hexdigest()

    @property
    def counts(self) -> list[int]:
        """Pictures in each of the ten classes."""
        return [int(count) for count in np.bincount(self.labels, minlength=len(CLASSES))]


@dataclass(frozen=True)
class Dataset:
    """Two splits, read when they are first asked for: training never opens the test part.

    Attributes:
        name: what every output that carries a figure calls these data.
        source: the folder they were read from, or how they were made.
        drawn: True for sketches; then no figure says anything about Fashion-MNIST.
        files: name, size in bytes and SHA-256 of each file, where there are files.
    """

    name: str
    source: str
    drawn: bool
    load_train: Callable[[], Split] = field(repr=False)
    load_test: Callable[[], Split] = field(repr=False)
    files: Callable[[], list[dict[str, Any]]] = field(default=list, repr=False)

    @cached_property
    def train(self) -> Split:
        """The training part."""
        return self.load_train()

    @cached_property
    def test(self) -> Split:
        """The test part, which never chooses anything."""
        return self.load_test()

    def describe(self, split: Split) -> dict[str, Any]:
        """What a figure computed on `split` states about its data."""
        return {
            "name": self.name,
            "source": self.source,
            "drawn": self.drawn,
            "n": len(split),
            "sha256": split.checksum,
        }
