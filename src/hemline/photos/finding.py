"""Finding the garment in a photograph."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Resampling

from hemline.errors import PhotoError
from hemline.photos.decoding import Mask, Photo
from hemline.photos.eye import look
from hemline.photos.parts import label_parts
from hemline.pixels import Pixels

_OPAQUE = (0.01, 0.98)  # shares between which the opaque part is taken for the garment
_LEAST = 0.005  # of the photograph: what is smaller is no garment
_SECOND = 0.25  # a part so much smaller than the largest is not the other shoe
_MOST_PARTS = 4  # more of them are the pattern of one
_HOLE = 0.04  # of the garment: larger holes are real, as between a strap and a neck
_MIDDLE = 128  # of 255: likelier garment than not


class Found(NamedTuple):
    """Where the garment is.

    Attributes:
        garment: bool `(height, width)`.
        parts: of the same shape, where two and more lie apart: a pair, or several garments.
    """

    garment: Mask
    parts: tuple[Mask, ...] = ()


def find_garment(photo: Photo) -> Found:
    """Where the garment is.

    What is transparent was cut away by somebody who knew; everything else the eye looks at.

    Raises:
        PhotoError: nothing stands out from the background.
    """
    if photo.opaque is not None and _OPAQUE[0] <= photo.opaque.mean() <= _OPAQUE[1]:
        return Found(photo.opaque)
    seen, count = _tidied(look(photo.colours))
    apart = _apart(seen) if 1 < count <= _MOST_PARTS else []
    garment, *parts = (_enlarged(mask, photo) for mask in (seen, *apart))
    if not garment.any():
        raise PhotoError(
            f"Expected a garment on a background, received {photo.name} in which nothing stands "
            "out; take the picture on a ground of another colour."
        )
    return Found(garment, tuple(parts))


def _enlarged(seen: Pixels, photo: Photo) -> Mask:
    height, width = photo.colours.shape[:2]
    large = Image.fromarray(seen).resize((width, height), Resampling.BILINEAR)
    return np.asarray(large) >= _MIDDLE


def _apart(seen: Pixels) -> list[Pixels]:
    """Each part by itself, if holes that were filled have left several."""
    labels, around = label_parts(seen >= _MIDDLE), np.minimum(seen, _MIDDLE - 1)
    parts = [np.where(labels == part, seen, around) for part in range(1, labels.max() + 1)]
    return parts if len(parts) > 1 else []


def tidied(seen: Pixels) -> Pixels:
    """What the eye has seen without small parts and small holes; uint8 `(h, w)` in and out."""
    return _tidied(seen)[0]


def _tidied(seen: Pixels) -> tuple[Pixels, int]:
    """`tidied`, and how many parts are left."""
    garment, count = _main_parts(seen >= _MIDDLE)
    filled = garment | _small_holes(garment)
    around = np.minimum(seen, _MIDDLE - 1)
    return np.where(filled, np.where(seen < _MIDDLE, 255, seen), around), count


def _main_parts(mask: Mask) -> tuple[Mask, int]:
    """The largest part, those nearer the middle counting for more, and its equals: two shoes."""
    labels = label_parts(mask)
    areas = np.bincount(labels.ravel(), minlength=2)[1:]
    rows, columns = (
        np.bincount(labels.ravel(), places.ravel(), minlength=2)[1:] / np.maximum(areas, 1)
        for places in np.indices(mask.shape) + 0.5
    )
    away = np.hypot(rows / mask.shape[0] - 0.5, columns / mask.shape[1] - 0.5)
    weights = np.where(areas >= _LEAST * mask.size, areas * np.exp(-2 * away), 0)
    chosen = (weights > 0) & (weights >= _SECOND * weights.max())
    return _parts(labels, chosen), int(chosen.sum())


def _small_holes(garment: Mask) -> Mask:
    labels = label_parts(~garment)
    areas = np.bincount(labels.ravel(), minlength=2)[1:]
    return _parts(labels, areas < _HOLE * garment.sum())


def _parts(labels: NDArray[np.intp], chosen: NDArray[np.bool_]) -> Mask:
    return np.concatenate([[False], chosen])[labels]
