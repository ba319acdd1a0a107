"""The parts of a mask: what hangs together, above, below and beside each other."""

import numpy as np
from numpy.typing import NDArray

from hemline.photos.decoding import Mask


def label_parts(mask: Mask) -> NDArray[np.intp]:
    """The part that each pixel belongs to, from 1 on; 0 outside the mask.

    Runs of pixels in the rows are joined where they touch one above (Rosenfeld & Pfaltz, 1966).

    Args:
        mask: bool `(h, w)`.
    """
    rows, starts, ends = _runs(mask)
    joined = list(range(len(rows)))
    above = 0
    for run, row in enumerate(rows):
        while rows[above] < row - 1 or (rows[above] == row - 1 and ends[above] <= starts[run]):
            above += 1
        other = above
        while rows[other] == row - 1 and starts[other] < ends[run]:
            _join(joined, run, other)
            other += 1
    _, numbers = np.unique([_root(joined, run) for run in range(len(rows))], return_inverse=True)
    labels = np.zeros(mask.shape, np.intp)
    for row, start, end, number in zip(rows, starts, ends, numbers, strict=True):
        labels[row, start:end] = number + 1
    return labels


def _runs(mask: Mask) -> tuple[list[int], list[int], list[int]]:
    """Row, beginning and end of each."""
    steps = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    return rows.tolist(), starts.tolist(), ends.tolist()


def _root(joined: list[int], run: int) -> int:
    while joined[run] != run:
        joined[run] = joined[joined[run]]
        run = joined[run]
    return run


def _join(joined: list[int], one: int, other: int) -> None:
    joined[_root(joined, one)] = _root(joined, other)
