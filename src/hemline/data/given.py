"""Arrays at hand become a data set."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from hemline.data.account import Account
from hemline.data.building.assembling import assemble
from hemline.data.building.assembly import TEST_SHARE
from hemline.data.building.classes import class_order, clean
from hemline.data.building.splits import content_split
from hemline.data.dataset import Dataset, Part, Split
from hemline.data.raw import RawPart
from hemline.errors import DataError
from hemline.photos.intake import Intake
from hemline.pixels import Form, as_pixels

_SOURCE = "arrays"


def dataset_from(parts: Mapping[str, Part], classes: Sequence[str] | None, name: str) -> Dataset:
    """See `Dataset.from_arrays`."""
    train = as_pixels(parts["train"][0])
    raw = {"train": _raw(train, parts["train"][1], classes)}
    intake = Intake(Form.of(train))
    for part in parts.keys() - raw.keys():
        pixels, labels = parts[part]
        raw[part] = _raw(as_pixels(pixels, intake.form), labels, classes)
    if classes is None:
        account = Account(took_for=_SOURCE)
        return assemble(name, _SOURCE, raw, intake=intake, account=account)
    return _in_order(raw, classes, intake, name)


def _raw(pixels: ArrayLike, labels: ArrayLike, classes: Sequence[str] | None) -> RawPart:
    pixels, names = as_pixels(pixels), _names(labels, classes)
    if len(pixels) != len(names) or not names:
        raise DataError(
            f"Expected as many labels as pictures and at least one, received {len(pixels)} "
            f"pictures and {len(names)} labels; take both from the same source."
        )
    return RawPart(pixels, names)


def _names(labels: ArrayLike, classes: Sequence[str] | None) -> list[str]:
    """The name of each picture's class."""
    array = np.asarray(labels)
    if array.ndim == 1 and array.dtype.kind in "iu":
        numbers = array.tolist()
        if classes is None:
            return [str(number) for number in numbers]
        if not numbers or 0 <= min(numbers) <= max(numbers) < len(classes):
            return [classes[number] for number in numbers]
        raise DataError(
            f"Expected labels from 0 to {len(classes) - 1} for {len(classes)} classes, received "
            f"{min(numbers)} to {max(numbers)}; number the classes from 0 in their order."
        )
    if array.ndim == 1 and all(isinstance(name, str) for name in array):
        return [str(name) for name in array]
    raise DataError(
        f"Expected labels as text or whole numbers of shape (n,), received {array.dtype} of shape "
        f"{array.shape}; pass the name or number of each picture's class."
    )


def _in_order(
    raw: Mapping[str, RawPart], classes: Sequence[str], intake: Intake, name: str
) -> Dataset:
    """The classes as the caller numbers and names them, whatever the pictures are."""
    order = tuple(map(clean, classes))
    found = class_order({part: content.classes for part, content in raw.items()})
    if sorted(found) != sorted(order):
        raise DataError(
            f"Expected pictures of the {len(order)} classes {', '.join(order)}, received those of "
            f"{', '.join(found)}; name each class once, and only those that have pictures."
        )
    number = {name: label for label, name in enumerate(order)}
    splits = {
        part: Split(content.pixels, np.array([number[clean(of)] for of in content.classes]))
        for part, content in raw.items()
    }
    if "test" not in splits:
        train = splits["train"]
        kept, cut = content_split(train.pixels, train.labels, TEST_SHARE)
        splits |= {"train": train.take(kept), "test": train.take(cut)}
    return Dataset(
        name,
        _SOURCE,
        order,
        intake,
        load_train=lambda: splits["train"],
        load_test=lambda: splits["test"],
        load_validation=(lambda: splits["validation"]) if "validation" in splits else None,
    )
