"""What a check is, and what it finds."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hemline.doctor.case import Case
from hemline.evaluation import wilson_interval

CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        check: name of the check.
        question: that it asks.
        evidence: in numbers, one sentence or two.
        severity: 0 (cosmetic) to 1 (the answers are worth nothing).
        cause: the likely cause in plain words.
        mend: what to do, with a line of code where one exists.
        figures: the numbers of the evidence, for programs.
        explains: names of the checks whose findings vanish once this is mended.
        final: nothing after it can be judged.
        certainty: `certain` (the fault itself was seen or undone, and nothing else looks like it),
            `likely` (something else would look the same, and is rarer), or `possible` (something
            else was tried and explains nearly as much).
        runner_up: what else it may be, the likeliest first; empty where nothing is known.
    """

    check: str
    question: str
    evidence: str
    severity: float
    cause: str
    mend: str
    figures: dict[str, Any] = field(default_factory=dict)
    explains: tuple[str, ...] = ()
    final: bool = False
    certainty: str = CERTAIN
    runner_up: str = ""


class Check(ABC):
    """One question about a pipeline.

    Attributes:
        name: short and stable; programs go by it.
        question: what it asks, in a sentence.
        well: what is well where it finds nothing, in a few words.
        ends: nothing can be said about later questions once this one is answered badly.
        symptom: what it finds may come from a deeper cause, and goes away with that.
        costly: it asks about many more pictures, and is left out where there is no time.
        alike: what else would look the same from outside; empty where nothing is known.
    """

    name: ClassVar[str]
    question: ClassVar[str]
    well: ClassVar[str]
    ends: ClassVar[bool] = False
    symptom: ClassVar[bool] = False
    alike: ClassVar[str] = ""
    costly: ClassVar[bool] = False

    def applies(self, case: Case) -> bool:  # noqa: ARG002 - most checks always do
        """Whether there is anything to look at."""
        return True

    @abstractmethod
    def examine(self, case: Case) -> Finding | None:
        """Look; None if all is well."""

    def finding(
        self, evidence: str, severity: float, cause: str, mend: str, **figures: Any
    ) -> Finding:
        """A finding of this check."""
        severity = round(float(min(1.0, max(0.0, severity))), 2)
        return Finding(
            *(self.name, self.question, evidence, severity, cause, mend, figures),
            certainty=LIKELY if self.alike else CERTAIN,
            runner_up=self.alike,
        )


def share(right: int, n: int) -> str:
    """An accuracy with its interval, as evidence writes it."""
    low, high = wilson_interval(right, n)
    return f"{100 * right / n:.1f} % right (95 %: {100 * low:.1f} to {100 * high:.1f})"


def chance(p_value: float) -> str:
    """A p-value, as evidence writes it."""
    return "p < 1e-12" if p_value < 1e-12 else f"p = {p_value:.2g}"
