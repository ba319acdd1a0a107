"""The pieces that picture files consist of, counted before anything opens them.

Programs that read pictures go over them one by one, and over some of them again and again.
"""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from hemline.errors import PhotoError
from hemline.photos.boxes import described_in
from hemline.photos.formats import JPEG, PNG
from hemline.photos.jpeg import SCAN, markers

_MOST = 500  # beside the pixels: tens are usual, a map of depths in a photograph takes hundreds
_MOST_OF_PIXELS = 50_000  # pieces of a PNG: usual ones have 8 kB and more, these are 400 MB
_LISTED = 1 << 16  # bytes that list what is in an AVIF or HEIC: a phone's have a tenth
_OF_PIXELS = (b"IDAT", b"fdAT", b"fcTL")
_PLAIN = (b"P1", b"P2", b"P3")
_PADDING = 64  # bytes between segments that are gone over one by one, as dear as a segment
_SCANNING = 16  # segments that a scan may bring with it: tables
_HEAD = 1 << 16  # bytes of a PPM in which its size has to come
_COMMENT = re.compile(rb"#[^\r\n]*")
_BLOCK = 1 << 20


def refuse_many(stream: BinaryIO, name: str) -> None:
    """Refuse a file of so many notes beside its pixels that going over them takes long.

    Args:
        stream: of the file; it is at its beginning afterwards.
        name: how the error calls it.

    Raises:
        PhotoError: it is one.
    """
    stream.seek(0)
    start = stream.read(8)
    if start.startswith(JPEG):
        few = _few_segments(stream)
    elif start == PNG:
        few = _few_chunks(stream)
    elif start[4:] == b"ftyp":
        few = described_in(stream) <= _LISTED
    else:
        few = start[:1] != b"P" or _few_comments(stream, plain=start.startswith(_PLAIN))
    stream.seek(0)
    if not few:
        raise PhotoError(
            f"Expected a picture file with at most {_MOST} notes beside its pixels (segments, "
            f"chunks, items, comments), received {name} with more; save it anew without them."
        )


def _few_segments(stream: BinaryIO) -> bool:
    """Of a JPEG: those before its first scan, and then those that come with each scan."""
    most, count = _MOST, 0
    for marker, distance in markers(stream):
        if marker == SCAN:
            most += _SCANNING
        elif most == _MOST:  # pixels are no padding
            count += distance // _PADDING
        count += marker != SCAN
        if count > most:
            return False
    return True


def _few_chunks(stream: BinaryIO) -> bool:
    count = dict.fromkeys((True, False), 0)
    for kind in _chunks(stream):
        count[kind in _OF_PIXELS] += 1
        if count[False] > _MOST or count[True] > _MOST_OF_PIXELS:
            return False
    return True


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Kinds of the chunks of a PNG."""
    stream.seek(len(PNG))
    while len(head := stream.read(8)) == 8 and head[4:] != b"IEND":
        yield head[4:]
        stream.seek(int.from_bytes(head[:4], "big") + 4, io.SEEK_CUR)


def _few_comments(stream: BinaryIO, *, plain: bool) -> bool:
    """Of a PPM: before its size, and where the pixels are written as text, among them."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if len(head) == _HEAD and len(_COMMENT.sub(b"", head).split(maxsplit=4)) < 4:
        return False
    if not plain:
        return True
    count = head.count(b"#")
    while count <= _MOST and (block := stream.read(_BLOCK)):
        count += block.count(b"#")
    return count <= _MOST
