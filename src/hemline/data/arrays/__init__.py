"""Pictures and labels as arrays: idx files and those of NumPy."""

from hemline.data.arrays.idx_folder import read_idx
from hemline.data.arrays.numpy_files import read_arrays

__all__ = ["read_arrays", "read_idx"]
