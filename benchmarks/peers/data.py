"""The four files as the peers read them: gzip, no checks, as `keras.datasets` does."""

import gzip
import os
from pathlib import Path

import numpy as np

FOLDER = Path(os.environ["HEMLINE_DATA"])


def _bytes(name: str, offset: int) -> np.ndarray:
    with gzip.open(FOLDER / f"{name}.gz", "rb") as stream:
        return np.frombuffer(stream.read(), np.uint8, offset=offset)


def load_data() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """((train pictures, train labels), (test pictures, test labels))."""
    parts = []
    for part in ("train", "t10k"):
        pictures = _bytes(f"{part}-images-idx3-ubyte", 16).reshape(-1, 28, 28)
        parts.append((pictures, _bytes(f"{part}-labels-idx1-ubyte", 8)))
    return parts[0], parts[1]
