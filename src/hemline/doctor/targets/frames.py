"""Frames: how the doctor and a child process hand each other arrays; never a pickle."""

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LARGEST = 256 * 1024**2


class BrokenFrameError(Exception):
    """What arrived is no frame."""


def pack(header: dict[str, Any], array: NDArray[Any] | None = None) -> bytes:
    """One frame: a JSON header, and an array in NumPy's own format."""
    buffer = io.BytesIO()
    if array is not None:
        np.save(buffer, array, allow_pickle=False)
    text = json.dumps(header).encode()
    return struct.pack("<II", len(text), buffer.tell()) + text + buffer.getvalue()


def unpack(read: Callable[[int], bytes]) -> tuple[dict[str, Any], NDArray[Any] | None]:
    """Read one frame by `read(count)`, which gives exactly so many bytes.

    Raises:
        BrokenFrameError: the bytes are something else, or too many.
    """
    text, body = struct.unpack("<II", read(8))
    if text > _LARGEST or body > _LARGEST:
        raise BrokenFrameError("larger than any answer")
    try:
        header: dict[str, Any] = json.loads(read(text))
        array = np.load(io.BytesIO(read(body)), allow_pickle=False) if body else None
    except (ValueError, RecursionError) as error:
        raise BrokenFrameError("not a frame") from error
    return header, array
