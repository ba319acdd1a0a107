"""Intervals: how far a figure from so many pictures may lie from the truth."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]

_Z95 = 1.959963984540054  # 97.5 % quantile of the normal distribution


def wilson_interval(successes: int, n: int) -> Interval:
    """95 % score interval of a share (Wilson, 1927).

    Args:
        successes: right answers, 0 to `n`.
        n: answers, at least 1.
    """
    return score_interval(successes / n, n)


def score_interval(share: float, n: float) -> Interval:
    """As `wilson_interval`, of a share that is as uncertain as one of `n` answers.

    Where answers weigh differently, `n` is the effective number: that of equal ones which would
    give the same variance (Franco et al., 2019).
    """
    centre = share + _Z95**2 / (2 * n)
    reach = _Z95 * sqrt(share * (1 - share) / n + _Z95**2 / (4 * n * n))
    scale = 1 + _Z95**2 / n
    # Rounding must push no bound past the share itself, nor beyond 0 and 1.
    low, high = (centre - reach) / scale, (centre + reach) / scale
    return min(share, max(0.0, low)), max(share, min(1.0, high))


def paired_difference(right: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[float, Interval]:
    """By how much `right` is the more accurate on the same pictures, with the 95 % interval.

    Pictures that both get right, or both wrong, say nothing of the difference: the interval is
    narrower than two intervals of the accuracies would suggest.

    Args:
        right: which answers of one model are right, bool `(n,)`, n at least 1.
        other: which of the other's, to the same pictures.
    """
    gains = right.astype(np.float64) - other.astype(np.float64)
    difference, reach = float(gains.mean()), _Z95 * float(gains.std()) / sqrt(len(gains))
    return difference, (difference - reach, difference + reach)
