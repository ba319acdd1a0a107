"""From a picture file to the pixels that a model sees, with every step kept for people to judge."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemline.errors import HemlineError, PhotoError
from hemline.photos.decoding import MEGAPIXELS, Colours, Mask, Photo, decode, name_of
from hemline.photos.finding import find_garment
from hemline.photos.fitting import fit
from hemline.photos.intake import Intake
from hemline.photos.thumbnail import cut_out, shrink
from hemline.pixels import Form, Pixels, are_inverted, as_pixels


@dataclass(frozen=True)
class Seen:
    """What was made of a picture, step by step.

    Attributes:
        name: of the file.
        colours: the picture upright, its longest edge at most 448, uint8 `(height, width, 3)`.
        garment: where the garment was found, bool `(height, width)`; None where none is looked
            for, or the picture was cut out already: grey, on black, no larger than the form.
        cut: the garment in the data set's brightness on black, trimmed, uint8 `(h, w)` or
            `(h, w, 3)`; without a garment the pixels.
        pixels: uint8 `(h, w)` or `(h, w, 3)`, what the model sees.
        parts: the same of each part by itself, where the garment lies in parts that are apart.
    """

    name: str
    colours: Colours
    garment: Mask | None
    cut: Pixels
    pixels: Pixels
    parts: tuple[Pixels, ...] = ()


def see(
    source: Path | bytes, intake: Intake, name: str = "", *, megapixels: float = MEGAPIXELS
) -> Seen:
    """Decode a picture and bring it to the form of `intake`.

    Args:
        source: a picture file, or its content.
        intake: the form that comes out, and how it is reached.
        name: how errors call it; left out: the path.
        megapixels: larger pictures are refused before anything is decoded.

    Raises:
        DataError: not a picture.
        PhotoError: too large, too small or damaged, or nothing stands out in it.
        PixelsError: its background is not that of the form, where that is told.
        OSError: the file cannot be opened.
    """
    try:
        return _see(source, intake, name, megapixels)
    except (HemlineError, ImportError, OSError, MemoryError):
        raise
    except Exception as error:  # a fault of ours or of a library ends with this picture
        raise PhotoError(
            f"Expected a picture that can be brought to {intake.form}, received "
            f"{name or name_of(source)} on which that fails ({type(error).__name__}: {error}); "
            "save it anew, or leave it out."
        ) from error


def _see(source: Path | bytes, intake: Intake, name: str, megapixels: float) -> Seen:
    photo = decode(source, name, megapixels=megapixels, garment=bool(intake.find))
    if not intake.find or _is_cut_out(photo, intake.form):
        pixels = as_pixels(fit(photo, intake), intake.form)[0]
        return Seen(photo.name, photo.colours, None, pixels, pixels)
    found = find_garment(photo)
    cut, *parts = (
        cut_out(photo.colours, mask, intake.form.channels) for mask in (found.garment, *found.parts)
    )
    small = tuple(shrink(part, intake.form) for part in parts)
    return Seen(photo.name, photo.colours, found.garment, cut, shrink(cut, intake.form), small)


def _is_cut_out(photo: Photo, form: Form) -> bool:
    """Grey and as large as the form, or smaller and on black; in whatever colour mode it lies."""
    width, height = photo.size
    if width > form.width or height > form.height or photo.opaque is not None:
        return False
    if np.ptp(photo.colours, axis=2).any():
        return False
    if (width, height) == (form.width, form.height):
        return True
    inverted = are_inverted(photo.colours[None], Form(height, width, 3, "dark"))
    return bool(photo.colours.any() and not inverted[0])
