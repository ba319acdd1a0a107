"""Probing: how a target wants its input, found by trying."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.answers import Answers, UnreadableError, read_answers
from hemline.doctor.forms import Form, Scaling
from hemline.doctor.targets import RefusedError, Target
from hemline.errors import TargetError
from hemline.pixels import Pixels

_PROBE = 7  # pictures: a number that no axis of a picture or of the classes has
_MOST_REFUSALS = 64
_AT_ONCE = 500


@dataclass(frozen=True)
class Reading:
    """How the target wants its input.

    Attributes:
        form: the first that it took.
        others: further forms that it takes as well.
        promised: whether the scale of the numbers is part of its contract.
        fault: what came back for every form, if never one answer a picture.
        refused: its own words, one for each form refused.
    """

    form: Form
    others: tuple[Form, ...]
    promised: bool
    fault: UnreadableError | None
    refused: tuple[str, ...] = field(repr=False)


def probe(target: Target, pixels: Pixels, wants: Scaling | None = None) -> Reading:
    """Try the target's forms on a few pictures until one is answered.

    Args:
        target: to examine.
        pixels: uint8 `(n, 28, 28)`, at least seven.
        wants: the scaling that its user says it wants.

    Raises:
        TargetError: every form is refused.
    """
    refused: list[str] = []
    faulty: list[tuple[Form, UnreadableError]] = []
    taken: list[Form] = []
    for form in target.forms():
        if len(refused) >= _MOST_REFUSALS or (taken and form.way != taken[0].way):
            break
        try:
            ask(target, form, pixels[:_PROBE])
            taken.append(form)
        except RefusedError as error:
            refused.append(str(error))
        except UnreadableError as error:
            faulty.append((form, error))
            if len(faulty) > len(refused) + 3:
                break
    if taken and not (faulty and faulty[0][0] == Form()):
        others = tuple(other for other in taken[1:] if other.dtype == taken[0].dtype)
        return _reading(target, taken[0], wants, others=others, refused=tuple(refused))
    if faulty:
        form, fault = faulty[0]
        return _reading(target, form, wants, fault=fault, refused=tuple(refused))
    raise TargetError(
        f"Expected {target.name} to answer to 28x28 pictures in some form, received a refusal of "
        f"all {len(refused)} ({refused[0]}); call it once yourself to see that it works."
    )


def _reading(
    target: Target,
    form: Form,
    wants: Scaling | None,
    others: tuple[Form, ...] = (),
    fault: UnreadableError | None = None,
    refused: tuple[str, ...] = (),
) -> Reading:
    if wants is not None:
        dtype = form.dtype if np.dtype(form.dtype).kind == "f" else "float32"
        form = form if wants.factor == 1 else form.but(dtype=dtype)
        return Reading(form.but(scaling=wants), others, True, fault, refused)
    # A callable that takes raw pixels as they are has no other contract; one that refuses them
    # has told us that it wants something else, and then it may want any usual scale.
    plain = target.kind == "callable" and form.dtype == "uint8" and form.layout == "28x28"
    return Reading(form, others, target.promises_pixels or plain, fault, refused)


def ask(target: Target, form: Form, pixels: Pixels) -> Answers:
    """Answers to uint8 pictures `(n, 28, 28)` handed over in a form.

    Raises:
        RefusedError: the target does not take them.
        UnreadableError: what comes back is not one answer a picture.
    """
    return read_answers(ask_raw(target, form, pixels), len(pixels))


def ask_raw(target: Target, form: Form, pixels: Pixels) -> NDArray[Any]:
    """What the target gives for pictures in a form, in the batches that it allows."""
    batch = form.apply(pixels)
    parts = [
        _checked(target, batch[place : place + _AT_ONCE], form.way)
        for place in range(0, len(batch), _AT_ONCE)
    ]
    if len(parts) == 1:
        return parts[0]
    classes_first = parts[0].ndim == 2 and parts[0].shape[1] == _AT_ONCE
    return np.concatenate(parts, axis=int(classes_first))


def _checked(target: Target, batch: NDArray[Any], way: str) -> NDArray[Any]:
    array: NDArray[Any] = target.answer(batch, way)
    if len(batch) != _PROBE and array.ndim and _strange(array, len(batch)):
        raise UnreadableError(f"shape {array.shape} for {len(batch)} pictures", array.shape)
    return array


def _strange(array: NDArray[Any], n: int) -> bool:
    return n not in array.shape and not (n == 1 and array.ndim == 1)
