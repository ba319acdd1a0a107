"""Handing files over: as pictures, names, bytes or streams."""

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from hemline.doctor.inputs.ways import BYTES, NAME, PATH, PICTURE, STREAM

_JPEG = b"\xff\xd8"
_NUMBERS = count()  # no name comes twice: a pipeline may remember the answer to one


@contextlib.contextmanager
def handed_over(files: Sequence[bytes], kind: str, folder: Path) -> Iterator[list[Any]]:
    """What a pipeline is called with for picture files; those on disk are removed afterwards."""
    if kind not in {NAME, PATH}:
        yield [_MAKERS[kind](data) for data in files]
        return
    paths = [folder / f"picture-{next(_NUMBERS):06}{suffix_of(data)}" for data in files]
    try:
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        yield [str(path) for path in paths] if kind == NAME else paths
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def suffix_of(data: bytes) -> str:
    """How the name of such a file ends."""
    return ".jpg" if data.startswith(_JPEG) else ".png"


def _opened(data: bytes) -> Any:
    from PIL import Image

    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


_MAKERS: dict[str, Callable[[bytes], Any]] = {PICTURE: _opened, BYTES: bytes, STREAM: io.BytesIO}
