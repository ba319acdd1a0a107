"""The forms in which a callable may want pictures, since it does not say."""

from collections.abc import Iterator, Sequence

from hemline.doctor.inputs.forms import InputForm, layouts_of, native_layout, resized_layout
from hemline.doctor.inputs.scalings import RAW, UNIT
from hemline.doctor.inputs.ways import ARRAY, CALLED_WITH, ONE_BY_ONE, ONE_TENSOR, TENSOR
from hemline.pixels import Form


def callable_forms(pictures: Form, with_torch: bool) -> Iterator[InputForm]:
    """Arrays, then one picture a call, then files; of each the commonest first."""
    ways = [ARRAY, *([TENSOR] if with_torch else [])]
    plain = [layout for layout in layouts_of(pictures) if layout.is_plain]
    rest = [layout for layout in layouts_of(pictures) if not layout.is_plain]
    for way in ways:
        yield InputForm(plain[0], way=way)
    for layouts in (plain, rest):
        for dtype in ("float32", "uint8", "float64"):
            yield from (InputForm(layout, dtype, way=way) for way in ways for layout in layouts)
    for layout in (*plain, *rest):  # for those that look at the range
        yield InputForm(layout, "float32", UNIT)
    for dtype, scaling in (("uint8", RAW), ("float32", RAW), ("float32", UNIT)):
        yield from (InputForm(layout, dtype, scaling, way=ONE_BY_ONE) for layout in (*plain, *rest))
    if with_torch:
        yield from (InputForm(layout, "float32", way=ONE_TENSOR) for layout in (*plain, *rest))
    yield from file_forms(pictures, tuple(CALLED_WITH))


def file_forms(pictures: Form, ways: Sequence[str]) -> Iterator[InputForm]:
    """Files in the mode of the pictures; in colour where grey ones are refused."""
    found = {layout.order: layout for layout in layouts_of(pictures)}
    modes = [native_layout(pictures), *([found["tripled"]] if "tripled" in found else [])]
    yield from (InputForm(mode, way=way) for way in ways for mode in modes)


def resized_forms(edges: Sequence[int], with_torch: bool) -> Iterator[InputForm]:
    """Squares of other edges, in every layout that is usual for them."""
    for way in (ARRAY, ONE_BY_ONE):
        for edge in edges:
            shapes = [(edge, edge, 3), (3, edge, edge), (edge, edge, 1), (1, edge, edge)]
            layouts = [resized_layout(*shape) for shape in (*shapes, (edge, edge))]
            for dtype in ("float32", "uint8"):
                yield from (InputForm(layout, dtype, way=way) for layout in layouts)
    for way in (TENSOR, ONE_TENSOR) if with_torch else ():
        for edge in edges:
            layouts = [resized_layout(channels, edge, edge) for channels in (3, 1)]
            yield from (InputForm(layout, "float32", way=way) for layout in layouts)
