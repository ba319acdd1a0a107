"""The whole picture brought to a form: padded, cropped or stretched."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from PIL.Image import Resampling

from hemline.photos.decoding import Colours, Photo
from hemline.photos.intake import Intake
from hemline.pixels import SHORTEST, Form, Pixels, as_array, as_pixels


def fit(photo: Photo, intake: Intake) -> Pixels:
    """The picture in the form of `intake`, uint8 `(h, w)` or `(h, w, 3)`.

    A picture of the form's size stays as it is; other ones are resampled by a triangle as wide as
    the reduction (Pillow's `BILINEAR`).
    """
    fitted: Pixels = fit_pixels(photo.colours[None], intake)[0]
    return fitted


def fit_pixels(pixels: Pixels, intake: Intake) -> Pixels:
    """As `fit`, for pictures that are decoded already.

    Args:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
        intake: the form that comes out, and how it is reached.

    Returns:
        uint8 in that form; not a copy where none is needed.
    """
    form = intake.form
    if pixels.shape[1:3] != (form.height, form.width):
        pixels = _fit_each(pixels, intake)
    if pixels.shape[1:] == form.shape:
        return pixels
    return np.repeat(pixels[..., None], 3, axis=3) if form.channels > 1 else grey(pixels)


def _fit_each(pixels: Pixels, intake: Intake) -> Pixels:
    height, width = intake.form.height, intake.form.width
    fitted = np.empty((len(pixels), height, width, *pixels.shape[3:]), np.uint8)
    for place, picture in enumerate(pixels):
        fitted[place] = _FITS[intake.fit](picture, (width, height))
    return fitted


def stored_form(shape: Sequence[int], intake: Intake) -> Form:
    """The form that an array of this shape has to have.

    That of the intake; garments may also be cut out smaller, in grey, and are enlarged then.
    """
    form = intake.form
    if not intake.find or len(shape) not in (2, 3):
        return form
    height, width = shape[-2:]
    smaller = SHORTEST <= height <= form.height and SHORTEST <= width <= form.width
    return Form(height, width, 1, form.background) if smaller else form


def admit(pictures: Any, intake: Intake) -> Pixels:
    """Pictures as `as_pixels` admits them, in the form of the intake or that of `stored_form`.

    Raises:
        PixelsError: they are in neither.
    """
    array = as_array(pictures)
    return as_pixels(array, stored_form(array.shape, intake))


def grey(colours: Colours) -> Pixels:
    """Luma (ITU-R 601-2) of red, green and blue, uint8 `(..., h, w)`; greys keep their value."""
    if not colours.size:
        return np.empty(colours.shape[:-1], np.uint8)
    rows = np.ascontiguousarray(colours).reshape(-1, *colours.shape[-2:])
    return np.asarray(Image.fromarray(rows).convert("L")).reshape(colours.shape[:-1])


def _stretch(colours: Colours, size: tuple[int, int]) -> Colours:
    return _resized(colours, size)


def _pad(colours: Colours, size: tuple[int, int]) -> Colours:
    """The longest edge fits; what is left over has the median colour of the border."""
    height, width = colours.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    inner = tuple(
        max(1, min(edge, _rounded(scale * of)))
        for edge, of in zip(size, (width, height), strict=True)
    )
    padded = np.empty((size[1], size[0], *colours.shape[2:]), np.uint8)
    padded[:] = _border_colour(colours)
    left, top = ((edge - part) // 2 for edge, part in zip(size, inner, strict=True))
    padded[top : top + inner[1], left : left + inner[0]] = _resized(colours, (inner[0], inner[1]))
    return padded


def _crop(colours: Colours, size: tuple[int, int]) -> Colours:
    """The largest part from the middle that has the form's aspect."""
    height, width = colours.shape[:2]
    scale = min(width / size[0], height / size[1])
    inner = [max(1, _rounded(scale * edge)) for edge in size]
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    return _resized(colours[top : top + inner[1], left : left + inner[0]], size)


def _rounded(length: float) -> int:
    return int(length + 0.5)  # halves up, as JavaScript rounds


def _border_colour(colours: Colours) -> Colours:
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    middle = np.sort(border, axis=0)[len(border) // 2]
    return np.asarray(middle, np.uint8)


def _resized(colours: Colours, size: tuple[int, int]) -> Colours:
    if (colours.shape[1], colours.shape[0]) == size:
        return colours
    return np.asarray(
        Image.fromarray(np.ascontiguousarray(colours)).resize(size, Resampling.BILINEAR)
    )


_FITS = {"pad": _pad, "crop": _crop, "stretch": _stretch}
