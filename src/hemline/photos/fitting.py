"""The whole picture brought to a form: padded, cropped or stretched."""

import numpy as np
from PIL import Image
from PIL.Image import Resampling

from hemline.photos.decoding import Colours, Photo
from hemline.photos.intake import Intake
from hemline.pixels import Pixels

# ITU-R 601-2 luma in 16 bits, as Pillow computes it.
_LUMA = np.array([19595, 38470, 7471], np.uint32)


def fit(photo: Photo, intake: Intake) -> Pixels:
    """The picture in the form of `intake`, uint8 `(h, w)` or `(h, w, 3)`.

    A picture of the form's size stays as it is; other ones are resampled by a triangle as wide as
    the reduction (Pillow's `BILINEAR`).
    """
    form = intake.form
    colours = photo.colours
    if colours.shape[:2] != (form.height, form.width):
        colours = _FITS[intake.fit](colours, (form.width, form.height))
    return colours if form.channels == 3 else grey(colours)


def fit_pixels(pixels: Pixels, intake: Intake) -> Pixels:
    """As `fit`, for a picture that is decoded already, uint8 `(h, w)` or `(h, w, 3)`."""
    height, width = pixels.shape[:2]
    colours = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    return fit(Photo("", colours, None, (width, height)), intake)


def grey(colours: Colours) -> Pixels:
    """Luma of red, green and blue, uint8 `(h, w)`; even greys keep their value."""
    return np.asarray((colours @ _LUMA + 0x8000) >> 16, np.uint8)


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
    padded = np.empty((size[1], size[0], 3), np.uint8)
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
