"""Files that are no squares: padded, stretched or cropped."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding, chance
from hemline.doctor.checks.glue.showing import (
    GlueCheck,
    certain,
    follows,
    holds,
    pictures_of,
    show,
    times_to_enlarge,
)
from hemline.doctor.checks.glue.squares import (
    BLACK,
    CORNER,
    CROPPED,
    STRETCHED,
    WHITE,
    cut_of,
    is_narrow,
    margins_of,
    square_of,
)
from hemline.doctor.inputs.picture_files import enlarged, png_files
from hemline.doctor.replies.answers import Answers

_WORSE = 0.1  # of the answers that are right of the padded pictures and wrong of the narrow ones
_FEWEST = 20  # pictures with margins: of fewer nothing can be said
_LIKE = 0.8  # of the answers that are those to a square, or it is not what happens
_CROPPING = "cropping"  # a check of that name finds it where squares are cropped
_PAD = "ImageOps.pad(picture, size, color=background)"
# What makes a square of a picture that is none: its cause, and how it is mended.
_CAUSES = {
    STRETCHED: (
        "Every picture is resized to a square, whatever its proportions.",
        f"{_PAD}  # instead of picture.resize(size)",
    ),
    CROPPED: (
        "The middle of every picture is cut out, and what lies beside it is lost.",
        f"{_PAD}  # instead of a crop of the middle",
    ),
    CORNER: (
        "Every picture is put into a corner of a square, where no picture of the training was.",
        f"{_PAD}  # which keeps it in the middle",
    ),
    BLACK: ("Pictures are padded in black, which is not their background.", f"{_PAD}  # white"),
    WHITE: ("Pictures are padded in white, which is not their background.", f"{_PAD}  # black"),
}


class Narrow(NamedTuple):
    """What comes of files that are no squares.

    Attributes:
        answers: to them.
        padded: to the squares that they were cut from; and to others that were made of them:
        squares: stretched, cropped, in a corner, on another background.
        actual: int64 `(n,)`.
    """

    answers: Answers
    padded: Answers
    squares: dict[str, Answers]
    actual: NDArray[np.int64]


class AspectRatio(GlueCheck):
    """Do pictures keep their proportions?"""

    name = "aspect-ratio"
    question = "Does a picture that is no square keep its proportions, on its own background?"
    well = "proportions"
    alike = "a crop that keeps the proportions, of pictures that fill their frame"

    def examine(self, case: Case) -> Finding | None:
        """Pictures without their margins, against squares that were made of the same.

        Where their middle is cut out, it is a matter of cropping.
        """
        narrow = _shown(case)
        how = "" if narrow is None else _followed(narrow)
        if narrow is None or not how:
            return None
        found = self._compared(narrow, how)
        return replace(found, check=_CROPPING) if found and how == CROPPED else found

    def _compared(self, narrow: Narrow, how: str) -> Finding | None:
        padded, right = (of.labels == narrow.actual for of in (narrow.padded, narrow.answers))
        like, unlike = follows(narrow.answers, narrow.squares[how], narrow.padded)
        p_value, n = certain(padded & ~right, right & ~padded), len(right)
        worse = float(padded.mean() - right.mean())
        if not (holds(p_value) and holds(certain(like, unlike))) or worse < _WORSE:
            return None
        return self.finding(
            f"{n} pictures cut to their content, so that they are no squares: "
            f"{100 * right.mean():.1f} % right, {100 * padded.mean():.1f} % of the same in squares "
            f"({chance(p_value)}). Where the two differ, {int(like.sum())} answers are those to "
            f"the picture {how}, {int(unlike.sum())} those to the whole square.",
            0.3 + 0.6 * worse,
            *_CAUSES[how],
            how=how,
            accuracy=[float(right.mean()), float(padded.mean())],
            n=n,
            p_value=p_value,
        )


def _followed(narrow: Narrow) -> str:
    """The square whose answers narrow pictures get; empty if there is none."""
    labels = narrow.answers.labels
    alike = {how: float((of.labels == labels).mean()) for how, of in narrow.squares.items()}
    how = max(alike, key=lambda one: alike[one])
    return how if alike[how] >= _LIKE else ""


def _shown(case: Case) -> Narrow | None:
    view = case.best.apply(case.confirm.pixels)
    margins = margins_of(view)
    places = np.flatnonzero(is_narrow(view, margins))
    if len(places) < _FEWEST:
        return None
    pixels = pictures_of(case, 2 + len(_CAUSES), places)
    times, places = times_to_enlarge(case, pixels[0]), places[: len(pixels)]
    wholes = list(enlarged(pixels, times))
    pairs = zip(wholes, margins[places] * times, strict=True)
    files = [cut_of(whole, margin) for whole, margin in pairs]
    answers, padded = show(case, png_files(files)), show(case, png_files(wholes))
    if answers is None or padded is None:
        return None
    squares = {}
    for how in _CAUSES:
        made = (square_of(*pair, how) for pair in zip(files, wholes, strict=True))
        shown = show(case, png_files(made))
        if shown is not None:
            squares[how] = shown
    return Narrow(answers, padded, squares, case.confirm.actual[places]) if squares else None
