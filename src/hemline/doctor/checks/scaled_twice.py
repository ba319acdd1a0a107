"""Pixels that are scaled twice."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class ScaledTwice(RepairCheck):
    """Is the scaling done once?"""

    name = "scaled-twice"
    question = "Are pixels scaled once, not twice?"

    def examine(self, case: Case) -> Finding | None:
        """Whether numbers of another order, which nobody would want, restore the answers."""
        repair = self.repair(case, "scale")
        if repair is None:
            return None
        scale, before = repair.after.scaling, repair.before.scaling
        if case.reading.promised and scale.factor < before.factor:
            return None
        return self.from_repair(
            repair,
            f"with {scale.name}",
            "Pixels are divided by 255 twice: in the pipeline, and again in the network (or in "
            "training but not here).",
            "Remove one of the two divisions: the Rescaling layer, or the / 255 before it.",
        )
