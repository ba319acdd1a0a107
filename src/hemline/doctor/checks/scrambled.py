"""Pictures that do not arrive as pictures."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.checks.repairs import RepairCheck
from hemline.doctor.checks.repeatability import ROUNDING, by_company
from hemline.doctor.inputs.resizing import resized
from hemline.doctor.inputs.scrambles import SCRAMBLES
from hemline.doctor.sample import Sample
from hemline.doctor.search.confirming import Repair

_EDGES = (14, 16, 20, 24, 32, 48, 64)  # of pictures that np.resize may have been meant to make
_WELL = 0.9  # of what a linear classifier reaches: who does as well mixes nothing
_MIXED, _MOST = 0.3, 0.8  # of the pictures that come right, and of that accuracy: no accident


class ScrambledPictures(RepairCheck):
    """Does a picture arrive as one?"""

    name = "scrambled-pictures"
    question = "Do the values of a picture reach the network where they belong?"
    well = "pictures arrive whole"

    def applies(self, case: Case) -> bool:
        """To grey pictures; of the channels of colour `channel-order` knows."""
        return case.material.form.channels == 1

    def examine(self, case: Case) -> Finding | None:
        """Whether what a usual slip makes a picture of, or another size, restores the answers."""
        repair = self.repair(case, "scramble")
        if repair is None:
            return self._of_size(case)
        slip = SCRAMBLES[repair.after.channels]
        return self.from_repair(repair, slip.name, slip.cause, slip.mend)

    def _of_size(self, case: Case) -> Finding | None:
        """Whether pictures of the size that the network has go through, and those at hand do not.

        They are torn up then: who only loses their edges is right far more often.
        """
        repair = _larger(case)
        if repair is None or _knows(case, repair):
            return None
        slip = SCRAMBLES["repeated"]
        return self.from_repair(repair, f"as {repair.after.layout.name}", slip.cause, slip.mend)


class CutOff(RepairCheck):
    """Is the whole picture looked at?"""

    name = "cropping"
    question = "Is the whole picture looked at, to its edges?"
    alike = "pictures stretched a little"
    well = "nothing is cut off"

    def examine(self, case: Case) -> Finding | None:
        """Whether a larger frame around the picture restores answers that were not all lost."""
        repair = _larger(case)
        if repair is None or not _knows(case, repair):
            return None
        return self.from_repair(
            repair,
            f"with a frame around them, as {repair.after.layout.name}",
            "The edges are cut off: pictures are enlarged and cropped to the centre, as for "
            "photographs whose object lies far inside.",
            f"Resize({min(case.material.form.shape[:2])})  # without CenterCrop; or pad before it",
        )


def _larger(case: Case) -> Repair | None:
    """The confirmed change to pictures of another size, if there is one."""
    found = (repair for repair in case.repairs if repair.family == "layout")
    return next((repair for repair in found if not repair.after.layout.is_plain), None)


def _knows(case: Case, repair: Repair) -> bool:
    """Whether something is known without it."""
    return repair.right[0] / repair.n > case.reach.line_named


class MixedBatch(Check):
    """Do the values of a picture stay among those of the same picture?"""

    name = "scrambled-pictures"
    question = "Do the values of pictures that come together stay apart?"
    well = "pictures arrive whole"
    ends = True

    def applies(self, case: Case) -> bool:
        """Where answers depend on what comes with a picture, and are not right as they are."""
        if not case.in_batches or isinstance(case.alone, str):
            return False
        mixed = by_company(case).max() > ROUNDING
        return bool(mixed) and _right(case, case.search) < _WELL * case.good

    def examine(self, case: Case) -> Finding | None:
        """Whether a batch whose axes were exchanged beforehand is answered rightly."""
        pixels, n = case.search.pixels, len(case.search)
        exchanged = pixels.reshape(n, -1).T.reshape(pixels.shape)
        mixed = Sample("exchanged", exchanged, case.search.actual)
        before, after = _right(case, case.search), _right(case, mixed)
        if after - before < _MIXED or after < _MOST * case.good:
            return self._refilled(case, before)
        return self.finding(
            f"{100 * before:.0f} % of {n} pictures are right; {100 * after:.0f} % if their values "
            "are laid picture after picture for each pixel.",
            1.0,
            "The batch was brought to rows by a reshape of the wrong order, reshape(pixels, -1).T, "
            "which mixes the pictures.",
            "pixels.reshape(len(pixels), -1)",
            accuracy=[before, after],
        )

    def _refilled(self, case: Case, before: float) -> Finding | None:
        """Whether a batch that holds smaller or larger pictures, end to end, is answered rightly.

        So np.resize reads it, which cuts off and fills up what does not fit.
        """
        for edge in _EDGES if case.material.form.channels == 1 else ():
            whole, end_to_end = _of_edge(case.search, edge)
            after = _right(case, end_to_end, whole)
            if after - before >= _MIXED and after >= _MOST * case.good:
                slip = SCRAMBLES["repeated"]
                return self.finding(
                    f"{100 * before:.0f} % of {len(case.search)} pictures are right; of {whole} of "
                    f"{edge}x{edge} pixels, laid end to end in their place, {100 * after:.0f} %.",
                    1.0,
                    slip.cause,
                    slip.mend,
                    accuracy=[before, after],
                )
        return None


def _of_edge(sample: Sample, edge: int) -> tuple[int, Sample]:
    """The pictures in another size, end to end in the room of the batch; how many are whole."""
    values = resized(sample.pixels, (edge, edge)).reshape(-1)
    room = np.zeros(sample.pixels.size, np.uint8)
    room[: values.size] = values[: room.size]
    whole = min(len(sample), room.size // edge**2)
    return whole, Sample(f"end to end {edge}", room.reshape(sample.pixels.shape), sample.actual)


def _right(case: Case, sample: Sample, first: int | None = None) -> float:
    """The share of right answers under the contract; of pictures that are refused none."""
    answers = case.answers_if_taken(case.contract, sample)
    return 0.0 if answers is None else float((answers.labels == sample.actual)[:first].mean())
