"""The idx format, written by the tests' own hand."""

import gzip
import struct
from pathlib import Path

import numpy as np

NAMES = {
    "train-images-idx3-ubyte": (60_000, 28, 28),
    "train-labels-idx1-ubyte": (60_000,),
    "t10k-images-idx3-ubyte": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte": (10_000,),
}


def idx_bytes(array: np.ndarray, kind: int = 8) -> bytes:
    """An array as idx bytes of the element type `kind`."""
    header = bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def write_folder(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    """A folder with the four files, gzip."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array), compresslevel=1))
    return folder
