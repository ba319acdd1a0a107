"""The ramp: one picture in all 256 brightnesses, and where its answers stand still or jump.

A network answers to a grey level and to the next nearly alike. Where numbers are cut to whole ones
on the way, many levels get the very same answer; where they run over, one step is a leap.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.replies.answers import Answers
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.sample import Sample
from hemline.doctor.targets import RefusedError

_LEVELS, _OUTLINES = 256, 3
PICTURES = _LEVELS * _OUTLINES  # that a ramp takes
_INK = 40  # a level above which a pixel belongs to what is shown
_LEAP = 60.0  # times the usual step, as a jump of 255 greys is; a network's own bends stay below 15
_BEYOND = 8.0  # times the larger steps: where many levels are alike the usual step is nothing
# Less is rounding: nats, parts of the largest step, parts of the step from black.
_FLOOR, _NOISE, _ROUNDING = 1e-9, 1e-5, 1e-3


@dataclass(frozen=True)
class Ramp:
    """How a target answers to all brightnesses.

    Attributes:
        levels: how many it tells apart, of 256; of the picture in which it tells most.
        leap: the level after which its answers leap, in every picture; -1 where they do not.
        own: whether all of them but black are one to it, as where each picture is normalised.
    """

    levels: int
    leap: int
    own: bool


def measure_ramp(ask: Callable[[NDArray[np.uint8]], Answers], sample: Sample) -> Ramp | None:
    """Ask about a few pictures in all brightnesses; None where only labels come back."""
    steps = [_steps(ask, picture) for picture in _outlines(sample)]
    if not steps or any(one is None for one in steps):
        return None
    found = np.array(steps)
    leaps = {_leap(one) for one in found}
    own = bool((found[:, 1:].max(axis=1) < _ROUNDING * found[:, 0]).all())
    told = found > np.maximum(_FLOOR, _NOISE * found.max(axis=1, keepdims=True))
    levels = 1 + int(told.sum(axis=1).max())
    return Ramp(levels, leaps.pop() if len(leaps) == 1 and not own else -1, own)


def _outlines(sample: Sample) -> list[NDArray[np.bool_]]:
    """What is bright in the first pictures of different classes."""
    first = [int(np.flatnonzero(sample.actual == label)[0]) for label in np.unique(sample.actual)]
    return [sample.pixels[place] > _INK for place in first[:_OUTLINES]]


def _steps(
    ask: Callable[[NDArray[np.uint8]], Answers], outline: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """How far the scores move from each level to the next, `(255,)`."""
    levels = np.arange(_LEVELS, dtype=np.uint8).reshape(-1, *[1] * outline.ndim)
    try:
        answers = ask(levels * outline.astype(np.uint8))
    except (RefusedError, UnreadableError):
        return None
    if answers.logs is None or answers.decided:
        return None
    scores = answers.logs
    moved: NDArray[np.float64] = np.abs(np.diff(scores, axis=0)).max(axis=1)
    return moved


def _leap(steps: NDArray[np.float64]) -> int:
    """The level after which the largest step comes, if it is a leap."""
    place = int(steps.argmax())
    usual, large = np.quantile(np.delete(steps, place), (0.5, 0.95))
    leaps = steps[place] > max(_LEAP * usual, _BEYOND * large, _FLOOR)
    return place if leaps else -1
