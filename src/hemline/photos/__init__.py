"""Photographs: any picture file becomes the pixel contract, the garment found and cut out."""

from hemline.photos.decoding import (
    FORMATS,
    MEGAPIXELS,
    MOST_MEGAPIXELS,
    SUFFIXES,
    Colours,
    Mask,
    Photo,
    decode,
)
from hemline.photos.folders import pictures_in
from hemline.photos.seeing import Seen, see, see_all

__all__ = [
    "FORMATS",
    "MEGAPIXELS",
    "MOST_MEGAPIXELS",
    "SUFFIXES",
    "Colours",
    "Mask",
    "Photo",
    "Seen",
    "decode",
    "pictures_in",
    "see",
    "see_all",
]
