"""Flattened pictures in colour, whose values lie pixel by pixel or plane by plane."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hemline.errors import DataError
from hemline.pixels import Pixels

_LOOKED = 300  # pictures that tell the order
_CLEARLY = 1.1  # times as rough as the right order a wrong one is at least


def in_colour(
    pixels: Pixels, size: tuple[int, int], where: str, note: Callable[[str], object]
) -> Pixels:
    """Pictures in the order in which pixels are more like those below them.

    In a wrong order a pixel stands three rows, or a third of a row, from the one below it.

    Args:
        pixels: uint8 `(n, 3 * h * w)`.
        size: `(h, w)`.
        where: they come from, as notes and errors call it.
        note: is told the order.

    Returns:
        uint8 `(n, h, w, 3)`.

    Raises:
        DataError: both orders are as rough, as those of noise are.
    """
    orders = {
        "pixel by pixel": pixels.reshape(-1, *size, 3),
        "plane by plane": np.moveaxis(pixels.reshape(-1, 3, *size), 1, 3),
    }
    rough = {name: _roughness(order) for name, order in orders.items()}
    right, wrong = sorted(rough, key=rough.__getitem__)
    if rough[wrong] <= _CLEARLY * rough[right]:
        raise DataError(
            f"Expected pictures in rows whose order can be told, received {where} with "
            f"{pixels.shape[1]:,} values each, as rough {right} as {wrong}; save them as a .npy "
            f"file of shape (n, {size[0]}, {size[1]}, 3)."
        )
    note(f"Colours in {where} were read {right}, in which neighbours are more alike.")
    return orders[right]


def _roughness(pictures: Pixels) -> float:
    """Mean difference of pixels that lie below each other."""
    step = max(1, len(pictures) // _LOOKED)
    some: NDArray[np.int16] = pictures[::step].astype(np.int16)
    return float(np.abs(np.diff(some, axis=1)).mean()) if some.size else 0.0
