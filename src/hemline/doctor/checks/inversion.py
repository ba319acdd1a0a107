"""Negatives."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class InvertedBrightness(RepairCheck):
    """Are bright and dark what they are in the pictures?"""

    name = "inverted-brightness"
    question = "Do bright and dark reach the network as they are in the pictures?"
    well = "bright and dark"

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
