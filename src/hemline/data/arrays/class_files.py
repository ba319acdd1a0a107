"""A file of pictures for each class, as `apple.npy` and `cat.npy` of Quick, Draw!."""

import math
import os.path
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hemline.data.account import Account
from hemline.data.arrays.admitting import admit_pictures
from hemline.data.arrays.found import FEWEST, Array
from hemline.data.arrays.pairing import refuse_groups
from hemline.data.beside import account_for
from hemline.data.memory import require_memory
from hemline.data.options import DataOptions
from hemline.data.raw import RawPart


def files_of_classes(arrays: Sequence[Array]) -> dict[str, Array]:
    """Files by their classes; none where they are something else.

    They are several, with an array of pictures of one size each, and most of their names say
    nothing of pictures or labels. What all names begin with, up to a `_`, is no part of the class.
    """
    sizes = {array.shape[1:] for array in arrays}
    unnamed = sum(not array.role for array in arrays)
    if (
        len(arrays) < 2
        or len(sizes) > 1
        or math.prod(next(iter(sizes))) < FEWEST
        or any(array.key for array in arrays)
        or 2 * unnamed <= len(arrays)
    ):
        return {}
    stems = [array.file.rpartition(".")[0] for array in arrays]
    begin = os.path.commonprefix(stems).rpartition("_")  # noqa: RUF071 - not of paths
    return {
        stem.removeprefix(begin[0] + begin[1]): array
        for stem, array in zip(stems, arrays, strict=True)
    }


def read_classes(
    files: Mapping[str, Array], options: DataOptions, account: Account, path: Path
) -> RawPart:
    """The pictures of all files.

    Raises:
        DataError: more than memory holds, or pictures of which nobody knows the size.
        PixelsError: values that are no pixels.
    """
    refuse_groups(options, str(path))
    require_memory(2 * sum(array.size for array in files.values()), str(path))
    pixels, classes = [], []
    for name, array in files.items():
        pixels.append(admit_pictures(array.read(), array.file, options.size, account.note))
        classes += [name] * len(pixels[-1])
    account_for(path, [array.file for array in files.values()], account, "beside arrays")
    account.took_for = "arrays of NumPy, a file for each class"
    return RawPart(np.concatenate(pixels), classes)
