"""The search for the input under which a target works.

A few hundred pictures are shown in every form in question; the likeliest form is then confirmed on
other pictures, picture by picture against the contract, before anything is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.answers import Answers, UnreadableError
from hemline.doctor.case import Case, Sample
from hemline.doctor.forms import LINEAR, RAW, SYMMETRIES, TWICE, UNIT, USUAL, Form, Scaling
from hemline.doctor.statistics import (
    ALPHA,
    assigned_accuracy,
    fit_temperature,
    mcnemar,
    mean_above_zero,
    untrained_reach,
)
from hemline.doctor.targets import RefusedError

# A repair takes away at least one error in ten: less is no reason to call a pipeline broken.
_WORTH = 0.1
# Of many contrasts one suits any weak model better: that has to be worth more, or make it good.
_WORTH_CONTRAST, _GOOD = 0.15, 0.84
_LARGE = 30.0  # times the contrast: no two usual scales other than 0..1 and 0..255 lie so far apart
_ROUNDS = 3
_JOINT = 120  # pictures of the search for several faults at once
_FLAT = 2.302585092994046  # ln 10: the loss of ten equal probabilities
_OFF, _NEAR = 8.0, 5.0  # temperatures: over-training alone gives 2 to 5, a wrong scale 20 to 255
_SATURATED, _FOLLOWS = 20.0, 3.0
_GREYS = 0.02
# Factors by which whole numbers can be made fainter and still be pictures.
_FAINTER = tuple(
    Scaling(f"contrast 1/{k}", 1 / k, code=f"pixels // {k}") for k in (8, 32, 128, 255)
)


@dataclass(frozen=True)
class Repair:
    """A form that works where another does not.

    Attributes:
        before: the form that was promised.
        after: the form that works.
        family: what changed: scale, normalisation, inversion, symmetry, layout.
        right: right answers before and after, of `n`.
        n: pictures.
        p_value: of the difference.
        loss: mean loss before and after, where there are probabilities.
    """

    before: Form
    after: Form
    family: str
    right: tuple[int, int]
    n: int
    p_value: float
    loss: tuple[float, float] | None


def find_repairs(case: Case) -> list[Repair]:
    """Choose the contract where it is open, then look for the form that works.

    Sets `case.contract` and `case.best`.
    """
    if not case.reading.promised:
        case.contract = case.best = _choose_contract(case)
    elastic = case.elastic = _takes_floats(case)
    repairs: list[Repair] = []
    for _ in range(_ROUNDS):
        repair = _next_repair(case, elastic, {repair.family for repair in repairs})
        if repair is None:
            break
        repairs.append(repair)
        case.best = repair.after
    if repairs and _is_drowned(case):
        case.best, repairs = case.contract, []
    # Another form may flatter untrained weights too; that mends nothing.
    repairs = _known(case, repairs)
    return repairs or _known(case, _joint_repairs(case, elastic))


def _known(case: Case, repairs: list[Repair]) -> list[Repair]:
    """The repairs, unless even with them nothing is known of garments."""
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


def _choose_contract(case: Case) -> Form:
    """The usual scale and layout that suit the target best; any of them is healthy."""
    layouts = [case.reading.form, *case.reading.others]
    forms = [form.but(scaling=scale) for form in layouts for scale in USUAL]
    found = _ranked(case, forms, case.search)
    if not found:
        return case.reading.form
    reach = untrained_reach(case.search.pixels, case.search.actual)
    if found[0][0] <= reach:  # nothing works as it is: perhaps the picture itself is turned
        turned = [form.but(inverted=i, symmetry=s) for form in forms[:2] for i, s in _views()]
        best = (_ranked(case, turned, _part(case.search)) or found)[0]
        if best[0] > max(found[0][0], reach):
            upright = [
                form.but(inverted=best[1].inverted, symmetry=best[1].symmetry) for form in forms
            ]
            return _plain((_ranked(case, upright, case.search) or [best])[0][1])
    return found[0][1]


def _plain(form: Form) -> Form:
    return form.but(inverted=False, symmetry=0)


def _takes_floats(case: Case) -> bool:
    """Whether floats with the same values get the same answers as the whole numbers promised."""
    if np.dtype(case.contract.dtype).kind == "f":
        return True
    part = _part(case.search, 24)
    try:
        whole = case.answers(case.contract, part)
        same = case.answers(case.contract.but(dtype="float32"), part)
    except (RefusedError, UnreadableError):
        return False
    if (whole.labels == same.labels).mean() <= 0.9:
        return False
    # A target may take floats and cut them off: then halves change nothing.
    halves = replace(RAW, name="halves more", offset=0.5)
    between = case.answers(case.contract.but(dtype="float32", scaling=halves), part)
    if same.scores is None or between.scores is None:
        return True
    return not np.array_equal(same.scores, between.scores)


def _next_repair(case: Case, elastic: bool, done: set[str]) -> Repair | None:
    """The best single change that holds on the confirm sample."""
    families = {
        family: forms for family, forms in _families(case, elastic).items() if family not in done
    }
    base = _value(case, case.best, case.search)
    likely = []
    for family, forms in families.items():
        ranked = _ranked(case, forms, case.search)
        if ranked and ranked[0][0] > base:
            likely.append((ranked[0][0], family, ranked[0][1]))
    for _, family, form in sorted(likely, key=lambda entry: -entry[0]):
        repair = confirm_repair(case, case.best, form, family)
        if repair is not None:
            return repair
    return None


def _families(case: Case, elastic: bool) -> dict[str, list[Form]]:
    best = case.best
    found = {
        "inversion": [best.but(inverted=not best.inverted)],
        "symmetry": [best.but(symmetry=s) for s in range(len(SYMMETRIES)) if s != best.symmetry],
        "layout": [best.but(layout=other.layout) for other in case.reading.others],
    }
    large, small = _rescalings(case, elastic)
    dtype = best.dtype if np.dtype(best.dtype).kind == "f" or not elastic else "float32"
    found["scale"] = [best.but(scaling=scale, dtype=dtype) for scale in large]
    found["normalisation"] = [best.but(scaling=scale, dtype=dtype) for scale in small]
    return found


def _rescalings(case: Case, elastic: bool) -> tuple[list[Scaling], list[Scaling]]:
    """Scalings that would undo a wrong one, by a large factor and by a small."""
    if not case.reading.promised:
        return [TWICE, Scaling("0..65025", 255.0, code="pixels * 255")], []
    # The pipeline makes `used` of pixels, its network was trained on `wanted`.
    used_ones = [*LINEAR, TWICE]
    pairs = product(USUAL, used_ones)
    scalings = {wanted.after(used) for wanted, used in pairs if wanted != used}
    if not elastic:
        return list(_FAINTER), [scale for scale in scalings if _stays_whole(scale)]
    start = case.contract.scaling
    if start != RAW:
        scalings = {replace(s, factor=s.factor * start.factor) for s in scalings if not s.offset}
    contrast = {scale: max(scale.factor, start.factor**2 / scale.factor) for scale in scalings}
    far = {s for s in scalings if contrast[s] > _LARGE * start.factor and not s.per_picture}
    large, small = [_largest(s) for s in far], scalings - far
    return sorted(set(large), key=lambda s: s.factor), sorted(small, key=lambda s: s.factor)


def _stays_whole(scale: Scaling) -> bool:
    """Whether pixels remain pixels, and most of their greys differ still."""
    fits = scale.offset >= -0.5 and scale.offset + 255 * scale.factor <= 255.5
    return fits and scale.factor >= 0.3 and not scale.per_picture


def _largest(scale: Scaling) -> Scaling:
    for plain in (UNIT, TWICE):
        if np.isclose(scale.factor, plain.factor) and scale.offset == 0:
            return plain
    if np.isclose(scale.factor, 255) and scale.offset == 0:
        return Scaling("0..65025", 255.0, code="pixels * 255")
    return scale


def _views() -> Iterator[tuple[bool, int]]:
    yield from product((False, True), range(len(SYMMETRIES)))


def _part(sample: Sample, count: int = _JOINT) -> Sample:
    return Sample(f"{sample.name}-{count}", sample.pixels[:count], sample.actual[:count])


def _joint_repairs(case: Case, elastic: bool) -> list[Repair]:
    """Several faults at once, where no single change restored anything."""
    sample = _part(case.search)
    reach = untrained_reach(sample.pixels, sample.actual)
    if case.seconds_each > 0.004 or _value(case, case.best, sample) > reach:
        return []
    scalings = [case.best, *_families(case, elastic)["scale"]]
    scalings += _families(case, elastic)["normalisation"][:: 4 if elastic else 1]
    forms = [form.but(inverted=i, symmetry=s) for form in scalings for i, s in _views()]
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


def _steps(start: Form, end: Form) -> Iterator[tuple[str, tuple[Form, Form]]]:
    """The changes between two forms, one at a time."""
    changes: list[tuple[str, dict[str, Any]]] = [
        ("scale", {"scaling": end.scaling, "dtype": end.dtype}),
        ("inversion", {"inverted": end.inverted}),
        ("symmetry", {"symmetry": end.symmetry}),
    ]
    for family, change in changes:
        after = start.but(**change)
        if (after.scaling, after.inverted, after.symmetry) != (
            start.scaling,
            start.inverted,
            start.symmetry,
        ):
            yield family, (start, after)
            start = after


def _ranked(case: Case, forms: list[Form], sample: Sample) -> list[tuple[float, Form]]:
    """Forms by how well the target does under them, best first; refused ones are left out."""
    found = []
    for form in forms:
        try:
            found.append((_value(case, form, sample), form))
        except (RefusedError, UnreadableError):
            continue
    return sorted(found, key=lambda entry: -entry[0])


def _value(case: Case, form: Form, sample: Sample) -> float:
    """Accuracy after renaming, less a little for the loss, which tells equal ones apart."""
    answers = case.answers(form, sample)
    value = assigned_accuracy(answers.labels, sample.actual)
    losses = answers.losses(sample.actual)
    return value if losses is None else value - 0.02 * min(float(losses.mean()), 5.0)


def confirm_repair(case: Case, before: Form, after: Form, family: str) -> Repair | None:
    """Whether `after` is better than `before` on the confirm sample, beyond chance and enough."""
    try:
        first, second = (case.right(form, case.confirm) for form in (before, after))
    except (RefusedError, UnreadableError):
        return None
    gained, lost = int((second & ~first).sum()), int((first & ~second).sum())
    answers = [case.answers(form, case.confirm) for form in (before, after)]
    losses = [loss for one in answers if (loss := one.losses(case.confirm.actual)) is not None]
    p_value = mcnemar(gained, lost)
    weak = family == "normalisation" and second.mean() < _GOOD
    worth = _WORTH_CONTRAST if weak else _WORTH
    held = p_value < ALPHA and gained - lost >= worth * int((~first).sum())
    no_worse = p_value < 0.95
    if not case.elastic:  # fainter whole numbers have fewer greys, which costs a little by itself
        no_worse = int(second.sum()) >= (1 - _GREYS) * int(first.sum())
    if not held and family == "scale" and len(losses) == 2 and no_worse:
        p_value = _loss_p(case, answers, losses)
        held = p_value < ALPHA
    if held and family == "scale" and _only_drowns(answers, case, before, after):
        return None
    if not held:
        return None
    means = (float(losses[0].mean()), float(losses[1].mean())) if len(losses) == 2 else None
    rights = (int(first.sum()), int(second.sum()))
    return Repair(before, after, family, rights, len(first), p_value, means)


def _only_drowns(answers: list[Answers], case: Case, before: Form, after: Form) -> bool:
    """Whether larger numbers merely shout something down, a bias say: then they are too sure."""
    logs = answers[1].logs
    if after.scaling.factor <= before.scaling.factor or logs is None or answers[1].decided:
        return False
    meant = np.argsort(case.names_for(after))[case.confirm.actual]
    return fit_temperature(logs, meant) > _OFF


def _loss_p(case: Case, answers: list[Answers], losses: list[NDArray[np.float64]]) -> float:
    """P-value that a change of scale lowers the loss; 1 where that has another reason.

    Fainter pictures make any network less sure of itself, which may lower the loss of a healthy
    one. So it counts only if the confidence was far off and comes about right.
    """
    logs = [one.logs for one in answers]
    before, after = losses
    if logs[0] is None or logs[1] is None:
        return 1.0
    far, near = (fit_temperature(one, case.confirm.actual) for one in (logs[0], logs[1]))
    right = 1 / _NEAR < near < _NEAR and after.mean() < _FLAT
    # Whole numbers can only be made a little fainter: then the confidence must follow them.
    following = far > _SATURATED and near < far / _FOLLOWS
    if _OFF > far > 1 / _OFF or not (right or following):
        return 1.0
    if after.mean() > (1 - _WORTH) * before.mean():
        return 1.0
    return mean_above_zero(before - after)
