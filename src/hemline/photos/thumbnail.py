"""The cut-out garment in a form: bright on black, as large as it allows, centred.

The makers of Fashion-MNIST trimmed, scaled the longest edge to 28, centred, negated and took the
grey (Xiao and others, 2017). Photographs are lit in every way, so brightness and contrast are
brought into the range that the data set's own pictures have; within it they stay as they are.
"""

import numpy as np
from PIL import Image
from PIL.Image import Resampling

from hemline.photos.decoding import Colours, Mask
from hemline.photos.fitting import grey
from hemline.pixels import Form, Pixels

# Of the training pictures of Fashion-MNIST 10 % have a smaller and 2 % a larger mean or deviation
# in the garment: what is too dark hides its texture, what is too bright is rare and does no harm.
_MEAN = (86.0, 208.0)
_DEVIATION = (44.0, 89.0)
_STRONGEST = 3.0  # stretching an even garment further would show the camera's noise
_DARKEST = 8.0  # garment is never quite background


def cut_out(colours: Colours, garment: Mask, channels: int = 1) -> Pixels:
    """The garment negated, trimmed, on black; uint8 `(h, w)`, or `(h, w, 3)` in colour.

    Args:
        colours: uint8 `(height, width, 3)`.
        garment: bool `(height, width)`, not empty.
        channels: 1 for grey, 3 for colour.
    """
    rows, columns = np.flatnonzero(garment.any(axis=1)), np.flatnonzero(garment.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shape, luma = garment[box], 255 - grey(colours[box])
    cut = _levels(luma[shape])[luma if channels == 1 else 255 - colours[box]]
    cut[~shape] = 0
    return cut


def _levels(inside: Pixels) -> Pixels:
    """For each value, what it becomes so that those `inside` are as bright as they should be."""
    counts, values = np.bincount(inside, minlength=256), np.arange(256.0)
    mean = counts @ values / len(inside)
    deviation = np.sqrt(counts @ (values - mean) ** 2 / len(inside))
    contrast = min(np.clip(deviation, *_DEVIATION) / max(deviation, 1.0), _STRONGEST)
    levels = np.clip(mean, *_MEAN) + (values - mean) * contrast
    return np.asarray(levels.clip(_DARKEST, 255).round(), np.uint8)


def shrink(cut: Pixels, form: Form) -> Pixels:
    """As large as the form allows, aspect kept, centred on black; uint8 of the form's shape."""
    height, width = cut.shape[:2]
    scale = min(form.width / width, form.height / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = np.zeros(form.shape, np.uint8)
    # Where the margins cannot be equal, the data set has the wider one on the left and on top.
    left, top = (form.width - size[0] + 1) // 2, (form.height - size[1] + 1) // 2
    small = np.asarray(Image.fromarray(cut).resize(size, Resampling.BILINEAR))
    pixels[top : top + size[1], left : left + size[0]] = small
    return pixels
