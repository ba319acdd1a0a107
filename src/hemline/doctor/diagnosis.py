"""The diagnosis: what an examination found, in words and for programs."""

from dataclasses import asdict, dataclass, field
from typing import Any

from hemline.doctor.case import Case
from hemline.doctor.checks import CHECKS, Finding


@dataclass(frozen=True)
class Diagnosis:
    """What an examination found.

    Attributes:
        target: what was examined.
        kind: run, onnx, keras, callable, server.
        data: the name of the pictures; sketches say so.
        wants: how the target wants its input.
        gives: what its answers are.
        findings: root cause first, then by severity.
        healthy: questions that were answered well, by name.
        accuracy: as counted, with interval and number of pictures; None where there was no answer.
        linear: what a linear classifier reaches on the same data; None where it was not asked.
        notes: what is worth knowing and is nothing wrong.
        case: everything that was asked, for pictures; not part of the JSON.
    """

    target: str
    kind: str
    data: str
    wants: str
    gives: str
    findings: tuple[Finding, ...]
    healthy: tuple[str, ...]
    accuracy: dict[str, Any] | None
    linear: float | None = None
    notes: tuple[str, ...] = ()
    case: Case | None = field(default=None, repr=False, compare=False)

    @property
    def is_healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def fine(self) -> list[str]:
        """What was asked and is well, in a few words each."""
        said = {check.name: check.well for check in reversed(CHECKS)}
        return list(dict.fromkeys(said[name] for name in self.healthy))

    @property
    def verdict(self) -> str:
        """The diagnosis in one sentence."""
        if self.findings:
            first = self.findings[0]
            more = len(self.findings) - 1
            besides = f" ({more} more finding{'s' if more > 1 else ''})" if more else ""
            return f"Broken: {first.check}{besides}. {first.cause}"
        assert self.accuracy is not None  # noqa: S101 - what is healthy has answered
        low, high = (100 * bound for bound in self.accuracy["interval"])
        share = f"{100 * self.accuracy['accuracy']:.1f} % right (95 %: {low:.1f} to {high:.1f})"
        if self.linear is not None and high < 100 * self.linear:
            linear = f"{100 * self.linear:.0f} %"
            return f"Weak, not broken: {share}; a linear classifier reaches {linear}."
        return f"Healthy: {share}."

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "target": self.target,
            "kind": self.kind,
            "data": self.data,
            "healthy": self.is_healthy,
            "verdict": self.verdict,
            "wants": self.wants,
            "gives": self.gives,
            "accuracy": self.accuracy,
            "linear_classifier": self.linear,
            "findings": [asdict(finding) for finding in self.findings],
            "fine": list(self.healthy),
            "notes": list(self.notes),
        }
