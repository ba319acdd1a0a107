"""Outputs that hold far more than they name: a last layer, or statistics, that were not trained."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, share

_MORE = 0.15  # of the pictures that a linear readout names rightly and the outputs do not
_FAR_MORE = 0.2  # where the outputs do know something: distances and densities are far from linear
_LEARNED = 0.85  # of what a linear classifier of the pixels reaches


class UntrainedHead(Check):
    """Does the last layer belong to the layers before it?"""

    name = "untrained-head"
    question = "Do the outputs name the classes that they tell apart?"
    well = "a trained last layer"
    alike = "a model that was trained whole, for other classes"
    ends = True
    symptom = True

    def examine(self, case: Case) -> Finding | None:
        """By a linear readout of the outputs, fitted to other pictures."""
        held = _unnamed(case)
        if held is None or _knows(case):
            return None
        return self.finding(
            f"{share(*_named(case))}, yet a linear readout of these outputs, fitted to other "
            f"pictures, is right in {100 * held:.0f} %; of networks without any training it is in "
            f"{100 * case.reach.read:.0f} % at most. No order of the labels explains that.",
            1.0,
            "The layers before it are trained, the last one is not: it was made anew (for another "
            "number of classes, say), or its weights were not loaded. Or all of it was trained, "
            "for other classes.",
            "Train the last layer, or load its weights too: load_state_dict(..., strict=True).",
            readout=held,
            reach=case.reach.read,
        )


class BatchNormStatistics(Check):
    """Are the statistics in use those of the training?"""

    name = "batch-norm-statistics"
    question = "Do the answers say what the outputs hold?"
    well = "the statistics of batch norm"
    alike = "weights rounded to 8 bits, or biases that were lost"
    ends = True
    symptom = True

    def examine(self, case: Case) -> Finding | None:
        """By a linear readout, of outputs that do know something by themselves."""
        held = _unnamed(case)
        if held is None or not _knows(case):
            return None
        right, n = _named(case)
        if held - right / n < _FAR_MORE or held < _LEARNED * case.good:
            return None
        return self.finding(
            f"{share(right, n)}, yet a linear readout of these outputs, fitted to other pictures, "
            f"is right in {100 * held:.0f} %: the layers have learned, and what they give is "
            "shifted or stretched.",
            0.8,
            "The running mean and variance of batch norm are not those of the training: too few "
            "steps for their momentum, or they were not saved or loaded. Weights rounded to 8 "
            "bits, or a part of the biases lost, look the same from outside.",
            "Run the training part once through the model in training mode, without updating "
            "weights; or momentum=0.9 (PyTorch: 0.1).",
            readout=held,
        )


def _unnamed(case: Case) -> float | None:
    """What the readout is right in, where that is far more than any names of the labels give."""
    held = case.held
    if held is None or held <= case.reach.line_read:
        return None
    best = float(case.right(case.best, case.confirm).mean())
    return held if held - max(best, _named(case)[0] / len(case.confirm)) > _MORE else None


def _named(case: Case) -> tuple[int, int]:
    """Right answers by the labels' own numbers in the form that works best, of how many."""
    return int((case.working.labels == case.confirm.actual).sum()), len(case.confirm)


def _knows(case: Case) -> bool:
    """Whether more answers are right than a last layer made anew has by accident."""
    right, n = _named(case)
    return right / n > case.reach.line_named
