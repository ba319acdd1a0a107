"""Count in is not count out."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding

_SIDES = {28, 784}


class AnswerCount(Check):
    """Is there one answer for each picture?"""

    name = "answer-count"
    question = "Does every picture get one answer, classes along the last axis?"
    ends = True

    def examine(self, case: Case) -> Finding | None:
        """By the shape of what comes back."""
        fault = case.reading.fault
        if fault is not None and not follows_input(fault.shape):
            return self.finding(
                f"In went {case.reading.form}, 7 pictures; back came {fault}.",
                1.0,
                "An axis is lost or mistaken: the batch was flattened, only the first picture is "
                "answered, or an arg-max ran over the batch instead of the classes.",
                "scores.argmax(axis=1)  # of scores (n, 10): one row a picture",
                shape=list(fault.shape or ()),
            )
        if fault is None and case.answers(case.contract, case.search).turned:
            return self.finding(
                f"{len(case.search)} pictures give shape (10, {len(case.search)}).",
                0.7,
                "The classes come first and the pictures second.",
                "scores.T",
            )
        return None


def follows_input(shape: tuple[int, ...] | None) -> bool:
    """Whether an output has the picture's own axes."""
    return shape is not None and len(shape) >= 2 and bool(_SIDES & set(shape[1:]))
