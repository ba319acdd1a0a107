"""Families: for each kind of fault of the input, the forms that would undo it."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.inputs.forms import CHANNELS, InputForm, Layout, symmetries_of, wider_layouts
from hemline.doctor.inputs.scalings import (
    ARGB,
    CAFFE,
    MULTIPLIED,
    PACKED,
    RAW,
    SIXTEEN,
    TWICE,
    UNIT,
    Scaling,
)
from hemline.doctor.inputs.scrambles import scrambles_of
from hemline.doctor.inputs.ways import takes_files
from hemline.doctor.material import Material

LARGE = 30.0  # times the contrast: no two usual scales other than 0..1 and 0..255 lie so far apart
# Factors by which whole numbers can be made fainter and still be pictures.
_FAINTER = tuple(
    Scaling(f"contrast 1/{k}", (1 / k,), code=f"pixels // {k}") for k in (8, 32, 128, 255)
)
# What a pipeline makes of pixels that come in a wider type, or that it takes to come in one.
_WIDER = (PACKED, ARGB, SIXTEEN, Scaling("0..1/257", (1 / 65_535,), code="pixels / 65535"))


def families_of(case: Case) -> dict[str, list[InputForm]]:
    """The forms that undo one fault, by the family of the fault."""
    best, symmetries = case.best, symmetries_of(case.material.form)
    found = {
        "inversion": [best.but(inverted=not best.inverted)],
        "symmetry": [best.but(symmetry=s) for s in symmetries if s != best.symmetry],
        "channels": [best.but(channels=c) for c in _orders(case) if c != best.channels],
        "scramble": [best.but(channels=c) for c in _slips(case)],
        "layout": [best.but(layout=layout) for layout in _layouts(case)],
        "overflow": [best.but(dtype=wider) for wider in _wider(best)],
        "packing": [best.but(dtype="int32", scaling=scale) for scale in _packings(case)],
    }
    large, small = _rescalings(case)
    dtype = best.dtype if np.dtype(best.dtype).kind == "f" or not case.elastic else "float32"
    found["scale"] = [best.but(scaling=scale, dtype=dtype) for scale in large]
    for family, linear in (("normalisation", True), ("each", False)):
        found[family] = [
            best.but(scaling=scale, dtype=dtype) for scale in small if scale.is_linear == linear
        ]
    found["normalisation"] += [
        best.but(scaling=scale, dtype=dtype, channels="bgr") for scale in _of_caffe(case)
    ]
    return found


def usual_scalings(case: Case) -> tuple[Scaling, ...]:
    """Scales and normalisations that are usual for such pictures, the commonest first."""
    return *case.material.scalings, *case.material.normalisations


def _of_caffe(case: Case) -> list[Scaling]:
    """What undoes the preparation for Caffe's models, which want blue first, of another."""
    colour = case.material.form.channels == 3 and case.best.channels == "rgb"
    if not (case.elastic and colour and case.reading.promised and case.contract.scaling == RAW):
        return []
    return [scale.after(CAFFE).backwards for scale in case.material.scalings]


def _layouts(case: Case) -> list[Layout]:
    """The other layouts that are taken; of files also larger ones, which lose only their frame."""
    wider = wider_layouts(case.material.form) if takes_files(case.contract.way) else []
    return [*(other.layout for other in case.reading.others), *wider]


def _wider(form: InputForm) -> tuple[str, ...]:
    """Types in which the same values cannot run over."""
    return ("int64", "float32") if np.dtype(form.dtype).itemsize == 1 else ()


def _packings(case: Case) -> tuple[Scaling, ...]:
    """For a callable that takes whole numbers: it may take them apart, as Android's bitmaps."""
    whole = np.dtype(case.contract.dtype).kind in "iu" and case.contract.scaling == RAW
    return (PACKED, ARGB) if whole and case.target.kind == "callable" else ()


def _rescalings(case: Case) -> tuple[list[Scaling], list[Scaling]]:
    """Scalings that would undo a wrong one, by a large factor and by a small."""
    if not case.reading.promised:
        return [TWICE, MULTIPLIED], []
    scalings = list(dict.fromkeys(_linear(case.material)))
    if not case.elastic:
        return list(_FAINTER), [scale for scale in scalings if _stays_whole(scale)]
    scalings += _each(case.material)
    start = case.contract.scaling
    if start != RAW:
        scalings = [scale.times(start.factor) for scale in scalings if not any(scale.offsets)]
    contrast = {scale: max(scale.factor, start.factor**2 / scale.factor) for scale in scalings}
    far = {s for s in scalings if contrast[s] > LARGE * start.factor and s.is_linear}
    large = dict.fromkeys(_largest(scale) for scale in scalings if scale in far)
    small = dict.fromkeys(scale for scale in scalings if scale not in far)
    return sorted(large, key=lambda s: s.factor), sorted(small, key=lambda s: s.factor)


def _stays_whole(scale: Scaling) -> bool:
    """Whether pixels remain pixels, and most of their greys differ still."""
    black, white = scale.offsets, np.add(scale.offsets, np.multiply(255, scale.factors))
    fits = min(black) >= -0.5 and white.max() <= 255.5
    return bool(fits) and min(scale.factors) >= 0.3


def _largest(scale: Scaling) -> Scaling:
    for plain in (UNIT, TWICE, MULTIPLIED):
        if np.allclose(scale.factors, plain.factor) and not any(scale.offsets):
            return plain
    return scale


def _slips(case: Case) -> tuple[str, ...]:
    pictures = case.material.form
    return scrambles_of(pictures.height, pictures.width) if pictures.channels == 1 else ()


def _orders(case: Case) -> tuple[str, ...]:
    return tuple(CHANNELS) if case.material.form.channels > 1 else ("rgb",)


def views_of(case: Case) -> Iterator[dict[str, Any]]:
    """Every brightness, turn and order of the channels together, as changes of a form."""
    symmetries = symmetries_of(case.material.form)
    for inverted, symmetry, channels in product((False, True), symmetries, _orders(case)[:2]):
        yield {"inverted": inverted, "symmetry": symmetry, "channels": channels}


def _linear(material: Material) -> Iterator[Scaling]:
    """For each normalisation in training, and each in use, what makes the second the first."""
    usual = material.scalings
    for wanted, used in product(usual, (*usual, TWICE)):
        if wanted != used:
            yield wanted.after(used)
    yield from (wanted.after(wanted.uncentred) for wanted in usual if any(wanted.offsets))
    yield from (wanted.after(used) for wanted, used in product((UNIT, RAW), _WIDER))


def _each(material: Material) -> list[Scaling]:
    """The same, where training normalised each picture, or each pixel, by itself."""
    return [wanted.after(used) for wanted, used in product(material.normalisations, (UNIT, RAW))]
