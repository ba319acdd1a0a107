"""Several faults at once, where no single change restores anything."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hemline.doctor.case import Case
from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.scalings import Scaling
from hemline.doctor.search.confirming import Repair, confirm_repair
from hemline.doctor.search.families import LARGE, families_of, views_of
from hemline.doctor.search.ranking import part_of, rank, reach_on, value_of

_SECONDS, _RESERVE = 4.0, 2.0  # at most; and what is kept for all that comes after
_PARTLY = 24  # pictures, or three of each class, on which all forms are tried
_KEPT = 24  # forms that are tried on more
_SLOW = 0.004  # seconds a picture: there is no time for hundreds of forms


def joint_repairs(case: Case) -> list[Repair]:
    """Several faults at once, where no single change restored anything."""
    sample = part_of(case, case.search)
    value = value_of(case, case.best, sample)
    if value >= case.good or value > (reach := reach_on(case, sample)):
        return []
    forms = _affordable(case, _several(case))
    ranked = rank(case, forms, sample)
    if not ranked or ranked[0][0] <= reach:
        return []
    return _confirmed(case, ranked[0][1])


def _several(case: Case) -> list[InputForm]:
    """Every brightness, turn and order of the channels under every scale."""
    families = families_of(case)
    scalings = [case.best, *families["scale"]]
    scalings += families["normalisation"][:: 4 if case.elastic else 1]
    return [form.but(**view) for form in scalings for view in views_of(case)]


def _affordable(case: Case, forms: list[InputForm]) -> list[InputForm]:
    """Those that do well on a few pictures, of as many as there is time for."""
    seconds = min(_SECONDS, case.budget.left - _RESERVE)
    few = part_of(case, case.search, max(_PARTLY, 3 * case.k))
    count = int(seconds / case.seconds_each / len(few)) if case.seconds_each < _SLOW else 0
    if count < len(forms):
        case.budget.skip(f"{len(forms) - max(0, count):,} combinations of several faults at once")
    return [form for _, form in rank(case, forms[: max(0, count)], few)[:_KEPT]]


def _confirmed(case: Case, best: InputForm) -> list[Repair]:
    """The changes that make a form, if it holds on other pictures."""
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
