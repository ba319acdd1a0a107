"""Resizing: pictures of other edges, for pipelines that take no others."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What model zoos and tutorials want, the smallest first: those are asked in no time.
EDGES = (32, 64, 96, 128, 160, 192, 224, 256, 299, 331)
SHORTEST, LONGEST = 8, 1024  # of an edge that a file may declare
_GREY = (0.299, 0.587, 0.114)  # shares of red, green and blue, as Pillow takes them


def resized(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Pictures in other edges and channels, of the same dtype; bilinear, smoothed where smaller.

    Args:
        values: `(n, h, w)` or `(n, h, w, 3)`.
        shape: of one picture: `(h, w)`, or with one or three channels, first or last.

    Returns:
        Array `(n, *shape)`.
    """
    height, width = edges_of(shape)
    given = values.astype(np.float32)
    grey = given.reshape(given.shape[:3]) if channels_of(shape) == 1 and given.ndim == 3 else None
    if grey is None and channels_of(shape) == 1:
        grey = given @ np.array(_GREY, np.float32)
    given = grey if grey is not None else given
    rows, columns = _weights(given.shape[1], height), _weights(given.shape[2], width)
    planes = given[:, None] if given.ndim == 3 else np.moveaxis(given, 3, 1)
    made = np.matmul(np.matmul(rows, planes), columns.T)  # (n, 1 or 3, height, width)
    if channels_of(shape) == 3 and len(made[0]) == 1:
        made = np.repeat(made, 3, axis=1)
    if values.dtype.kind in "iu":
        made = made.round()
    last = len(shape) == 3 and shape[2] in {1, 3}
    laid = np.moveaxis(made, 1, 3) if last else made
    return np.ascontiguousarray(laid, values.dtype).reshape(len(values), *shape)


def edges_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of a picture whose channels come first, last or not at all."""
    if len(shape) == 2:
        return shape[0], shape[1]
    first, second, third = shape
    return (first, second) if third in {1, 3} else (second, third)


def channels_of(shape: tuple[int, ...]) -> int:
    """One or three."""
    return 3 if len(shape) == 3 and 3 in {shape[0], shape[2]} else 1


@lru_cache(maxsize=32)
def _weights(own: int, wanted: int) -> NDArray[np.float32]:
    """What each of the pixels wanted takes of those that are there, float32 `(wanted, own)`."""
    step = own / wanted
    reach = max(1.0, step)  # fewer pixels than before: each is a mean of those that it stands for
    middles = (np.arange(wanted) + 0.5) * step
    distances = np.abs(np.arange(own) + 0.5 - middles[:, None]) / reach
    shares = np.maximum(1 - distances, 0)
    weights: NDArray[np.float32] = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights
