"""Two forms of the same model that do not agree."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, chance
from hemline.doctor.checks.repeatability import difference
from hemline.doctor.measures.statistics import mcnemar

_ROUNDING = 0.02  # of a probability: another runtime, or half precision, stays below


class Drift(Check):
    """Do two forms of the same model give the same answers?"""

    name = "drift"
    question = "Do the two forms of the model give the same answers?"
    well = "no drift between the two forms"

    def applies(self, case: Case) -> bool:
        """Where there is another form."""
        return case.against is not None

    def examine(self, case: Case) -> Finding | None:
        """Picture by picture."""
        here, there = case.working, case.against
        assert there is not None  # noqa: S101 - applies() has asked
        changed, n = int((here.labels != there.labels).sum()), len(here)
        largest = float(difference(here, there).max())
        if largest <= _ROUNDING and changed <= n // 1000:
            return None
        if changed <= n // 1000 and (here.decided or there.decided or here.form != there.form):
            return None
        actual = case.confirm.actual
        right, other = here.labels == actual, there.labels == actual
        worse, better = int((other & ~right).sum()), int((right & ~other).sum())
        p_value = min(1.0, 2 * min(mcnemar(worse, better), mcnemar(better, worse)))
        return self.finding(
            f"{changed:,} of {n:,} labels differ from {case.against_name}, and a probability by as "
            f"much as {largest:.2f}; {100 * right.mean():.1f} % right here, "
            f"{100 * other.mean():.1f} % there ({chance(p_value)}).",
            0.4 + 0.6 * changed / n,
            "The two do not share one preprocessing (another resize filter, say), or saving and "
            "loading changed the weights.",
            "Ship one model file with its preprocessing inside, and compare before shipping.",
            changed=changed,
            n=n,
            largest=largest,
        )
