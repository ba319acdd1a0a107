"""Asking: answers to pictures, in the batches that a target takes."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.ways import is_single
from hemline.doctor.replies.answers import Answers, read_answers
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import RefusedError, Target
from hemline.doctor.targets.base import as_row
from hemline.pixels import Pixels

_AT_ONCE, _VALUES = 500, 1 << 23  # pictures and values: 32 megabytes of float32
_PARTS = (256, 128, 100, 64, 32, 16, 8, 4, 2, 1)  # pictures a call, where more are refused
_PROBES = (7, 5)  # pictures: a number that no axis of a picture or of the classes has


def probe_size(target: Target) -> int:
    """How many pictures tell the batch from every other axis."""
    return next(size for size in _PROBES if size != len(target.vocabulary))


def ask(target: Target, form: InputForm, pixels: Pixels) -> Answers:
    """Answers to pictures handed over in a form.

    Raises:
        RefusedError: the target does not take them.
        UnreadableError: what comes back is not one answer a picture.
    """
    return read_answers(ask_raw(target, form, pixels), len(pixels), target.vocabulary)


def ask_raw(target: Target, form: InputForm, pixels: Pixels) -> NDArray[Any]:
    """What the target gives for pictures in a form, in the batches that it allows.

    Where it refuses them all at once and takes fewer, it is asked in parts from then on.
    """
    step = _step(target, form)
    try:
        return ask_parts(target, form, pixels, step)
    except RefusedError:
        few = next(_fewer(target, form, pixels, step), None)
        if few is None:
            raise
        target.at_most = few
    return ask_parts(target, form, pixels, few)


def ask_parts(target: Target, form: InputForm, pixels: Pixels, step: int) -> NDArray[Any]:
    """What the target gives for pictures in a form, so many at a time."""
    batches = [pixels[place : place + step] for place in range(0, len(pixels), step)]
    parts = [_checked(target, form.apply(batch), form.way) for batch in batches]
    if len(parts) == 1:
        return parts[0]
    pairs = zip(parts, batches, strict=True)
    parts = [part if len(batch) > 1 else as_row(part) for part, batch in pairs]
    classes_first = parts[0].ndim == 2 and len(parts[0]) != step == parts[0].shape[1]
    return np.concatenate(parts, axis=int(classes_first))


def ask_together(
    target: Target, forms: Sequence[InputForm], pixels: Pixels
) -> dict[InputForm, Answers]:
    """Answers to the same pictures in several forms, in as few calls as it takes.

    Args:
        target: one whose answers do not depend on what is asked with them.
        forms: of one layout, type and way.
        pixels: `(n, h, w)` or `(n, h, w, 3)`.

    Returns:
        Answers by form; none of what cannot be asked so.
    """
    found: dict[InputForm, Answers] = {}
    count, n = _step(target, forms[0]) // len(pixels), len(pixels)
    for place in range(0, len(forms) if count > 1 else 0, max(1, count)):
        some = forms[place : place + count]
        batch = np.concatenate([form.apply(pixels) for form in some])
        try:
            raw = _checked(target, batch, some[0].way)
            axis = int(raw.ndim == 2 and len(raw) != len(batch))
            parts = np.split(raw, len(some), axis)
            answers = [read_answers(part, n, target.vocabulary) for part in parts]
        except (RefusedError, UnreadableError):
            continue
        found |= zip(some, answers, strict=True)
    return found


def ask_files(target: Target, way: str, files: Sequence[bytes]) -> Answers:
    """Answers to picture files.

    Raises:
        RefusedError: the target does not take them.
        UnreadableError: what comes back is not one answer a file.
    """
    step = target.at_most or _AT_ONCE
    parts = [files[place : place + step] for place in range(0, len(files), step)]
    raw = np.concatenate([target.answer_files(part, way) for part in parts])
    return read_answers(raw, len(files), target.vocabulary)


def _step(target: Target, form: InputForm) -> int:
    values = max(target.pictures.values, math.prod(form.layout.shape))
    return min(target.at_most or _AT_ONCE, max(1, min(_AT_ONCE, _VALUES // values)))


def _fewer(target: Target, form: InputForm, pixels: Pixels, step: int) -> Iterator[int]:
    """Numbers of pictures, below those refused, that are taken; the largest first."""
    refused = min(step, len(pixels))
    if is_single(form.way) or refused == 1 or not takes(target, form, pixels[:1]):
        return
    for size in _PARTS:
        if size < refused and (size == 1 or takes(target, form, pixels[:size])):
            yield size


def takes(target: Target, form: InputForm, pixels: Pixels) -> bool:
    """Whether these pictures are not refused, whatever comes back."""
    try:
        target.answer(form.apply(pixels), form.way)
    except RefusedError:
        return False
    except UnreadableError:
        return True
    return True


def _checked(target: Target, batch: NDArray[Any], way: str) -> NDArray[Any]:
    array: NDArray[Any] = target.answer(batch, way)
    few = len(batch) == probe_size(target)  # any shape may come back: it is looked at later
    if not few and array.ndim and _strange(array, len(batch)):
        raise UnreadableError(f"shape {array.shape} for {len(batch)} pictures", array.shape)
    return array


def _strange(array: NDArray[Any], n: int) -> bool:
    return n not in array.shape and not (n == 1 and array.ndim == 1)
