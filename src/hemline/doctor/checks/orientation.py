"""Pictures that are turned, mirrored or transposed."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck
from hemline.doctor.forms import SYMMETRIES, SYMMETRY_CODE


class Orientation(RepairCheck):
    """Are the pictures upright for the network?"""

    name = "orientation"
    question = "Do pictures reach the network upright, under none of the square's symmetries?"

    def examine(self, case: Case) -> Finding | None:
        """Whether one of the other seven symmetries restores the answers."""
        repair = self.repair(case, "symmetry")
        if repair is None:
            return None
        place = repair.after.symmetry
        return self.from_repair(
            repair,
            SYMMETRIES[place],
            "Rows and columns are exchanged or reversed on the way to the network: a transpose, "
            "a reshape in another order, a flip.",
            f"pixels = {SYMMETRY_CODE[place]}  # or remove what turns them",
        )
