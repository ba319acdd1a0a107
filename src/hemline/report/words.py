"""What the page says in words: the verdict on several runs, and what each chart shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hemline.evaluation import paired_difference
from hemline.labels import CLASSES
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
    return Lead(best.name, second.name, *paired_difference(best.right, second.right))


def describe_charts(run: Examined) -> dict[str, str]:
    """A text alternative for every chart of a run."""
    evaluation, count = run.evaluation, len(run.right)
    said = {
        "confusion": f"Confusion matrix: {run.right.sum():,} of {count:,} pictures lie on the "
        "diagonal.",
        "classes": "Precision and recall of every class, the hardest class first; the table holds "
        "the same figures.",
        "reliability": "Reliability diagram: accuracy against confidence; expected calibration "
        f"error {evaluation.ece:.2%}.",
    }
    for actual, predicted, times in evaluation.most_confused(1):
        said["confusion"] += (
            f" Most often {CLASSES[actual]} is taken for {CLASSES[predicted]}: {times:,} times."
        )
    if run.epochs:
        said |= {key: _curves(run, key) for key in ("loss", "accuracy")}
    return said


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
