"""Metrics of probabilistic classification, on arrays alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.floating]
Labels = NDArray[np.integer]

_SMALLEST = float(np.finfo(np.float32).tiny)


def negative_log_likelihood(probabilities: Probabilities, labels: Labels) -> float:
    """Mean of -ln(probability of the actual label), in nats; the loss of training."""
    actual = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.maximum(actual, _SMALLEST)).mean())


def brier_score(probabilities: Probabilities, labels: Labels) -> float:
    """Mean squared distance to the one-hot label, summed over classes: 0 to 2 (Brier, 1950)."""
    squares = np.einsum("nk,nk->n", probabilities, probabilities, dtype=np.float64)
    actual = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return max(0.0, float((squares - 2 * actual + 1).mean()))


@dataclass(frozen=True)
class ReliabilityBins:
    """Answers sorted by how sure they are, in equal bins of confidence.

    Attributes:
        counts: answers in each bin, int64 `(bins,)`.
        confidence: their mean confidence, float64 `(bins,)`; NaN where there are none.
        accuracy: share of them that is right, likewise.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]


def reliability_bins(
    probabilities: Probabilities, labels: Labels, bins: int = 15
) -> ReliabilityBins:
    """What the reliability diagram shows: of the answers given with 80 %, how many are right."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    # Bins are closed above, as in the paper: (0, 1/15], (1/15, 2/15], ...
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.bincount(place, weights=values, minlength=bins)
        means: NDArray[np.float64] = sums / np.where(counts > 0, counts, np.nan)
        return means

    return ReliabilityBins(counts, mean(confidence), mean(right))


def expected_calibration_error(
    probabilities: Probabilities, labels: Labels, bins: int = 15
) -> float:
    """Mean distance between confidence and accuracy over equal bins of confidence.

    0 is honest: of the answers given with 80 %, 80 % are right (Guo et al., 2017).
    """
    found = reliability_bins(probabilities, labels, bins)
    gaps = np.nan_to_num(np.abs(found.accuracy - found.confidence))
    return float((gaps * found.counts).sum() / len(labels))


def worst_mistakes(
    probabilities: Probabilities, labels: Labels, count: int | None = None
) -> NDArray[np.int64]:
    """Places of the wrong answers, int64, the most confident first, at most `count`."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    order = np.argsort(-probabilities[wrong].max(axis=1), kind="stable")
    return wrong[order[:count]]


def confusion_matrix(
    predicted: Labels, actual: Labels, classes: int | None = None
) -> NDArray[np.int64]:
    """Counts `(classes, classes)`: row = actual label, column = predicted label.

    Args:
        predicted: integers `(n,)`, from 0 on.
        actual: likewise.
        classes: how many there are; left out: up to the largest label.
    """
    if classes is None:
        classes = 1 + int(max(predicted.max(initial=0), actual.max(initial=0)))
    cells = actual.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def per_class_figures(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Precision, recall and F1 of every class, `(classes, 3)`; 0 where there is nothing to divide.

    Args:
        confusion: as `confusion_matrix` gives it.
    """
    right = np.diag(confusion).astype(np.float64)
    predicted, actual = confusion.sum(axis=0), confusion.sum(axis=1)

    def share(part: NDArray[np.float64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)

    columns = [share(right, predicted), share(right, actual), share(2 * right, predicted + actual)]
    return np.stack(columns, axis=1)
