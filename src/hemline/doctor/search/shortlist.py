"""The shortlist: of many forms, those worth showing all pictures of the search."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.scalings import RAW, Scaling
from hemline.doctor.search.ranking import rank

_FEW = 6  # forms that are all tried
_GROUPS = 3  # of forms much alike, the best of which are tried
_ALIKE = 0.35  # of the contrast: where black and white lie nearer than that, so do the answers


def shortlist(case: Case, forms: list[InputForm]) -> list[InputForm]:
    """The forms, or of a slow target those that do well on a few pictures, and what is like them.

    Of forms whose numbers are much alike one is shown those few pictures for all.
    """
    if case.first is None or len(forms) <= _FEW:
        return forms
    groups = _groups(forms)
    best = rank(case, list(groups), case.first)[:_GROUPS]
    return [form for _, first in best for form in groups[first]]


def _groups(forms: list[InputForm]) -> dict[InputForm, list[InputForm]]:
    """Forms much alike, by the first of them."""
    groups: dict[InputForm, list[InputForm]] = {}
    for form in forms:
        near = (first for first in groups if _near(first, form))
        groups.setdefault(next(near, form), []).append(form)
    return groups


def _near(first: InputForm, second: InputForm) -> bool:
    same = first.but(scaling=RAW) == second.but(scaling=RAW)
    if not same or first.scaling.before != second.scaling.before:
        return False
    ends = np.array([_ends(form.scaling) for form in (first, second)])
    contrast = np.abs(ends[:, 1] - ends[:, 0]).min()
    return bool(np.abs(ends[1] - ends[0]).max() <= _ALIKE * contrast)


def _ends(scaling: Scaling) -> tuple[float, float]:
    """What black and white become."""
    return scaling.offset, scaling.offset + 255 * scaling.factor
