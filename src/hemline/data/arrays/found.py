"""Arrays of NumPy that are found, with what their headers say, and are not read yet."""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np

from hemline.data.arrays.admitting import Numbers
from hemline.data.beside import name_within
from hemline.data.npy import read_header, whole
from hemline.data.parts import part_of, without_part
from hemline.errors import DataError

_PICTURES = ("x", "image", "images", "img", "imgs", "picture", "pictures", "pixels", "data",
             "features", "inputs", "samples")  # fmt: skip
_LABELS = ("y", "label", "labels", "target", "targets", "class", "classes")
ROLES = {  # by words in names
    **dict.fromkeys(_PICTURES, "pictures"),
    **dict.fromkeys(_LABELS, "labels"),
    "names": "names",  # of the classes
}
FEWEST = 64  # numbers in a picture; labels, one-hot ones as well, have fewer
Opened = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True)
class Array:
    """An array that is not read yet, with the role that its name gives it, or none."""

    file: str
    key: str
    shape: tuple[int, ...]
    size: int  # bytes
    opened: Opened = field(repr=False)

    @property
    def name(self) -> str:
        """As people are told of it."""
        return f"{self.key} in {self.file}" if self.key else self.file

    @property
    def part(self) -> str:
        """That its name or its file's tells; empty for none."""
        return part_of(self.key) or part_of(self.file)

    @property
    def role(self) -> str:
        """`pictures`, `labels` or `names`; empty where its name tells none."""
        name = self.key or self.file.rpartition(".")[0]
        words = re.findall("[a-z]+", without_part(name))
        return next((ROLES[word] for word in reversed(words) if word in ROLES), "")

    def read(self) -> Numbers:
        """The numbers themselves.

        Raises:
            DataError: a damaged file.
        """
        with _whole(self.file), self.opened() as stream:
            return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))


def arrays_in(path: Path, root: Path) -> Iterator[Array]:
    """The arrays of a file, named by where it lies within `root`; none where it holds others.

    Raises:
        DataError: an array of objects, or a damaged file.
    """
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


def _array(file: str, key: str, opened: Opened) -> Array:
    with _whole(file), opened() as stream:
        header = read_header(stream)
    if header.kind.hasobject:
        raise DataError(
            f"Expected arrays of numbers or text, received "
            f"{f'{key} in {file}' if key else file} that holds a pickle, "
            "which can run any code when it is opened; save it with .astype('uint8') or "
            ".astype(str)."
        )
    return Array(file, key, header.shape, header.size, opened)


def _whole(name: str) -> AbstractContextManager[None]:
    return whole(
        "whole arrays of NumPy",
        f"{name} that cannot be read",
        "save them with numpy.savez anew",
    )
