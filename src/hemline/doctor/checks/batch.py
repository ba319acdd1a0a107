"""Answers that depend on the other pictures of the batch."""

import numpy as np

from hemline.doctor.asking import ask
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.checks.repeatability import ROUNDING, by_company, difference
from hemline.doctor.replies.answers import COLUMNS, PROBABILITIES, Answers

_TOGETHER = 16
_MEND = "model.eval()  # Keras: model(x, training=False)"


class BatchDependence(Check):
    """Does a picture get the same answer whatever comes with it?"""

    name = "batch-dependence"
    question = "Does a picture get the same answer alone, among others, and among its like?"
    well = "no dependence on the batch"
    alike = "axes that are mixed up between pictures"

    def applies(self, case: Case) -> bool:
        """Unless pictures go one at a time anyway."""
        return case.in_batches

    def examine(self, case: Case) -> Finding | None:
        """Ask about pictures of the search sample again in other company."""
        together = case.answers(case.contract, case.search)
        like = np.argsort(case.search.actual, kind="stable")[:_TOGETHER]
        if isinstance(case.alone, str):
            return self._refusal(case.alone)
        single = by_company(case)
        again = ask(case.target, case.contract, case.search.pixels[like])
        grouped = difference(again, together[like])
        totals = _totals(case.alone, together[: len(case.alone)])
        largest = float(max(single.max(), grouped.max(), totals))
        if largest <= ROUNDING:
            return None
        over_batch = COLUMNS in {together.form, case.alone.form} or totals > ROUNDING
        cause = "Batch normalisation is in training mode: it uses the batch's own mean."
        if over_batch:
            cause = "The softmax runs over the batch instead of the classes: columns sum to 1."
        return self.finding(
            f"The same pictures, alone and in other company: a probability changes by as much as "
            f"{largest:.2f}, by {single.mean():.2f} on average when alone.",
            0.5 + min(0.5, largest / 2),
            cause + ("" if over_batch else " Or axes are mixed up between pictures."),
            "softmax(scores, axis=1)" if over_batch else _MEND,
            largest=largest,
            alone=float(single.mean()),
        )

    def _refusal(self, reason: str) -> Finding:
        return self.finding(
            f"Batches are answered, a single picture is not ({reason}).",
            0.5,
            "Batch normalisation is in training mode, or a squeeze removes the batch axis.",
            _MEND,
        )


def _totals(alone: Answers, together: Answers) -> float:
    """By how much of its sum a row of shares changes; 0 for what is no row of shares."""
    if alone.form != PROBABILITIES or alone.scores is None or together.scores is None:
        return 0.0
    if alone.scores.shape != together.scores.shape or together.scores.min() < 0:
        return 0.0
    sums = [scores.sum(axis=1) for scores in (alone.scores, together.scores)]
    return float(np.abs(sums[1] / sums[0] - 1).max())
