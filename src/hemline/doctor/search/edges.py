"""Edges: of several sizes that a pipeline takes, the one that it is made for."""

from dataclasses import replace

import numpy as np

from hemline.doctor.asking import ask
from hemline.doctor.inputs.forms import InputForm, Layout
from hemline.doctor.inputs.resizing import edges_of
from hemline.doctor.inputs.scalings import PER_PICTURE, RAW, UNIT
from hemline.doctor.material import Material, stratified
from hemline.doctor.measures.statistics import assigned_accuracy
from hemline.doctor.probing import Reading
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import RefusedError, Target

_ORDERS = {"framed", "resized"}
_SHOWN = 60  # pictures
_BETTER = 0.03  # of them: by less, the smaller size is as good


def settle_edges(reading: Reading, target: Target, material: Material) -> Reading:
    """The reading with pictures of one size, where they do not keep their own.

    Several sizes are taken by a network of which nothing but the head is of fixed size; it is good
    at one. And edges that are a little larger may be meant for a frame, or for resized pictures.
    """
    if reading.form.layout.order not in _ORDERS:
        kept = [form for form in reading.others if form.layout.order != "resized"]
        return replace(reading, others=tuple(kept))
    forms = [reading.form, *reading.others]
    sizes = {form.layout: form for form in forms if form.layout.order in _ORDERS}
    if len({_size(layout) for layout in sizes}) < 2:
        return reading
    values = {layout: _value(form, target, material) for layout, form in sizes.items()}
    best = max(values.values())
    chosen = next(layout for layout in sizes if values[layout] >= best - _BETTER)
    others = [form for form in forms if _is_alike(form.layout, chosen)]
    return replace(reading, form=sizes[chosen], others=tuple(others))


def _is_alike(layout: Layout, chosen: Layout) -> bool:
    """Whether another layout shows the same picture."""
    return layout != chosen and layout.order in _ORDERS and _size(layout) == _size(chosen)


def _size(layout: Layout) -> tuple[str, tuple[int, int]]:
    return layout.order, edges_of(layout.shape)


def _value(form: InputForm, target: Target, material: Material) -> float:
    """The accuracy on a few pictures, under the usual scale that suits best."""
    places = stratified(material.test, _SHOWN, seed=3)
    pixels, actual = material.test.pixels[places], material.test.labels[places].astype(np.int64)
    found = [0.0]
    for scaling in (UNIT, RAW, PER_PICTURE[0]):
        try:
            labels = ask(target, form.but(scaling=scaling), pixels).labels
        except (RefusedError, UnreadableError):
            continue
        found.append(assigned_accuracy(labels, actual, len(material.vocabulary)))
    return max(found)
