"""From a picture file to the 28x28 that a model sees, with every step kept for people to judge."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemline.photos.decoding import MEGAPIXELS, Colours, Mask, Photo, decode
from hemline.pixels import SIDE, Pixels, as_pixels


@dataclass(frozen=True)
class Seen:
    """What was made of a picture, step by step.

    Attributes:
        name: of the file.
        colours: the photograph upright, its longest edge at most 448, uint8 `(height, width, 3)`.
        garment: where the garment was found, bool `(height, width)`; None if the picture was in
            the data set's form already and passed through bit for bit.
        cut: the garment in the data set's brightness on black, uint8 `(h, w)`, trimmed.
        pixels: uint8 `(28, 28)`, what the model sees.
    """

    name: str
    colours: Colours
    garment: Mask | None
    cut: Pixels
    pixels: Pixels


def see(source: Path | bytes, name: str = "", *, megapixels: float = MEGAPIXELS) -> Seen:
    """Decode a picture, find the garment and bring it into the data set's form.

    Arguments and errors are those of `see_all`.
    """
    return next(see_all(source, name, megapixels=megapixels))


def see_all(
    source: Path | bytes, name: str = "", *, megapixels: float = MEGAPIXELS
) -> Iterator[Seen]:
    """As `see`, for every guess at where the garment is, the best one first.

    Args:
        source: a picture file, or its content.
        name: how errors call it; left out: the path.
        megapixels: larger pictures are refused before anything is decoded.

    Raises:
        DataError: not a picture.
        PhotoError: too large, too small or damaged, or nothing stands out in it.
        PixelsError: 28x28, grey, but dark on bright.
        OSError: the file cannot be opened.
    """
    photo = decode(source, name, megapixels=megapixels)
    if _in_data_set_form(photo):
        grey = photo.colours[..., 0]
        yield Seen(photo.name, photo.colours, None, grey, as_pixels(grey)[0])
        return
    # OpenCV costs 0.1 s, which pictures in the data set's form need not wait for.
    from hemline.photos.finding import guess_garment
    from hemline.photos.thumbnail import cut_out, shrink

    for garment in guess_garment(photo):
        cut, shape = cut_out(photo.colours, garment)
        yield Seen(photo.name, photo.colours, garment, cut, shrink(cut, shape))


def _in_data_set_form(photo: Photo) -> bool:
    """28x28 and grey, whatever colour mode the file stores it in."""
    square = photo.size == (SIDE, SIDE) and photo.opaque is None
    return square and not np.ptp(photo.colours, axis=2).any()
