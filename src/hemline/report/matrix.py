"""The confusion matrix for people: whole while it can be read, then its most confused block."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemline.evaluation import Evaluation

_READABLE, _BLOCK = 40, 20  # classes: up to so many are shown whole; of more so many


@dataclass(frozen=True)
class Cell:
    """How often a class was taken for a class.

    Attributes:
        count: of pictures.
        depth: of the colour, 0 to 0.5: no count on it could not be read.
        right: whether it lies on the diagonal.
    """

    count: int
    depth: float
    right: bool


@dataclass(frozen=True)
class Matrix:
    """What is shown of a confusion matrix.

    Attributes:
        names: of the classes shown, in the order of the labels.
        rows: a row an actual class, a cell a predicted one.
        mistakes: shown.
        of: all mistakes.
        whole: whether all classes are shown.
    """

    names: list[str]
    rows: list[list[Cell]]
    mistakes: int
    of: int
    whole: bool


def matrix_of(evaluation: Evaluation) -> Matrix:
    """The whole matrix, or the classes that are confused most often."""
    confusion, names = evaluation.confusion, [row.name for row in evaluation.per_class]
    whole = len(names) <= _READABLE
    shown = list(range(len(names))) if whole else _most_confused(confusion)
    block = confusion[np.ix_(shown, shown)]
    shares = block / np.maximum(confusion[shown].sum(axis=1, keepdims=True), 1)
    return Matrix(
        [names[label] for label in shown],
        [_cells(place, *pair) for place, pair in enumerate(zip(block, shares, strict=True))],
        int(block.sum() - np.trace(block)),
        int(confusion.sum() - np.trace(confusion)),
        whole,
    )


def _most_confused(confusion: NDArray[np.int64]) -> list[int]:
    """Labels of a block that holds many mistakes: one by one what is most confused with it."""
    mistakes = confusion + confusion.T
    np.fill_diagonal(mistakes, 0)
    of_all, block = mistakes.sum(axis=0), np.zeros(len(mistakes), dtype=bool)
    block[list(np.unravel_index(mistakes.argmax(), mistakes.shape))] = True
    while block.sum() < _BLOCK:
        within = mistakes[block].sum(axis=0)
        block[np.lexsort((of_all, within, ~block))[-1]] = True
    return np.flatnonzero(block).tolist()


def _cells(place: int, counts: NDArray[np.int64], shares: NDArray[np.float64]) -> list[Cell]:
    # Mistakes are rare: the root makes a share of 1 % visible beside one of 90 %.
    depths = np.minimum(0.5, 0.9 * np.sqrt(shares))
    depths[place] = 0.5 * shares[place]
    pairs = zip(counts.tolist(), depths.tolist(), strict=True)
    return [Cell(count, round(depth, 2), at == place) for at, (count, depth) in enumerate(pairs)]
