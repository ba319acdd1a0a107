"""Means over classes, in which a rare class counts as much as a common one, and their intervals.

Classes without a test picture take no part. Both intervals are 95 % score intervals (Wilson, 1927)
with the effective number of pictures, which follows from the variance of the mean and is at most
what it would be if all classes were equally hard: figures of 0 and 1 are uncertain, too.
"""

import numpy as np
from numpy.typing import NDArray

from hemline.evaluation.intervals import Interval, score_interval
from hemline.evaluation.metrics import per_class_figures

Confusion = NDArray[np.int64]


def balanced_accuracy(confusion: Confusion) -> tuple[float, Interval]:
    """The mean recall of the classes: a stratified share, of which each class is a stratum.

    Args:
        confusion: as `confusion_matrix` gives it, of at least one picture.
    """
    tested = confusion.sum(axis=1) > 0
    support = confusion.sum(axis=1)[tested]
    recall = per_class_figures(confusion)[tested, 1]
    variance = float((recall * (1 - recall) / support).sum()) / len(support) ** 2
    return _with_interval(float(recall.mean()), variance, support)


def macro_f1(confusion: Confusion) -> tuple[float, Interval]:
    """The mean F1 of the classes; its variance by the delta method (Takahashi et al., 2022).

    Args:
        confusion: as `confusion_matrix` gives it, of at least one picture.
    """
    support = confusion.sum(axis=1)
    tested = support > 0
    f1 = np.where(tested, per_class_figures(confusion)[:, 2], 0)
    both = np.where(tested, support + confusion.sum(axis=0), np.inf)
    # How much one more picture in a cell would change the sum over the classes, times n.
    influence = -(f1 / both)[:, None] - f1 / both
    np.fill_diagonal(influence, 2 / both * (1 - f1))
    classes = int(tested.sum())
    variance = float((confusion * influence**2).sum()) / classes**2
    return _with_interval(float(f1.sum()) / classes, variance, support[tested])


def _with_interval(
    mean: float, variance: float, support: NDArray[np.int64]
) -> tuple[float, Interval]:
    equal = len(support) ** 2 / float((1 / support).sum())  # were all classes equally hard
    effective = mean * (1 - mean) / variance if variance > 0 else equal
    return mean, score_interval(mean, min(equal, effective))
