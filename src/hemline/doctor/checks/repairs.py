"""What the checks of the input share: a repair that the search has confirmed."""

from dataclasses import replace

from hemline.doctor.case import Case
from hemline.doctor.checks.base import LIKELY, POSSIBLE, Check, Finding, chance, share
from hemline.doctor.search.confirming import Repair, Rival

_NEARLY = 0.9  # of what the repair gains


class RepairCheck(Check):
    """A check that the search for the working form has already answered."""

    symptom = False

    def repair(self, case: Case, family: str) -> Repair | None:
        """The confirmed change of one family, if there is one."""
        return next((repair for repair in case.repairs if repair.family == family), None)

    def evidence(self, repair: Repair, how: str) -> str:
        """Before and after on the same pictures."""
        before, after = repair.right
        text = (
            f"As they are: {share(before, repair.n)}; {how}: {100 * after / repair.n:.1f} % of "
            f"the same {repair.n:,} pictures ({chance(repair.p_value)})."
        )
        if repair.loss and repair.loss[1] < 0.8 * repair.loss[0]:
            text += f" Loss {repair.loss[0]:.2f} before, {repair.loss[1]:.2f} after."
        return text

    def from_repair(self, repair: Repair, how: str, cause: str, mend: str) -> Finding:
        """A finding whose severity is the share of the answers that the fault costs."""
        before, after = (right / repair.n for right in repair.right)
        lost = max(0.0, after - before) / max(after, 1e-9)
        found = self.finding(
            self.evidence(repair, how),
            0.4 + 0.6 * lost,
            cause,
            mend,
            accuracy=[before, after],
            n=repair.n,
            p_value=repair.p_value,
            loss=list(repair.loss) if repair.loss else None,
            contract=str(repair.before),
            works=str(repair.after),
        )
        return found if repair.rival is None else _beside(found, repair.rival)


def _beside(found: Finding, rival: Rival) -> Finding:
    """How sure a finding is beside another change that helps, too."""
    return replace(
        found,
        certainty=POSSIBLE if rival.share > _NEARLY and not rival.kin else LIKELY,
        runner_up="; ".join(
            filter(None, (f"{rival.change}: {100 * rival.accuracy:.1f} % right", found.runner_up))
        ),
    )
