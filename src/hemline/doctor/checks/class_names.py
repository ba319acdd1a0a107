"""The names of the classes in the model's own list."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.labels import CLASSES


class ClassNames(Check):
    """Is the model's own list of names in the order of its labels?"""

    name = "class-names"
    question = "Is the model's own list of class names in the order of the labels?"

    def applies(self, case: Case) -> bool:
        """Where the target brings a list."""
        return bool(case.target.facts.get("hemline", {}).get("classes"))

    def examine(self, case: Case) -> Finding | None:
        """Against the order that its answers follow."""
        names = list(case.target.facts["hemline"]["classes"])
        if names == list(CLASSES):
            return None
        wrong = [i for i, name in enumerate(names) if name != CLASSES[i : i + 1][0]]
        return self.finding(
            f"The model file calls label {wrong[0]} {names[wrong[0]]!r}; it means "
            f"{CLASSES[wrong[0]]!r}. In all {len(wrong)} names are out of place.",
            0.8,
            "The list of names was written in another order than the labels.",
            f"classes = {list(CLASSES)}",
            names=names,
        )
