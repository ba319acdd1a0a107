"""The eye: a small network that says of every pixel of a photograph whether it is garment."""

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.Image import Resampling

from hemline.pixels import Pixels

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

EDGE = 128  # of what it looks at, whatever the aspect of the photograph
FILE = Path(__file__).with_name("eye.onnx")
_ONE = threading.Lock()  # opening it twice at once would cost twice the memory


def look(colours: Pixels) -> Pixels:
    """How likely each place of a photograph is garment, uint8 `(128, 128)`: 255 for certain.

    Args:
        colours: red, green and blue, uint8 `(height, width, 3)`.
    """
    small = Image.fromarray(colours).resize((EDGE, EDGE), Resampling.BILINEAR)
    with _ONE:
        session = _session()
    found: Pixels = session.run(["garment"], {"colours": np.asarray(small)[None]})[0][0]
    return found


def open_eye() -> None:
    """Make what `look` needs ready, so that the first photograph need not wait."""
    look(np.zeros((EDGE, EDGE, 3), np.uint8))


@cache
def _session() -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    # One photograph is too little work for several threads; many are read by several processes.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(FILE, options, providers=["CPUExecutionProvider"])
