"""Probing: how a target wants its input, found by trying."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.answers import Answers, read_answers
from hemline.doctor.forms import InputForm, native_layout
from hemline.doctor.targets import RefusedError, Target
from hemline.doctor.unpacking import UnreadableError
from hemline.errors import TargetError
from hemline.pixels import Pixels

_PROBES = (7, 5)  # pictures: a number that no axis of a picture or of the classes has
_SETTLED = 200  # pictures whose answers settle how bare numbers are meant
_MOST_REFUSALS = 64
_AT_ONCE, _VALUES = 500, 1 << 23  # pictures and values: 32 megabytes of float32


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
    refused: list[str] = []
    faulty: list[tuple[InputForm, UnreadableError]] = []
    taken: dict[InputForm, Answers] = {}
    few = pixels[: probe_size(target)]
    for form in target.forms():
        if len(refused) >= _MOST_REFUSALS or (taken and form.way != next(iter(taken)).way):
            break
        try:
            taken[form] = ask(target, form, few)
        except RefusedError as error:
            refused.append(str(error))
        except UnreadableError as error:
            faulty.append((form, error))
            if len(faulty) > len(refused) + 3:
                break
    raw = InputForm(native_layout(target.pictures))
    if taken and not (faulty and faulty[0][0] == raw):
        first, *rest = taken
        _settle(target, first, pixels[:_SETTLED])
        others = tuple(other for other in rest if other.dtype == first.dtype)
        reading = Reading(first, others, _promised(target, first), taken[first].classes)
    elif faulty:
        reading = Reading(faulty[0][0], (), _promised(target, faulty[0][0]), fault=faulty[0][1])
    else:
        raise TargetError(
            f"Expected {target.name} to answer to pictures of {target.pictures} in some form, "
            f"received a refusal of all {len(refused)} ({refused[0]}); call it once yourself to "
            "see that it works."
        )
    return _as_wanted(replace(reading, refused=tuple(refused)), wanted or {})


def _promised(target: Target, form: InputForm) -> bool:
    """Whether the scale of the numbers is part of the contract.

    A callable that takes raw pixels as they are has no other contract; one that refuses them has
    told us that it wants something else, and then it may want any usual scale.
    """
    native = form.dtype == "uint8" and form.layout == native_layout(target.pictures)
    return target.promises_pixels or (target.kind == "callable" and native)


def _as_wanted(reading: Reading, wanted: Mapping[str, Any]) -> Reading:
    """As the user says that it is to be asked."""
    if not wanted:
        return reading
    form = reading.form.but(**wanted)
    if np.dtype(form.dtype).kind != "f" and form.scaling.factor != 1:
        form = form.but(dtype="float32")
    return replace(reading, form=form, promised=True)


def probe_size(target: Target) -> int:
    """How many pictures tell the batch from every other axis."""
    return next(size for size in _PROBES if size != len(target.vocabulary))


def _settle(target: Target, form: InputForm, pixels: Pixels) -> None:
    """Find out how bare numbers are meant, once for the whole examination."""
    if not target.vocabulary.is_open:
        return
    try:
        target.vocabulary = target.vocabulary.settled(ask_raw(target, form, pixels))
    except (RefusedError, UnreadableError):
        return  # what is refused later is said later


def ask(target: Target, form: InputForm, pixels: Pixels) -> Answers:
    """Answers to pictures handed over in a form.

    Raises:
        RefusedError: the target does not take them.
        UnreadableError: what comes back is not one answer a picture.
    """
    return read_answers(ask_raw(target, form, pixels), len(pixels), target.vocabulary)


def ask_raw(target: Target, form: InputForm, pixels: Pixels) -> NDArray[Any]:
    """What the target gives for pictures in a form, in the batches that it allows."""
    step = max(1, min(_AT_ONCE, _VALUES // target.pictures.values))
    parts = [
        _checked(target, form.apply(pixels[place : place + step]), form.way)
        for place in range(0, len(pixels), step)
    ]
    if len(parts) == 1:
        return parts[0]
    classes_first = parts[0].ndim == 2 and len(parts[0]) != step == parts[0].shape[1]
    return np.concatenate(parts, axis=int(classes_first))


def _checked(target: Target, batch: NDArray[Any], way: str) -> NDArray[Any]:
    array: NDArray[Any] = target.answer(batch, way)
    few = len(batch) == probe_size(target)  # any shape may come back: it is looked at later
    if not few and array.ndim and _strange(array, len(batch)):
        raise UnreadableError(f"shape {array.shape} for {len(batch)} pictures", array.shape)
    return array


def _strange(array: NDArray[Any], n: int) -> bool:
    return n not in array.shape and not (n == 1 and array.ndim == 1)
