"""The search for the input under which a target works.

A few hundred pictures are shown in every form in question; the likeliest form is then confirmed on
other pictures, picture by picture against the contract, before anything is said.
"""

from dataclasses import replace
from typing import NamedTuple

from hemline.doctor.case import Case
from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.search.confirming import Repair, Rival, confirm_repair
from hemline.doctor.search.contract import choose_contract, rescaled, takes_floats
from hemline.doctor.search.families import families_of
from hemline.doctor.search.joint import joint_repairs
from hemline.doctor.search.ranking import rank, reach_on, value_of
from hemline.doctor.search.shortlist import shortlist

_ROUNDS = 3
_NEAR = 0.06  # of the pictures: what numbers of another size may explain less than each picture's
_SLIP = 0.02  # of the pictures: what the plainer of two explanations may explain less
# By how much: a division by 255 before a normalisation, a type before any other numbers, and a
# turn before an axis of one.
_PLAINER = {"scale": _SLIP, "overflow": 2 * _SLIP, "layout": -_SLIP / 2}
# What costs nearly every answer: nobody needs to look for it where most are right.
_TEARING = {"scramble", "packing"}
_NUMBERS = {"scale", "normalisation", "each"}  # families of one kind of fault
_GAIN = 0.05  # of the pictures: what is gained in right answers, rather than in confidence
_RIVALS = 1 / 2  # of what is gained: what explains less is no rival


def find_repairs(case: Case) -> list[Repair]:
    """Choose the contract where it is open, then look for the form that works.

    Sets `case.contract` and `case.best`.
    """
    if not case.reading.promised:
        case.contract = case.best = choose_contract(case)
    case.elastic = takes_floats(case)
    repairs = _rounds(case)
    if repairs and not case.reading.promised and rescaled(case):
        repairs = _rounds(case)
    if repairs and _is_drowned(case):
        case.best, repairs = case.contract, []
    # Another form may flatter untrained weights too; that mends nothing.
    repairs = _known(case, repairs)
    return repairs or _known(case, joint_repairs(case))


def _rounds(case: Case) -> list[Repair]:
    """Single changes, one after the other."""
    repairs: list[Repair] = []
    for _ in range(_ROUNDS):
        if repairs and case.budget.is_short and _works(case):
            case.budget.skip("further faults of the input")
            break
        repair = _next_repair(case, {repair.family for repair in repairs})
        if repair is None:
            break
        repairs.append(repair)
        case.best = repair.after
    return repairs


def _works(case: Case) -> bool:
    """Whether the target is good in the best form, as the search goes."""
    return float(case.right(case.best, case.search).mean()) >= case.good


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


class _Candidate(NamedTuple):
    """The best form of a family, and how well the target does under it."""

    value: float
    family: str
    form: InputForm


def _next_repair(case: Case, done: set[str]) -> Repair | None:
    """The best single change that holds on the confirm sample, and what comes next to it."""
    base = value_of(case, case.best, case.search)
    found = _candidates(case, base, done)
    for one in _likeliest_first(case, found, base):
        repair = confirm_repair(case, case.best, one.form, one.family)
        if repair is not None:
            return replace(repair, rival=_rival(case, repair, base, one, found))
    return None


def _candidates(case: Case, base: float, done: set[str]) -> list[_Candidate]:
    """Of each family the form that does best, where that is better than none."""
    unlikely, found = done | (_TEARING if base >= case.good else set()), []
    for family, forms in families_of(case).items():
        ranked = rank(case, shortlist(case, forms), case.search) if family not in unlikely else []
        if ranked and ranked[0][0] > base:
            found.append(_Candidate(ranked[0][0], family, _plainest(ranked)))
    return found


def _likeliest_first(case: Case, found: list[_Candidate], base: float) -> list[_Candidate]:
    """What explains nearly as much, and is the plainer slip, is the likelier."""
    if len(found) < 2:
        return found
    knows, values = base > reach_on(case, case.search), {one.family: one.value for one in found}
    scale = values.get("scale", 0.0) - values.get("each", 0.0)  # how far it is ahead
    return sorted(found, key=lambda one: -one.value - _ahead(case, one, scale, knows))


def _ahead(case: Case, one: _Candidate, scale: float, knows: bool) -> float:
    """What a family is ahead by.

    Larger numbers also make any offset small, where something is known without; what is divided
    twice leaves next to nothing. And pictures that are each normalised are of small numbers, too.
    """
    if one.family == "scale" and knows and one.form.scaling.factor > case.best.scaling.factor:
        return -_SLIP
    if one.family == "each":
        return -2 * _SLIP if scale > -_NEAR else -_SLIP / 4
    return _PLAINER.get(one.family, 0.0)


def _rival(
    case: Case, repair: Repair, base: float, chosen: _Candidate, found: list[_Candidate]
) -> Rival | None:
    """The best of the other families, where it explains at least half as much."""
    others = [one for one in found if one.family != chosen.family]
    best = max(others, key=lambda one: one.value, default=None)
    if best is None:
        return None
    share = (best.value - base) / (chosen.value - base)
    kin = {best.family, chosen.family} <= _NUMBERS
    sample = case.search if case.budget.is_short else case.judged
    accuracy = float(case.right(best.form, sample).mean())
    before, after = (right / repair.n for right in repair.right)
    if after - before > _GAIN:  # what shows on other pictures says more than what was chosen by
        share = (accuracy - before) / (after - before)
    change = case.best.changed_to(best.form)
    return Rival(change, accuracy, share, kin) if share >= _RIVALS else None


def _plainest(ranked: list[tuple[float, InputForm]]) -> InputForm:
    """The best form; or one whose numbers can be said in a word, if it is nearly as good."""
    best = ranked[0][0]
    plain = (form for value, form in ranked if value > best - _SLIP and form.scaling.code)
    return next(plain, ranked[0][1])
