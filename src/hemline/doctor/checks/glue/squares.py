"""Pictures that are no squares, and the squares that are made of them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_NARROW = 1.3  # times what is left of an edge: proportions that are clearly others
STRETCHED, CROPPED, CORNER = "stretched", "cropped to the middle", "put into a corner"
BLACK, WHITE = "padded in black", "padded in white"
Picture = NDArray[np.uint8]


def square_of(picture: Picture, whole: Picture, how: str) -> Picture:
    """What a pipeline makes of a picture that is no square.

    Args:
        picture: uint8 `(h, w)` or `(h, w, 3)`, cut from
        whole: which says of what shape it is to be, and on what background.
        how: one of the constants above.
    """
    shape = whole.shape
    if how == STRETCHED:
        image = Image.fromarray(np.ascontiguousarray(picture))
        return np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
    if how == CROPPED:
        return _middle(picture)
    page = np.full(shape, {BLACK: 0, WHITE: 255}.get(how, whole[0, 0]), np.uint8)
    rest = [0 if how == CORNER else (shape[axis] - picture.shape[axis]) // 2 for axis in (0, 1)]
    page[rest[0] : rest[0] + len(picture), rest[1] : rest[1] + picture.shape[1]] = picture
    return page


def margins_of(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Rows and columns of background on both sides of each picture, `(n, 2)`: of one axis alone.

    The two sides lose alike, so that whoever pads has the very picture again.
    """
    colours = pixels.reshape(*pixels.shape[:3], -1)
    filled = (colours != colours[:, :1, :1]).any(axis=3)
    found = []
    for axis in (2, 1):  # rows that hold something, then columns
        line = filled.any(axis=axis)
        before, after = line.argmax(axis=1), line[:, ::-1].argmax(axis=1)
        found.append(np.where(line.any(axis=1), np.minimum(before, after), 0))
    margins = np.stack(found, axis=1)
    larger = margins == margins.max(axis=1, keepdims=True)
    larger[:, 1] &= ~larger[:, 0]
    return np.where(larger, margins, 0)


def is_narrow(pixels: NDArray[np.uint8], margins: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether what is left has clearly other proportions."""
    edges = np.array(pixels.shape[1:3])
    return np.asarray((edges >= _NARROW * (edges - 2 * margins)).any(axis=1), np.bool_)


def cut_of(picture: Picture, margin: NDArray[np.int64]) -> Picture:
    """A picture without so many rows above and below, and columns on both sides."""
    top, left = margin
    return picture[top : len(picture) - top, left : picture.shape[1] - left]


def _middle(picture: Picture) -> Picture:
    edge = min(picture.shape[:2])
    top, left = ((own - edge) // 2 for own in picture.shape[:2])
    return picture[top : top + edge, left : left + edge]
