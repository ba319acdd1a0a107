"""Arithmetic on whole numbers of eight bits."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class IntegerOverflow(RepairCheck):
    """Are pixels computed with in numbers that can hold the result?"""

    name = "integer-overflow"
    question = "Do the same numbers get the same answers in a wider type?"

    def examine(self, case: Case) -> Finding | None:
        """Whether the very same values, in a type that cannot run over, restore the answers."""
        repair = self.repair(case, "overflow")
        if repair is None:
            return None
        return self.from_repair(
            repair,
            f"with the same values as {repair.after.dtype}",
            "Whole numbers of 8 bits run over: 200 + 100 is 44, and 100 - 128 is 228.",
            f'pixels.astype("{repair.after.dtype}")  # before anything is added, multiplied or '
            "taken away",
        )
