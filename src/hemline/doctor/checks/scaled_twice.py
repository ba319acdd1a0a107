"""Pixels that are scaled twice."""

from dataclasses import replace

from hemline.doctor.case import FAINT, Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck


class ScaledTwice(RepairCheck):
    """Is the scaling done once?"""

    name = "scaled-twice"
    question = "Are pixels scaled once, not twice?"
    well = "scaled once"
    alike = "pixels that are divided here and were not in training"

    def examine(self, case: Case) -> Finding | None:
        """Whether numbers of another order, which nobody would want, restore the answers."""
        repair = self.repair(case, "scale")
        if repair is None:
            return self._faint(case)
        scale, before = repair.after.scaling, repair.before.scaling
        if case.reading.promised and scale.factor < before.factor:
            return None
        return self.from_repair(
            repair,
            f"with {scale.name}",
            "Pixels are divided by 255 twice: in the pipeline, and again in the network. Or they "
            "are divided here, and were not in training.",
            "Remove one of the two divisions: the Rescaling layer, or the / 255 before it.",
        )

    def _faint(self, case: Case) -> Finding | None:
        """For a target that takes whole numbers only, so that none larger can be tried."""
        if case.elastic or case.drowned is None or case.drowned[1] > FAINT:
            return None
        right, moves = case.drowned
        found = self.finding(
            f"From picture to picture the scores move by {moves:.2g} nats only; less the mean of "
            f"each output they name {100 * right:.0f} % rightly, which no untrained network does.",
            1.0,
            "The pictures reach the network far too faint: pixels are divided by 255 twice.",
            "Remove one of the two divisions: the Rescaling layer, or the / 255 before it.",
            moves=moves,
            centred_accuracy=right,
        )
        return replace(found, final=True)
