"""What else is called accuracy: figures that a slip of the metric gives in its place."""

from collections.abc import Iterator

import numpy as np

from hemline.doctor.replies.answers import Answers, Labels

_BEST = (2, 3, 5)  # labels of which one may be right
_NEAR = 0.004  # of the pictures: what those that are not at hand may change


def mistaken_for(said: float, answers: Answers, actual: Labels, known: float | None) -> str:
    """Which other figure a stated accuracy is, in words; empty where it is none of them.

    Args:
        said: the accuracy as stated, 0..1.
        answers: to test pictures.
        actual: their labels int64 `(n,)`.
        known: the accuracy on the training part, where there is one.
    """
    found = [*_figures(answers, actual)]
    found += [] if known is None else [(known, "the accuracy on the training part")]
    distance, name = min(((abs(said - value), name) for value, name in found), default=(1.0, ""))
    margin = _NEAR + 2 * (said * (1 - said) / len(actual)) ** 0.5
    return name if distance <= margin else ""


def _figures(answers: Answers, actual: Labels) -> Iterator[tuple[float, str]]:
    labels = answers.labels
    first = float((labels == 0).mean())
    yield first, "the share of answers that are label 0: the labels went through arg-max once more"
    if answers.scores is None or answers.logs is None:
        return
    k, rows = answers.scores.shape[1], np.arange(len(actual))
    if actual.max() >= k:
        return
    above = answers.scores > 0.5
    own = above[rows, actual]  # which alone should be above 1/2
    wrong = float((above.sum() - own.sum()) + (~own).sum()) / above.size
    yield 1 - wrong, "the binary accuracy, which counts each of the values of a one-hot row"
    place = (answers.logs > answers.logs[rows, actual][:, None]).sum(axis=1)
    for best in _BEST:
        if best < k:
            yield float((place < best).mean()), f"the top-{best} accuracy"
