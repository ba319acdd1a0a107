"""The idx format of MNIST and its kin: magic number, dimensions, bytes."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hemline.data.memory import require_memory
from hemline.errors import DataError

_UNSIGNED_BYTE = 0x08
_MOST_DIMENSIONS = 4
_LONGEST_HEAD = 1 << 16  # bytes, gzip's own among them
_EXPANSION = 1032  # what gzip can reach at most
# Twice the largest official file: enough for any honest one, too little for a gzip bomb.
LIMIT = 100_000_000


def gunzip(content: bytes, name: str, limit: int | None = None) -> bytes:
    """Decompress `content` if it is gzip, at most `limit` bytes of it; left out: 100 MB.

    Raises:
        DataError: the archive is truncated, damaged or expands beyond the limit.
    """
    if content[:2] != b"\x1f\x8b":
        return content
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    limit = limit or LIMIT
    try:
        data = stream.decompress(content, limit)
    except zlib.error as error:
        raise DataError(
            f"Expected a gzip file, received {name} that is damaged ({error}); "
            "delete it and obtain it again."
        ) from error
    if not stream.eof:
        kind = f"expands beyond {limit:,} bytes" if len(data) == limit else "ends too early"
        raise DataError(
            f"Expected a whole gzip file, received {name} that {kind}; "
            "delete it and obtain it again."
        )
    return data


def idx_shape(path: Path) -> tuple[int, ...] | None:
    """The shape that an idx file states, gzip or not; None if its first bytes are no such file's.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as stream:
            start = stream.read(4 + 4 * _MOST_DIMENSIONS)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return None
    begins = len(start) > 3 and start[:3] == bytes([0, 0, _UNSIGNED_BYTE])
    dimensions = start[3] if begins else 0
    if not 1 <= dimensions <= _MOST_DIMENSIONS or len(start) < 4 + 4 * dimensions:
        return None
    return struct.unpack(f">{dimensions}I", start[4 : 4 + 4 * dimensions])


def read_idx_file(path: Path) -> NDArray[np.uint8]:
    """Read an idx file as large as memory allows.

    Raises:
        DataError: too large, or not what its first bytes state.
        OSError: the file cannot be read.
    """
    shape = idx_shape(path)
    if shape is None:
        return parse_idx(_beginning(path, _LONGEST_HEAD), str(path))  # which says what is wrong
    size = 4 + 4 * len(shape) + math.prod(shape)
    if size > _EXPANSION * path.stat().st_size:
        raise _truncated(str(path), shape, size, f"a file of {path.stat().st_size:,}")
    require_memory(size, f"{path} with the shape {shape}")
    # One byte more than is stated, so that a file that goes on is told from a whole one.
    content = _beginning(path, size + size // 100 + _LONGEST_HEAD)
    return parse_idx(gunzip(content, str(path), size + 1), str(path))


def _beginning(path: Path, most: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(most)


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
    if not 1 <= data[3] <= _MOST_DIMENSIONS:
        raise DataError(
            f"Expected an idx file of 1 to {_MOST_DIMENSIONS} dimensions, received {name} of "
            f"{data[3]}; obtain it again."
        )
    return _parse_body(data, dimensions=data[3], name=name)


def _parse_body(data: bytes, dimensions: int, name: str) -> NDArray[np.uint8]:
    start = 4 + 4 * dimensions
    shape = struct.unpack(f">{dimensions}I", data[4:start]) if len(data) >= start else ()
    expected = start + math.prod(shape)
    if not shape or len(data) != expected:
        raise _truncated(name, shape, expected, str(len(data)))
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)


def _truncated(name: str, shape: tuple[int, ...], expected: int, received: str) -> DataError:
    return DataError(
        f"Expected {expected} bytes for the shape {shape} that {name} states, received "
        f"{received}; the file is truncated or damaged: obtain it again."
    )
