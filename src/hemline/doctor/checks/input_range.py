"""Pictures whose numbers are out of range before any model has seen them."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding


class InputRange(Check):
    """Are the numbers of the pictures given in 0..255, or in 0..1?"""

    name = "input-range"
    question = "Are the pictures given whole numbers 0..255, or fractions 0..1?"
    well = "the numbers of the pictures given"

    def examine(self, case: Case) -> Finding | None:
        """As they came, before they were brought to pixels."""
        if not case.material.faults:
            return None
        return self.finding(
            f"In the pictures given, {' and '.join(case.material.faults)}.",
            0.6,
            "The pictures were normalised, or computed with, before they were handed over.",
            "Pass the original uint8 pixels; the pipeline under examination does the rest.",
            faults=list(case.material.faults),
        )
