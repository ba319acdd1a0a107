"""The pixel contract: the one form in which pictures travel inside Hemline."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hemline.errors import PixelsError

Pixels = NDArray[np.uint8]
Background = Literal["dark", "bright", ""]

SHORTEST, LONGEST = 8, 224  # pixels an edge
_COLOUR = 3
_BRIGHT = 128
_INVERTED = 0.7  # share of the border on the wrong side of grey from which a picture is inverted
_ORDINARY = 0.6  # share that no picture of a set with one kind of background reaches
_FEW = 100  # pictures: of more than that one in a hundred may look inverted


@dataclass(frozen=True)
class Form:
    """What all pictures of a data set have in common.

    Attributes:
        height: pixels from top to bottom, 8 to 224.
        width: pixels from left to right, 8 to 224.
        channels: 1 for grey, 3 for red, green and blue.
        background: what lies at the border of all pictures, so that inverted ones can be told;
            empty where it is not one or the other. Forms that differ in it are equal.

    Raises:
        PixelsError: edges or channels outside these limits.
    """

    height: int
    width: int
    channels: int = 1
    background: Background = field(default="", compare=False)

    def __post_init__(self) -> None:
        edges = all(SHORTEST <= edge <= LONGEST for edge in (self.height, self.width))
        if not edges or self.channels not in (1, _COLOUR):
            raise PixelsError(
                f"Expected pictures of {SHORTEST} to {LONGEST} pixels an edge with 1 or 3 "
                f"channels, received {self.width}x{self.height} with {self.channels}; choose "
                "another size with --size."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one picture: `(height, width)` if grey, `(height, width, 3)` if in colour."""
        size = (self.height, self.width)
        return size if self.channels == 1 else (*size, self.channels)

    @property
    def values(self) -> int:
        """Numbers in one picture."""
        return self.height * self.width * self.channels

    @property
    def size(self) -> str:
        """Width and height as people write them, `28x28`."""
        return f"{self.width}x{self.height}"

    def __str__(self) -> str:
        return f"{self.size} {'grey' if self.channels == 1 else 'colour'}"

    def describe(self) -> dict[str, Any]:
        """The form as a model file keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, pixels: Pixels) -> "Form":
        """The form of pictures `(n, h, w)` or `(n, h, w, 3)`, and the background that they share.

        Raises:
            PixelsError: edges outside the limits.
        """
        height, width = pixels.shape[1:3]
        form = cls(height, width, 1 if pixels.ndim == 3 else pixels.shape[3])
        return cls(height, width, form.channels, _background(pixels, form))

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> "Form":
        """The form that `describe` gave.

        Raises:
            PixelsError: values outside the limits.
            TypeError: other keys, or values that are no numbers.
        """
        if values.get("background", "") not in ("dark", "bright", ""):
            raise PixelsError(f"Expected a background, received {values['background']!r}.")
        return cls(**values)


def as_pixels(pictures: Any, form: Form | None = None) -> Pixels:
    """Admit pictures from outside, or refuse what could only be guessed.

    Accepted are whole numbers 0..255 (any integer dtype) as one picture `(h, w)` or `(h, w, 3)`,
    or many `(n, ...)`; the channels may stand in front of rows and columns, and with a grey `form`
    pictures may be flattened to `(n, h * w)`.

    Args:
        pictures: an array, a nested list, or whatever `numpy.asarray` understands.
        form: that they have to have; left out: any form, and nothing is said of backgrounds.

    Returns:
        uint8 array `(n, h, w)` or `(n, h, w, 3)`, C-contiguous; not a copy where none is needed.

    Raises:
        PixelsError: floats, values outside 0..255, other shapes, integers that never exceed 1,
            or pictures whose background is bright where that of `form` is dark, or the other way.
    """
    array = as_bytes(as_array(pictures))
    array = np.ascontiguousarray(_as_batch(array, form) if form else _as_any_batch(array))
    if form and form.background:
        _refuse_inverted(array, form)
    return array


def check_shape(shape: tuple[int, ...], form: Form) -> None:
    """Refuse an array that is not read yet, if `as_pixels` would refuse one of this shape.

    Raises:
        PixelsError: another shape than pictures of the form have.
    """
    try:
        array = np.broadcast_to(np.uint8(0), shape)  # takes no memory
    except ValueError as error:
        raise PixelsError(
            f"Expected pictures, received shape {shape} ({error}); check where it comes from."
        ) from error
    _as_batch(array, form)


def as_array(pictures: Any) -> NDArray[Any]:
    """Whatever `numpy.asarray` understands, as it is.

    Raises:
        PixelsError: it understands nothing.
    """
    try:
        return np.asarray(pictures)
    except (ValueError, TypeError, RuntimeError) as error:
        raise PixelsError(
            f"Expected an array of pictures, received {type(pictures).__name__} that NumPy cannot "
            f"read ({str(error).splitlines()[0]}); pass uint8 pixels of shape (n, height, width)."
        ) from error


def as_bytes(array: NDArray[Any]) -> Pixels:
    """Whole numbers 0..255 of any integer dtype and any shape as uint8.

    Raises:
        PixelsError: floats, values outside 0..255, or integers that never exceed 1.
    """
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind not in "iu":
        raise PixelsError(_wrong_type(array))
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    if low < 0 or high > 255:
        raise PixelsError(
            f"Expected pixels from 0 to 255, received {array.dtype} from {low} to {high}; "
            "undo the normalisation and pass the original uint8 pixels."
        )
    if array.size and high <= 1:
        raise PixelsError(
            f"Expected pixels from 0 to 255, received {array.dtype} that never exceed 1: pictures "
            "already scaled and rounded, it seems; pass the original uint8 pixels."
        )
    return array.astype(np.uint8)


def _wrong_type(array: NDArray[Any]) -> str:
    received = f"Expected uint8 pixels from 0 to 255, received {array.dtype}"
    if array.dtype.kind == "f" and array.size:
        received += f" from {array.min():.4g} to {array.max():.4g}"
        if array.min() >= 0 and array.max() <= 1:
            return (
                f"{received}; the network scales by itself, so pass the original pixels, "
                "or (x * 255).round().astype('uint8') if they were divided by 255."
            )
    return f"{received}; pass the original pixels as uint8."


def _as_batch(array: Pixels, form: Form) -> Pixels:
    height, width = form.height, form.width
    first = (form.channels, height, width)  # channels first
    if array.shape in (form.shape, first):
        array = array[None]
    rest = array.shape[1:]
    if rest == form.shape:
        return array
    if form.channels == 1 and rest in ((height * width,), (height, width, 1), first):
        return array.reshape(-1, height, width)
    if form.channels == _COLOUR and rest == first:
        return np.moveaxis(array, 1, 3)
    shape = ", ".join(map(str, form.shape))
    raise PixelsError(
        f"Expected pictures of shape (n, {shape}), received shape {array.shape}; "
        f"{_advice(array.shape, form)}."
    )


def _advice(shape: tuple[int, ...], form: Form) -> str:
    colour = 3 in shape[1:] or shape[-1:] == (3,)
    if form.channels == 1 and colour:
        return "convert the three channels to one grey channel first"
    if form.channels == _COLOUR and not colour and len(shape) in (2, 3):
        return "repeat the grey channel three times first"
    kind = "grey" if form.channels == 1 else "colour"
    return f"resize and centre each picture to {form.size} {kind} first"


def _as_any_batch(array: Pixels) -> Pixels:
    """Of whatever form; what three numbers mean is clear only where one of them is 3."""
    if array.ndim in (2, 3) and not (array.ndim == 3 and array.shape[2] != _COLOUR):
        array = array[None]
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim == 4 and array.shape[3] != _COLOUR and array.shape[1] in (1, _COLOUR):
        array = np.moveaxis(array, 1, 3) if array.shape[1] == _COLOUR else array[:, 0]
    if array.ndim == 3 or (array.ndim == 4 and array.shape[3] == _COLOUR):
        Form(*array.shape[1:3])  # refuses edges outside the limits
        return array
    raise PixelsError(
        "Expected pictures of shape (n, height, width) or (n, height, width, 3), received shape "
        f"{array.shape}; bring each picture into one of these."
    )


@lru_cache(maxsize=16)  # a server's requests all have the same form
def _border(form: Form) -> NDArray[np.intp]:
    """Places of the outermost pixels in a flattened picture of one channel."""
    inside = np.zeros((form.height, form.width), dtype=bool)
    inside[1:-1, 1:-1] = True
    return np.flatnonzero(~inside)


def _bright_border(pixels: Pixels, form: Form) -> NDArray[np.float64]:
    """Share of each picture's border that is bright, `(n,)`."""
    # Places rather than a mask, which takes three times as long for one picture.
    border = pixels.reshape(len(pixels), form.height * form.width, form.channels)[:, _border(form)]
    grey = border[..., 0] if form.channels == 1 else border.mean(axis=2)
    shares: NDArray[np.float64] = (grey >= _BRIGHT).sum(axis=1) / grey.shape[1]
    return shares


