"""One answer for everything."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.statistics import ALPHA, at_least
from hemline.labels import CLASSES


class ConstantAnswers(Check):
    """Do different pictures get different answers?"""

    name = "constant-answers"
    question = "Do different pictures get different answers?"
    ends = True
    symptom = True

    def examine(self, case: Case) -> Finding | None:
        """How often the commonest label comes, and whether the scores move at all."""
        answers, actual = case.working, case.confirm.actual
        label, count = _commonest(answers.labels)
        expected = max(0.5, 2 * float(np.bincount(actual, minlength=10).max()) / len(actual))
        p_value = at_least(count, len(answers), min(expected, 0.95))
        if p_value >= ALPHA:
            return None
        drowned = case.drowned[0] if case.drowned else None
        if not drowned and not self._still(case) and count < 0.99 * len(answers):
            return None  # an untrained network, say, has its favourites as well
        name = CLASSES[label] if 0 <= label < len(CLASSES) else str(label)
        evidence = f"{count:,} of {len(answers):,} pictures are called {name}."
        if drowned:
            evidence += f" Less the mean of each output, {100 * drowned:.0f} % are right."
        return self.finding(
            evidence,
            1.0,
            "One output drowns the others: a bias, or a threshold, that does not belong there."
            if drowned
            else "The pictures do not reach the last layer: a constant, an input that was "
            "overwritten or never filled, dead units, or training that collapsed.",
            "Compare the inputs of the last layer for two different pictures.",
            label=label,
            share=count / len(answers),
        )

    def _still(self, case: Case) -> bool:
        scores = case.working.scores
        return scores is None or bool(np.ptp(scores, axis=0).max() <= 1e-6 * np.abs(scores).max())


def _commonest(labels: np.ndarray) -> tuple[int, int]:
    values, counts = np.unique(labels, return_counts=True)
    return int(values[counts.argmax()]), int(counts.max())
