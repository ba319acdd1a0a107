"""One answer for everything."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.measures.statistics import ALPHA, at_least

_SAME = 0.9  # of the pictures: a blank one here and there is no fault of the pipeline
_NAMED = 0.995  # where there are labels only: untrained networks have favourites


class ConstantAnswers(Check):
    """Do different pictures get different answers?"""

    name = "constant-answers"
    question = "Do different pictures get different answers?"
    well = "different answers to different pictures"
    alike = "an input in which nothing is left of the picture"
    ends = True
    symptom = True

    def examine(self, case: Case) -> Finding | None:
        """How often the commonest label comes, and whether the scores move at all."""
        answers, actual = case.working, case.confirm.actual
        label, count = _commonest(answers.labels)
        if not 0 <= label < case.k:
            return None  # a question of names or numbers
        expected = max(0.5, 2 * float(np.bincount(actual).max()) / len(actual))
        p_value = at_least(count, len(answers), min(expected, 0.95))
        if p_value >= ALPHA:
            return None
        drowned = case.drowned[0] if case.drowned else None
        if not drowned and not self._still(case):
            return None  # an untrained network has its favourites as well, up to always the same
        evidence = f"{count:,} of {len(answers):,} pictures are called {case.classes[label]}."
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
        """Whether nearly all pictures get the very same scores: nothing of them arrives."""
        scores = case.working.scores
        if scores is None:  # a favourite is no constant
            return _commonest(case.working.labels)[1] > _NAMED * len(case.working)
        near = 1e-6 * float(np.abs(scores).max())
        same = (np.abs(scores - np.median(scores, axis=0)) <= near).all(axis=1)
        return float(same.mean()) > _SAME


def _commonest(labels: np.ndarray) -> tuple[int, int]:
    values, counts = np.unique(labels, return_counts=True)
    return int(values[counts.argmax()]), int(counts.max())
