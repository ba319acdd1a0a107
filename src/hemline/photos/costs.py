"""What decoding a picture file would cost, found out before it is decoded."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from hemline.errors import PhotoError

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST = 100_000_000  # bytes of a picture file: more than any picture needs
_SCAN = b"\xff\xda"  # begins a scan of a JPEG; within one, no 255 is followed by such a byte
_MOST = 500  # scans times megapixels: ten of the 50 megapixels that phones take, two seconds
_BLOCK = 1 << 20


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

    Args:
        image: opened and not decoded.
        stream: that it was opened from; its place stays.
        name: how the error calls it.

    Raises:
        PhotoError: it has too many scans.
    """
    if image.format != "JPEG" or not image.info.get("progressive"):
        return
    scans = sum(block.count(_SCAN) for block in _blocks(stream))
    if scans * image.width * image.height > _MOST * 1e6 and scans > 1:
        raise PhotoError(
            f"Expected a picture that is decoded within seconds, received {name} of {scans:,} "
            f"scans of {image.width:,}x{image.height:,}; save it anew."
        )


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The whole content; each block begins with the last byte of the one before it."""
    place, last = stream.tell(), b""
    stream.seek(0)
    while block := stream.read(_BLOCK):
        yield last + block
        last = block[-1:]
    stream.seek(place, io.SEEK_SET)
