"""Whose labels these are: data and model have the same classes, whatever their order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Classifier
from hemline.errors import DataError
from hemline.evaluation.metrics import Labels

if TYPE_CHECKING:
    from hemline.data import Dataset, Split

_NAMED = 5  # classes in a sentence


def match_dataset(dataset: "Dataset", classifier: Classifier) -> "Dataset":
    """The data set with its classes in the order of the model, and labels that number them so.

    Raises:
        DataError: the classes have other names, or the pictures another form.
    """
    if dataset.form != classifier.form:
        form = classifier.form
        raise DataError(
            f"Expected pictures of {form}, as {classifier.path} takes them, received "
            f"{dataset.form} in {dataset.name}; open the data with --size {form.size} "
            f"{'--grey' if form.channels == 1 else '--colour'}."
        )
    classes = tuple(map(str, classifier.classes_))
    places = match_classes(dataset.classes, classifier)
    if classes == dataset.classes:
        return dataset

    def matched(split: "Split") -> "Split":
        return replace(split, labels=places[split.labels].astype(np.uint16))

    return dataset.replace(
        classes=classes,
        load_train=lambda: matched(dataset.train),
        load_test=lambda: matched(dataset.test),
        load_validation=(lambda: matched(_own(dataset))) if dataset.load_validation else None,
    )


def match_labels(labels: Labels, classes: Sequence[str] | None, classifier: Classifier) -> Labels:
    """Labels that number `classes` as labels that number those of the model.

    Args:
        labels: integers `(n,)`.
        classes: names in the order of `labels`; None for those of the model.
        classifier: the model.

    Raises:
        DataError: the classes have other names, or a label is none of them.
    """
    count = len(classifier.classes_ if classes is None else classes)
    if len(labels) and not (labels.min() >= 0 and labels.max() < count):
        raise DataError(
            f"Expected labels from 0 to {count - 1}, received {labels.min()} to {labels.max()}; "
            "the labels belong to another data set."
        )
    return labels if classes is None else match_classes(classes, classifier)[labels]


def match_classes(classes: Sequence[str], classifier: Classifier) -> NDArray[np.int64]:
    """For each class its place among those of the model, int64 `(k,)`.

    Raises:
        DataError: the model has others.
    """
    places = {str(name): place for place, name in enumerate(classifier.classes_)}
    if places.keys() != set(classes):
        unknown = [name for name in classes if name not in places]
        missing = [name for name in places if name not in classes]
        differences = [
            f"{_listed(names)} {what}"
            for names, what in ((unknown, "that it does not know"), (missing, "missing"))
            if names
        ]
        raise DataError(
            f"Expected the {len(places):,} classes of {classifier.path}, received data with "
            f"{' and '.join(differences)}; name the data that it was trained for."
        )
    return np.array([places[name] for name in classes])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _own(dataset: "Dataset") -> "Split":
    split = dataset.validation
    assert split is not None  # noqa: S101  it has a reader
    return split
