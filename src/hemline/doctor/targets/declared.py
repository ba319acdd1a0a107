"""What files and servers declare of their inputs, as forms."""

import math
from typing import Any

from hemline.doctor.inputs.forms import InputForm, Layout, layouts_of, resized_layout
from hemline.doctor.inputs.resizing import LONGEST, SHORTEST, edges_of
from hemline.doctor.inputs.ways import ARRAY, ONE_BY_ONE
from hemline.errors import TargetError
from hemline.pixels import Form

_MOST_AT_ONCE = 4096  # pictures that a model may want: all of them are made up for each answer
_MOST_VALUES = 1 << 30

_DTYPES = {
    "tensor(uint8)": "uint8",
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
}


def declared_forms(name: str, dtype: str, shape: list[Any], pictures: Form) -> list[InputForm]:
    """The forms that a declared input leaves open to such pictures.

    Raises:
        TargetError: they do not fit.
    """
    kind = _DTYPES.get(dtype, dtype)
    if kind not in _DTYPES.values():
        raise TargetError(
            f"Expected an input of numbers, received {name} that wants {dtype}; "
            "examine the part of the pipeline that takes pictures."
        )
    ways = [(shape[1:], ARRAY), (shape, ONE_BY_ONE)] if shape else [(None, ARRAY)]
    found = [
        InputForm(layout, dtype=kind, way=way)
        for wanted, way in ways
        for layout in layouts_of(pictures)
        if (layout.is_plain if wanted is None else _fits(wanted, layout))
    ] or [InputForm(layout, dtype=kind, way=way) for layout, way in _other_edges(shape)]
    if not found:
        raise TargetError(
            f"Expected an input that takes pictures of {pictures}, received {name} that wants "
            f"shape {shape}; give it data of that size, or examine the pipeline with what comes "
            "before this model."
        )
    if found[0].way == ARRAY and shape and _at_once(shape[0]) > _most(found[0]):
        raise TargetError(
            f"Expected a model that takes up to {_most(found[0]):,} pictures at once, received "
            f"{name} that wants {shape[0]:,}; export it for any number of them."
        )
    return found


def _at_once(size: Any) -> int:
    """Pictures that a first axis asks for; 0 for any number, which files spell in several ways."""
    return size if isinstance(size, int) else 0


def _fits(wanted: list[Any], layout: Layout) -> bool:
    if len(wanted) != len(layout.shape):
        return False
    pairs = zip(wanted, layout.shape, strict=True)
    if any(isinstance(size, int) and size > 0 and size != mine for size, mine in pairs):
        return False
    known = any(isinstance(size, int) and size > 0 for size in wanted)
    return known or layout.order not in {"framed", "resized"}  # only for those that ask for them


def _other_edges(shape: list[Any]) -> list[tuple[Layout, str]]:
    """The layout of the edges that are declared, with its way; none where that is no picture."""
    alone = len(shape) == 3 and 3 in {shape[0], shape[2]}  # no batch of three
    wanted, way = (shape, ONE_BY_ONE) if alone else (shape[1:], ARRAY)
    return [(resized_layout(*wanted), way)] if _is_picture(wanted) else []


def _is_picture(sizes: list[Any]) -> bool:
    """Whether these are two edges, alone or with one or three channels first or last."""
    if len(sizes) not in {2, 3} or not all(isinstance(size, int) for size in sizes):
        return False
    if len(sizes) == 3 and not {sizes[0], sizes[2]} & {1, 3}:
        return False
    return all(SHORTEST <= edge <= LONGEST for edge in edges_of(tuple(sizes)))


def _most(form: InputForm) -> int:
    """Pictures that a model may want at once."""
    return min(_MOST_AT_ONCE, max(1, _MOST_VALUES // math.prod(form.layout.shape)))
