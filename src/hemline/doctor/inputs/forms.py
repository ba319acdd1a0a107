"""Forms: the ways in which a pipeline can want its pictures."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.inputs.resizing import edges_of, resized
from hemline.doctor.inputs.scalings import RAW, Scaling
from hemline.doctor.inputs.scrambles import SCRAMBLES, unscrambled
from hemline.doctor.inputs.ways import takes_files
from hemline.pixels import Form, Pixels

_FRAME = 32  # LeNet and its like want edges of so many pixels, or a multiple
_MOST_FRAME = 1 / 6  # of an edge that a frame may add

SYMMETRIES = (
    "upright",
    "turned by 90 degrees",
    "turned by 180 degrees",
    "turned by 270 degrees",
    "mirrored left to right",
    "mirrored upside down",
    "transposed",
    "transposed about the other diagonal",
)
_UPRIGHT, _HALF_TURN, _MIRRORED, _FLIPPED, _TRANSPOSED = 0, 2, 4, 5, 6
# How the channels of a colour picture lie, and what puts them right, on `(n, h, w, 3)`.
CHANNELS = {
    "rgb": "pixels",
    "bgr": "pixels[..., ::-1]",
    "planes": "pixels.transpose(0, 3, 1, 2)",
    "interleaved": "pixels.transpose(0, 2, 3, 1)",
}


@dataclass(frozen=True)
class Layout:
    """How the values of one picture lie.

    Attributes:
        name: for people.
        shape: of one picture.
        order: `plain` (as they lie in the pixels), `planes` (channel after channel), `tripled`
            (grey as three channels, last), `tripled planes`, `framed` (with a frame of
            background), or `resized` (brought to the edges and channels of `shape`).
    """

    name: str
    shape: tuple[int, ...]
    order: str = "plain"

    @property
    def is_plain(self) -> bool:
        """Whether it holds the values of the picture, each once."""
        return self.order in {"plain", "planes"}

    def lay_out(self, values: NDArray[Any]) -> NDArray[Any]:
        """`(n, h, w)` or `(n, h, w, 3)` to `(n, *shape)`."""
        if self.order == "framed":
            values = self._framed(values)
        elif self.order == "resized":
            values = resized(values, self.shape)
        elif self.order == "planes":
            values = np.ascontiguousarray(np.moveaxis(values, 3, 1))
        elif self.order == "tripled":
            values = np.stack([values] * 3, axis=3)
        elif self.order == "tripled planes":
            values = np.stack([values] * 3, axis=1)
        return values.reshape(len(values), *self.shape)

    def _framed(self, values: NDArray[Any]) -> NDArray[Any]:
        edges = edges_of(self.shape)
        widths = [(edge - own) // 2 for edge, own in zip(edges, values.shape[1:3], strict=True)]
        top, left = widths
        shape = (len(values), *edges, *values.shape[3:])
        framed = np.broadcast_to(values[:, :1, :1], shape).copy()
        framed[:, top : top + values.shape[1], left : left + values.shape[2]] = values
        return framed


def native_layout(pictures: Form) -> Layout:
    """That of the pixels themselves."""
    return _layout(pictures.shape)


def _layout(shape: tuple[int, ...], order: str = "plain") -> Layout:
    return Layout("x".join(map(str, shape)), shape, order)


def layouts_of(pictures: Form) -> tuple[Layout, ...]:
    """The layouts in which such pictures may be wanted, the commonest first."""
    height, width, values = pictures.height, pictures.width, pictures.values
    native, flat = native_layout(pictures), Layout(str(values), (values,))
    if pictures.channels > 1:
        first = (pictures.channels, height, width)
        planes = Layout(f"{values} (channel after channel)", (values,), "planes")
        return native, _layout(first, "planes"), flat, planes
    size = native.name
    return (
        native,
        Layout(f"{size}x1", (height, width, 1)),
        Layout(f"1x{size}", (1, height, width)),
        flat,
        Layout(f"{size}x3", (height, width, 3), "tripled"),
        Layout(f"3x{size}", (3, height, width), "tripled planes"),
        *_framed_layouts(height, width),
    )


def resized_layout(*shape: int) -> Layout:
    """Pictures brought to `(h, w)`, or with one or three channels first or last."""
    return _layout(shape, "resized")


def wider_layouts(pictures: Form) -> list[Layout]:
    """Pictures with a frame of an eighth or a quarter, for what takes files of any size."""
    found = []
    for part in (8, 4):
        edges = (pictures.height + pictures.height // part, pictures.width + pictures.width // part)
        found.append(_layout((*edges, *pictures.shape[2:]), "framed"))
    return found


def _framed_layouts(*edges: int) -> list[Layout]:
    """Edges that are a little larger: with a frame, or resized; which shows by trying."""
    larger = tuple(-(-edge // _FRAME) * _FRAME for edge in edges)
    added = max(new / own - 1 for new, own in zip(larger, edges, strict=True))
    if not 0 < added <= _MOST_FRAME:
        return []
    shapes = (larger, (*larger, 1), (1, *larger))
    return [_layout(shape, order) for order in ("framed", "resized") for shape in shapes]


@dataclass(frozen=True)
class InputForm:
    """One way to hand over pictures.

    Attributes:
        layout: of one picture.
        dtype: of the array.
        scaling: of the numbers.
        inverted: 255 - pixels first.
        symmetry: place in `SYMMETRIES`; applied before anything else.
        channels: a key of `CHANNELS`, or of grey pictures one of `SCRAMBLES`.
        way: how the target is called; a way of that target.
    """

    layout: Layout
    dtype: str = "uint8"
    scaling: Scaling = RAW
    inverted: bool = False
    symmetry: int = _UPRIGHT
    channels: str = "rgb"
    way: str = "array"

    def apply(self, pixels: Pixels) -> NDArray[Any]:
        """Pixels in this form, `(n, *layout.shape)`."""
        return self.pack(self.view(pixels))

    def view(self, pixels: Pixels) -> Pixels:
        """The picture itself, turned, inverted, its channels exchanged; of the same shape."""
        turned = exchange(turn(pixels, self.symmetry), self.channels)
        return 255 - turned if self.inverted else turned

    def pack(self, pixels: Pixels) -> NDArray[Any]:
        """Scale, cast and lay out."""
        values: NDArray[Any] = pixels
        if self.scaling != RAW:
            values = self.scaling.apply(pixels.astype(np.float32))
        if np.dtype(self.dtype).kind in "iu" and values.dtype.kind == "f":
            limits = np.iinfo(self.dtype)
            values = values.round().clip(limits.min, limits.max)
        return self.layout.lay_out(np.ascontiguousarray(values, dtype=self.dtype))

    def but(self, **changes: Any) -> "InputForm":
        """The same with changes."""
        return replace(self, **changes)

    def changed_to(self, other: "InputForm") -> str:
        """What another form does otherwise, in a few words."""
        parts = [other.layout.name] if other.layout != self.layout else []
        parts += [other.scaling.name] if other.scaling != self.scaling else []
        parts += [f"as {other.dtype}"] if other.dtype != self.dtype and not parts else []
        parts += ["brightness inverted"] if other.inverted != self.inverted else []
        parts += [SYMMETRIES[other.symmetry]] if other.symmetry != self.symmetry else []
        parts += [_CHANNEL_NAMES[other.channels]] if other.channels != self.channels else []
        return ", ".join(parts)

    def __str__(self) -> str:
        parts = [f"{self.dtype} (n, {', '.join(map(str, self.layout.shape))})", self.scaling.name]
        if takes_files(self.way):
            parts[0] = f"pictures of {self.layout.name}"
        parts += ["brightness inverted"] if self.inverted else []
        parts += [SYMMETRIES[self.symmetry]] if self.symmetry else []
        parts += [_CHANNEL_NAMES[self.channels]] if self.channels != "rgb" else []
        parts += [self.way] if self.way != "array" else []
        return ", ".join(parts)


_CHANNEL_NAMES = {
    "rgb": "red, green, blue",
    "bgr": "blue, green, red",
    "planes": "channel after channel",
    "interleaved": "pixel after pixel",
} | {kind: scramble.name for kind, scramble in SCRAMBLES.items()}


def symmetries_of(pictures: Form) -> tuple[int, ...]:
    """Places in `SYMMETRIES` of those that keep the shape of the pictures, or can be undone."""
    if pictures.height == pictures.width:
        return tuple(range(len(SYMMETRIES)))
    return (_UPRIGHT, _HALF_TURN, _MIRRORED, _FLIPPED, _TRANSPOSED)


def turn(pixels: Pixels, symmetry: int) -> Pixels:
    """Apply one of the eight symmetries of the square to pictures `(n, h, w)` or `(n, h, w, 3)`.

    A transposed picture that is no square is one whose rows were read as columns: what is given
    back has the shape of `pixels`.
    """
    if symmetry < _MIRRORED:
        return np.rot90(pixels, symmetry, axes=(1, 2))
    if symmetry == _MIRRORED:
        return pixels[:, :, ::-1]
    if symmetry == _FLIPPED:
        return pixels[:, ::-1]
    n, height, width, *channels = pixels.shape
    flipped = pixels.reshape(n, width, height, *channels).swapaxes(1, 2)
    return flipped if symmetry == _TRANSPOSED else flipped[:, ::-1, ::-1]


def symmetry_code(symmetry: int, pictures: Form) -> str:
    """How a picture is brought back, as a line of code on `pixels`."""
    square = pictures.height == pictures.width
    reshape = "" if square else f".reshape(-1, {pictures.width}, {pictures.height}"
    reshape += "" if square else (")" if pictures.channels == 1 else f", {pictures.channels})")
    return {
        _UPRIGHT: "pixels",
        _MIRRORED: "pixels[:, :, ::-1]",
        _FLIPPED: "pixels[:, ::-1]",
        _TRANSPOSED: f"pixels{reshape}.swapaxes(1, 2)",
        _TRANSPOSED + 1: f"pixels{reshape}.swapaxes(1, 2)[:, ::-1, ::-1]",
    }.get(symmetry, f"np.rot90(pixels, {symmetry}, axes=(1, 2))")


def exchange(pixels: Pixels, channels: str) -> Pixels:
    """Colour pictures with their channels in another order, of the same shape `(n, h, w, 3)`."""
    if channels == "rgb":
        return pixels
    if channels in SCRAMBLES:
        return unscrambled(pixels, channels)
    if channels == "bgr":
        return pixels[..., ::-1]
    n, height, width, count = pixels.shape
    if channels == "planes":
        return np.ascontiguousarray(np.moveaxis(pixels, 3, 1)).reshape(pixels.shape)
    return np.moveaxis(pixels.reshape(n, count, height, width), 1, 3)
