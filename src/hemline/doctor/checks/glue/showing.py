"""What the checks of the glue share: files of their own making, shown to the target."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.asking import ask_files
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check
from hemline.doctor.checks.repeatability import difference
from hemline.doctor.inputs.picture_files import png_files
from hemline.doctor.inputs.ways import takes_files
from hemline.doctor.measures.statistics import ALPHA, mcnemar
from hemline.doctor.replies.answers import Answers
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import RefusedError
from hemline.pixels import Pixels

SMALL = 0.05  # of a probability: what a second compression, or rounding, may change
_NATURAL = 224  # pixels of an edge, as of photographs that are made small
_SECONDS, _FEWEST, _MOST = 2.5, 30, 200  # of one check, and its pictures


class GlueCheck(Check):
    """A check of what happens to files before the network."""

    costly = True

    def applies(self, case: Case) -> bool:
        """Where files are taken, or pictures that come from files."""
        return takes_files(case.contract.way)


def pictures_of(case: Case, readings: int, places: NDArray[np.int64] | None = None) -> Pixels:
    """Some pictures as they work, `(n, h, w)` or `(n, h, w, 3)`; so many that time allows.

    Args:
        case: at hand.
        readings: how often each will be shown.
        places: in the confirm sample; left out, the first.
    """
    many = int(_SECONDS / readings / case.seconds_each)
    count = max(_FEWEST, min(_MOST, many))
    pixels = case.confirm.pixels
    return case.best.apply(pixels[:count] if places is None else pixels[places[:count]])


def show(case: Case, files: Sequence[bytes]) -> Answers | None:
    """Answers to files, or None where such are refused."""
    try:
        return ask_files(case.target, case.best.way, files)
    except (RefusedError, UnreadableError):
        return None


def times_to_enlarge(case: Case, picture: NDArray[np.uint8]) -> int:
    """How often a pixel is repeated so that a file has a natural size; 1 where that is refused."""
    times = max(1, round(_NATURAL / max(picture.shape[:2])))
    large = picture.repeat(times, axis=0).repeat(times, axis=1)
    return times if times > 1 and show(case, png_files([large])) is not None else 1


def same(first: Answers, second: Answers) -> NDArray[np.bool_]:
    """Which pictures get the same answers, `(n,)`."""
    alike = (first.labels == second.labels) & (difference(first, second) <= SMALL)
    return np.asarray(alike, np.bool_)


def follows(
    answers: Answers, one: Answers, other: Answers
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where labels are those of `one` alone, and where they are those of `other` alone."""
    as_one, as_other = answers.labels == one.labels, answers.labels == other.labels
    return as_one & ~as_other, as_other & ~as_one


def certain(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """P-value that the first holds more often than the second by more than chance."""
    return mcnemar(int(first.sum()), int(second.sum()))


def holds(p_value: float) -> bool:
    """Whether that is beyond doubt."""
    return p_value < ALPHA
