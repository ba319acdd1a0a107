"""Answers: what a pipeline gave, read without being told its form."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.replies.unpacking import UnreadableError, as_array
from hemline.doctor.replies.vocabulary import Vocabulary

Scores = NDArray[np.float64]
Labels = NDArray[np.int64]

_DIGITS = 9  # of a label
_SHOWN, _LONGEST = 3, 40  # names of no class that are kept to be shown, and their letters
_LARGEST = 65_535  # label
_ROWS = 250  # with a value for each class: nearly all values of a softmax differ
_SMALLEST = 1e-30  # below it float32 probabilities are 0
_NO_VOTE = 1e-6  # a share that is smaller is of a softmax
_COARSE, _ZEROS = 1e-3, 0.1  # shares of votes are 0, or at least one of a thousand
PROBABILITIES, LOGITS, LOG_PROBABILITIES = "probabilities", "logits", "log-probabilities"
PERCENT, BOUNDED, LABELS, NAMES = "percent", "values from 0 to 1", "labels", "class names"
COLUMNS, BYTES, RANKED = "probabilities over the batch", "probabilities in 8 bits", "top labels"
_TOTALS = {1: PROBABILITIES, 100: PERCENT, 255: BYTES, 256: BYTES}


@dataclass(frozen=True)
class Answers:
    """Answers to `n` pictures.

    Attributes:
        form: probabilities, logits, labels and so on, as read from the numbers.
        scores: float64 `(n, k)` as received, or None where only labels came.
        labels: int64 `(n,)`, the class each answer names; -1 where it names none.
        turned: the classes came first, `(k, n)`.
        strange: the commonest names that are of no class.
    """

    form: str
    scores: Scores | None
    labels: Labels
    turned: bool = False
    strange: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: Any) -> "Answers":
        scores = None if self.scores is None else self.scores[chosen]
        return Answers(self.form, scores, self.labels[chosen], self.turned, self.strange)

    @property
    def classes(self) -> int | None:
        """How many classes the answers tell apart, where that shows."""
        return None if self.scores is None else self.scores.shape[1]

    @cached_property
    def finite(self) -> NDArray[np.bool_]:
        """Which answers are finite, `(n,)`."""
        if self.scores is None:
            return np.ones(len(self), bool)
        readable = ~np.isnan(self.scores) & (self.scores != np.inf)
        if self.form != LOG_PROBABILITIES:  # the logarithm of 0 is honest
            readable &= self.scores != -np.inf
        finite: NDArray[np.bool_] = readable.all(axis=1)
        return finite

    @cached_property
    def logs(self) -> Scores | None:
        """Logarithms of the probabilities, `(n, k)`; None where only labels came."""
        if self.scores is None:
            return None
        scores = np.where(np.isfinite(self.scores), self.scores, np.log(_SMALLEST))
        if self.form in {LOGITS, LOG_PROBABILITIES}:
            return scores - log_sum(scores)
        # 0 of 20 votes, or 0.00 rounded, is not impossible: half of the least that can be said.
        # Where nothing but 0 and 1 is said there is no such least.
        positive = scores[scores > 0]
        least = positive.min() / 2 if len(positive) and not self.decided else 0.0
        logs = np.log(np.maximum(scores, max(least, _SMALLEST)))
        return logs - log_sum(logs)

    @property
    def decided(self) -> bool:
        """Whether there is nothing but a class: labels, names, or one-hot rows."""
        if self.scores is None:
            return True
        return bool(np.isin(self.scores, (0.0, 1.0)).all())

    @property
    def voted(self) -> bool:
        """Whether the values are shares of a few votes, as of trees or neighbours, or rounded.

        Such shares are honest and often exactly 0, of which a softmax never speaks.
        """
        if self.scores is None or self.form not in _TOTALS.values():
            return False
        shares = self.scores / np.maximum(self.scores.sum(axis=1, keepdims=True), _SMALLEST)
        zeros = float((shares == 0).mean())
        coarse = zeros > _ZEROS and float(shares[shares > 0].min()) >= _COARSE
        part = self.scores[:_ROWS]
        few = len(np.unique(part)) < min(_ROWS, part.size / 4)
        saturated = float(shares[shares > 0].min()) < _NO_VOTE
        return coarse or (few and not saturated and bool((part != part[0]).any()))

    def losses(self, actual: NDArray[Any]) -> Scores | None:
        """-ln(probability of the actual label) for each picture, `(n,)`."""
        if self.logs is None or self.logs.shape[1] <= int(np.max(actual)):
            return None
        return -self.logs[np.arange(len(actual)), actual.astype(np.int64)]


def joined(parts: Sequence[Answers]) -> Answers:
    """Answers to one picture after the other, all of one form."""
    scores = [part.scores for part in parts if part.scores is not None]
    return Answers(
        parts[0].form,
        np.concatenate(scores) if len(scores) == len(parts) else None,
        np.concatenate([part.labels for part in parts]),
    )


def log_sum(scores: Scores) -> Scores:
    """Ln of the sum of exponentials of each row, `(n, 1)`."""
    top = scores.max(axis=1, keepdims=True)
    total: Scores = top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
    return total


def read_answers(raw: Any, n: int, vocabulary: Vocabulary) -> Answers:
    """Read what came back for `n` pictures.

    Raises:
        UnreadableError: it is not one answer a picture; with the shape, where it has one.
    """
    array = as_array(raw, n, vocabulary)
    if not array.size:
        raise UnreadableError(f"shape {array.shape} for {n} pictures", array.shape)
    if array.dtype.kind in "US":
        return _read_names(array, n, vocabulary)
    if array.dtype.kind not in "fiub":
        raise UnreadableError(f"{type(raw).__name__} instead of numbers or class names")
    array, turned = _one_row_a_picture(array, n, len(vocabulary))
    if array.ndim == 1:
        return _read_column(array, vocabulary)
    if _are_ranks(array, len(vocabulary)):
        return Answers(RANKED, None, array[:, 0].astype(np.int64))
    scores = array.astype(np.float64)
    if array.dtype.kind == "f" and array.dtype.itemsize < 4:
        scores = scores.astype(np.float32).astype(np.float64)
    filled = np.where(np.isnan(scores), -np.inf, scores)
    return Answers(_form(scores), scores, filled.argmax(axis=1).astype(np.int64), turned)


def _are_ranks(array: NDArray[Any], classes: int) -> bool:
    """Whether rows are the numbers of the likeliest classes, best first."""
    if array.dtype.kind not in "iu" or array.shape[1] > classes or not array.size:
        return False
    if classes == 2:
        return False  # (1, 0) is a one-hot row
    in_range = array.min() >= 0 and array.max() < classes
    rows = np.sort(array, axis=1)
    return bool(in_range and array.shape[1] > 1 and (np.diff(rows, axis=1) > 0).all())


def _one_row_a_picture(array: NDArray[Any], n: int, classes: int) -> tuple[NDArray[Any], bool]:
    received = array.shape
    if array.ndim > 2:
        array = array.reshape([size for i, size in enumerate(received) if size != 1 or not i])
    if array.ndim == 2 and array.shape == (1, n) and n != classes:
        array = array[0]
    if array.ndim == 1 and n == 1 and array.shape[0] > 1:
        array = array[None]
    if array.ndim in {1, 2} and len(array) == n:
        column = array.ndim == 2 and array.shape[1] == 1
        return (array[:, 0] if column else array), False
    if array.ndim == 2 and array.shape == (classes, n):
        return array.T, True
    raise UnreadableError(f"shape {received} for {n} pictures", received)


def _read_names(array: NDArray[Any], n: int, vocabulary: Vocabulary) -> Answers:
    flat = [str(name) for name in array.reshape(-1)]
    if len(flat) != n:
        raise UnreadableError(f"shape {array.shape} for {n} pictures", array.shape)
    if array.dtype.kind == "U" and all(name.strip().isdecimal() for name in flat):
        numbers = [int(name) if len(name) <= _DIGITS else -1 for name in flat]
        return _read_labels(np.array(numbers, np.int64), vocabulary)
    labels = np.array([vocabulary.label_of(name) for name in flat], np.int64)
    strange = Counter(flat[place] for place in np.flatnonzero(labels < 0)).most_common(_SHOWN)
    return Answers(NAMES, None, labels, strange=tuple(name[:_LONGEST] for name, _ in strange))


def _read_column(array: NDArray[Any], vocabulary: Vocabulary) -> Answers:
    """One number a picture: a label, or of two classes how likely the second is."""
    values = array.astype(np.float64)
    if not np.isfinite(values).all():
        return Answers(LABELS, values[:, None], np.full(len(values), -1, np.int64))
    if (values == values.round()).all():
        return _read_labels(values, vocabulary)
    if len(vocabulary) != 2:
        raise UnreadableError("one fraction a picture, which names no class")
    if vocabulary.binary_logits or values.min() < 0 or values.max() > 1:
        return Answers(LOGITS, np.stack([-values / 2, values / 2], 1), (values > 0).astype(int))
    scores = np.stack([1 - values, values], axis=1)
    return Answers(PROBABILITIES, scores, scores.argmax(axis=1).astype(np.int64))


def _read_labels(values: NDArray[Any], vocabulary: Vocabulary) -> Answers:
    known = (values >= 0) & (values <= _LARGEST)  # no class is called by another number
    labels = np.where(known, values, -1).astype(np.int64)
    if vocabulary.numerals:
        labels = np.array([vocabulary.label_of_number(value) for value in labels.tolist()])
    strange = tuple(f"{value:.0f}" for value in np.unique(values[~known])[:_SHOWN])
    return Answers(NAMES if vocabulary.numerals else LABELS, None, labels, strange=strange)


def _form(scores: Scores) -> str:
    rows = scores[np.isfinite(scores).all(axis=1)]
    if not len(rows):
        return LOG_PROBABILITIES if _are_logs(scores) else PROBABILITIES
    if rows.min() >= -1e-6:
        for total, form in _TOTALS.items():
            if np.abs(rows.sum(axis=1) - total).max() <= _slack(rows, total):
                return form
    if _are_logs(scores):
        return LOG_PROBABILITIES
    if rows.min() >= -1e-6 and rows.max() <= 1 + 1e-6:
        over_batch = len(rows) > 1 and np.allclose(rows.sum(axis=0), 1, atol=2e-3)
        return COLUMNS if over_batch else BOUNDED
    return LOGITS


def _slack(rows: Scores, total: int) -> float:
    """How far sums may be from the total: values may have been rounded to a few digits."""
    for grain in (1.0, 0.1, 0.01, 0.001):
        if total > grain and np.allclose(rows / grain, np.round(rows / grain), atol=1e-3):
            return float(grain * rows.shape[1] / 2)
    return (2e-3 if total == 1 else 0.5) if total <= 100 else 0.0


def _are_logs(scores: Scores) -> bool:
    rows = scores[~np.isnan(scores).any(axis=1)]
    if not len(rows) or rows.max() > 1e-3 or np.isneginf(rows).all(axis=1).any():
        return False
    return bool(np.allclose(log_sum(rows), 0, atol=2e-3))
