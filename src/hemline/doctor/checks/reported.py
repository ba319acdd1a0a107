"""Figures that are stated against figures that are counted."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, chance, share
from hemline.doctor.measures.metrics import mistaken_for
from hemline.doctor.measures.statistics import ALPHA, more_than


class ReportedFigures(Check):
    """Is the accuracy what its maker says?"""

    name = "reported-figures"
    question = "Is the accuracy that is stated the one that is counted?"
    well = "the accuracy that is stated"
    alike = "a figure of other data, or of another version of the model"
    symptom = True

    def applies(self, case: Case) -> bool:
        """Where anything is stated, and the mended pipeline can be run, not only a fainter one."""
        if not case.elastic and case.best.scaling != case.contract.scaling:
            return False
        return self._said(case) is not None or self._trained(case) is not None

    def examine(self, case: Case) -> Finding | None:
        """Exact tests of the stated share against the counted one, in both directions."""
        right = case.received.labels == case.confirm.actual
        if case.best != case.contract:
            right = case.right(case.best, case.confirm)
        said = self._said(case)
        if said is not None:
            return self._compare(case, said, (int(right.sum()), len(right)), "test", both=True)
        stated, train = self._trained(case), case.train
        if stated is None or train is None:
            return None
        known = case.right(case.best, train)
        # An accuracy noted while training lags behind, so only one that is never reached tells.
        return self._compare(case, stated, (int(known.sum()), len(known)), "training", both=False)

    def _said(self, case: Case) -> float | None:
        return case.reported.get("test_accuracy", case.reported.get("accuracy"))

    def _trained(self, case: Case) -> float | None:
        figures = case.target.facts.get("hemline", {}).get("figures", {})
        stated = case.reported.get("train_accuracy", figures.get("train_accuracy"))
        return None if stated is None else float(stated)

    def _compare(
        self, case: Case, said: float, counted: tuple[int, int], part: str, *, both: bool
    ) -> Finding | None:
        n = len(case.material.test)  # on which an accuracy is usually stated
        stated = (round(said * n), n)
        below = more_than(stated, counted)
        above = more_than(counted, stated) if both else 1.0
        p_value = min(1.0, 2 * min(below, above))
        if p_value >= ALPHA:
            return None
        other = self._other(case, said) if both else ""
        return self.finding(
            f"Stated: {100 * said:.1f} % of the {part} part; counted: {share(*counted)} "
            f"({chance(p_value)}).",
            0.6,
            f"What is stated is {other}."
            if other
            else "The metric does not fit the labels or the outputs, the figure is of other data, "
            "or saving and loading changed the model.",
            'metrics=["sparse_categorical_accuracy"]  # or count: (labels == actual).mean()',
            stated=said,
            counted=counted[0] / counted[1],
            p_value=p_value,
        )

    def _other(self, case: Case, said: float) -> str:
        """Which other figure it is that was stated."""
        known = None
        if case.train is not None:
            known = float(case.right(case.best, case.train).mean())
        return mistaken_for(said, case.received, case.confirm.actual, known)
