"""The same pictures asked about twice."""

import numpy as np

from hemline.doctor.answers import Answers
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.probing import ask

_ROUNDING = 1e-3  # of a probability: threads that add in another order differ by far less


class Repeatability(Check):
    """Does the same picture get the same answer twice?"""

    name = "nondeterministic"
    question = "Does the same picture get the same answer when asked again?"

    def examine(self, case: Case) -> Finding | None:
        """Ask for the search sample again."""
        first = case.answers(case.contract, case.search)
        again = ask(case.target, case.contract, case.search.pixels)
        changed = int((first.labels != again.labels).sum())
        largest = difference(first, again).max()
        if largest <= _ROUNDING and not changed:
            return None
        n = len(case.search)
        return self.finding(
            f"Asked twice about the same {n} pictures, {changed} labels changed and a probability "
            f"by as much as {largest:.2f}.",
            0.5 + 0.5 * changed / n,
            "Dropout or random augmentation is still at work, as in training.",
            "model.eval()  # Keras: model(x, training=False)",
            changed=changed,
            n=n,
            largest=float(largest),
        )


def difference(first: Answers, second: Answers) -> np.ndarray:
    """The largest change of a probability for each picture, `(n,)`; 1 for a changed label."""
    changes: np.ndarray
    if first.logs is None or second.logs is None or first.classes != second.classes:
        changes = first.labels != second.labels
        return changes.astype(float)
    changes = np.abs(np.exp(first.logs) - np.exp(second.logs)).max(axis=1)
    return changes
