"""Arrays of other people become pixels and names of classes where their meaning is certain."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.data.arrays.colour import in_colour
from hemline.data.options import Size
from hemline.errors import DataError, PixelsError
from hemline.pixels import Pixels, as_bytes

Numbers = NDArray[Any]
_COLOUR = 3
_BLOCK = 4096  # pictures that are copied at once while their numbers are looked at


def admit_pictures(
    numbers: Numbers, where: str, size: Size | None = None, note: Callable[[str], object] = str
) -> Pixels:
    """Whole numbers 0..255 as pixels, of whatever size the pictures are.

    Args:
        numbers: `(n, h, w)`, `(n, h, w, 1 or 3)`, `(n, 1 or 3, h, w)`, or flattened `(n, h * w)`
            and `(n, 3 * h * w)`; floats where all are whole.
        where: they come from, as errors call it.
        size: width and height of flattened pictures; left out, they are square.
        note: is told in which order flattened colours were read.

    Returns:
        uint8 `(n, h, w)` or `(n, h, w, 3)`.

    Raises:
        PixelsError: other values.
        DataError: other shapes, or flattened pictures that are not certain.
    """
    try:
        pixels = to_bytes(numbers)
        refuse_scaled(pixels, numbers)
        return _of_shape(pixels, where, size, note)
    except PixelsError as error:
        raise PixelsError(f"{where}: {error}") from error


def to_bytes(numbers: Numbers) -> Pixels:
    """Whole numbers 0..255 of any type as uint8; there may be none above 1.

    Raises:
        PixelsError: other values.
    """
    if numbers.dtype == np.uint8:
        return numbers
    if numbers.dtype.kind not in "iuf":
        return as_bytes(numbers)  # which says what is wrong, here and below
    pixels = np.empty(numbers.shape, np.uint8)
    for start in range(0, len(numbers), _BLOCK):
        block = np.asarray(numbers[start : start + _BLOCK])
        with np.errstate(invalid="ignore"):  # of NaN, which equals nothing
            pixels[start : start + _BLOCK] = block.astype(np.int64)
        if not (pixels[start : start + _BLOCK] == block).all():
            return as_bytes(numbers)
    return pixels


def refuse_scaled(pixels: Pixels, numbers: Numbers) -> None:
    """Refuse pixels of which none exceeds 1, unless they came as uint8.

    Args:
        pixels: as `to_bytes` made them.
        numbers: that they were made of, or as many as tell their type.

    Raises:
        PixelsError: they seem to be scaled.
    """
    if numbers.dtype != np.uint8 and pixels.size and pixels.max() <= 1:
        as_bytes(pixels.astype(numbers.dtype))


def _of_shape(
    pixels: Pixels, where: str, size: Size | None, note: Callable[[str], object]
) -> Pixels:
    if pixels.ndim == 2:
        height, width, channels = _unflattened(pixels.shape[1], where, size)
        if channels == _COLOUR:
            return in_colour(pixels, (height, width), where, note)
        return pixels.reshape(-1, height, width)
    if pixels.ndim == 3:
        return pixels
    if pixels.ndim == 4:
        if pixels.shape[3] in (1, _COLOUR):
            return pixels[..., 0] if pixels.shape[3] == 1 else pixels
        if pixels.shape[1] in (1, _COLOUR):
            return pixels[:, 0] if pixels.shape[1] == 1 else np.moveaxis(pixels, 1, 3)
    raise DataError(
        "Expected pictures of shape (n, height, width) or (n, height, width, 3), received shape "
        f"{pixels.shape} in {where}; bring each picture into one of these."
    )


def _unflattened(values: int, where: str, size: Size | None) -> tuple[int, int, int]:
    """Height, width and channels of so many values."""
    for channels in (1, _COLOUR):
        if size and channels * math.prod(size) == values:
            return size[1], size[0], channels
        edge = math.isqrt(values // channels)
        if channels * edge * edge == values:
            return edge, edge, channels
    raise DataError(
        f"Expected square pictures in rows, or their size beside them, received {where} with "
        f"{values:,} values each; add --size WIDTHxHEIGHT."
    )


def admit_classes(labels: Numbers, where: str, names: Sequence[str] | None = None) -> list[str]:
    """The name of the class of every picture.

    Args:
        labels: whole numbers or text `(n,)` or `(n, 1)`, or one-hot `(n, K)`.
        where: they come from, as errors call it.
        names: of the classes, where the labels count them from 0.

    Raises:
        DataError: fractions, several labels a picture, or numbers that no name stands for.
    """
    if labels.ndim == 2:
        labels = labels[:, 0] if labels.shape[1] == 1 else _from_one_hot(labels, where)
    if labels.ndim != 1 or labels.dtype.kind not in "iufbUS":
        raise DataError(
            f"Expected labels of shape (n,) as whole numbers or text, received {where} with "
            f"{labels.dtype} of shape {labels.shape}; save one label a picture."
        )
    if labels.dtype.kind == "f":
        labels = _whole_labels(labels, where)
    kinds, places = np.unique(labels, return_inverse=True)
    texts = [_text(kind) for kind in kinds.tolist()]
    if names is not None and labels.dtype.kind in "iu":
        texts = [_name(kind, names, where) for kind in kinds.tolist()]
    return [texts[place] for place in places]


def _from_one_hot(labels: Numbers, where: str) -> Numbers:
    binary = labels.dtype.kind in "iufb" and bool(((labels == 0) | (labels == 1)).all())
    if binary and (labels.sum(axis=1) == 1).all():
        return np.asarray(labels.argmax(axis=1))
    raise DataError(
        f"Expected one label a picture, received {where} with labels of shape {labels.shape}, "
        "several a picture it seems; choose one of them and save it as shape (n,)."
    )


def _whole_labels(labels: Numbers, where: str) -> Numbers:
    whole = np.isfinite(labels) & (np.rint(labels) == labels)
    if whole.all():
        return labels.astype(np.int64)
    place = int(whole.argmin())
    raise DataError(
        f"Expected labels as whole numbers or text, received {where} with {labels[place]} at place "
        f"{place}; correct or remove it."
    )


def _text(label: Any) -> str:
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label)


def _name(label: int, names: Sequence[str], where: str) -> str:
    if 0 <= label < len(names):
        return names[label]
    raise DataError(
        f"Expected labels from 0 to {len(names) - 1}, as many as there are names of classes, "
        f"received {where} with {label}; correct the labels or the names."
    )
