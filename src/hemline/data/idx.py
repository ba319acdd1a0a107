"""The idx format of MNIST and its kin: magic number, dimensions, bytes."""

import math
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from hemline.errors import DataError

_UNSIGNED_BYTE = 0x08
# Twice the largest official file: enough for any honest one, too little for a gzip bomb.
LIMIT = 100_000_000


def gunzip(content: bytes, name: str) -> bytes:
    """Decompress `content` if it is gzip, at most 100 MB of it.

    Raises:
        DataError: the archive is truncated, damaged or expands beyond the limit.
    """
    if content[:2] != b"\x1f\x8b":
        return content
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        data = stream.decompress(content, LIMIT)
    except zlib.error as error:
        raise DataError(
            f"Expected a gzip file, received {name} that is damaged ({error}); "
            "delete it and obtain it again."
        ) from error
    if not stream.eof:
        kind = "expands beyond 100 MB" if len(data) == LIMIT else "ends too early"
        raise DataError(
            f"Expected a whole gzip file, received {name} that {kind}; "
            "delete it and obtain it again."
        )
    return data


def parse_idx(content: bytes, name: str) -> NDArray[np.uint8]:
    """Read idx bytes, plain or gzip, as an array of the shape that they state.

    Returns:
        uint8 array, read-only, without copying `content`.

    Raises:
        DataError: wrong magic number, element type, dimensions or length.
    """
    data = gunzip(content, name)
    if len(data) < 4 or data[:2] != b"\x00\x00":
        raise DataError(
            f"Expected an idx file (first bytes 00 00), received {name} beginning with "
            f"{data[:4].hex(' ') or 'nothing'}; pass one of the four files of the data set."
        )
    if data[2] != _UNSIGNED_BYTE:
        raise DataError(
            f"Expected an idx file of unsigned bytes (type 08), received {name} of type "
            f"{data[2]:02x}; pass one of the four files of the data set."
        )
    return _parse_body(data, dimensions=data[3], name=name)


def _parse_body(data: bytes, dimensions: int, name: str) -> NDArray[np.uint8]:
    start = 4 + 4 * dimensions
    shape = struct.unpack(f">{dimensions}I", data[4:start]) if len(data) >= start else ()
    expected = start + math.prod(shape)
    if not shape or len(data) != expected:
        raise DataError(
            f"Expected {expected} bytes for the shape {shape} that {name} states, received "
            f"{len(data)}; the file is truncated or damaged: obtain it again."
        )
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)
