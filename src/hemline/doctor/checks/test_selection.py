"""Chosen on, or trained with, the test part."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, chance
from hemline.doctor.measures.statistics import ALPHA, more_than

_WORTH = 0.01  # beyond what the parts themselves differ by
_VALIDATION = 0.1  # of the training part, where nobody says how many pictures


class TestSelection(Check):
    """Is it suspiciously good on the test part?"""

    __test__ = False  # not a test of pytest's
    name = "test-selection"
    question = "Is the test part no easier to it than pictures it could have learned from?"
    well = "not chosen by the test part"
    alike = "a test part that is easier by itself"
    symptom = True

    def examine(self, case: Case) -> Finding | None:
        """Test accuracy against training and validation accuracy."""
        right = case.right(case.best, case.confirm)
        test = (int(right.sum()), len(right))
        said = case.reported.get("validation_accuracy")
        if said is not None:
            n = int(case.reported.get("validation_n", self._cut(case)))
            other = (round(said * n), n)
            found = self._compare(case, test, other, "validation part (as reported)")
            if found:
                return found
        if case.train is None:
            return None
        known = case.right(case.best, case.train)
        return self._compare(case, test, (int(known.sum()), len(known)), "training part")

    def _cut(self, case: Case) -> int:
        split = case.material.train
        return len(case.material.test) if split is None else round(_VALIDATION * len(split))

    def _compare(
        self, case: Case, test: tuple[int, int], other: tuple[int, int], name: str
    ) -> Finding | None:
        p_value = more_than(test, other)
        ahead = test[0] / test[1] - other[0] / other[1]
        if p_value >= ALPHA or ahead < _WORTH:
            return None
        if ahead < _WORTH + max(0.0, -case.baseline.shift):  # the test part is easier by itself
            return None
        return self.finding(
            f"{100 * test[0] / test[1]:.1f} % right on the test part, "
            f"{100 * other[0] / other[1]:.1f} % on the {name} ({chance(p_value)}).",
            0.7,
            "The test part had a share in the making: it was trained on, or the epoch, the "
            "threshold or the settings were chosen by it.",
            "Choose on a part cut from the training pictures; read the test part once, at the end.",
            ahead=ahead,
            p_value=p_value,
        )
