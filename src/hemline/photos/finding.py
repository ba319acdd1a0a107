"""Finding the garment in a photograph."""

from collections.abc import Iterator

import cv2
import numpy as np

from hemline.errors import PhotoError
from hemline.photos.candidates import Lab, candidates
from hemline.photos.choosing import rank
from hemline.photos.decoding import Colours, Mask, Photo

_EDGE = 224  # longest edge at which is searched: eight times what the model sees
_OPAQUE = (0.01, 0.98)  # shares between which the opaque part is taken for the garment
_EVEN = 3.0  # Lab units: what spans less in all channels is one colour


def guess_garment(photo: Photo) -> Iterator[Mask]:
    """Where the garment may be, the best guess first, bool `(height, width)`; at least one.

    What is transparent was cut away by somebody who knew; everything else is searched.

    Raises:
        PhotoError: nothing stands out from the background.
    """
    if photo.opaque is not None and _OPAQUE[0] <= photo.opaque.mean() <= _OPAQUE[1]:
        yield photo.opaque
        return
    small, lab = prepared(photo)
    even = np.ptp(lab.reshape(-1, 3), axis=0).max() < _EVEN
    found = False
    for guess in [] if even else rank(candidates(small, lab), lab):
        garment = _as_large_as(photo, guess)
        if garment.any():  # what is thinner than a pixel of a small photograph vanishes
            found = True
            yield garment
    if not found:
        raise PhotoError(
            f"Expected a garment on a background, received {photo.name} in which nothing stands "
            "out; take the picture on a ground of another colour."
        )


def _as_large_as(photo: Photo, guess: Mask) -> Mask:
    height, width = photo.colours.shape[:2]
    soft = cv2.resize(guess.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft >= 0.5)


def prepared(photo: Photo) -> tuple[Colours, Lab]:
    """The photograph small enough to search, and the same in Lab, slightly blurred."""
    small = _resize(photo.colours, _EDGE)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return small, np.asarray(cv2.GaussianBlur(lab, (0, 0), 1.2), np.float32)


def _resize(colours: Colours, edge: int) -> Colours:
    height, width = colours.shape[:2]
    scale = edge / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(colours, size, interpolation=smooth), np.uint8)
