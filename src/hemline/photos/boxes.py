"""The boxes that AVIF and HEIC consist of (ISO/IEC 14496-12), gone over without decoding."""

import io
from collections.abc import Iterator
from typing import BinaryIO

_FEW = 1000  # boxes side by side: a file has about ten
_REST = b""  # what lies behind so many, which is taken for a list
_LARGE = (b"idat", b"iprp")  # of the description: pixels, and properties such as colour profiles


def described_in(stream: BinaryIO) -> int:
    """Bytes that list the items of a file: what decoders go over again for every item.

    Args:
        stream: of the file; its place changes.
    """
    most = 0
    for kind, start, end in _boxes(stream, 0, stream.seek(0, io.SEEK_END)):
        if kind == _REST:
            most = max(most, end - start)
        if kind == b"meta":
            inner = list(_boxes(stream, start + 4, end))  # after its version
            listed = sum(stop - begin for name, begin, stop in inner if name not in _LARGE)
            most = max(most, listed, *(_associated(stream, *box) for box in inner), 0)
    return most


def _associated(stream: BinaryIO, kind: bytes, start: int, end: int) -> int:
    """Bytes that say which item has which properties."""
    if kind != b"iprp":
        return 0
    properties = _boxes(stream, start, end)
    return sum(stop - begin for name, begin, stop in properties if name in (b"ipma", _REST))


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning and end of the content of each, those that are cut short up to `end`."""
    for _ in range(_FEW):
        stream.seek(start)
        head = stream.read(16)
        if start + 8 > end or len(head) < 8:
            return
        length, long = int.from_bytes(head[:4], "big"), int.from_bytes(head[8:], "big")
        size = {0: end - start, 1: long}.get(length, length)
        inner = 16 if length == 1 else 8
        if size < inner:
            return
        stop = min(start + size, end)
        yield head[4:8], start + inner, stop
        start = stop
    yield _REST, start, end
