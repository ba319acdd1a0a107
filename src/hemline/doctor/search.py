"""The search for the input under which a target works.

A few hundred pictures are shown in every form in question; the likeliest form is then confirmed on
other pictures, picture by picture against the contract, before anything is said.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from hemline.doctor.answers import Labels
from hemline.doctor.case import Case
from hemline.doctor.confirming import Repair, confirm_repair
from hemline.doctor.families import LARGE, families_of, usual_scalings, views_of
from hemline.doctor.forms import InputForm
from hemline.doctor.sample import Sample
from hemline.doctor.scalings import CAFFE, RAW, UNIT, Scaling
from hemline.doctor.statistics import assigned_accuracy
from hemline.doctor.targets import RefusedError
from hemline.doctor.unpacking import UnreadableError
from hemline.doctor.untrained import untrained_reach

_ROUNDS = 3
_ALIKE = 0.01  # of the pictures, and of the loss: two contracts that differ by less are one
_NEAR = 0.06  # of the pictures: what numbers of another size may explain less than each picture's
_SLIP = 0.02  # of the pictures: what the plainer of two explanations may explain less
# By how much: a division by 255 before a normalisation, a type before any other numbers.
_PLAINER = {"scale": _SLIP, "overflow": 2 * _SLIP}
_ANSWERED = 0.3  # of the pictures: who says less is judged by all of them
# What costs nearly every answer: nobody needs to look for it where most are right.
_TEARING = {"scramble", "packing"}
_ROUNDING = 1e-6  # of a score: rows of one batch may be added up in another order
_JOINT = 120  # pictures of the search for several faults at once, or three of each class
_JOINT_SECONDS = 20.0
_UPRIGHT: dict[str, Any] = {"inverted": False, "symmetry": 0, "channels": "rgb"}


def find_repairs(case: Case) -> list[Repair]:
    """Choose the contract where it is open, then look for the form that works.

    Sets `case.contract` and `case.best`.
    """
    if not case.reading.promised:
        case.contract = case.best = _choose_contract(case)
    elastic = case.elastic = _takes_floats(case)
    repairs = _rounds(case, elastic)
    if repairs and not case.reading.promised and _rescaled(case):
        repairs = _rounds(case, elastic)
    if repairs and _is_drowned(case):
        case.best, repairs = case.contract, []
    # Another form may flatter untrained weights too; that mends nothing.
    repairs = _known(case, repairs)
    return repairs or _known(case, _joint_repairs(case, elastic))


def _rounds(case: Case, elastic: bool) -> list[Repair]:
    """Single changes, one after the other."""
    repairs: list[Repair] = []
    for _ in range(_ROUNDS):
        repair = _next_repair(case, elastic, {repair.family for repair in repairs})
        if repair is None:
            break
        repairs.append(repair)
        case.best = repair.after
    return repairs


def _rescaled(case: Case) -> bool:
    """Whether another scale is the commonest that works, once the pictures are the right ones.

    While they were not, any scale may have seemed the best by accident.
    """
    forms = [case.best.but(scaling=scale) for scale in usual_scalings(case)]
    best = _ranked(case, forms, case.search)[0]
    scale = next(form for form in (*forms, best[1]) if _as_good(case, form, best)).scaling
    changed = scale != case.contract.scaling
    if changed:
        case.contract = case.best = case.contract.but(scaling=scale)
    return changed


def _known(case: Case, repairs: list[Repair]) -> list[Repair]:
    """The repairs, unless even with them nothing is known of the classes."""
    if not repairs or case.trained:
        return repairs
    case.best = case.contract
    case.__dict__.pop("trained", None)
    return []


def _is_drowned(case: Case) -> bool:
    """Whether taking off a constant explains as much as any repair of the input."""
    if case.drowned is None or case.drowned[1] < 1:
        return False
    return case.drowned[0] >= float(case.right(case.best, case.confirm).mean()) - 0.02


def _choose_contract(case: Case) -> InputForm:
    """The usual scale and layout that suit the target best; any of them is healthy."""
    layouts = [case.reading.form, *case.reading.others]
    forms = [form.but(scaling=scale) for form in layouts for scale in usual_scalings(case)]
    swapped: list[InputForm] = []
    if case.material.form.channels > 1:
        swapped = [form.but(channels="bgr") for form in forms]
        forms += [form.but(scaling=CAFFE, channels="bgr") for form in layouts]
    found = _ranked(case, forms, case.search)
    if not found:
        return case.reading.form
    other = _ranked(case, swapped, case.search)
    if other and other[0][0] > found[0][0] + _SLIP:  # a fault, but not of the scale
        return _plain(other[0][1])
    reach = _reach(case, case.search)
    if found[0][0] <= reach:  # nothing works as it is: perhaps the picture itself is turned
        turned = [form.but(**view) for form in forms[:2] for view in views_of(case)]
        best = (_ranked(case, turned, _part(case, case.search)) or found)[0]
        if best[0] > max(found[0][0], reach):
            view = {name: getattr(best[1], name) for name in _UPRIGHT}
            upright = [form.but(**view) for form in forms]
            best = (_ranked(case, upright, case.search) or [best])[0]
            return _plain(next(form for form in (*upright, best[1]) if _as_good(case, form, best)))
    return next(form for form in forms if _as_good(case, form, found[0]))


def _as_good(case: Case, form: InputForm, best: tuple[float, InputForm]) -> bool:
    """Whether a form does as well as the best; of such the commonest is the likeliest."""
    if form == best[1]:
        return True
    try:
        if _value(case, form, case.search) < best[0] - _ALIKE:
            return False
        pair = [case.answers(one, case.search) for one in (form, best[1])]
    except (RefusedError, UnreadableError):
        return False
    own, least = (answers.losses(case.search.actual) for answers in pair)
    return own is None or least is None or own.mean() <= 1.1 * least.mean() + _ALIKE


def _plain(form: InputForm) -> InputForm:
    return form.but(**_UPRIGHT)


def _reach(case: Case, sample: Sample) -> float:
    return untrained_reach(sample.pixels, sample.actual, case.k).renamed


def _takes_floats(case: Case) -> bool:
    """Whether floats with the same values get the same answers as the whole numbers promised."""
    if np.dtype(case.contract.dtype).kind == "f":
        return True
    part = _part(case, case.search, 24)
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


def _next_repair(case: Case, elastic: bool, done: set[str]) -> Repair | None:
    """The best single change that holds on the confirm sample."""
    base = _value(case, case.best, case.search)
    unlikely = _TEARING if base >= case.good else set()
    families = {
        family: forms
        for family, forms in families_of(case, elastic).items()
        if family not in done | unlikely
    }
    likely = []
    for family, forms in families.items():
        ranked = _ranked(case, forms, case.search)
        if ranked and ranked[0][0] > base:
            likely.append((ranked[0][0], family, _plainest(ranked)))
    # What explains nearly as much, and is the plainer slip, is the likelier.
    knows, values = base > _reach(case, case.search), {family: value for value, family, _ in likely}
    scale = values.get("scale", 0.0) - values.get("each", 0.0)  # how far it is ahead
    likely = [
        (value + _plainer(case, family, form, scale, knows), family, form)
        for value, family, form in likely
    ]
    for _, family, form in sorted(likely, key=lambda one: -one[0]):
        repair = confirm_repair(case, case.best, form, family)
        if repair is not None:
            return repair
    return None


def _plainer(case: Case, family: str, form: InputForm, scale: float, knows: bool) -> float:
    """What a family is ahead by.

    Larger numbers also make any offset small, where something is known without; what is divided
    twice leaves next to nothing. And pictures that are each normalised are of small numbers, too.
    """
    if family == "scale" and knows and form.scaling.factor > case.best.scaling.factor:
        return -_SLIP
    if family == "each":
        return -2 * _SLIP if scale > -_NEAR else -_SLIP / 4
    return _PLAINER.get(family, 0.0)


def _plainest(ranked: list[tuple[float, InputForm]]) -> InputForm:
    """The best form; or one whose numbers can be said in a word, if it is nearly as good."""
    best = ranked[0][0]
    plain = (form for value, form in ranked if value > best - _SLIP and form.scaling.code)
    return next(plain, ranked[0][1])


def _part(case: Case, sample: Sample, count: int = 0) -> Sample:
    count = count or max(_JOINT, 3 * case.k)
    return Sample(f"{sample.name}-{count}", sample.pixels[:count], sample.actual[:count])


def _joint_repairs(case: Case, elastic: bool) -> list[Repair]:
    """Several faults at once, where no single change restored anything."""
    sample = _part(case, case.search)
    reach = _reach(case, sample)
    if case.seconds_each > 0.004 or _value(case, case.best, sample) > reach:
        return []
    families = families_of(case, elastic)
    scalings = [case.best, *families["scale"]]
    scalings += families["normalisation"][:: 4 if elastic else 1]
    forms = [form.but(**view) for form in scalings for view in views_of(case)]
    forms = forms[: int(_JOINT_SECONDS / case.seconds_each / len(sample))]
    ranked = _ranked(case, forms, sample)
    if not ranked or ranked[0][0] <= reach:
        return []
    best = ranked[0][1]
    repairs = []
    for family, step in _steps(case.contract, best):
        repair = confirm_repair(case, case.contract, best, family)
        if repair is None:
            return []
        repairs.append(replace(repair, before=step[0], after=step[1]))
    case.best = best
    return repairs


def _steps(start: InputForm, end: InputForm) -> Iterator[tuple[str, tuple[InputForm, InputForm]]]:
    """The changes between two forms, one at a time."""
    changes: list[tuple[str, dict[str, Any]]] = [
        (_kind(start.scaling, end.scaling), {"scaling": end.scaling, "dtype": end.dtype}),
        ("inversion", {"inverted": end.inverted}),
        ("symmetry", {"symmetry": end.symmetry}),
        ("channels", {"channels": end.channels}),
    ]
    for family, change in changes:
        after = start.but(**change)
        if after.but(dtype=start.dtype) != start:
            yield family, (start, after)
            start = after


def _kind(start: Scaling, end: Scaling) -> str:
    """Whether a change of the numbers is one of scale, or of another normalisation."""
    ratio = max(start.factor, end.factor) / max(min(start.factor, end.factor), 1e-12)
    if not end.is_linear:
        return "each"
    return "scale" if ratio > LARGE else "normalisation"


def _ranked(case: Case, forms: list[InputForm], sample: Sample) -> list[tuple[float, InputForm]]:
    """Forms by how well the target does under them, best first; refused ones are left out."""
    taken = (form for form in forms if case.answers_if_taken(form, sample) is not None)
    found = [(_value(case, form, sample), form) for form in taken]
    return sorted(found, key=lambda entry: -entry[0])


def _value(case: Case, form: InputForm, sample: Sample) -> float:
    """Accuracy after renaming, less a little for the loss, which tells equal ones apart.

    Who says now and then that it does not know is judged by what it does say: any contrast that
    makes it bolder would be a repair otherwise.
    """
    answers, actual = case.answers(form, sample), sample.actual
    value = assigned_accuracy(*_answered(answers.labels, actual), case.k)
    losses = answers.losses(actual)
    return value if losses is None else value - 0.02 * min(float(losses.mean()), 5.0)


def _answered(labels: Labels, actual: Labels) -> tuple[Labels, Labels]:
    known = labels >= 0
    enough = known.mean() >= _ANSWERED
    return (labels[known], actual[known]) if enough else (labels, actual)
