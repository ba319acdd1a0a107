"""Intervals: how far a figure from so many pictures may lie from the truth."""

from math import sqrt

_Z95 = 1.959963984540054  # 97.5 % quantile of the normal distribution


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson, 1927).

    Args:
        successes: right answers, 0 to `n`.
        n: answers, at least 1.
    """
    share = successes / n
    centre = share + _Z95**2 / (2 * n)
    reach = _Z95 * sqrt(share * (1 - share) / n + _Z95**2 / (4 * n * n))
    scale = 1 + _Z95**2 / n
    # Rounding must not push the bounds of 0 and n beyond 0 and 1.
    return max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)
