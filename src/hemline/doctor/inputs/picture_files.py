"""Picture files, as people have them: made in memory, from whole pixels."""

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hemline.pixels import Pixels

_ORIENTATION = 0x0112  # tag of EXIF
_QUALITY = 98  # and colours in full: what is turned and stored differs by next to nothing


def png_files(pictures: Iterable[NDArray[np.uint8]]) -> list[bytes]:
    """Lossless files of pictures `(h, w)`, `(h, w, 3)` or `(h, w, 4)`, uint8."""
    return [_saved(picture, "PNG", compress_level=1) for picture in pictures]


def jpeg_files(pictures: Iterable[NDArray[np.uint8]], tag: int = 1) -> list[bytes]:
    """Photographs `(h, w)` or `(h, w, 3)`, uint8, that say how they are to be turned.

    Args:
        pictures: as they are stored.
        tag: 1 to 8 as in EXIF; 1 leaves it out.
    """
    exif = Image.Exif()
    if tag != 1:
        exif[_ORIENTATION] = tag
    options = {"quality": _QUALITY, "subsampling": 0, "exif": exif.tobytes() if exif else b""}
    return [_saved(picture, "JPEG", **options) for picture in pictures]


def enlarged(pictures: Pixels, times: int) -> Pixels:
    """Every pixel as a square of so many, `(n, h, w)` or `(n, h, w, 3)`."""
    return pictures.repeat(times, axis=1).repeat(times, axis=2)


def _saved(picture: NDArray[np.uint8], kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, kind, **options)
    return buffer.getvalue()
