"""Probing: how a target wants its input, found by trying."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hemline.doctor.asking import ask_raw, probe_size
from hemline.doctor.inputs.forms import InputForm, native_layout
from hemline.doctor.inputs.scalings import CENTRED, RAW
from hemline.doctor.inputs.ways import is_single, takes_files
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import RefusedError, Target
from hemline.doctor.trying import Trial
from hemline.errors import HemlineError, TargetError
from hemline.pixels import Pixels

_SETTLED = 200  # pictures whose answers settle how bare numbers are meant


@dataclass(frozen=True)
class Reading:
    """How the target wants its input.

    Attributes:
        form: the first that it took.
        others: further forms that it takes as well.
        promised: whether the scale of the numbers is part of its contract.
        classes: how many the answers tell apart, where that shows.
        fault: what came back for every form, if never one answer a picture.
        refused: its own words, one for each form refused.
    """

    form: InputForm
    others: tuple[InputForm, ...]
    promised: bool
    classes: int | None = None
    fault: UnreadableError | None = None
    refused: tuple[str, ...] = field(repr=False, default=())


def probe(target: Target, pixels: Pixels, wanted: Mapping[str, Any] | None = None) -> Reading:
    """Try the target's forms on a few pictures until one is answered.

    Args:
        target: to examine.
        pixels: uint8, at least seven.
        wanted: scaling and channels that its user says it wants.

    Raises:
        TargetError: every form is refused.
    """
    places = np.linspace(0, len(pixels) - 1, probe_size(target)).astype(int)
    trial = Trial(target, pixels[places])  # from everywhere: pictures may lie class by class
    for choose, in_parts in _ROUNDS:
        if trial.is_fruitless:
            trial.run(filter(choose, target.forms()), in_parts=in_parts)
    if trial.is_fruitless:
        trial.run(target.resized_forms(trial.edges), in_parts=True)
    if trial.is_fruitless:
        trial.run(_normalised(target, trial.edges))
    taken = trial.found
    if taken:
        first, *rest = taken
        _settle(target, first, pixels[:_SETTLED])
        others = tuple(other for other in rest if other.dtype == first.dtype)
        reading = Reading(first, others, _promised(target, first), taken[first].classes)
    elif trial.faulty:
        form, fault = trial.faulty[0]
        reading = Reading(form, (), _promised(target, form), fault=fault)
    else:
        raise TargetError(
            f"Expected {target.name} to answer to pictures of {target.pictures} in some form, "
            f"received a refusal of all {len(trial.refused)} ({trial.refused[0]}); call it once "
            "yourself to see that it works."
        )
    return _as_wanted(replace(reading, refused=tuple(trial.refused)), wanted or {})


def _normalised(target: Target, edges: Sequence[int]) -> Iterator[InputForm]:
    """Forms of fractions around zero, for what refuses all others by their numbers."""
    if target.promises_pixels:
        return
    for form in (*target.forms(), *target.resized_forms(edges[:1])):
        if np.dtype(form.dtype).kind == "f" and _is_batch(form):
            yield form.but(scaling=CENTRED)


def _is_batch(form: InputForm) -> bool:
    """Whether it is an array or a tensor of many pictures."""
    return not is_single(form.way) and not takes_files(form.way)


# Arrays of many pictures, of fewer than were shown, of one; files, and fewer files.
_ROUNDS: tuple[tuple[Callable[[InputForm], bool], bool], ...] = (
    (_is_batch, False),
    (_is_batch, True),
    (lambda form: not _is_batch(form), False),
    (lambda form: takes_files(form.way) and not is_single(form.way), True),
)


def _promised(target: Target, form: InputForm) -> bool:
    """Whether the scale of the numbers is part of the contract.

    A callable that takes raw pixels as they are has no other contract; one that refuses them has
    told us that it wants something else, and then it may want any usual scale.
    """
    if target.promises_pixels or takes_files(form.way):
        return True
    own = form.layout == native_layout(target.pictures) or form.layout.order == "resized"
    return target.kind == "callable" and form.dtype == "uint8" and own


def _as_wanted(reading: Reading, wanted: Mapping[str, Any]) -> Reading:
    """As the user says that it is to be asked."""
    if not wanted:
        return reading
    form = reading.form.but(**wanted)
    if takes_files(form.way) and form.scaling != RAW:
        raise HemlineError(
            f"Expected wants to be '0..255' for what takes {form.way}, received "
            f"{form.scaling.name!r}; leave it out."
        )
    if np.dtype(form.dtype).kind != "f" and form.scaling.factor != 1:
        form = form.but(dtype="float32")
    return replace(reading, form=form, promised=True)


def _settle(target: Target, form: InputForm, pixels: Pixels) -> None:
    """Find out how bare numbers are meant, once for the whole examination."""
    if not target.vocabulary.is_open:
        return
    try:
        target.vocabulary = target.vocabulary.settled(ask_raw(target, form, pixels))
    except (RefusedError, UnreadableError):
        return  # what is refused later is said later
