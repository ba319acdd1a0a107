"""A data set: labelled pictures in parts, with class names and one form."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hemline.errors import DataError
from hemline.names import unfit_sign
from hemline.photos.intake import Intake
from hemline.pixels import Form, Pixels, as_pixels

if TYPE_CHECKING:
    from hemline.data.account import Account

Labels = NDArray[np.unsignedinteger]
Part = tuple[ArrayLike, ArrayLike]


@dataclass(frozen=True)
class Split:
    """Pictures with their labels.

    Attributes:
        pixels: uint8 `(n, h, w)` grey or `(n, h, w, 3)` colour.
        labels: uint8 `(n,)`, or uint16 where there are more than 256 classes; given as any
            integers.
        names: of the pictures, such as their files; None where they have none.
        groups: integers `(n,)`, the same for pictures that belong together (frames of one track,
            letters of one writer); None where nothing is known of that.

    Raises:
        PixelsError: the pixels are not what `as_pixels` admits.
        DataError: the counts differ, there is no picture, or a label is no whole number from 0 on.
    """

    pixels: Pixels
    labels: Labels
    names: Sequence[str] | None = field(default=None, repr=False)
    groups: NDArray[np.integer] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", as_pixels(self.pixels))
        object.__setattr__(self, "labels", _as_labels(self.labels))
        pictures, labels = len(self.pixels), len(self.labels)
        if pictures != labels or not pictures:
            raise DataError(
                f"Expected as many labels as pictures and at least one, received {pictures} "
                f"pictures and {labels} labels; take both from the same source."
            )

    def __len__(self) -> int:
        return len(self.pixels)

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over pixels and labels, in hexadecimal."""
        digest = sha256(np.ascontiguousarray(self.pixels).data)
        digest.update(np.ascontiguousarray(self.labels).data)
        return digest.hexdigest()

    def counts(self, classes: int) -> list[int]:
        """Pictures in each of so many classes."""
        return [int(count) for count in np.bincount(self.labels, minlength=classes)]

    def take(self, places: NDArray[np.int64]) -> "Split":
        """The pictures at `places`, in that order."""
        return Split(
            self.pixels[places],
            self.labels[places],
            None if self.names is None else [self.names[place] for place in places],
            None if self.groups is None else self.groups[places],
        )


def _as_labels(labels: ArrayLike) -> Labels:
    array = np.asarray(labels)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise DataError(
            f"Expected labels as whole numbers of shape (n,), received {array.dtype} of shape "
            f"{array.shape}; pass the number of each picture's class."
        )
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    if low < 0 or high > 65_535:
        raise DataError(
            f"Expected labels from 0 to 65,535, received {low} to {high}; "
            "number the classes from 0."
        )
    kind = np.uint8 if high < 256 else np.uint16
    return array if array.dtype == kind else array.astype(kind)


@dataclass(frozen=True)
class Dataset:
    """Parts that are read when they are first asked for: training never opens the test part.

    Attributes:
        name: what every output that carries a figure calls these data.
        source: the file or folder they were read from, or how they were made.
        classes: their names, in the order of the labels.
        intake: the form of all pictures, and how a picture file is brought to it.
        load_train: reads the training part.
        load_test: reads the test part.
        load_validation: reads the validation part, where the data come with one of their own.
        drawn: True for sketches; then no figure says anything about real pictures.
        keeps_class: whether a mirrored picture keeps its class; None to find out by the pictures.
        aliases: other names of classes, as folders of photographs bear them, in lower case; each
            with the classes that it may mean, or none where it is known to be none of them.
        cuts_test: whether the test part is cut off the training part, as the data have none.
        group: by what pictures were held together when parts were cut; None by nothing.
        account: what became of every file; None where no files were looked for.
        files: name, size in bytes and SHA-256 of each file, where there are files.
    """

    name: str
    source: str
    classes: tuple[str, ...]
    intake: Intake
    load_train: Callable[[], Split] = field(repr=False)
    load_test: Callable[[], Split] = field(repr=False)
    load_validation: Callable[[], Split] | None = field(default=None, repr=False)
    drawn: bool = False
    keeps_class: bool | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    cuts_test: bool = False
    group: str | None = None
    account: "Account | None" = field(default=None, repr=False)
    files: Callable[[], list[dict[str, Any]]] = field(default=list, repr=False)

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise DataError(
                f"Expected at least 2 classes, received {len(self.classes)} "
                f"({', '.join(self.classes)}) in {self.source}; give each class a folder or a "
                "label of its own."
            )
        for name in self.classes:
            if unfit := unfit_sign(name):
                raise DataError(
                    f"Expected names of classes without control characters, received {name!r} "
                    f"with {unfit} in {self.source}; rename the class."
                )

    @classmethod
    def from_arrays(
        cls,
        train: Part,
        test: Part | None = None,
        validation: Part | None = None,
        *,
        classes: Sequence[str] | None = None,
        name: str = "arrays",
    ) -> "Dataset":
        """A data set of arrays at hand, in the form of its training part.

        Args:
            train: pixels, as `as_pixels` admits them, and the class of each picture: its name, or
                any whole number.
            test: likewise; left out: cut off the training part once, by the content of the
                pictures, a sixth of each class.
            validation: likewise, to choose and calibrate by; left out: the recipe cuts its own.
            classes: their names in the order of the labels, which then count from 0; left out:
                names are those that the labels give, in natural order, or the official ones where
                the pictures are those of Fashion-MNIST.
            name: what every output that carries a figure calls these data.

        Raises:
            DataError: faulty labels, or a class that is missing from a part.
            PixelsError: the pixels are not what `as_pixels` admits, or parts differ in form.
        """
        from hemline.data.given import dataset_from

        parts = {"train": train, "test": test, "validation": validation}
        return dataset_from(
            {part: of for part, of in parts.items() if of is not None}, classes, name
        )

    @property
    def form(self) -> Form:
        """Of every picture."""
        return self.intake.form

    @cached_property
    def train(self) -> Split:
        """The training part."""
        return self._checked(self.load_train(), "training")

    @cached_property
    def validation(self) -> Split | None:
        """The validation part that the data come with; None where they have none."""
        return self._checked(self.load_validation(), "validation") if self.load_validation else None

    @cached_property
    def test(self) -> Split:
        """The test part, which never chooses anything."""
        return self._checked(self.load_test(), "test")

    def _checked(self, split: Split, part: str) -> Split:
        if split.pixels.shape[1:] != self.form.shape:
            raise DataError(
                f"Expected pictures of {self.form} in the {part} part of {self.name}, received "
                f"shape {split.pixels.shape[1:]}; bring all parts to one form."
            )
        if int(split.labels.max()) >= len(self.classes):
            raise DataError(
                f"Expected labels from 0 to {len(self.classes) - 1} in the {part} part of "
                f"{self.name}, received {int(split.labels.max())}; "
                "the labels belong to another data set."
            )
        return split

    def describe(self, split: Split) -> dict[str, Any]:
        """What a figure computed on `split` states about its data."""
        return {
            "name": self.name,
            "source": self.source,
            "drawn": self.drawn,
            "n": len(split),
            "sha256": split.checksum,
            **({"group": self.group} if self.group else {}),
        }

    def replace(self, **changes: Any) -> "Dataset":
        """The same data with other fields."""
        return dataclasses.replace(self, **changes)
