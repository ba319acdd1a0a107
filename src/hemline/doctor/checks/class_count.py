"""The number of classes."""

from hemline.doctor.case import Case
from hemline.doctor.checks.answer_count import sides
from hemline.doctor.checks.base import Check, Finding


class ClassCount(Check):
    """Are there as many classes as the data have?"""

    name = "class-count"
    question = "Does every class have a value in the answers, and every value a class?"
    well = "as many outputs as classes"
    ends = True

    def examine(self, case: Case) -> Finding | None:
        """By the width of the answers, or the largest label."""
        answers = case.answers(case.contract, case.search)
        k = answers.classes
        if k in {1, *sides(case)} and not answers.finite.all():
            return None  # not a number of classes: other checks say what it is
        if k is None or k == case.k:
            return None
        fewer = k < case.k
        return self.finding(
            f"Each answer has {k} values; {case.material.name} has {case.k} classes.",
            0.8 if fewer else 0.4,
            "The last layer was made for another number of classes"
            + (", so some class can never be named." if fewer else ": spare outputs take a share."),
            f"Dense({case.k})  # or nn.Linear(..., {case.k})",
            classes=k,
        )
