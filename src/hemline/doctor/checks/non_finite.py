"""Answers that are not numbers."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding


class NonFinite(Check):
    """Are all answers finite?"""

    name = "non-finite"
    question = "Are all answers finite numbers?"
    well = "finite numbers"
    ends = True

    def examine(self, case: Case) -> Finding | None:
        """Each answer to the confirm sample."""
        bad = int((~case.received.finite).sum())
        if not bad:
            return None
        n = len(case.confirm)
        return self.finding(
            f"{bad:,} of {n:,} answers hold NaN or infinity.",
            max(0.6, bad / n),
            "A division by zero, a logarithm of zero, an overflow in float16, or weights that "
            "diverged in training.",
            "np.isfinite(scores).all()  # layer by layer, to find the first that is not",
            answers=bad,
            n=n,
        )
