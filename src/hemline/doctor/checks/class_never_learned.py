"""A class that is never named."""

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.checks.from_logits import given_up_by_loss
from hemline.doctor.replies.answers import PROBABILITIES

_ENOUGH = 31  # pictures: whoever knows a fifth of a class names none of so many once in 1,000
_NEVER = 0.002  # of its pictures: a slip of rounding
_OTHERS = 0.85  # of what a linear classifier reaches, on all other classes
_EXPECTED = 0.25  # of an even share: who has seen a class, and is merely weak, leaves it that much


class ClassNeverLearned(Check):
    """Is every class named at all?"""

    name = "class-never-learned"
    question = "Is every class named now and then?"
    well = "every class is named"
    alike = "an output that was lost, or weighed down"
    symptom = True

    def examine(self, case: Case) -> Finding | None:
        """Classes that no picture is said to show, while the others are known well."""
        labels, actual = case.meant(case.best, case.confirm), case.confirm.actual
        named, counts = (np.bincount(of[of >= 0], minlength=case.k) for of in (labels, actual))
        missing = np.flatnonzero((counts >= _ENOUGH) & (named[: case.k] <= _NEVER * counts))
        others = ~np.isin(actual, missing)
        if not len(missing) or len(missing) > case.k / 2 or (labels[~others] < 0).mean() > 1 / 2:
            return None
        right = float((labels[others] == actual[others]).mean())
        if right < _OTHERS * case.good or self._merely_weak(case, missing):
            return None
        if case.working.form == PROBABILITIES and self._given_up(case, missing):
            return None
        names = ", ".join(case.classes[label] for label in missing[:3])
        return self.finding(
            f"{names} is named for {int(named[missing].sum())} of "
            f"{int(counts[missing].sum()):,} pictures that show it; of all others "
            f"{100 * right:.0f} % are right.",
            0.3 + 0.7 * len(missing) / case.k,
            "The class was missing from the training: its files were sorted by class and the last "
            "part was cut off or kept for validation, or its folder was left out.",
            "Mix before cutting: np.random.default_rng(0).permutation(n); "
            "train_test_split(..., stratify=labels)",
            classes=[case.classes[label] for label in missing],
            others=right,
        )

    def _given_up(self, case: Case, missing: NDArray[np.integer]) -> bool:
        return any(given_up_by_loss(case, int(case.own_labels[label])) for label in missing)

    def _merely_weak(self, case: Case, missing: NDArray[np.integer]) -> bool:
        """Whether the pictures of these classes get some probability, only too little."""
        logs, given = case.working.logs, case.own_labels
        if logs is None or case.working.decided:
            return False
        shares = np.exp(logs)
        own = [shares[case.confirm.actual == label, given[label]].mean() for label in missing]
        return bool(max(own) > _EXPECTED / case.k)
