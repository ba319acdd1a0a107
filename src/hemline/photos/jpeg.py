"""The markers of a JPEG, found as decoders find them; nothing is decoded."""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

SCAN = 0xDA  # begins a scan
_ENDS = (0xD8, 0xD9)  # of a picture: where the next one begins, or its own
_NONE = 0
# Those that come with a length, and the two; decoders pass over everything else between them.
_MARKER = re.compile(rb"\xff([\xc0-\xc7\xc9-\xcf\xd8-\xef\xfe])")
_BLOCK = 1 << 12  # small, because there may be a marker in every ten bytes


def markers(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Every marker after the first, to the end of the picture or of the file.

    What follows the picture (a second one, a video) is left out, and so are thumbnails, which lie
    within a segment.

    Yields:
        The marker, 0 for the end of the file, and how many bytes were gone over to find it.
    """
    stream.seek(2)
    scanning, marker = False, SCAN
    while marker != _NONE and not (scanning and marker in _ENDS):
        before = stream.tell()
        marker = _find(stream)
        yield marker, stream.tell() - before
        scanning |= marker == SCAN  # before that, Pillow passes over the end of a picture
        if marker not in (_NONE, *_ENDS):
            length = int.from_bytes(stream.read(2), "big")
            stream.seek(max(length - 2, 0), io.SEEK_CUR)


def _find(stream: BinaryIO) -> int:
    """The next marker; the place is behind it."""
    held = b""  # of the block before: a marker may begin there
    while block := stream.read(_BLOCK):
        block = held + block
        if found := _MARKER.search(block):
            stream.seek(found.end() - len(block), io.SEEK_CUR)
            return found[1][0]
        held = block[-1:]
    return _NONE
