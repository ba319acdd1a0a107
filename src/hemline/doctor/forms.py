"""Forms: the ways in which a pipeline can want its pictures."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.pixels import SIDE, Pixels

LAYOUTS: dict[str, tuple[int, ...]] = {
    "28x28": (SIDE, SIDE),
    "28x28x1": (SIDE, SIDE, 1),
    "1x28x28": (1, SIDE, SIDE),
    "784": (SIDE * SIDE,),
    "28x28x3": (SIDE, SIDE, 3),
    "3x28x28": (3, SIDE, SIDE),
    "32x32": (32, 32),
    "32x32x1": (32, 32, 1),
    "1x32x32": (1, 32, 32),
}
PLAIN_LAYOUTS = ("28x28", "28x28x1", "1x28x28", "784")
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
# How a picture is brought back, as a line of code on `(n, 28, 28)`.
SYMMETRY_CODE = (
    "pixels",
    "np.rot90(pixels, 1, axes=(1, 2))",
    "np.rot90(pixels, 2, axes=(1, 2))",
    "np.rot90(pixels, 3, axes=(1, 2))",
    "pixels[:, :, ::-1]",
    "pixels[:, ::-1]",
    "pixels.transpose(0, 2, 1)",
    "pixels.transpose(0, 2, 1)[:, ::-1, ::-1]",
)


@dataclass(frozen=True)
class Scaling:
    """What is done to the numbers: `pixels * factor + offset`, perhaps of standardised pictures.

    Attributes:
        name: for people.
        factor: and
        offset: of pixels 0..255.
        per_picture: whether each picture is brought to mean 0 and deviation 1 before that.
        code: the same as a line of code on `pixels`.
    """

    name: str
    factor: float = 1.0
    offset: float = 0.0
    per_picture: bool = False
    code: str = field(default="", compare=False)

    def apply(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """`(n, 28, 28)` 0..255 to the same shape."""
        if self.per_picture:
            mean = values.mean(axis=(1, 2), keepdims=True)
            spread = np.maximum(values.std(axis=(1, 2), keepdims=True), 1e-6)
            values = (values - mean) / spread
        return values * np.float32(self.factor) + np.float32(self.offset)

    def after(self, used: "Scaling") -> "Scaling":
        """What to feed a pipeline that does `used` so that its network sees this scaling."""
        return Scaling(
            f"{self.name} where the pipeline makes {used.name}",
            self.factor / used.factor,
            (self.offset - used.offset) / used.factor,
            self.per_picture,
        )


def _standard(name: str, mean: float, deviation: float) -> Scaling:
    code = f"(pixels / 255 - {mean:g}) / {deviation:g}"
    return Scaling(name, 1 / (255 * deviation), -mean / deviation, code=code)


RAW = Scaling("0..255", code="pixels")
UNIT = Scaling("0..1", 1 / 255, code="pixels / 255")
TWICE = Scaling("0..1/255", 1 / 255**2, code="pixels / 255 / 255")
PER_PICTURE = Scaling(
    "each picture standardised",
    per_picture=True,
    code="(pixels - pixels.mean((1, 2), keepdims=True)) / pixels.std((1, 2), keepdims=True)",
)
# What tutorials, model zoos and papers use; the figures of MNIST are the commonest slip of the pen.
LINEAR = (
    UNIT,
    RAW,
    _standard("-1..1", 0.5, 0.5),
    _standard("standardised as Fashion-MNIST", 0.286, 0.353),
    _standard("standardised as MNIST", 0.1307, 0.3081),
    _standard("standardised as ImageNet", 0.449, 0.226),
    _standard("-0.5..0.5", 0.5, 1.0),
    _standard("0..1 less the mean of Fashion-MNIST", 0.286, 1.0),
)
USUAL = (*LINEAR, PER_PICTURE)


@dataclass(frozen=True)
class Form:
    """One way to hand over pictures.

    Attributes:
        layout: of one picture, a key of `LAYOUTS`.
        dtype: of the array.
        scaling: of the numbers.
        inverted: 255 - pixels first.
        symmetry: place in `SYMMETRIES`; applied before anything else.
        way: how the target is called; a way of that target.
    """

    layout: str = "28x28"
    dtype: str = "uint8"
    scaling: Scaling = RAW
    inverted: bool = False
    symmetry: int = 0
    way: str = "array"

    def apply(self, pixels: Pixels) -> NDArray[Any]:
        """uint8 `(n, 28, 28)` in this form, `(n, *layout)`."""
        return self.pack(self.view(pixels))

    def view(self, pixels: Pixels) -> Pixels:
        """The picture itself, turned and inverted, uint8 `(n, 28, 28)`."""
        turned = turn(pixels, self.symmetry)
        return 255 - turned if self.inverted else turned

    def pack(self, pixels: Pixels) -> NDArray[Any]:
        """Scale, cast and lay out."""
        values: NDArray[Any] = pixels
        if self.scaling != RAW:
            values = self.scaling.apply(pixels.astype(np.float32))
        if np.dtype(self.dtype).kind in "iu" and values.dtype.kind == "f":
            values = values.round().clip(0, 255)
        return _lay_out(np.ascontiguousarray(values, dtype=self.dtype), self.layout)

    def but(self, **changes: Any) -> "Form":
        """The same with changes."""
        return replace(self, **changes)

    def __str__(self) -> str:
        shape = LAYOUTS[self.layout]
        parts = [f"{self.dtype} (n, {', '.join(map(str, shape))})", self.scaling.name]
        parts += ["brightness inverted"] if self.inverted else []
        parts += [SYMMETRIES[self.symmetry]] if self.symmetry else []
        parts += [self.way] if self.way != "array" else []
        return ", ".join(parts)


def _lay_out(values: NDArray[Any], layout: str) -> NDArray[Any]:
    shape = LAYOUTS[layout]
    if 32 in shape:  # as LeNet wants them: a frame of background
        edge = values[:, :1, :1]
        framed = np.broadcast_to(edge, (len(values), 32, 32)).copy()
        framed[:, 2:-2, 2:-2] = values
        values = framed
    if 3 in shape:
        return np.ascontiguousarray(np.stack([values] * 3, axis=1 if shape[0] == 3 else 3))
    return values.reshape(len(values), *shape)


def turn(pixels: Pixels, symmetry: int) -> Pixels:
    """Apply one of the eight symmetries of the square to pictures `(n, 28, 28)`."""
    if symmetry < 4:
        return np.rot90(pixels, symmetry, axes=(1, 2))
    if symmetry == 4:
        return pixels[:, :, ::-1]
    if symmetry == 5:
        return pixels[:, ::-1]
    flipped = pixels.transpose(0, 2, 1)
    return flipped if symmetry == 6 else flipped[:, ::-1, ::-1]
