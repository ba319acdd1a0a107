"""Dark garments on white."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class InvertedBrightness(RepairCheck):
    """Is the background dark?"""

    name = "inverted-brightness"
    question = "Is the garment bright and the background black for the network too?"

    def examine(self, case: Case) -> Finding | None:
        """Whether negatives restore the answers."""
        repair = self.repair(case, "inversion")
        if repair is None:
            return None
        return self.from_repair(
            repair,
            "as negatives",
            "Brightness is inverted on the way to the network, or was in training.",
            "pixels = 255 - pixels  # or remove the inversion that is there",
        )
