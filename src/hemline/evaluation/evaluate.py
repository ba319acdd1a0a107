"""Evaluate a classifier on labelled pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Classifier
from hemline.evaluation.intervals import wilson_interval
from hemline.evaluation.metrics import (
    Labels,
    Probabilities,
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    negative_log_likelihood,
    per_class_figures,
)
from hemline.labels import CLASSES
from hemline.pixels import Pixels


@dataclass(frozen=True)
class ClassFigures:
    """How one class fares; `support` counts its pictures."""

    label: int
    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Evaluation:
    """What came out on `n` pictures.

    Attributes:
        accuracy: share of right answers.
        interval: its 95 % interval (Wilson).
        n: pictures.
        nll: mean negative log-likelihood in nats, the loss.
        brier: Brier score, 0 to 2.
        ece: expected calibration error over 15 bins.
        per_class: figures of each class.
        confusion: counts `(10, 10)`, row = actual, column = predicted.
    """

    accuracy: float
    interval: tuple[float, float]
    n: int
    nll: float
    brier: float
    ece: float
    per_class: list[ClassFigures]
    confusion: NDArray[np.int64]

    def most_confused(self, count: int = 5) -> list[tuple[int, int, int]]:
        """(actual, predicted, how often) of the commonest mistakes, commonest first."""
        mistakes = self.confusion - np.diag(np.diag(self.confusion))
        order = np.argsort(-mistakes, axis=None, kind="stable")[:count]
        pairs = (divmod(int(cell), len(CLASSES)) for cell in order)
        return [(a, p, int(mistakes[a, p])) for a, p in pairs if mistakes[a, p]]


def evaluate(classifier: Classifier, pixels: Pixels, labels: Labels) -> Evaluation:
    """Every figure from one pass over the pictures.

    Args:
        classifier: an opened model file.
        pixels: uint8 `(n, 28, 28)`, n at least 1.
        labels: integers `(n,)`, 0 to 9.
    """
    return evaluate_probabilities(classifier.predict_proba(pixels), labels)


def evaluate_probabilities(probabilities: Probabilities, labels: Labels) -> Evaluation:
    """Every figure from answers that are there already.

    Args:
        probabilities: floats `(n, 10)`, n at least 1.
        labels: integers `(n,)`, 0 to 9.
    """
    predicted = probabilities.argmax(axis=1)
    right = int((predicted == labels).sum())
    confusion = confusion_matrix(predicted, labels)
    return Evaluation(
        accuracy=right / len(labels),
        interval=wilson_interval(right, len(labels)),
        n=len(labels),
        nll=negative_log_likelihood(probabilities, labels),
        brier=brier_score(probabilities, labels),
        ece=expected_calibration_error(probabilities, labels),
        per_class=_per_class(confusion),
        confusion=confusion,
    )


def _per_class(confusion: NDArray[np.int64]) -> list[ClassFigures]:
    support = confusion.sum(axis=1).tolist()
    return [
        ClassFigures(label, CLASSES[label], precision, recall, f1, support[label])
        for label, (precision, recall, f1) in enumerate(per_class_figures(confusion).tolist())
    ]
