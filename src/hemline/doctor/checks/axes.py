"""A wrong axis that is silently accepted."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class AxisOrder(RepairCheck):
    """Is the layout that is accepted also the one that works?"""

    name = "axis-order"
    question = "Does the layout that is accepted also work?"
    well = "the order of the axes"

    def examine(self, case: Case) -> Finding | None:
        """Whether another layout restores the answers."""
        repair = self.repair(case, "layout")
        if repair is None or not repair.after.layout.is_plain:
            return None
        shape = ", ".join(map(str, repair.after.layout.shape))
        return self.from_repair(
            repair,
            f"as (n, {shape})",
            "The batch, channel or picture axes are mistaken for each other.",
            f"pixels.reshape(n, {shape})",
        )
