"""Checks of what lies between a picture file and the network, where files are taken."""

from hemline.doctor.checks.glue.aspect import AspectRatio, Cropping
from hemline.doctor.checks.glue.exif import ExifOrientation
from hemline.doctor.checks.glue.transparency import Transparency

__all__ = ["AspectRatio", "Cropping", "ExifOrientation", "Transparency"]
