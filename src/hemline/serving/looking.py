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

from hemline.photos import Intake, Seen, see
from hemline.photos.eye import open_eye
from hemline.pixels import Pixels

_FADED = 0.3  # what is left of the colours outside the garment
_NICE = 5  # the event loop and the model go before: they hold up everybody


class Look(NamedTuple):
    """What was made of a photograph.

    Attributes:
        pixels: uint8 `(h, w)` or `(h, w, 3)`, in the model's form.
        steps: by name, PNG or JPEG files from the photograph to these pixels.
        parts: of a photograph that lie apart, each by itself in the model's form.
    """

    pixels: Pixels
    steps: dict[str, bytes]
    parts: tuple[Pixels, ...] = ()


def look(content: bytes, name: str, intake: Intake, megapixels: float, with_steps: bool) -> Look:
    """Decode a picture file and bring it to a form; raises what `hemline.photos.see` raises."""
    seen = see(content, intake, name, megapixels=megapixels)
    return Look(seen.pixels, _steps(seen) if with_steps else {}, seen.parts)


def _steps(seen: Seen) -> dict[str, bytes]:
    last = {"seen": _file(seen.pixels, "PNG")}
    if seen.garment is None and seen.colours.shape[:2] == seen.pixels.shape[:2]:
        return last
    first = {"photo": _file(seen.colours, "JPEG")}
    return first | (_found(seen) if seen.garment is not None else {}) | last


def _found(seen: Seen) -> dict[str, bytes]:
    """The garment in the photograph, and cut out of it."""
    assert seen.garment is not None  # noqa: S101 - asked for nothing else
    faded = 255 - _FADED * (255 - seen.colours.astype(np.float32))
    found = np.where(seen.garment[..., None], seen.colours, faded).astype(np.uint8)
    return {"garment": _file(found, "JPEG"), "cut": _file(seen.cut, "PNG")}


def _file(array: NDArray[np.uint8], kind: str) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind)
    return buffer.getvalue()


def begin() -> None:
    """Prepare this process: one thread, deaf to signals meant for the server, gone when it goes."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    open_eye()  # so that the first photograph need not wait
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
