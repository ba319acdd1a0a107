"""The names of the classes in the model's own list."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding


class ClassNames(Check):
    """Is the model's own list of names in the order of its labels?"""

    name = "class-names"
    question = "Is the model's own list of class names in the order of the labels?"

    def applies(self, case: Case) -> bool:
        """Where the target brings a list, and the data another."""
        return case.material.named and bool(listed_classes(case))

    def examine(self, case: Case) -> Finding | None:
        """Against the order that its answers follow."""
        names, meant = listed_classes(case), case.classes
        label_of = case.material.vocabulary.label_of
        wrong = [i for i, name in enumerate(names[: case.k]) if label_of(name) != i]
        if not wrong:
            return None
        return self.finding(
            f"The model file calls label {wrong[0]} {names[wrong[0]]!r}; it means "
            f"{meant[wrong[0]]!r}. In all {len(wrong)} names are out of place.",
            0.8,
            "The list of names was written in another order than the labels.",
            f"classes = {list(meant)}",
            names=names,
        )


def listed_classes(case: Case) -> list[str]:
    """The names that a Hemline model file gives its labels; empty for anything else."""
    return [str(name) for name in case.target.facts.get("hemline", {}).get("classes", [])]
