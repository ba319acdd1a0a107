"""A softmax of a softmax."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, chance
from hemline.doctor.measures.statistics import ALPHA, mean_above_zero
from hemline.doctor.replies.answers import LOG_PROBABILITIES, PERCENT, PROBABILITIES, Scores

_TOUCHES = 0.1  # of an even share: the least probability is as good as zero
# How far the highest stands out between an even share and certainty. Of few classes modest
# probabilities stay positive more easily when a softmax is taken off, so more is asked of them.
_STANDS_OUT, _OF_FEW = 1 / 3, 1.6
# Where so many lie at the highest value that there can be, no honest modesty has put them there.
_AT_LIMIT, _PILED = 0.99, 0.2


class DoubleSoftmax(Check):
    """Is the softmax applied once?"""

    name = "double-softmax"
    question = "Is the softmax applied once, not twice?"
    well = "one softmax"

    def applies(self, case: Case) -> bool:
        """To probabilities."""
        return case.working.form in {PROBABILITIES, LOG_PROBABILITIES, PERCENT}

    def examine(self, case: Case) -> Finding | None:
        """Undo one softmax: are what is left probabilities, and better ones?"""
        logs, actual = case.working.logs, case.confirm.actual
        if logs is None or case.working.decided:
            return None
        once = logs + (1 - logs.sum(axis=1, keepdims=True)) / logs.shape[1]
        highest, limit = float(np.exp(logs.max())), np.e / (np.e + logs.shape[1] - 1)
        if not _are_probabilities(once):
            return None
        rows = np.arange(len(actual))
        kept = -logs[rows, actual]
        undone = -np.log(np.maximum(once[rows, actual], 1e-7))
        brier = [_brier(values, actual) for values in (np.exp(logs), once)]
        p_value = mean_above_zero(brier[0] - brier[1])
        piled = float((once.max(axis=1) > _AT_LIMIT).mean()) > _PILED
        if p_value >= ALPHA and not piled:
            return None
        return self.finding(
            f"No probability is above {highest:.3f}; the softmax of probabilities cannot exceed "
            f"{limit:.3f}. Undoing one gives probabilities again, with Brier score "
            f"{brier[1].mean():.3f} for {brier[0].mean():.3f} ({chance(p_value)}).",
            0.5,
            "The model ends with a softmax and another is put behind it.",
            "probabilities = model(x)  # without a further softmax",
            highest=highest,
            loss=[float(kept.mean()), float(undone.mean())],
            p_value=p_value,
        )


def _are_probabilities(once: Scores) -> bool:
    """Whether rows that sum to 1 by construction are nowhere negative, and touch zero or stand out.

    That is no accident: probabilities that are merely modest come out negative when a softmax is
    taken off that was never put on, or else so modest that all stay near an even share.
    """
    lowest, highest, even = once.min(axis=1), once.max(axis=1), 1 / once.shape[1]
    out = even + (1 - even) * max(_STANDS_OUT, _OF_FEW * even)
    far = np.median(lowest) < _TOUCHES * even or np.median(highest) > out
    return bool(lowest.min() >= -1e-3 and far)


def _brier(values: Scores, actual: np.ndarray) -> np.ndarray:
    distance: np.ndarray = ((values - np.eye(values.shape[1])[actual]) ** 2).sum(axis=1)
    return distance
