"""Answers that come in another order than the pictures."""

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.asking import ask
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.checks.repeatability import ROUNDING, difference
from hemline.doctor.measures.statistics import best_assignment
from hemline.doctor.replies.answers import Answers, Scores

_MOVED = 3  # pictures that have to be elsewhere: two alike may change places by rounding
_ALIKE = 0.95  # of the rows: some lie close enough to change places by rounding
_MEND = "DataLoader(pictures, shuffle=False)  # and answers put back where their pictures were"


class OrderLost(Check):
    """Is the third answer that of the third picture?"""

    name = "order-lost"
    question = "Do the answers come in the order of the pictures?"
    well = "the order of the answers"
    ends = True

    def applies(self, case: Case) -> bool:
        """Unless pictures go one at a time anyway."""
        return case.in_batches

    def examine(self, case: Case) -> Finding | None:
        """Whether pictures asked one by one get the answers that they get together, elsewhere."""
        alone = case.alone
        if isinstance(alone, str):
            return None
        if found := self._each_time(case):
            return found
        n = len(alone)
        if _same(alone, case.answers(case.contract, case.search)[:n]).diagonal().all():
            return None
        together = ask(case.target, case.contract, case.search.pixels[:n])
        order = _order(_same(alone, together))
        right = [int((of.labels == case.search.actual[:n]).sum()) for of in (alone, together)]
        moved = int((alone.labels != together.labels).sum())
        if order is None or min(moved, right[0] - right[1]) < _MOVED:
            return None
        return self.finding(
            f"{n} pictures asked together get the very answers that they get one by one, but "
            f"{_described(order)}: {right[1]} of {n} right together, {right[0]} one by one.",
            1.0,
            "The order is lost on the way: a loader shuffles or sorts, or parts of the batch are "
            "put together in another order.",
            _MEND,
            order=order.tolist(),
            right_alone=right[0],
            right_together=right[1],
            n=n,
        )

    def _each_time(self, case: Case) -> Finding | None:
        """Whether the same pictures, asked about twice, get the same answers in two orders."""
        first = case.answers(case.contract, case.search)
        again = case.again
        moved = int((difference(first, again) > ROUNDING).sum())
        if moved < _MOVED or first.scores is None or again.scores is None:
            return None
        if first.scores.shape != again.scores.shape or not _alike(first.scores, again.scores):
            return None
        n = len(first)
        return self.finding(
            f"Asked twice about the same {n} pictures, {moved} answers are elsewhere: the same "
            "ones came back, in another order.",
            1.0,
            "The order is lost on the way: answers are taken as they are completed, or a loader "
            "shuffles.",
            "executor.map(...) instead of as_completed(...); DataLoader(pictures, shuffle=False)",
            moved=moved,
            n=n,
        )


def _alike(first: Scores, second: Scores) -> bool:
    """Whether two sets of rows are the same but for their order and rounding."""
    both = [np.round(rows, 4)[np.lexsort(np.round(rows, 4).T)] for rows in (first, second)]
    return float((np.abs(both[0] - both[1]).max(axis=1) <= ROUNDING).mean()) > _ALIKE


def _same(alone: Answers, together: Answers) -> NDArray[np.bool_]:
    """Whether the answer to picture i alone is answer j of those given together, `(n, n)`."""
    places = range(len(alone))
    return np.stack([difference(alone[[i] * len(alone)], together) <= ROUNDING for i in places])


def _order(same: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """For each answer given together the picture that it belongs to; None if there is no such."""
    places = best_assignment(same.astype(np.int64))
    return np.argsort(places) if same[np.arange(len(same)), places].all() else None


def _described(order: NDArray[np.int64]) -> str:
    n = len(order)
    if (order == np.arange(n)[::-1]).all():
        return "in reverse"
    step = int(order[0])
    if (order == np.roll(np.arange(n), -step)).all():
        return f"moved by {step if step <= n // 2 else step - n}"
    return "in another order"
