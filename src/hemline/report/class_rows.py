"""Figures class by class for people: the hardest first, each with a bar to compare them by."""

from dataclasses import dataclass
from math import floor

from hemline.evaluation import ClassFigures, Evaluation

_SHOWN = 20  # classes: of more the hardest are shown, and all of them on demand


@dataclass(frozen=True)
class ClassRows:
    """What is shown of the classes.

    Attributes:
        hardest: shown at once, that with the lowest F1 first.
        every: all of them in the order of the labels, where they are more than that.
        untested: names of those without a test picture, the first few; and how many more.
        low: share at which the bars begin; they end at 1.
    """

    hardest: list[ClassFigures]
    every: list[ClassFigures]
    untested: tuple[list[str], int]
    low: float

    def along(self, share: float) -> str:
        """Where on a bar a share lies, in percent."""
        return f"{100 * max(0.0, share - self.low) / (1 - self.low):.1f}"


def class_rows(evaluation: Evaluation) -> ClassRows:
    """The classes that have pictures, hardest first, and a bar that holds all their figures."""
    hardest, untested = evaluation.hardest[:_SHOWN], evaluation.untested
    every = evaluation.per_class if len(evaluation.per_class) > _SHOWN else []
    least = min(min(row.precision, row.recall_interval[0]) for row in hardest)
    return ClassRows(
        hardest,
        every,
        (untested[:_SHOWN], len(untested[_SHOWN:])),
        min(0.9, floor(10 * least) / 10),
    )
