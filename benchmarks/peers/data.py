"""The data of the peers: arrays made for them, or the four files as `keras.datasets` reads them."""

import gzip
import os
from pathlib import Path

import numpy as np

Part = tuple[np.ndarray, np.ndarray]


def _bytes(name: str, offset: int) -> np.ndarray:
    with gzip.open(Path(os.environ["HEMLINE_DATA"]) / f"{name}.gz", "rb") as stream:
        return np.frombuffer(stream.read(), np.uint8, offset=offset)


def load_data(path: str | None = None) -> tuple[Part, Part]:
    """((train pictures, train labels), (test pictures, test labels)).

    Args:
        path: an .npz of `x_train`, `y_train`, `x_test` and `y_test`; left out: Fashion-MNIST.
    """
    if path:
        with np.load(path) as arrays:
            return tuple((arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test"))
    parts = []
    for part in ("train", "t10k"):
        pictures = _bytes(f"{part}-images-idx3-ubyte", 16).reshape(-1, 28, 28)
        parts.append((pictures, _bytes(f"{part}-labels-idx1-ubyte", 8)))
    return parts[0], parts[1]
