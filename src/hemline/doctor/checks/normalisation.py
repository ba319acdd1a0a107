"""Another mean and deviation than in training."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class OtherNormalisation(RepairCheck):
    """Are mean and deviation those of the training?"""

    name = "other-normalisation"
    question = "Are pixels normalised as in training?"

    def examine(self, case: Case) -> Finding | None:
        """Whether undoing one usual normalisation for another restores the answers."""
        repair = self.repair(case, "normalisation") or self.repair(case, "each")
        if repair is None:
            return None
        scale = repair.after.scaling
        return self.from_repair(
            repair,
            f"with {scale.formula}",
            f"Brightness and contrast do not reach the network as in training: {scale.name}.",
            "Keep the normalisation inside the model, so that there is only one.",
        )
