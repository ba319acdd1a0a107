"""Learned by heart."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, share
from hemline.doctor.measures.statistics import fit_temperature, temperature_interval

_FAR = 0.05  # of all pictures, beyond the interval
_TIMES = 3  # as many errors on new pictures as on known ones
_TOO_SURE, _FAR_TOO_SURE = 1.7, 3.0  # temperatures, on new ones; beyond that it has another cause
_FEW = 0.25  # of a linear classifier's errors: who makes no more has learned, whatever else it did


class OverFitting(Check):
    """Is it as good on new pictures as on those of its training?"""

    name = "over-fitting"
    question = "Is it about as good on new pictures as on those it was trained on?"
    well = "about as good on new pictures"
    alike = "a test part of another kind than the training part"
    symptom = True

    def applies(self, case: Case) -> bool:
        """Where there is a training part, and scores.

        Neighbours, trees and forests know every training picture by nature, and are sound for all
        that; they give votes or labels, among which a network that does the same is not told.
        """
        answers = case.working
        return case.train is not None and not (answers.decided or answers.voted)

    def examine(self, case: Case) -> Finding | None:
        """The gap between the parts, less its 95 % interval."""
        train = case.train
        assert train is not None  # noqa: S101 - applies() has asked
        known, new = (case.right(case.best, sample) for sample in (train, case.confirm))
        gap = float(known.mean() - new.mean())
        error = (known.var() / len(known) + new.var() / len(new)) ** 0.5
        low, high = gap - 1.96 * float(error), gap + 1.96 * float(error)
        if low <= _FAR or (1 - new.mean()) < _TIMES * (1 - known.mean()):
            return None
        usual = low <= _FAR + self._usual(case) and not self._by_heart(case, low)
        if usual or 1 - new.mean() < _FEW * (1 - case.baseline.test):
            return None
        return self.finding(
            f"Training part: {share(int(known.sum()), len(known))}; test part: "
            f"{share(int(new.sum()), len(new))}: {100 * gap:.1f} points apart "
            f"(95 %: {100 * low:.1f} to {100 * high:.1f}).",
            0.3,
            "The training went on until pictures were learned by heart.",
            "Stop earlier (EarlyStopping on a validation part), or add augmentation or dropout.",
            gap=gap,
            interval=[low, high],
        )

    def _usual(self, case: Case) -> float:
        """The gap that these data leave a linear classifier: parts that differ, few pictures."""
        return max(0.0, case.baseline.shift) + case.baseline.optimism

    def _by_heart(self, case: Case, gap: float) -> bool:
        """Whether it is too sure of new pictures, and not of those that it knows.

        From a few hundred pictures even a linear classifier learns some by heart; what it costs
        shows in the confidence.
        """
        logs, train = case.working.logs, case.train
        if logs is None or train is None or gap <= _FAR + max(0.0, case.baseline.shift):
            return False
        known = case.answers(case.best, train).logs
        if known is None or fit_temperature(known, case.own_labels[train.actual]) > 1:
            return False
        low, high = temperature_interval(logs, case.own_labels[case.confirm.actual])
        return low > _TOO_SURE and high < _FAR_TOO_SURE
