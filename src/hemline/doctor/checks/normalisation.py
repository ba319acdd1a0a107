"""Another mean and deviation than in training."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class OtherNormalisation(RepairCheck):
    """Are mean and deviation those of the training?"""

    name = "other-normalisation"
    question = "Are pixels normalised as in training?"
    well = "the normalisation"
    alike = (
        "colours or contrasts that were changed on purpose in training; statistics of batch norm "
        "that are not those of the training"
    )

    def examine(self, case: Case) -> Finding | None:
        """Whether undoing one usual normalisation for another restores the answers."""
        repair = self.repair(case, "normalisation") or self.repair(case, "each")
        if repair is None:
            return self._packed(case)
        scale = repair.after.scaling
        return self.from_repair(
            repair,
            f"with {scale.formula}",
            f"Brightness and contrast do not reach the network as in training: {scale.name}.",
            "Keep the normalisation inside the model, so that there is only one.",
        )

    def _packed(self, case: Case) -> Finding | None:
        repair = self.repair(case, "packing")
        if repair is None:
            return None
        return self.from_repair(
            repair,
            f"with {repair.after.scaling.name}",
            "Numbers are taken apart that hold three colours each (0xAARRGGBB, as in Android's "
            "bitmaps), and single values are handed over.",
            "pixels as they are, without >> 16 & 0xFF",
        )
