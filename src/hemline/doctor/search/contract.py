"""The contract: the form that a target wants by its own design, where that is open."""

from dataclasses import replace
from typing import Any

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.scalings import CAFFE, RAW, UNIT
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.search.families import usual_scalings, views_of
from hemline.doctor.search.ranking import part_of, rank, reach_on, value_of
from hemline.doctor.targets import RefusedError

_ALIKE = 0.01  # of the pictures, and of the loss: two contracts that differ by less are one
_SLIP = 0.02  # of the pictures: by which blue first has to be better than any scale
_ROUNDING = 1e-6  # of a score: rows of one batch may be added up in another order
_UPRIGHT: dict[str, Any] = {"inverted": False, "symmetry": 0, "channels": "rgb"}


def choose_contract(case: Case) -> InputForm:
    """The usual scale and layout that suit the target best; any of them is healthy."""
    layouts = [case.reading.form, *case.reading.others]
    forms = [form.but(scaling=scale) for form in layouts for scale in usual_scalings(case)]
    swapped: list[InputForm] = []
    if case.material.form.channels > 1:
        swapped = [form.but(channels="bgr") for form in forms]
        forms += [form.but(scaling=CAFFE, channels="bgr") for form in layouts]
    found = rank(case, forms, case.search)
    if not found:
        return case.reading.form
    other = rank(case, swapped, case.search)
    if other and other[0][0] > found[0][0] + _SLIP:  # a fault, but not of the scale
        return _plain(other[0][1])
    reach = reach_on(case, case.search)
    if found[0][0] <= reach:  # nothing works as it is: perhaps the picture itself is turned
        turned = [form.but(**view) for form in forms[:2] for view in views_of(case)]
        best = (rank(case, turned, part_of(case, case.search)) or found)[0]
        if best[0] > max(found[0][0], reach):
            view = {name: getattr(best[1], name) for name in _UPRIGHT}
            upright = [form.but(**view) for form in forms]
            best = (rank(case, upright, case.search) or [best])[0]
            return _plain(next(form for form in (*upright, best[1]) if _as_good(case, form, best)))
    return next(form for form in forms if _as_good(case, form, found[0]))


def _as_good(case: Case, form: InputForm, best: tuple[float, InputForm]) -> bool:
    """Whether a form does as well as the best; of such the commonest is the likeliest."""
    if form == best[1]:
        return True
    try:
        if value_of(case, form, case.search) < best[0] - _ALIKE:
            return False
        pair = [case.answers(one, case.search) for one in (form, best[1])]
    except (RefusedError, UnreadableError):
        return False
    own, least = (answers.losses(case.search.actual) for answers in pair)
    return own is None or least is None or own.mean() <= 1.1 * least.mean() + _ALIKE


def _plain(form: InputForm) -> InputForm:
    return form.but(**_UPRIGHT)


def rescaled(case: Case) -> bool:
    """Whether another scale is the commonest that works, once the pictures are the right ones.

    While they were not, any scale may have seemed the best by accident.
    """
    forms = [case.best.but(scaling=scale) for scale in usual_scalings(case)]
    best = rank(case, forms, case.search)[0]
    scale = next(form for form in (*forms, best[1]) if _as_good(case, form, best)).scaling
    changed = scale != case.contract.scaling
    if changed:
        case.contract = case.best = case.contract.but(scaling=scale)
    return changed


def others_alike(case: Case) -> list[str]:
    """Other usual scalings, by name, that the target takes as well: any of them may be meant."""
    best = value_of(case, case.contract, case.search), case.contract
    forms = {scale: case.contract.but(scaling=scale) for scale in usual_scalings(case)}
    return [
        scale.name
        for scale, form in forms.items()
        if form != case.contract and _as_good(case, form, best)
    ]


def takes_floats(case: Case) -> bool:
    """Whether floats with the same values get the same answers as the whole numbers promised."""
    if np.dtype(case.contract.dtype).kind == "f":
        return True
    part = part_of(case, case.search, 24)
    try:
        whole = case.answers(case.contract, part)
        same = case.answers(case.contract.but(dtype="float32"), part)
    except (RefusedError, UnreadableError):
        return False
    if (whole.labels == same.labels).mean() <= 0.9:
        return False
    # A target may take floats and cut them off: then halves change nothing.
    halves = replace(RAW, name="halves more", offsets=(0.5,))
    between = case.answers(case.contract.but(dtype="float32", scaling=halves), part)
    if same.scores is None or between.scores is None:
        return True
    if not np.array_equal(same.scores, between.scores):
        return True
    # Or it is so sure that halves are nothing to it: cut off, pictures of 0..1 would be all alike.
    below_one = UNIT.times(0.9)  # white too: cut off, it would be the only 1
    faint = case.answers(case.contract.but(dtype="float32", scaling=below_one), part)
    if faint.scores is None:
        return False
    return float(np.abs(faint.scores - faint.scores[0]).max()) > _ROUNDING
