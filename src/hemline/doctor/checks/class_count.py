"""The number of classes."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.labels import CLASSES


class ClassCount(Check):
    """Are there ten classes?"""

    name = "class-count"
    question = "Are there ten classes?"
    ends = True

    def examine(self, case: Case) -> Finding | None:
        """By the width of the answers, or the largest label."""
        answers = case.answers(case.contract, case.search)
        k = answers.classes
        if k in {1, 28, 784} and not answers.finite.all():
            return None  # not a number of classes: other checks say what it is
        if k is None or k == len(CLASSES):
            return None
        fewer = k < len(CLASSES)
        return self.finding(
            f"Each answer has {k} values; Fashion-MNIST has {len(CLASSES)} classes.",
            0.8 if fewer else 0.4,
            "The last layer was made for another number of classes"
            + (", so some class can never be named." if fewer else ": spare outputs take a share."),
            "Dense(10)  # or nn.Linear(..., 10)",
            classes=k,
        )
