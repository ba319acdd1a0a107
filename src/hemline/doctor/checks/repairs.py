"""What the checks of the input share: a repair that the search has confirmed."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, chance, share
from hemline.doctor.confirming import Repair


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
        return self.finding(
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
