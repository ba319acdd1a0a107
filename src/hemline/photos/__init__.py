"""Intake: any picture file becomes pixels, whole or with the garment found and cut out."""

from hemline.photos.decoding import MEGAPIXELS, Colours, Mask, Photo, decode
from hemline.photos.folders import pictures_in
from hemline.photos.formats import SUFFIXES
from hemline.photos.intake import Find, Fit, Intake
from hemline.photos.opening import MOST_MEGAPIXELS
from hemline.photos.seeing import Seen, see

__all__ = [
    "MEGAPIXELS",
    "MOST_MEGAPIXELS",
    "SUFFIXES",
    "Colours",
    "Find",
    "Fit",
    "Intake",
    "Mask",
    "Photo",
    "Seen",
    "decode",
    "pictures_in",
    "see",
]
