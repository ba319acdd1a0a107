"""Confirmation: what the search suggests has to hold on other pictures, before anything is said."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.case import Case
from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.measures.statistics import (
    ALPHA,
    fit_temperature,
    fitted_losses,
    mcnemar,
    mean_above_zero,
)
from hemline.doctor.replies.answers import Answers
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import RefusedError

Right = NDArray[np.bool_]
Losses = NDArray[np.float64]

# A repair takes away at least one error in ten: less is no reason to call a pipeline broken.
_WORTH = 0.1
# Of many contrasts one suits any weak model better: that has to be worth more, or make it good.
_WORTH_CONTRAST = 0.15
_OFF, _NEAR = 8.0, 5.0  # temperatures: over-training alone gives 2 to 5, a wrong scale 20 to 255
_SATURATED, _FOLLOWS = 20.0, 3.0
# Temperatures: of a confidence that is off, and about right. Over-training makes no one modest.
_ASKEW, _MODEST, _STRAIGHT = 3.0, 2.2, 2.0
_GREYS = 0.02
_CONTRASTS = {"normalisation", "each"}  # of all pictures alike, of each picture by itself
_MOST = 2 / 3  # of what is missing to a linear classifier
_HIDDEN, _CLEARLY = 0.2, 0.05  # of the pictures that a readout names beyond the labels
_NEARLY = 0.97  # of what a linear classifier reaches
_DOUBTS = 0.9  # of what a linear classifier reaches, by whoever may leave some unanswered


@dataclass(frozen=True)
class Rival:
    """Another change that helps as well.

    Attributes:
        change: in words.
        accuracy: under it.
        share: of what the repair gains.
        kin: whether it is a fault of the same kind, and no other mend.
    """

    change: str
    accuracy: float
    share: float
    kin: bool


@dataclass(frozen=True)
class Repair:
    """A form that works where another does not.

    Attributes:
        before: the form that was promised.
        after: the form that works.
        family: what changed: scale, normalisation, each (picture by itself),
            inversion, symmetry, channels, scramble, layout.
        right: right answers before and after, of `n`.
        n: pictures.
        p_value: of the difference.
        loss: mean loss before and after, where there are probabilities.
        rival: the best change of another family, where one explains a good deal, too.
    """

    before: InputForm
    after: InputForm
    family: str
    right: tuple[int, int]
    n: int
    p_value: float
    loss: tuple[float, float] | None
    rival: Rival | None = None


def confirm_repair(case: Case, before: InputForm, after: InputForm, family: str) -> Repair | None:
    """Whether `after` is better than `before` on other pictures, beyond chance and enough."""
    try:
        first, second = _answered(case, before, *_right(case, before, after))
        answers = [case.answers(form, case.judged) for form in (before, after)]
    except (RefusedError, UnreadableError):
        return None
    gained, lost = int((second & ~first).sum()), int((first & ~second).sum())
    p_value = mcnemar(gained, lost)
    contrast = family in _CONTRASTS
    weak = contrast and second.mean() < case.good
    worth = _WORTH_CONTRAST if weak else _WORTH
    numbers = contrast or family in {"scale", "packing", "layout"}
    if numbers and not _carries(case, answers, (before, after), (first, second), family):
        return None
    if p_value >= ALPHA or gained - lost < worth * int((~first).sum()):
        p_value = _confidence_p(case, answers, family) if _no_worse(case, first, second) else 1.0
    if p_value >= ALPHA or (family == "scale" and _only_drowns(answers, case, before, after)):
        return None
    losses = [one.losses(case.judged.actual) for one in answers]
    means = [float(loss.mean()) for loss in losses if loss is not None]
    rights = (int(first.sum()), int(second.sum()))
    pair = (means[0], means[1]) if len(means) == 2 else None
    return Repair(before, after, family, rights, len(first), p_value, pair)


def _right(case: Case, before: InputForm, after: InputForm) -> tuple[Right, Right]:
    """Which answers are right under both forms."""
    first, second = (case.right(form, case.judged) for form in (before, after))
    if second.sum() >= first.sum() and not _is_renamed(case, after):
        # Labels that are right as they are, once the pictures are, need no renaming before.
        first = case.answers(before, case.judged).labels == case.judged.actual
    return first, second


def _answered(case: Case, before: InputForm, first: Right, second: Right) -> tuple[Right, Right]:
    """The pictures that are answered at all, where what is answered is right: doubt is no fault."""
    labels = case.answers(before, case.judged).labels
    known = (labels >= 0) & (labels < case.k)
    if not known.any() or first[known].mean() < _DOUBTS * case.good:
        return first, second
    return first[known], second[known]


def _carries(
    case: Case,
    answers: list[Answers],
    forms: tuple[InputForm, InputForm],
    rights: tuple[Right, Right],
    family: str,
) -> bool:
    """Whether other numbers explain most of what is wrong, and better than the outputs do.

    Some contrast suits any ailing network a little better, and cold statistics of batch norm a
    good deal. What a linear readout makes of the outputs as they are competes with it.
    """
    first, second = (float(right.mean()) for right in rights)
    before, after = forms
    most = _MOST * (case.good - first)
    if case.shifted and family != "layout" and not _elsewhere(case, before, after, first, second):
        return False
    if family in _CONTRASTS and second < _DOUBTS * case.good and second - first < most:
        return False
    if family == "layout":
        return second - first >= most or second >= case.good
    if family == "packing" and second < _NEARLY * case.good:
        return False
    held = case.held_in(before)
    if held is None or held - first < _HIDDEN:
        return True
    if any(one.logs is None or one.decided for one in answers):
        return second > held + _CLEARLY
    far, near = (abs(np.log(_temperature(case, one))) for one in answers)
    sound = near < max(far, np.log(_STRAIGHT))  # what mends the numbers mends the confidence
    return bool(sound and (second >= _NEARLY * case.good or second > held + _CLEARLY))


def _elsewhere(
    case: Case, before: InputForm, after: InputForm, first: float, second: float
) -> bool:
    """Whether other numbers also help on the test part, where that is of another kind.

    And take away half of the errors, where little is wrong: strange pictures are brighter or
    darker, and some contrast suits them, or the others, better by accident.
    """
    right = [float(case.right(form, case.confirm).mean()) for form in (before, after)]
    enough = first < case.good or 1 - second < (1 - first) / 2
    return enough and right[1] >= right[0]


def _no_worse(case: Case, first: Right, second: Right) -> bool:
    if not case.elastic:  # fainter whole numbers have fewer greys, which costs a little by itself
        return int(second.sum()) >= (1 - _GREYS) * int(first.sum())
    return mcnemar(int((first & ~second).sum()), int((second & ~first).sum())) > 0.05


def _confidence_p(case: Case, answers: list[Answers], family: str) -> float:
    """P-value that a change makes the confidence right where the labels stay as they are."""
    before, after = (one.losses(case.judged.actual) for one in answers)
    if before is None or after is None or answers[1].decided:
        return 1.0
    if family == "scale":
        return _loss_p(case, answers, before, after)
    return _beyond_temperature(case, answers, after) if family in _CONTRASTS else 1.0


def _is_renamed(case: Case, form: InputForm) -> bool:
    return bool((case.names_for(form) != np.arange(case.k)).any())


def _only_drowns(answers: list[Answers], case: Case, before: InputForm, after: InputForm) -> bool:
    """Whether larger numbers merely shout something down, a bias say: then they are too sure."""
    logs = answers[1].logs
    if after.scaling.factor <= before.scaling.factor or logs is None:
        return False
    if answers[1].decided:  # nothing but 0 and 1, where there were probabilities
        return not answers[0].decided
    meant = np.argsort(case.names_for(after))[case.judged.actual]
    return fit_temperature(logs, meant) > _OFF


def _loss_p(case: Case, answers: list[Answers], before: Losses, after: Losses) -> float:
    """P-value that a change of scale lowers the loss; 1 where that has another reason.

    Fainter pictures make any network less sure of itself, which may lower the loss of a healthy
    one. So it counts only if the confidence was far off and comes about right.
    """
    far, near = (_temperature(case, one) for one in answers)
    right = 1 / _NEAR < near < _NEAR and after.mean() < np.log(case.k)
    # Whole numbers can only be made a little fainter: then the confidence must follow them.
    following = far > _SATURATED and near < far / _FOLLOWS
    if _OFF > far > 1 / _OFF or not (right or following):
        return 1.0
    if after.mean() > (1 - _WORTH) * before.mean():
        return 1.0
    return mean_above_zero(before - after)


def _beyond_temperature(case: Case, answers: list[Answers], after: Losses) -> float:
    """P-value that a normalisation explains a confidence far off better than any temperature.

    The answers given are compared at the temperature that fits them best, each half at that of the
    other; those under the other normalisation as they are.
    """
    far, near = (_temperature(case, one) for one in answers)
    askew = not 1 / _MODEST < far < _ASKEW and 1 / _STRAIGHT < near < _STRAIGHT
    if answers[0].decided or not askew:
        return 1.0
    logs = answers[0].logs
    assert logs is not None  # noqa: S101 - there are losses
    return mean_above_zero(fitted_losses(logs, case.judged.actual) - after)


def _temperature(case: Case, answers: Answers) -> float:
    assert answers.logs is not None  # noqa: S101 - there are losses
    return fit_temperature(answers.logs, case.judged.actual)
