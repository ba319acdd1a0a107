"""What the page says in words: the verdict on several runs, and what charts and tables show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hemline.report.examined import Examined


@dataclass(frozen=True)
class Lead:
    """How far the best run is ahead of the next, on the same pictures.

    Attributes:
        best, next: names of the runs.
        gain: difference of their accuracies.
        interval: of the difference, 95 %.
    """

    best: str
    next: str
    gain: float
    interval: tuple[float, float]

    @property
    def decided(self) -> bool:
        """Whether chance alone does not explain the difference."""
        return self.interval[0] > 0


def lead_of(runs: Sequence[Examined]) -> Lead | None:
    """The best run beside the second best; None for a single one."""
    if len(runs) < 2:
        return None
    best, second = sorted(runs, key=lambda run: -run.evaluation.accuracy)[:2]
    return Lead(best.name, second.name, *best.gain_over(second))


def describe_parts(run: Examined) -> dict[str, str]:
    """A sentence on the confusion matrix, and a text alternative for every chart of a run."""
    evaluation, classes = run.evaluation, run.dataset.classes
    said = {
        "confusion": f"{run.right.sum():,} of {len(run.right):,} test pictures lie on the "
        "diagonal.",
        "reliability": "Reliability diagram: accuracy against confidence; expected calibration "
        f"error {evaluation.ece:.2%}.",
    }
    for actual, predicted, count in evaluation.most_confused(1):
        if count > 1:
            said["confusion"] += (
                f" Most often {classes[actual]} is taken for {classes[predicted]}: {times(count)}."
            )
    if run.epochs:
        said |= {key: _curves(run, key) for key in ("loss", "accuracy")}
    return said


def times(count: int) -> str:
    """How often something happened."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _curves(run: Examined, key: str) -> str:
    parts = [
        f"{name} from {_figure(first, key)} to {_figure(last, key)}"
        for name, first, last in _ends(run.epochs, key)
    ]
    kept = f"; epoch {run.kept} kept" if run.kept else ""
    return f"{key.capitalize()} over {len(run.epochs)} epochs: {', '.join(parts)}{kept}."


def _ends(epochs: list[dict[str, Any]], key: str) -> list[tuple[str, float, float]]:
    """Name, first and last value of each curve that there is."""
    curves = (("training", key), ("validation", f"validation_{key}"))
    ends = [(name, epochs[0][column], epochs[-1][column]) for name, column in curves]
    return [(name, first, last) for name, first, last in ends if first is not None]


def _figure(value: float, key: str) -> str:
    return f"{value:.2%}" if key == "accuracy" else f"{value:.4f}"
