"""Checks of what lies between a picture file and the network, where files are taken."""

from hemline.doctor.checks.glue.aspect import AspectRatio
from hemline.doctor.checks.glue.exif import ExifOrientation
from hemline.doctor.checks.glue.squares import cut_of, margins_of, square_of
from hemline.doctor.checks.glue.transparency import Transparency, transparent_part

__all__ = [
    "AspectRatio",
    "ExifOrientation",
    "Transparency",
    "cut_of",
    "margins_of",
    "square_of",
    "transparent_part",
]
