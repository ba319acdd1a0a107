"""Count in is not count out."""

from dataclasses import replace

import numpy as np

from hemline.doctor.asking import ask, probe_size
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import RefusedError

_MANY = 140  # pictures: more than most batches
_SIZES = (7, 50, 131, 300, 500)  # pictures, of which batches of every usual size leave some over


class AnswerCount(Check):
    """Is there one answer for each picture?"""

    name = "answer-count"
    question = "Does every picture get one answer, classes along the last axis?"
    well = "one answer a picture"
    ends = True

    def examine(self, case: Case) -> Finding | None:
        """By the shape of what comes back."""
        fault = case.reading.fault
        if fault is not None and not follows_input(fault.shape, case):
            if counts := _counts(case):
                return self._dropped(counts)
            return self.finding(
                f"In went {case.reading.form}, {probe_size(case.target)} pictures; back came "
                f"{fault}.",
                1.0,
                "An axis is lost or mistaken: the batch was flattened, only the first picture is "
                "answered, or an arg-max ran over the batch instead of the classes.",
                f"scores.argmax(axis=1)  # of scores (n, {case.k}): one row a picture",
                shape=list(fault.shape or ()),
            )
        if fault is None and (cut := self._cut_off(case)):
            return cut
        if fault is None and case.answers(case.contract, case.search).turned:
            return self.finding(
                f"{len(case.search)} pictures give shape ({case.k}, {len(case.search)}).",
                0.7,
                "The classes come first and the pictures second.",
                "scores.T",
            )
        return None

    def _cut_off(self, case: Case) -> Finding | None:
        """Whether fewer answers come once there are many pictures."""
        pixels = case.material.test.pixels[:_MANY]
        try:
            ask(case.target, case.contract, pixels)
        except UnreadableError as error:
            if not error.shape or error.shape[0] >= len(pixels):
                raise
            case.reading = replace(case.reading, fault=error)  # nothing more can be read
            return self.finding(
                f"{len(pixels)} pictures that are asked about at once get {error.shape[0]} "
                f"answers.",
                1.0,
                "Only the first batch is answered: a return stands inside of the loop, or next() "
                "takes one batch of a loader.",
                "np.concatenate([predict(batch) for batch in batches])",
                asked=len(pixels),
                answered=error.shape[0],
            )
        return None

    def _dropped(self, counts: dict[int, int]) -> Finding:
        size = _batches(counts)[0]
        told = ", ".join(f"of {asked} {given}" for asked, given in counts.items())
        return self.finding(
            f"Pictures answered: {told}. What does not fill a batch of {size} gets no answer.",
            1.0,
            "The last batch is dropped because it is not full.",
            "drop_last=False  # tf.data: batch(size, drop_remainder=False)",
            batch=size,
            asked=list(counts),
            answered=list(counts.values()),
        )


def _counts(case: Case) -> dict[int, int]:
    """How many answers so many pictures get; empty unless only whole batches get some."""
    form, counts = case.reading.form, dict[int, int]()
    for asked in _SIZES:
        pixels = case.material.test.pixels[:asked]
        try:
            answers = case.target.answer(form.apply(pixels), form.way)
        except (RefusedError, UnreadableError):
            return {}
        counts[len(pixels)] = len(answers) if np.ndim(answers) else 0
        if not _batches(counts):  # another fault, of which nothing more need be asked
            return {}
    return counts if any(counts.values()) else {}


def _batches(counts: dict[int, int]) -> list[int]:
    """Sizes of whole batches that explain these counts."""
    sizes = range(2, _SIZES[-1] + 1)
    return [size for size in sizes if all(n // size * size == of for n, of in counts.items())]


def follows_input(shape: tuple[int, ...] | None, case: Case) -> bool:
    """Whether an output has the picture's own axes, rather than one of the classes."""
    if shape is None or len(shape) < 2:
        return False
    return bool(set(shape[1:]) & sides(case)) and shape[-1] != case.k


def sides(case: Case) -> set[int]:
    """The lengths of the axes that a picture has, flattened or not."""
    form = case.material.form
    return {form.height, form.width, form.height * form.width, form.values} - {case.k}
