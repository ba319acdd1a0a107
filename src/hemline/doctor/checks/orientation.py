"""Pictures that are turned, mirrored or transposed."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck
from hemline.doctor.inputs.forms import SYMMETRIES, symmetry_code


class Orientation(RepairCheck):
    """Are the pictures upright for the network?"""

    name = "orientation"
    question = "Do pictures reach the network upright, neither turned nor mirrored nor transposed?"
    well = "upright pictures"

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
            f"pixels = {symmetry_code(place, case.material.form)}  # or remove what turns them",
        )
