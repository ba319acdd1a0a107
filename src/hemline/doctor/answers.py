"""Answers: what a pipeline gave, read without being told its form."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.labels import CLASSES

Scores = NDArray[np.float64]
Labels = NDArray[np.int64]

_ROWS = 250  # with ten values each: a softmax gives thousands that differ
_SMALLEST = 1e-30  # below it float32 probabilities are 0
PROBABILITIES, LOGITS, LOG_PROBABILITIES = "probabilities", "logits", "log-probabilities"
PERCENT, BOUNDED, LABELS, NAMES = "percent", "values from 0 to 1", "labels", "class names"
COLUMNS = "probabilities over the batch"


class UnreadableError(Exception):
    """What came back is no answer; `shape` says what it looked like."""

    def __init__(self, message: str, shape: tuple[int, ...] | None = None) -> None:
        super().__init__(message)
        self.shape = shape


@dataclass(frozen=True)
class Answers:
    """Answers to `n` pictures.

    Attributes:
        form: probabilities, logits, labels and so on, as read from the numbers.
        scores: float64 `(n, k)` as received, or None where only labels came.
        labels: int64 `(n,)`, the class each answer names; -1 where it names none.
        turned: the classes came first, `(k, n)`.
    """

    form: str
    scores: Scores | None
    labels: Labels
    turned: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: Any) -> "Answers":
        scores = None if self.scores is None else self.scores[chosen]
        return Answers(self.form, scores, self.labels[chosen], self.turned)

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
        logs = np.log(np.maximum(scores, _SMALLEST))
        return logs - log_sum(logs)

    @property
    def decided(self) -> bool:
        """Whether there is nothing but a class: labels, names, or one-hot rows."""
        if self.scores is None:
            return True
        return bool(np.isin(self.scores, (0.0, 1.0)).all())

    @property
    def voted(self) -> bool:
        """Whether the values are shares of a few votes, as of trees or neighbours.

        Such shares are honest and often exactly 0, of which a softmax never speaks.
        """
        if self.scores is None:
            return False
        return len(np.unique(self.scores[:_ROWS])) < _ROWS

    def losses(self, actual: NDArray[Any]) -> Scores | None:
        """-ln(probability of the actual label) for each picture, `(n,)`."""
        if self.logs is None or self.logs.shape[1] <= int(np.max(actual)):
            return None
        return -self.logs[np.arange(len(actual)), actual.astype(np.int64)]


def log_sum(scores: Scores) -> Scores:
    """Ln of the sum of exponentials of each row, `(n, 1)`."""
    top = scores.max(axis=1, keepdims=True)
    total: Scores = top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
    return total


def read_answers(raw: Any, n: int) -> Answers:
    """Read what came back for `n` pictures.

    Raises:
        UnreadableError: it is not one answer a picture; with the shape, where it has one.
    """
    array = as_array(raw, n)
    if array.dtype.kind in "US":
        return _read_names(array, n)
    if array.dtype.kind not in "fiub":
        raise UnreadableError(f"{type(raw).__name__} instead of numbers or class names")
    array, turned = _one_row_a_picture(array, n)
    if array.ndim == 1:
        return _read_labels(array)
    scores = array.astype(np.float64)
    if array.dtype.kind == "f" and array.dtype.itemsize < 4:
        scores = scores.astype(np.float32).astype(np.float64)
    filled = np.where(np.isnan(scores), -np.inf, scores)
    return Answers(_form(scores), scores, filled.argmax(axis=1).astype(np.int64), turned)


def as_array(raw: Any, n: int) -> NDArray[Any]:
    """A NumPy array of whatever came back: tensors, lists, tuples and dictionaries of them."""
    if isinstance(raw, dict):
        raw = tuple(raw[key] for key in sorted(raw, key=lambda key: "prob" not in str(key).lower()))
    if isinstance(raw, tuple):
        parts = [as_array(part, n) for part in raw if part is not None]
        fitting = [part for part in parts if part.ndim == 2 and len(part) == n]
        if parts:
            return (fitting or parts)[0]
    for name in ("detach", "cpu", "numpy"):  # PyTorch, TensorFlow, JAX: nothing to import
        if not isinstance(raw, np.ndarray) and hasattr(raw, name):
            raw = getattr(raw, name)()
    if isinstance(raw, list) and raw and hasattr(raw[0], "detach"):
        raw = [as_array(part, n) for part in raw]
    try:
        return np.asarray(raw)
    except (ValueError, TypeError, RuntimeError) as error:
        raise UnreadableError(f"{type(raw).__name__} that NumPy cannot read") from error


def _one_row_a_picture(array: NDArray[Any], n: int) -> tuple[NDArray[Any], bool]:
    received = array.shape
    if array.ndim > 2:
        array = array.reshape([size for i, size in enumerate(received) if size != 1 or not i])
    if array.ndim == 2 and array.shape == (1, n) and n != len(CLASSES):
        array = array[0]
    if array.ndim == 1 and n == 1 and array.shape[0] > 1:
        array = array[None]
    if array.ndim in {1, 2} and len(array) == n:
        column = array.ndim == 2 and array.shape[1] == 1
        return (array[:, 0] if column else array), False
    if array.ndim == 2 and array.shape == (len(CLASSES), n):
        return array.T, True
    raise UnreadableError(f"shape {received} for {n} pictures", received)


def _read_names(array: NDArray[Any], n: int) -> Answers:
    flat = array.reshape(-1)
    if len(flat) != n:
        raise UnreadableError(f"shape {array.shape} for {n} pictures", array.shape)
    place = {_plain(name): label for label, name in enumerate(CLASSES)}
    place |= {"tshirt": 0, "top": 0, "boot": 9, "trousers": 1}
    labels = [place.get(_plain(str(name)), -1) for name in flat]
    return Answers(NAMES, None, np.array(labels, np.int64))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalpha())


def _read_labels(array: NDArray[Any]) -> Answers:
    values = array.astype(np.float64)
    if not np.isfinite(values).all():
        return Answers(LABELS, values[:, None], np.full(len(values), -1, np.int64))
    if (values != values.round()).any():
        raise UnreadableError("one fraction a picture, which names no class")
    return Answers(LABELS, None, values.astype(np.int64))


def _form(scores: Scores) -> str:
    rows = scores[np.isfinite(scores).all(axis=1)]
    if not len(rows):
        return LOG_PROBABILITIES if _are_logs(scores) else PROBABILITIES
    if rows.min() >= -1e-6 and np.allclose(rows.sum(axis=1), 1, atol=2e-3):
        return PROBABILITIES
    if rows.min() >= -1e-6 and np.allclose(rows.sum(axis=1), 100, atol=0.5):
        return PERCENT
    if _are_logs(scores):
        return LOG_PROBABILITIES
    if rows.min() >= -1e-6 and rows.max() <= 1 + 1e-6:
        over_batch = len(rows) > 1 and np.allclose(rows.sum(axis=0), 1, atol=2e-3)
        return COLUMNS if over_batch else BOUNDED
    return LOGITS


def _are_logs(scores: Scores) -> bool:
    rows = scores[~np.isnan(scores).any(axis=1)]
    if not len(rows) or rows.max() > 1e-3 or np.isneginf(rows).all(axis=1).any():
        return False
    return bool(np.allclose(log_sum(rows), 0, atol=2e-3))
