"""Count in is not count out."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.probing import probe_size


class AnswerCount(Check):
    """Is there one answer for each picture?"""

    name = "answer-count"
    question = "Does every picture get one answer, classes along the last axis?"
    ends = True

    def examine(self, case: Case) -> Finding | None:
        """By the shape of what comes back."""
        fault = case.reading.fault
        if fault is not None and not follows_input(fault.shape, case):
            return self.finding(
                f"In went {case.reading.form}, {probe_size(case.target)} pictures; back came "
                f"{fault}.",
                1.0,
                "An axis is lost or mistaken: the batch was flattened, only the first picture is "
                "answered, or an arg-max ran over the batch instead of the classes.",
                f"scores.argmax(axis=1)  # of scores (n, {case.k}): one row a picture",
                shape=list(fault.shape or ()),
            )
        if fault is None and case.answers(case.contract, case.search).turned:
            return self.finding(
                f"{len(case.search)} pictures give shape ({case.k}, {len(case.search)}).",
                0.7,
                "The classes come first and the pictures second.",
                "scores.T",
            )
        return None


def follows_input(shape: tuple[int, ...] | None, case: Case) -> bool:
    """Whether an output has the picture's own axes, rather than one of the classes."""
    if shape is None or len(shape) < 2:
        return False
    return bool(set(shape[1:]) & sides(case)) and shape[-1] != case.k


def sides(case: Case) -> set[int]:
    """The lengths of the axes that a picture has, flattened or not."""
    form = case.material.form
    return {form.height, form.width, form.height * form.width, form.values} - {case.k}
