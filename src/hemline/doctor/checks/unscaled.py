"""Pixels that are not scaled at prediction."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class UnscaledInput(RepairCheck):
    """Is what reaches the network scaled as in training?"""

    name = "unscaled-input"
    question = "Are pixels scaled on their way to the network?"
    well = "the scale of the input"
    alike = "a program that scales before it calls (then say what is wanted: 0..1)"

    def examine(self, case: Case) -> Finding | None:
        """Whether far smaller numbers restore the answers."""
        repair = self.repair(case, "scale")
        if repair is None or not case.reading.promised:
            return None
        scale = repair.after.scaling
        if scale.factor > repair.before.scaling.factor:
            return None
        mend = f"predict({scale.code or 'pixels / 255'})"
        if not case.elastic:  # the fainter numbers that were tried are whole, and lose most greys
            mend = "x = x / 255  # in the pipeline, between the whole numbers and the network"
        elif case.target.kind == "callable":
            mend += "  # if your program does this before the call, say so: wants='0..1'"
        return self.from_repair(
            repair,
            f"with {scale.name}",
            "The network was trained on small numbers (0..1, say) and is given 0..255.",
            mend,
        )
