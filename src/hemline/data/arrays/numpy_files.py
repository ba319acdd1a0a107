"""Arrays of NumPy under the names in use: one `.npz` file, or a folder of `.npy` and `.npz`."""

import math
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np

from hemline.data.account import Account
from hemline.data.arrays.admitting import Numbers, admit_classes, admit_pictures
from hemline.data.arrays.class_files import files_of_classes, read_classes
from hemline.data.arrays.pairing import labelled, paired, refuse_groups
from hemline.data.beside import account_for, files_in, name_within, pictures_below
from hemline.data.memory import require_memory
from hemline.data.options import DataOptions
from hemline.data.parts import part_of, settled, without_part
from hemline.data.raw import ALL, PARTS, RawPart
from hemline.errors import DataError

_PICTURES = ("x", "image", "images", "img", "imgs", "picture", "pictures", "pixels", "data",
             "features", "inputs", "samples")  # fmt: skip
_LABELS = ("y", "label", "labels", "target", "targets", "class", "classes")
_ROLES = {
    **dict.fromkeys(_PICTURES, "pictures"),
    **dict.fromkeys(_LABELS, "labels"),
    "names": "names",  # of the classes
}
_NUMBERED = re.compile(r"arr_(\d+)")  # as numpy.savez calls what is given without a name
_FEWEST = 64  # numbers in a picture; labels, one-hot ones as well, have fewer
_BY_NAME = "save them with numpy.savez(FILE, x_train=…, y_train=…, x_test=…, y_test=…)"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
Opened = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True)
class _Array:
    """An array that is not read yet, with the role that its name gives it, or none."""

    file: str
    key: str
    shape: tuple[int, ...]
    size: int  # bytes
    opened: Opened = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.key} in {self.file}" if self.key else self.file

    @property
    def part(self) -> str:
        return part_of(self.key) or part_of(self.file)

    @property
    def role(self) -> str:
        name = self.key or self.file.rpartition(".")[0]
        words = re.findall("[a-z]+", without_part(name))
        return next((_ROLES[word] for word in reversed(words) if word in _ROLES), "")

    def read(self) -> Numbers:
        with _whole(self.file), self.opened() as stream:
            return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))


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
        arrays = [array for file in files_in(path) for array in _arrays(file, root)]
        if not arrays:
            return None
        if classes := files_of_classes(arrays):
            return {ALL: read_classes(classes, options, account, path)}
        if path.is_file() and len(arrays) == 1:
            arrays = [array for file in _set_of(path) for array in _arrays(file, root)]
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
        return [word for word in words if word not in _ROLES]

    beside = [file for file in files_in(path.parent) if file.suffix == path.suffix]
    return [file for file in beside if set_name(file) == set_name(path)]


def _arrays(path: Path, root: Path) -> Iterator[_Array]:
    name = name_within(path, root)
    with path.open("rb") as stream:
        start = stream.read(6)
    if start == np.lib.format.MAGIC_PREFIX:
        yield _array(name, "", lambda: path.open("rb"))
    elif start[:4] == b"PK\x03\x04" and (zipfile.is_zipfile(path) or path.suffix == ".npz"):
        with _whole(name), zipfile.ZipFile(path) as archive:
            members = [member for member in archive.namelist() if not member.endswith("/")]
        if all(member.endswith(".npy") for member in members):
            for member in members:
                key = "" if members == ["arr_0.npy"] else member.removesuffix(".npy")
                yield _array(name, key, partial(_member, path, member))


@contextmanager
def _member(path: Path, name: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as archive, archive.open(name) as stream:
        yield stream


def _array(file: str, key: str, opened: Opened) -> _Array:
    with _whole(file), opened() as stream:
        read_header = _HEADERS[np.lib.format.read_magic(stream)]
        shape, _, kind = read_header(stream)
    if kind.hasobject:
        raise DataError(
            f"Expected arrays of numbers or text, received {key} in {file} that holds a pickle, "
            "which can run any code when it is opened; save it with .astype('uint8') or "
            ".astype(str)."
        )
    return _Array(file, key, shape, math.prod(shape) * kind.itemsize, opened)


@contextmanager
def _whole(name: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of headers that Python 2 wrote
            yield
    except OSError:
        raise
    except Exception as error:  # what damaged headers and archives raise has no common base
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise DataError(
            f"Expected whole arrays of NumPy, received {name} that cannot be read ({reason}); "
            "save them with numpy.savez anew."
        ) from error


def _by_role(arrays: Sequence[_Array], path: Path) -> dict[str, dict[str, _Array]]:
    """Arrays of pictures, of labels and of names of classes, by part."""
    if all(_NUMBERED.fullmatch(array.key) for array in arrays):
        return _by_place(sorted(arrays, key=lambda array: int(array.key[4:])), path)
    roles: dict[str, dict[str, _Array]] = {"pictures": {}, "labels": {}, "names": {}}
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


def _by_place(arrays: Sequence[_Array], path: Path) -> dict[str, dict[str, _Array]]:
    """Arrays without names: pictures of training, test or training, validation, test; labels."""
    pictures = [array for array in arrays if math.prod(array.shape[1:]) >= _FEWEST]
    labels = [array for array in arrays if array not in pictures]
    orders = {1: (ALL,), 2: ("train", "test"), 3: PARTS}
    if len(pictures) != len(labels) or len(pictures) not in orders:
        raise _unknown(arrays, path)
    order = orders[len(pictures)]
    pairs = {"pictures": pictures, "labels": labels, "names": []}
    return {role: dict(zip(order, some, strict=False)) for role, some in pairs.items()}


def _unknown(arrays: Sequence[_Array], path: Path) -> DataError:
    shapes = ", ".join(f"{array.key or array.file} of shape {array.shape}" for array in arrays[:8])
    return DataError(
        f"Expected arrays of pictures and of labels, received {path} with {shapes}; {_BY_NAME}."
    )


def _read(
    pair: tuple[_Array, _Array],
    names: Sequence[str] | None,
    options: DataOptions,
    account: Account,
) -> RawPart:
    pictures, labels = pair
    pixels = admit_pictures(pictures.read(), pictures.name, options.size, account.note)
    classes = admit_classes(labels.read(), labels.name, names)
    return labelled(pixels, classes, pictures.name, labels.name)
