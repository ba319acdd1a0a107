"""The pixel contract: the one form in which pictures travel inside Hemline."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.errors import PixelsError

SIDE = 28
Pixels = NDArray[np.uint8]

_inside = np.zeros((SIDE, SIDE), dtype=bool)
_inside[1:-1, 1:-1] = True
_BORDER = np.flatnonzero(~_inside)  # places: for one picture a mask takes three times as long


def as_pixels(pictures: Any) -> Pixels:
    """Admit pictures from outside, or refuse what could only be guessed.

    Accepted are whole numbers 0..255 (any integer dtype; 0 = background, 255 = brightest part of
    the garment) as one picture `(28, 28)` or many `(n, 28, 28)`, also with one channel in front or
    behind, or flattened to `(n, 784)`.

    Args:
        pictures: an array, a nested list, or whatever `numpy.asarray` understands.

    Returns:
        uint8 array `(n, 28, 28)`, C-contiguous; not a copy where none is needed.

    Raises:
        PixelsError: floats, values outside 0..255, other shapes, integers that never exceed 1,
            or bright pages with dark garments.
    """
    array = _as_array(pictures)
    array = _as_bytes(array)
    array = np.ascontiguousarray(_as_batch(array))
    _refuse_inverted(array)
    return array


def _as_array(pictures: Any) -> NDArray[Any]:
    try:
        return np.asarray(pictures)
    except (ValueError, TypeError, RuntimeError) as error:
        raise PixelsError(
            f"Expected an array of pictures, received {type(pictures).__name__} that NumPy cannot "
            f"read ({str(error).splitlines()[0]}); pass uint8 pixels of shape (n, 28, 28)."
        ) from error


def _as_bytes(array: NDArray[Any]) -> Pixels:
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


def _as_batch(array: Pixels) -> Pixels:
    shape = array.shape
    if shape == (SIDE, SIDE):
        return array[None]
    if len(shape) >= 2 and shape[1:] in {
        (SIDE, SIDE),
        (SIDE * SIDE,),
        (SIDE, SIDE, 1),
        (1, SIDE, SIDE),
    }:
        return array.reshape(-1, SIDE, SIDE)
    advice = "resize and centre each picture to 28x28 grey first"
    if 3 in shape[1:] or shape[-1:] == (3,):
        advice = "convert the three channels to one grey channel first"
    raise PixelsError(f"Expected pictures of shape (n, 28, 28), received shape {shape}; {advice}.")


def _refuse_inverted(array: Pixels) -> None:
    # Of the 70,000 pictures of Fashion-MNIST none has more than 58 % of its border this bright;
    # of their negatives 99.9 % have more than 70 %.
    bright = (array.reshape(-1, SIDE * SIDE)[:, _BORDER] >= 128).mean(axis=1) >= 0.7
    if bright.any():
        raise PixelsError(
            f"Expected bright garments on a black background, received a dark-on-bright picture "
            f"(number {int(bright.argmax())} of {len(array)}); pass 255 - pixels."
        )
