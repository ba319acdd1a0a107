"""Evaluate a classifier on labelled pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hemline.classifier import Classifier
from hemline.evaluation.averages import balanced_accuracy, macro_f1
from hemline.evaluation.intervals import Interval, wilson_interval
from hemline.evaluation.matching import match_labels
from hemline.evaluation.metrics import (
    Labels,
    Probabilities,
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    negative_log_likelihood,
    per_class_figures,
)


@dataclass(frozen=True)
class ClassFigures:
    """How one class fares.

    Attributes:
        label: counted from 0.
        name: of the class.
        precision: of the pictures predicted to be of it, the share that is.
        recall: of its pictures, the share predicted to be.
        recall_interval: 95 % (Wilson); all from 0 to 1 where there is no picture.
        f1: harmonic mean of precision and recall.
        support: its pictures.
    """

    label: int
    name: str
    precision: float
    recall: float
    recall_interval: Interval
    f1: float
    support: int


@dataclass(frozen=True)
class Evaluation:
    """What came out on `n` pictures.

    Attributes:
        accuracy: share of right answers.
        interval: its 95 % interval (Wilson).
        n: pictures.
        balanced_accuracy: mean recall of the classes that have pictures.
        balanced_accuracy_interval: 95 %, see `hemline.evaluation.averages`.
        macro_f1: mean F1 of the same classes.
        macro_f1_interval: likewise.
        nll: mean negative log-likelihood in nats, the loss.
        brier: Brier score, 0 to 2.
        ece: expected calibration error over 15 bins.
        per_class: figures of each class, in the order of the labels.
        confusion: counts `(k, k)`, row = actual, column = predicted.
    """

    accuracy: float
    interval: Interval
    n: int
    balanced_accuracy: float
    balanced_accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    nll: float
    brier: float
    ece: float
    per_class: list[ClassFigures]
    confusion: NDArray[np.int64]

    @property
    def untested(self) -> list[str]:
        """Names of the classes without a picture, which no mean takes in."""
        return [row.name for row in self.per_class if not row.support]

    @property
    def hardest(self) -> list[ClassFigures]:
        """The classes that have pictures, that with the lowest F1 first."""
        return sorted((row for row in self.per_class if row.support), key=lambda row: row.f1)

    def most_confused(self, count: int = 5) -> list[tuple[int, int, int]]:
        """(actual, predicted, how often) of the commonest mistakes, commonest first."""
        mistakes = self.confusion - np.diag(np.diag(self.confusion))
        actual, predicted = np.nonzero(mistakes)
        order = np.argsort(-mistakes[actual, predicted], kind="stable")[:count]
        cells = zip(actual[order].tolist(), predicted[order].tolist(), strict=True)
        return [(a, p, int(mistakes[a, p])) for a, p in cells]


def evaluate(
    classifier: Classifier,
    pixels: ArrayLike,
    labels: Labels,
    classes: Sequence[str] | None = None,
) -> Evaluation:
    """Every figure from one pass over the pictures.

    Args:
        classifier: an opened model file.
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)` in the model's form, n at least 1.
        labels: integers `(n,)`, from 0 on.
        classes: names that the labels number, in any order; left out: in that of the model.

    Raises:
        PixelsError: the pictures have another form.
        DataError: the classes have other names, or a label is none of them.
    """
    labels = match_labels(np.asarray(labels), classes, classifier)
    names = [str(name) for name in classifier.classes_]
    return evaluate_probabilities(classifier.predict_proba(pixels), labels, names)


def evaluate_probabilities(
    probabilities: Probabilities, labels: Labels, classes: Sequence[str]
) -> Evaluation:
    """Every figure from answers that are there already.

    Args:
        probabilities: floats `(n, k)`, n at least 1.
        labels: integers `(n,)`, 0 to k - 1.
        classes: names in the order of the labels.
    """
    predicted = probabilities.argmax(axis=1)
    right = int((predicted == labels).sum())
    confusion = confusion_matrix(predicted, labels, len(classes))
    balanced, balanced_interval = balanced_accuracy(confusion)
    f1, f1_interval = macro_f1(confusion)
    return Evaluation(
        accuracy=right / len(labels),
        interval=wilson_interval(right, len(labels)),
        n=len(labels),
        balanced_accuracy=balanced,
        balanced_accuracy_interval=balanced_interval,
        macro_f1=f1,
        macro_f1_interval=f1_interval,
        nll=negative_log_likelihood(probabilities, labels),
        brier=brier_score(probabilities, labels),
        ece=expected_calibration_error(probabilities, labels),
        per_class=_per_class(confusion, classes),
        confusion=confusion,
    )


def _per_class(confusion: NDArray[np.int64], classes: Sequence[str]) -> list[ClassFigures]:
    support = confusion.sum(axis=1).tolist()
    rows = zip(classes, per_class_figures(confusion).tolist(), support, strict=True)
    return [
        ClassFigures(
            label,
            name,
            precision,
            recall,
            wilson_interval(int(confusion[label, label]), pictures) if pictures else (0.0, 1.0),
            f1,
            pictures,
        )
        for label, (name, (precision, recall, f1), pictures) in enumerate(rows)
    ]
