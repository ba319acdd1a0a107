"""Numbers that are cut to whole ones once they are small."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, share
from hemline.doctor.sample import Sample

_LEVELS = 16  # of 256 that are told apart: fewer than anybody would choose
_WELL = 0.9  # of what a linear classifier reaches: pictures in black and white may do as well
_WHITE = 255
_NAMES = 3  # labels that differ, so that the same ones are no accident


class TruncatedInput(Check):
    """Do all brightnesses reach the network?"""

    name = "truncated-input"
    question = "Do different brightnesses get different answers?"
    well = "all brightnesses arrive"
    ends = True

    def examine(self, case: Case) -> Finding | None:
        """By the brightnesses that get the very same answers."""
        right, n = case.counted
        if right / n > _WELL * case.good or case.received.voted:
            return None  # trees tell few brightnesses apart by nature
        levels = _levels(case)
        if not 2 <= levels <= _LEVELS:
            return None
        return self.finding(
            f"{share(right, n)}. Of 256 brightnesses of the same picture the answers tell "
            f"{levels} apart.",
            0.4 + 0.6 * (1 - right / n),
            "Pixels are cut to whole numbers after they were scaled: (x / 255).astype(int8) is 0 "
            "for all but white.",
            "x = x.astype(np.float32) / 255  # and no cast to whole numbers after it",
            levels=levels,
        )


def _levels(case: Case) -> int:
    """How many brightnesses are told apart; 0 where there is no telling."""
    if case.ramp is None:
        return 2 if _white_alone(case) else 0
    return 0 if case.ramp.own else case.ramp.levels


def _white_alone(case: Case) -> bool:
    """Whether pictures whose white alone is kept get the very same labels."""
    sample = case.search
    white = np.where(sample.pixels == _WHITE, _WHITE, 0).astype(np.uint8)
    kept = case.answers(case.contract, Sample("white", white, sample.actual)).labels
    labels = case.answers(case.contract, sample).labels
    return len(np.unique(labels)) >= _NAMES and bool((kept == labels).all())
