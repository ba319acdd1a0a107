"""Probabilities that do not mean what they say."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, chance
from hemline.doctor.measures.statistics import ALPHA, calibration_p, temperature_interval
from hemline.doctor.replies.answers import BOUNDED, COLUMNS, LOGITS
from hemline.evaluation import expected_calibration_error

_LITTLE = (
    "The answers are less sure than they are right, by a factor of {:.1f} at least: a training of "
    "few steps leaves that, and statistics of batch norm that are not those of the training."
)
_FACTOR = 3.0  # of the temperature: over-training and smoothing stay within it


class Miscalibration(Check):
    """Are nine of ten answers right that are given with 90 %?"""

    name = "miscalibration"
    question = "Do the probabilities mean what they say, within a factor of confidence?"
    well = "calibration"
    alike = "over-training, label smoothing and a temperature, one for another"
    symptom = True

    def applies(self, case: Case) -> bool:
        """To probabilities; logits promise nothing."""
        answers = case.working
        return not (answers.decided or answers.voted) and answers.form not in {
            LOGITS,
            BOUNDED,
            COLUMNS,
        }

    def examine(self, case: Case) -> Finding | None:
        """The temperature that the outputs lack, with its bootstrap interval."""
        logs, actual = case.working.logs, case.own_labels[case.confirm.actual]
        if logs is None:
            return None
        low, high = temperature_interval(logs, actual)
        if low <= _FACTOR * self._harder(case) and high >= 1 / _FACTOR:
            return None
        shares = np.exp(logs)
        if high < 1 and float((shares.argmax(axis=1) == actual).mean()) < case.good:
            case.remarks.append(_LITTLE.format(1 / high))
            return None  # who has learned little does well not to be sure
        error = expected_calibration_error(shares, actual)
        p_value = calibration_p(shares, error)
        if p_value > max(ALPHA, 1 / 200):
            return None
        sure, right = float(shares.max(axis=1).mean()), float((shares.argmax(1) == actual).mean())
        direction = "too sure" if low > 1 else "not sure enough"
        middle = (low * high) ** 0.5
        return self.finding(
            f"Says {100 * sure:.0f} % on average and is right in {100 * right:.0f} %: "
            f"{direction} by a factor of {max(middle, 1 / middle):.1f} (95 %: "
            f"{min(max(low, 1 / low), max(high, 1 / high)):.1f} to "
            f"{max(low, 1 / low, high, 1 / high):.1f}; {chance(p_value)}).",
            0.3,
            "Trained too long without a check, a temperature that was left in, or a softmax where "
            "the loss expected logits.",
            f"probabilities = softmax(logits / {middle:.2f})  # fit on a validation part",
            temperature=[low, high],
            ece=error,
            p_value=p_value,
        )

    def _harder(self, case: Case) -> float:
        """How many times more errors a linear classifier makes on a test part of another kind.

        There nobody's confidence can be right, who has only seen the training part.
        """
        if not case.shifted:
            return 1.0
        baseline = case.baseline
        return (1 - baseline.test) / max(1 - baseline.held_out, 0.01)
