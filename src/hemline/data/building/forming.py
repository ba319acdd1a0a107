"""Arrays of pictures brought to one form, as picture files are."""

import dataclasses

import numpy as np

from hemline.data.building.deciding import decide_intake
from hemline.data.building.splits import digest, has_colour
from hemline.data.dataset import Dataset, Split
from hemline.data.memory import require_memory
from hemline.data.options import DataOptions
from hemline.data.raw import Loaded, RawPart
from hemline.errors import DataError
from hemline.photos.fitting import fit_pixels
from hemline.photos.intake import Intake
from hemline.pixels import Form, Pixels

_BLOCK = 1024  # pictures that are converted at once


def form_part(part: RawPart, wish: DataOptions | Intake) -> Loaded:
    """The pictures of a part in one form.

    Args:
        part: arrays as they lie in a file.
        wish: the intake, or what the user says of it.

    Raises:
        DataError: a garment is to be found in arrays larger than the form, or the pixels would not
            fit into memory.
    """
    height, width = part.pixels.shape[1:3]
    if isinstance(wish, Intake):
        intake = wish
    else:
        coloured = part.pixels.ndim == 4 and has_colour(part.pixels)
        intake = decide_intake([(width, height)], wish, colour=coloured)
    # As of picture files: what is no larger than the form has been cut out already.
    if intake.find and (width > intake.form.width or height > intake.form.height):
        mend = "leave out --find" if isinstance(wish, DataOptions) else "save them as picture files"
        raise DataError(
            f"Expected picture files, in which to find a {intake.find}, or pixels of at most "
            f"{intake.form}, received an array of {width}x{height} pixels; {mend}."
        )
    pixels = to_form(part.pixels, intake)
    changed = pixels is not part.pixels
    origins = [digest(picture) for picture in part.pixels] if changed else None
    formed = dataclasses.replace(part, pixels=pixels, origins=origins)
    return Loaded(formed, dataclasses.replace(intake, form=Form.of(pixels)))


def in_form(dataset: Dataset, intake: Intake) -> Dataset:
    """The same pictures, in parts without a validation part, in the form of another intake."""

    def formed(split: Split) -> Split:
        return dataclasses.replace(split, pixels=to_form(split.pixels, intake))

    form = dataclasses.replace(intake.form, background=dataset.form.background)
    return dataset.replace(
        intake=dataclasses.replace(intake, form=form),
        load_train=lambda: formed(dataset.load_train()),
        load_test=lambda: formed(dataset.load_test()),
    )


def to_form(pixels: Pixels, intake: Intake) -> Pixels:
    """Each picture as `intake` brings it to its form; not a copy where none is needed."""
    form = intake.form
    if pixels.shape[1:] == form.shape:
        return pixels
    require_memory(len(pixels) * form.values, f"{len(pixels):,} pictures of {form}")
    formed = np.empty((len(pixels), *form.shape), np.uint8)
    for start in range(0, len(pixels), _BLOCK):
        block = np.s_[start : start + _BLOCK]
        formed[block] = fit_pixels(pixels[block], intake)
    return formed
