"""Pictures that do not arrive as pictures."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck
from hemline.doctor.scrambles import SCRAMBLES


class ScrambledPictures(RepairCheck):
    """Does a picture arrive as one?"""

    name = "scrambled-pictures"
    question = "Do the values of a picture reach the network where they belong?"

    def applies(self, case: Case) -> bool:
        """To grey pictures; of the channels of colour `channel-order` knows."""
        return case.material.form.channels == 1

    def examine(self, case: Case) -> Finding | None:
        """Whether pictures that a usual slip tears up as others are restore the answers."""
        repair = self.repair(case, "channels")
        if repair is None:
            return None
        slip = SCRAMBLES[repair.after.channels]
        return self.from_repair(repair, slip.name, slip.cause, slip.mend)
