"""Answers that depend on the other pictures of the batch."""

import numpy as np

from hemline.doctor.answers import COLUMNS, Answers
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.checks.repeatability import difference
from hemline.doctor.probing import ask
from hemline.doctor.targets import ONE_BY_ONE, RefusedError
from hemline.doctor.unpacking import UnreadableError

_ALONE = 8
_TOGETHER = 16
_ROUNDING = 0.05  # of a probability: 8-bit mantissas in another order stay below 0.02
_MEND = "model.eval()  # Keras: model(x, training=False)"


class BatchDependence(Check):
    """Does a picture get the same answer whatever comes with it?"""

    name = "batch-dependence"
    question = "Does a picture get the same answer alone, among others, and among its like?"

    def applies(self, case: Case) -> bool:
        """Unless pictures go one at a time anyway."""
        return case.contract.way != ONE_BY_ONE and case.target.fixed_batch != 1

    def examine(self, case: Case) -> Finding | None:
        """Ask about pictures of the search sample again in other company."""
        together = case.answers(case.contract, case.search)
        like = np.argsort(case.search.actual, kind="stable")[:_TOGETHER]
        alone = np.arange(min(_ALONE, len(case.search)))
        try:
            parts = [self._ask(case, alone[place : place + 1]) for place in alone]
        except (RefusedError, UnreadableError) as error:
            return self._refusal(str(error))
        single = np.concatenate(
            [difference(one, together[[p]]) for p, one in zip(alone, parts, strict=True)]
        )
        again = self._ask(case, like)
        grouped = difference(again, together[like])
        largest = float(max(single.max(), grouped.max()))
        if largest <= _ROUNDING:
            return None
        over_batch = together.form == COLUMNS
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

    def _ask(self, case: Case, places: np.ndarray) -> Answers:
        return ask(case.target, case.contract, case.search.pixels[places])

    def _refusal(self, reason: str) -> Finding:
        return self.finding(
            f"Batches are answered, a single picture is not ({reason}).",
            0.5,
            "Batch normalisation is in training mode, or a squeeze removes the batch axis.",
            _MEND,
        )
