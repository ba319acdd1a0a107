"""Tests and estimates: what makes a difference a finding."""

from collections.abc import Sequence
from math import erfc, log, log1p

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.replies.answers import Scores, log_sum
from hemline.evaluation import confusion_matrix

_EACH = 6  # pictures of a class from which the best names flatter little
ALPHA = 0.001  # a healthy pipeline meets some twenty checks: all together alarm in under 2 %


def at_least(successes: int, n: int, share: float) -> float:
    """Exact binomial P(X >= successes) where each of `n` succeeds with probability `share`."""
    if successes <= 0 or share >= 1:
        return 1.0
    counts = np.arange(successes, n + 1)
    logs = _log_choose(n, counts) + counts * log(share) + (n - counts) * log1p(-share)
    return float(min(1.0, np.exp(logs).sum()))


def mcnemar(gained: int, lost: int) -> float:
    """One-sided exact p-value that more was gained than lost on the same pictures (McNemar, 1947).

    Args:
        gained: pictures that only the second of two got right.
        lost: pictures that only the first got right.
    """
    return at_least(gained, gained + lost, 0.5) if gained + lost else 1.0


def mean_above_zero(values: NDArray[np.floating]) -> float:
    """One-sided p-value of a mean above zero, by the normal limit."""
    if len(values) < 2 or not values.any():
        return 1.0
    error = float(values.std(ddof=1)) / len(values) ** 0.5
    if error == 0:
        return 0.0 if values.mean() > 0 else 1.0
    return 0.5 * erfc(float(values.mean()) / error / 2**0.5)


def more_than(first: tuple[int, int], second: tuple[int, int]) -> float:
    """One-sided exact p-value that the share of `first` is above that of `second` (Fisher, 1935).

    Args:
        first: successes and trials.
        second: the same of an independent sample.
    """
    (a, n), (b, m) = first, second
    total = a + b
    values = np.arange(max(a, total - m), min(n, total) + 1)
    logs = _log_choose(n, values) + _log_choose(m, total - values)
    logs -= _log_choose(n + m, np.array([total]))
    return float(min(1.0, np.exp(logs).sum()))


def _log_choose(n: int, k: NDArray[np.integer]) -> NDArray[np.float64]:
    """Logarithms of the binomial coefficients n over k."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    found: NDArray[np.float64] = logs[n] - logs[k] - logs[n - k]
    return found


def holm(values: Sequence[float]) -> list[float]:
    """P-values corrected for their number (Holm, 1979)."""
    order = np.argsort(values)
    corrected, highest = [1.0] * len(values), 0.0
    for rank, place in enumerate(order.tolist()):
        highest = max(highest, min(1.0, values[place] * (len(values) - rank)))
        corrected[place] = highest
    return corrected


def best_assignment(confusion: NDArray[np.int64]) -> list[int]:
    """Which column each actual class fits best, one each (Kuhn, 1955; scipy's solver)."""
    from scipy.optimize import linear_sum_assignment

    return [int(column) for column in linear_sum_assignment(-confusion)[1]]


def assigned_accuracy(labels: NDArray[np.int64], actual: NDArray[np.integer], k: int) -> float:
    """Accuracy under the renaming of the `k` labels that makes it highest.

    Of few pictures a class any answers can be renamed to fit: there it is that of the other half.
    """
    known = (labels >= 0) & (labels < k)
    if not known.any():
        return 0.0
    if len(labels) < _EACH * k:
        return max(renamed_counts(labels, actual, k)) / len(labels)
    confusion = confusion_matrix(labels[known], actual[known], k)
    rows = confusion.argmax(axis=1)
    # Where the rows' favourites differ they are the answer, and scipy is not needed.
    columns = rows if len(set(rows.tolist())) == k else best_assignment(confusion)
    return float(confusion[np.arange(k), columns].sum()) / len(labels)


def renamed_counts(
    labels: NDArray[np.int64], actual: NDArray[np.integer], k: int
) -> tuple[int, int]:
    """Right answers by their own names, and under the names that the other half suggests.

    Names that are counted on the pictures they were found on flatter, the more so the fewer
    pictures a class has; so each half is counted with those of the other.
    """
    known = (labels >= 0) & (labels < k)
    labels, actual = labels[known], actual[known]
    first, renamed = np.arange(len(labels)) < len(labels) // 2, 0
    for part in (first, ~first):
        if not part.all() and part.any():
            columns = np.array(best_assignment(confusion_matrix(labels[~part], actual[~part], k)))
            renamed += int((labels[part] == columns[actual[part]]).sum())
    return int((labels == actual).sum()), renamed


def odds_times(share: float, ratio: float) -> float:
    """The share whose odds are so many times those of `share`."""
    return ratio * share / (1 - share + ratio * share)


def fit_temperature(logs: Scores, actual: NDArray[np.integer]) -> float:
    """What the log-probabilities are best divided by (Guo et al., 2017); above 1: too sure."""
    right = logs[np.arange(len(actual)), actual]
    low, high = np.log(1e-4), np.log(1e3)  # of the inverse
    for _ in range(30):
        middle = (low + high) / 2
        scaled = logs * np.exp(middle)
        share = np.exp(scaled - log_sum(scaled))
        too_sure = float((share * logs).sum() - right.sum()) > 0
        low, high = (low, middle) if too_sure else (middle, high)
    return float(np.exp(-middle))


def fitted_losses(scores: Scores, actual: NDArray[np.integer]) -> NDArray[np.float64]:
    """Losses `(n,)` of each half under the temperature that fits the other best."""
    half, losses = np.arange(len(actual)) < len(actual) // 2, np.empty(len(actual))
    for part in (half, ~half):
        scaled = scores[part] / fit_temperature(scores[~part], actual[~part])
        losses[part] = log_sum(scaled)[:, 0] - scaled[np.arange(len(scaled)), actual[part]]
    return losses


def temperature_interval(
    logs: Scores, actual: NDArray[np.integer], draws: int = 20
) -> tuple[float, float]:
    """95 % interval of the temperature: bootstrap over pictures, normal on the log scale."""
    rng = np.random.default_rng(0)
    part = min(len(actual), 1000)
    fitted = np.log([_redrawn(logs, actual, part, rng) for _ in range(draws)])
    reach = 1.96 * float(fitted.std(ddof=1)) * (part / len(actual)) ** 0.5
    centre = float(np.log(fit_temperature(logs, actual)))
    return float(np.exp(centre - reach)), float(np.exp(centre + reach))


def _redrawn(
    logs: Scores, actual: NDArray[np.integer], part: int, rng: np.random.Generator
) -> float:
    chosen = rng.integers(0, len(actual), part)
    return fit_temperature(logs[chosen], actual[chosen])


def calibration_p(probabilities: Scores, error: float, draws: int = 200) -> float:
    """P-value of a calibration error if the probabilities were true (Bröcker & Smith, 2007).

    Labels are drawn from the probabilities themselves; the p-value is the share of draws whose
    expected calibration error is at least as large.
    """
    rng = np.random.default_rng(0)
    top = probabilities.max(axis=1)
    place = np.clip(np.ceil(top * 15).astype(int) - 1, 0, 14)
    above = 1
    for _ in range(draws):
        right = rng.random(len(top)) < top
        gaps = np.bincount(place, weights=right - top, minlength=15)
        above += float(np.abs(gaps).sum() / len(top)) >= error
    return above / (draws + 1)
