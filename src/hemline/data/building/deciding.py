"""The intake of a data set, as the user says or else as its pictures suggest."""

from collections.abc import Iterable

from hemline.data.options import DataOptions, Size
from hemline.photos.intake import Intake
from hemline.pixels import SHORTEST, Form

USUAL = 64  # pixels an edge, where the data do not say otherwise


def decide_intake(sizes: Iterable[Size], options: DataOptions, *, colour: bool) -> Intake:
    """How pictures of these sizes become pixels.

    Pictures that all have one size of up to 64 pixels an edge keep it; others become 64x64. They
    are in colour if there is any, padded, and whole; garments that are found in them are grey.

    Args:
        sizes: width and height of every picture, or every size once.
        options: go before all that.
        colour: whether any picture is in colour.

    Raises:
        PixelsError: a size outside the limits.
    """
    find = options.find or ""
    width, height = options.size or _common_size(set(sizes))
    coloured = (colour and not find) if options.colour is None else options.colour
    form = Form(height, width, 3 if coloured else 1)
    return Intake(form, options.fit or "pad", find)


def _common_size(sizes: set[Size]) -> Size:
    if len(sizes) == 1:
        width, height = next(iter(sizes))
        if min(width, height) >= SHORTEST and max(width, height) <= USUAL:
            return width, height
    return USUAL, USUAL
