"""What decoding a picture file would cost, found out before it is decoded."""

import io
import itertools
from typing import TYPE_CHECKING, BinaryIO

from hemline.errors import PhotoError
from hemline.photos.jpeg import SCAN, markers

if TYPE_CHECKING:
    from PIL.Image import Image

_JPEG = ("JPEG", "MPO")  # the second: with other pictures behind the first, as phones write them
LARGEST = 100_000_000  # bytes of a picture file: more than any picture needs
_MOST = 500  # scans times megapixels: ten of the 50 megapixels that phones take, two seconds
_FEWEST = 4  # scans that any may have: one for each component
_SMALL = 0.5  # megapixels: what is smaller may have a thousand scans, more have no use at all


def refuse_large(stream: BinaryIO, name: str) -> None:
    """Refuse a file that is larger than any picture needs to be; decoders may read all of it.

    Raises:
        PhotoError: it is.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > LARGEST:
        raise PhotoError(
            f"Expected a picture file of at most {LARGEST:,} bytes, received {name} of {size:,} "
            "bytes; shrink it."
        )


def refuse_costly(image: "Image", stream: BinaryIO, name: str) -> None:
    """Refuse a JPEG that goes over its pixels more often than any camera or program lets it.

    Progressive ones are not the only ones that may: any other may have scans as well.

    Args:
        image: opened and not decoded.
        stream: that it was opened from; its place stays.
        name: how the error calls it.

    Raises:
        PhotoError: it has too many scans.
    """
    if image.format not in _JPEG:
        return
    place, megapixels = stream.tell(), image.width * image.height / 1e6
    most = max(_FEWEST, int(_MOST / max(megapixels, _SMALL)))
    scans = (marker for marker, _ in markers(stream) if marker == SCAN)
    beyond = next(itertools.islice(scans, most, None), None)
    stream.seek(place)
    if beyond is not None:
        raise PhotoError(
            f"Expected a picture that is decoded within seconds, received {name} of more than "
            f"{most:,} scans of {image.width:,}x{image.height:,}; save it anew."
        )
