"""What a process that decodes photographs does; it imports nothing of HTTP or of the model."""

import io
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import parent_process
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.photos import Seen, see
from hemline.pixels import Pixels

_FADED = 0.3  # what is left of the colours outside the garment


class Look(NamedTuple):
    """What was made of a photograph.

    Attributes:
        pixels: uint8 `(28, 28)`.
        steps: by name, PNG or JPEG files from the photograph to the cut-out garment.
    """

    pixels: Pixels
    steps: dict[str, bytes]


def look(content: bytes, name: str, megapixels: float, with_steps: bool) -> Look:
    """Decode a picture file and find the garment; raises what `hemline.photos.see` raises."""
    seen = see(content, name, megapixels=megapixels)
    return Look(seen.pixels, _steps(seen) if with_steps else {})


def _steps(seen: Seen) -> dict[str, bytes]:
    if seen.garment is None:  # in the data set's form already
        return {}
    faded = 255 - _FADED * (255 - seen.colours.astype(np.float32))
    found = np.where(seen.garment[..., None], seen.colours, faded).astype(np.uint8)
    return {
        "photo": _file(seen.colours, "JPEG"),
        "garment": _file(found, "JPEG"),
        "cut": _file(seen.cut, "PNG"),
    }


def _file(array: NDArray[np.uint8], kind: str) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind)
    return buffer.getvalue()


def begin() -> None:
    """Prepare this process: one thread, deaf to signals meant for the server, gone when it goes."""
    import cv2

    import hemline.photos.finding
    import hemline.photos.thumbnail  # noqa: F401 - so that the first photograph need not wait

    cv2.setNumThreads(1)
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, signal.SIG_IGN)
    when_parent_ends(lambda: os._exit(1))


def when_parent_ends(action: Callable[[], object]) -> None:
    """Call `action` in a thread once the process that spawned this one has ended."""
    parent = parent_process()
    if parent is None:  # nobody spawned this one
        return

    def wait() -> None:
        parent.join()
        action()

    threading.Thread(target=wait, daemon=True).start()
