"""Values that are handed out as probabilities and are none."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.replies.answers import BOUNDED, COLUMNS, LOG_PROBABILITIES, LOGITS


class WrongSoftmax(Check):
    """Are probabilities what they are called?"""

    name = "wrong-softmax"
    question = "Are values that are given as probabilities from 0 to 1, and do they sum to 1?"
    well = "probabilities that sum to 1"

    def examine(self, case: Case) -> Finding | None:
        """Sums and ranges; logits that nobody calls probabilities are well."""
        answers = case.answers(case.best, case.search)
        if answers.scores is None:
            return None
        called = case.target.promises_probabilities
        wrong = answers.form in {BOUNDED, COLUMNS}
        if not wrong and not (called and answers.form in {LOGITS, LOG_PROBABILITIES}):
            return None
        sums = answers.scores.sum(axis=1)
        low, high = float(answers.scores.min()), float(answers.scores.max())
        if wrong:
            cause = "The last function is a sigmoid, or a softmax over the wrong axis."
        else:
            cause = "Logits are handed out under the name of probabilities: there is no softmax."
        return self.finding(
            f"Rows sum to {np.median(sums):.3g} ({sums.min():.3g} to {sums.max():.3g}), values "
            f"run from {low:.3g} to {high:.3g}.",
            0.4,
            cause,
            "probabilities = softmax(logits, axis=1)",
            lowest=low,
            highest=high,
            sums=[float(sums.min()), float(sums.max())],
        )
