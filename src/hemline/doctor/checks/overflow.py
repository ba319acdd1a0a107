"""Arithmetic on whole numbers of eight bits."""

from dataclasses import replace

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding, share
from hemline.doctor.checks.repairs import RepairCheck

_MOST = 0.8  # of the answers below zero; a few are wrong anyway
_SIGNED = 128  # what 8 bits with a sign do not hold
_WELL = 0.97  # of what a linear classifier reaches: who does as well has no need of a cause


class IntegerOverflow(RepairCheck):
    """Are pixels computed with in numbers that can hold the result?"""

    name = "integer-overflow"
    question = "Do the same numbers get the same answers in a wider type?"
    well = "no integer overflow"

    def examine(self, case: Case) -> Finding | None:
        """Whether the very same values, in a type that cannot run over, restore the answers.

        Or whether, from one brightness to the next, the answers leap as they do nowhere else.
        """
        repair = self.repair(case, "overflow")
        if repair is None:
            return self._labels(case) or self._leap(case)
        return self.from_repair(
            repair,
            f"with the same values as {repair.after.dtype}",
            "Whole numbers of 8 bits run over: 200 + 100 is 44, and 100 - 128 is 228.",
            f'pixels.astype("{repair.after.dtype}")  # before anything is added, multiplied or '
            "taken away",
        )

    def _labels(self, case: Case) -> Finding | None:
        """Whether all classes from number 128 on come back as numbers below zero."""
        labels, actual = case.working.labels, case.confirm.actual
        strange, lost = case.working.strange, labels < 0
        signed = all(name.removeprefix("-").isdigit() and name != "-1" for name in strange)
        if case.k <= _SIGNED or not strange or not signed:
            return None
        if (actual[lost] >= _SIGNED).mean() < _MOST:
            return None
        return self.finding(
            f"{int(lost.sum()):,} labels are below zero ({', '.join(strange)}), nearly all of them "
            f"for classes from number {_SIGNED} on.",
            0.9,
            "Labels are kept in 8 bits with a sign, which hold -128 to 127.",
            'labels.astype("int64")',
            strange=list(strange),
        )

    def _leap(self, case: Case) -> Finding | None:
        right, n = case.counted
        if right / n > _WELL * case.good or case.ramp is None or not 0 < case.ramp.leap < 254:
            return None
        level = case.ramp.leap
        found = self.finding(
            f"{share(right, n)}. One picture in all 256 brightnesses: from {level} to {level + 1} "
            "the answers leap as far as from white to black, everywhere else they go with it.",
            0.4 + 0.6 * (1 - right / n),
            f"Whole numbers of 8 bits run over above {level}: a cast to int8 or uint8 without "
            "scale and zero point, or arithmetic on uint8 (200 + 100 is 44, 100 - 128 is 228).",
            "pixels.astype(np.float32)  # before anything else; for a quantised input "
            "np.round(x / scale) + zero_point, clipped, and only then .astype(np.int8)",
            level=level,
        )
        return replace(found, final=True)
