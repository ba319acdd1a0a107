"""The names of the classes in the model's own list."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.checks.label_order import abstains
from hemline.doctor.replies.answers import NAMES


class ClassNames(Check):
    """Is the model's own list of names in the order of its labels?"""

    name = "class-names"
    question = "Are the names those of the classes, in the order of the labels?"
    well = "the names of the classes"
    alike = "data whose own list of names is wrong"

    def applies(self, case: Case) -> bool:
        """Where the target brings a list, and the data another; or gives names."""
        return case.material.named and (bool(listed_classes(case)) or case.working.form == NAMES)

    def examine(self, case: Case) -> Finding | None:
        """Against the order that its answers follow, and the names that there are."""
        return self._misspelt(case) or self._unknown(case) or self._listed(case)

    def _misspelt(self, case: Case) -> Finding | None:
        """A name of no class that stands where a class is never named."""
        labels, actual, strange = case.working.labels, case.confirm.actual, case.working.strange
        named = np.bincount(labels[labels >= 0], minlength=case.k)
        missing = [c for c in np.unique(actual[labels < 0]) if not named[c]]
        if not missing or not _mostly_named(case):
            return None
        name = case.classes[int(np.bincount(actual[labels < 0], minlength=case.k).argmax())]
        return self.finding(
            f"{int((labels < 0).sum()):,} of {len(labels):,} answers bear the name "
            f"{' or '.join(map(repr, strange))}, which is of no class; {name} is never named.",
            0.8,
            f"{strange[0]!r} stands for {name!r}: the name is misspelt, or of another list.",
            f"classes = {list(case.classes)}",
            strange=list(strange),
        )

    def _unknown(self, case: Case) -> Finding | None:
        """Names of no class, of which doubt is no explanation."""
        labels, actual, strange = case.working.labels, case.confirm.actual, case.working.strange
        known = labels >= 0
        if case.working.form != NAMES or known.all() or abstains(case, labels, actual, known):
            return None
        return self.finding(
            f"{int((~known).sum()):,} of {len(labels):,} answers name no class of "
            f"{case.material.name} ({', '.join(map(repr, strange))}).",
            0.9,
            "The names of the classes are those of another list, or were written otherwise.",
            f"classes = {list(case.classes)}",
            strange=list(strange),
        )

    def _listed(self, case: Case) -> Finding | None:
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


def _mostly_named(case: Case) -> bool:
    """Whether most answers bear names of the classes, and the others none that is known."""
    labels = case.working.labels
    return case.working.form == NAMES and float((labels >= 0).mean()) > 1 / 2