def _background(pixels: Pixels, form: Form) -> Background:
    bright = _bright_border(pixels, form)
    for name, wrong in (("dark", bright), ("bright", 1 - bright)):
        # One in a thousand may be odd; the negatives of nearly all must be told for certain.
        if (wrong < _ORDINARY).mean() >= 0.999 and (1 - wrong >= _INVERTED).mean() >= 0.99:
            return name  # type: ignore[return-value]
    return ""


def are_inverted(array: Pixels, form: Form) -> NDArray[np.bool_]:
    """Which pictures have the other background than their form, `(n,)`."""
    bright = _bright_border(array, form)
    return (bright if form.background == "dark" else 1 - bright) >= _INVERTED


def _refuse_inverted(array: Pixels, form: Form) -> None:
    inverted = are_inverted(array, form)
    if inverted.sum() > (0 if len(array) <= _FEW else 0.01 * len(array)):
        wanted, received = ("bright on dark", "dark on bright")[
            :: 1 if form.background == "dark" else -1
        ]
        raise PixelsError(
            f"Expected what is shown {wanted}, as in the training, received a picture that is "
            f"{received} (number {int(inverted.argmax())} of {len(array)}); pass 255 - pixels."
        )


def noise(form: Form, count: int) -> Pixels:
    """So many pictures unlike any other, always the same ones, with the border of their form.

    Returns:
        uint8 `(count, h, w)` or `(count, h, w, 3)`; the form's background around, as `as_pixels`
        asks for it.
    """
    pixels = np.random.default_rng(0).integers(0, 256, (count, *form.shape), np.uint8)
    border = np.ones(form.shape, dtype=bool)
    border[1:-1, 1:-1] = False
    pixels[:, border] = 255 if form.background == "bright" else 0
    return pixels
