"""Arrays of NumPy under the names in use: one `.npz` file, or a folder of `.npy` and `.npz`."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

from hemline.data.account import Account
from hemline.data.arrays.admitting import admit_classes, admit_pictures
from hemline.data.arrays.class_files import files_of_classes, read_classes
from hemline.data.arrays.found import FEWEST, ROLES, Array, arrays_in
from hemline.data.arrays.pairing import labelled, paired, refuse_groups
from hemline.data.beside import account_for, files_in, pictures_below
from hemline.data.memory import require_memory
from hemline.data.options import DataOptions
from hemline.data.parts import settled, without_part
from hemline.data.raw import ALL, PARTS, RawPart
from hemline.errors import DataError

_NUMBERED = re.compile(r"arr_(\d+)")  # as numpy.savez calls what is given without a name
_BY_NAME = "save them with numpy.savez(FILE, x_train=…, y_train=…, x_test=…, y_test=…)"


def read_arrays(path: Path, options: DataOptions, account: Account) -> dict[str, RawPart] | None:
    """Read labelled pictures from arrays.

    Args:
        path: of an `.npz` or `.npy` file, or of a folder of them.
        options: may say the size of flattened pictures.
        account: what becomes of each file.

    Returns:
        The parts; None where there is no array.

    Raises:
        DataError: arrays of objects, damaged ones, pictures without labels or of another number
            than labels, names that do not tell which are which.
        PixelsError: values that are no pixels.
    """
    root = path if path.is_dir() else path.parent
    try:
        arrays = [array for file in files_in(path) for array in arrays_in(file, root)]
        if not arrays:
            return None
        if classes := files_of_classes(arrays):
            return {ALL: read_classes(classes, options, account, path)}
        if path.is_file() and len(arrays) == 1:
            arrays = [array for file in _set_of(path) for array in arrays_in(file, root)]
        by_role = _by_role(arrays, path)
        pairs = paired(by_role["pictures"], by_role["labels"], str(path), account)
    except DataError:
        if path.is_dir() and pictures_below(path):
            return None  # something else than the data
        raise
    refuse_groups(options, str(path))
    required = [array for pair in pairs.values() for array in pair]
    require_memory(sum(array.size for array in required), str(path))
    names = [admit_classes(array.read(), array.name) for array in by_role["names"].values()]
    parts = {
        part: _read(pair, names[0] if names else None, options, account)
        for part, pair in pairs.items()
    }
    account_for(path, [array.file for array in required], account, "beside arrays")
    for array in arrays:
        if array.file in account.files("ignored"):
            account.ignore(array.file, "an array of something else, or without its labels")
    account.took_for = "arrays of NumPy"
    return settled(parts, str(path))


def _set_of(path: Path) -> list[Path]:
    """The files beside one with a single array that are named alike, apart from parts and roles."""

    def set_name(file: Path) -> list[str]:
        words = re.findall("[a-z0-9]+", without_part(file.stem))
        return [word for word in words if word not in ROLES]

    beside = [file for file in files_in(path.parent) if file.suffix == path.suffix]
    return [file for file in beside if set_name(file) == set_name(path)]


def _by_role(arrays: Sequence[Array], path: Path) -> dict[str, dict[str, Array]]:
    """Arrays of pictures, of labels and of names of classes, by part."""
    if all(_NUMBERED.fullmatch(array.key) for array in arrays):
        return _by_place(sorted(arrays, key=lambda array: int(array.key[4:])), path)
    roles: dict[str, dict[str, Array]] = {"pictures": {}, "labels": {}, "names": {}}
    for array in arrays:
        if array.role:
            other = roles[array.role].setdefault(array.part, array)
            if other is not array:
                raise DataError(
                    f"Expected one set of arrays, received {other.name} and {array.name} as "
                    f"{array.role} in {path}; point --data at one file of the right "
                    f"set, or {_BY_NAME}."
                )
    if not roles["pictures"]:
        raise _unknown(arrays, path)
    return roles


def _by_place(arrays: Sequence[Array], path: Path) -> dict[str, dict[str, Array]]:
    """Arrays without names: pictures of training, test or training, validation, test; labels."""
    pictures = [array for array in arrays if math.prod(array.shape[1:]) >= FEWEST]
    labels = [array for array in arrays if array not in pictures]
    orders = {1: (ALL,), 2: ("train", "test"), 3: PARTS}
    if len(pictures) != len(labels) or len(pictures) not in orders:
        raise _unknown(arrays, path)
    order = orders[len(pictures)]
    pairs = {"pictures": pictures, "labels": labels, "names": []}
    return {role: dict(zip(order, some, strict=False)) for role, some in pairs.items()}


def _unknown(arrays: Sequence[Array], path: Path) -> DataError:
    shapes = ", ".join(f"{array.key or array.file} of shape {array.shape}" for array in arrays[:8])
    return DataError(
        f"Expected arrays of pictures and of labels, received {path} with {shapes}; {_BY_NAME}."
    )


def _read(
    pair: tuple[Array, Array],
    names: Sequence[str] | None,
    options: DataOptions,
    account: Account,
) -> RawPart:
    pictures, labels = pair
    pixels = admit_pictures(pictures.read(), pictures.name, options.size, account.note)
    classes = admit_classes(labels.read(), labels.name, names)
    return labelled(pixels, classes, pictures.name, labels.name)
