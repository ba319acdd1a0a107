"""Labels permuted or shifted."""

from dataclasses import replace

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import CERTAIN, Check, Finding, chance, share
from hemline.doctor.measures.statistics import ALPHA, at_least, best_assignment, holm, mcnemar
from hemline.doctor.replies.answers import NAMES
from hemline.evaluation import confusion_matrix

_ANSWERED = 0.3  # of the pictures: who abstains more often than this names too little to judge
_SURE = 0.97  # of what a linear classifier reaches, by whoever leaves out what is doubtful
_FEW = 20  # pictures of a class: of so many one at least is named rightly all the same


class LabelOrder(Check):
    """Does label 3 mean the class that is number 3?"""

    name = "label-order"
    question = "Do the labels mean the classes that their numbers stand for?"
    well = "the order of the labels"
    alike = "of two classes, an input that makes one look like the other"

    def examine(self, case: Case) -> Finding | None:
        """Assignment problem on the confusion of one half, judged on the other half."""
        labels, actual = case.working.labels, case.confirm.actual
        k = case.k
        first = int(labels.min() >= 1 and labels.max() == k)  # counted from 1?
        places = labels - first
        known = (places >= 0) & (places < k)
        doubts = len(case.working.strange) < 2 or case.working.form == NAMES  # in one number
        if not known.all() and not (doubts and abstains(case, places, actual, known)):
            named = case.working.form == NAMES  # then it is a matter of the names
            return None if named else self._unknown(case, labels)
        labels, actual, places = labels[known], actual[known], places[known]
        half = len(labels) // 2
        given = np.array(best_assignment(confusion_matrix(places[:half], actual[:half], k))) + first
        before = labels[half:] == actual[half:]
        after = labels[half:] == given[actual[half:]]
        p_value = mcnemar(int((after & ~before).sum()), int((before & ~after).sum()))
        moved = [c for c in range(k) if given[c] != c]
        if p_value >= ALPHA:
            return None
        # Who is this seldom right by the numbers has them wrong, however little fits instead.
        named = float(before.mean()) > case.reach.line_named
        if named and not self._both_ways(labels, actual, given, moved):
            return None
        return self._report(case, before, after, given, moved, p_value)

    def _both_ways(
        self, labels: np.ndarray, actual: np.ndarray, given: np.ndarray, moved: list[int]
    ) -> bool:
        """Whether each moved class itself prefers its new label to its own number.

        A weak model that takes coats for shirts gains by renaming one of them, but then its shirts
        do not call themselves coats.
        """
        values = []
        for c in moved:
            mine = labels[actual == c]
            there, here = int((mine == given[c]).sum()), int((mine == c).sum())
            values.append(at_least(there, there + here, 0.5) if there + here else 1.0)
        sure = sum(value < 0.01 for value in holm(values))
        # Of a whole permutation a class or two may be too rare in a weak model's answers to tell.
        return sure >= max(2, len(moved) - 2) if len(moved) > 3 else sure == len(moved)

    def _report(
        self,
        case: Case,
        before: np.ndarray,
        after: np.ndarray,
        given: np.ndarray,
        moved: list[int],
        p_value: float,
    ) -> Finding:
        n, kept, best = len(before), int(before.sum()), int(after.sum())
        shifts = {int(given[c]) - c for c in moved}
        names = ", ".join(f"{case.classes[c]} is given {int(given[c])}" for c in moved[:3])
        shift = next(iter(shifts))
        one = len(moved) >= case.k - 1 and len({s % case.k for s in shifts}) == 1
        how = _order(case.classes, given)
        if one and len(shifts) <= 2 and case.k > 2:
            how = f"shifted by {shift:+d}"
        found = self.finding(
            f"By their numbers {share(kept, n)}; with the labels {how} ({names}"
            f"{', ...' if len(moved) > 3 else ''}) {100 * best / n:.1f} % of the same {n:,} "
            f"pictures ({chance(p_value)}).",
            0.4 + 0.6 * max(0.0, (best - kept) / max(best, 1)),
            "The classes were numbered otherwise in training: in alphabetical order, from 1, or "
            "by a list of names in another order."
            + (" Or the last layer was made anew." if best < n / 2 else ""),
            f"label = np.argsort({given.tolist()})[label]"
            if not one
            else f"label = (label {'+-'[shift > 0]} {abs(shift)}) % {case.k}",
            order=given.tolist(),
            accuracy=[kept / n, best / n],
            p_value=p_value,
            n=n,
        )
        return found if case.k == 2 else replace(found, certainty=CERTAIN, runner_up="")

    def _unknown(self, case: Case, labels: np.ndarray) -> Finding | None:
        strange = (labels < 0) | (labels >= case.k)
        values = sorted({int(label) for label in labels[strange]})[:5]
        shown = list(case.working.strange) or [str(value) for value in values if value >= 0]
        return self.finding(
            f"{int(strange.sum()):,} of {len(labels):,} answers name no class of "
            f"{case.material.name}" + (f" ({', '.join(shown)})." if shown else "."),
            0.9,
            "The numbers of the classes are those of another list.",
            f"classes = {list(case.classes)}",
            answers=int(strange.sum()),
            strange=list(case.working.strange),
        )


def _order(classes: tuple[str, ...], given: np.ndarray) -> str:
    """What order of the labels this is, where it is a usual one."""
    for key in (str, str.casefold):
        listed = sorted(classes, key=key)
        if [listed.index(name) for name in classes] == given.tolist():
            return "in alphabetical order, as ImageFolder and its like number folders"
    return "in another order"


def abstains(case: Case, labels: np.ndarray, actual: np.ndarray, known: np.ndarray) -> bool:
    """Whether the answers that name no class are "don't know" among sound ones.

    Doubt leaves some of every class and makes what is said the surer. A class that is missing from
    the names never gets its own.
    """
    right = np.bincount(actual[labels == actual], minlength=case.k)
    counts = np.bincount(actual, minlength=case.k)
    spared = (right > 0) | (counts < _FEW)
    said = known.mean() >= _ANSWERED and (labels == actual)[known].mean() >= _SURE * case.good
    in_doubt = np.bincount(actual[~known], minlength=case.k)
    few = known.mean() > 1 / 2 and bool((right >= in_doubt).all())
    return bool(spared.all() and (said or few))
