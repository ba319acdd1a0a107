"""EMNIST (Cohen et al., 2017): its rows lie where columns belong; a file names its classes."""

import re
from pathlib import Path

import numpy as np

from hemline.data.parts import without_part
from hemline.errors import DataError
from hemline.pixels import Pixels

_NAME = "emnist"
_KIND = re.compile(r"images?|labels?|idx\d?|ubyte|csv|gz|[^a-z0-9]+")


def upright(pixels: Pixels, file: Path) -> Pixels:
    """Pictures turned upright if the name of their file says that they are EMNIST's."""
    return np.ascontiguousarray(pixels.swapaxes(1, 2)) if _NAME in file.name.lower() else pixels


def mapping_file(file: Path) -> Path | None:
    """The mapping file beside a file of EMNIST, of the same one of its sets."""
    if _NAME in file.name.lower():
        for path in file.parent.glob("*mapping.txt"):
            if _set(path.name.removesuffix("mapping.txt")) == _set(file.name):
                return path
    return None


def _set(name: str) -> list[str]:
    return _KIND.sub(" ", without_part(name)).split()


def in_characters(labels: list[str], file: Path) -> list[str]:
    """Labels as the characters that the mapping file beside `file` gives; as they are without it.

    Its lines are such as `10 65`, or `1 65 97` where both cases are one class.

    Raises:
        DataError: lines of another form, or a label that is in none.
    """
    path = mapping_file(file)
    if path is None:
        return labels
    try:
        rows = [line.split() for line in path.read_text("ascii").splitlines() if line.strip()]
        names = {label: chr(int(code)) for label, code, *_ in rows}
    except ValueError as error:
        raise DataError(
            f"Expected lines of a label and the code of its character, received {path} with others "
            f"({error}); obtain it again."
        ) from error
    if unknown := set(labels) - names.keys():
        raise DataError(
            f"Expected labels that {path} names, received {min(unknown)!r} in {file}; "
            "take both from the same set."
        )
    return [names[label] for label in labels]
