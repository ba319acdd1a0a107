"""Folders of pictures, written on the fly."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

_LOSSLESS = {".webp": {"lossless": True}}


def draw(seed: int, size: tuple[int, int] = (12, 10), *, colour: bool = False) -> Image.Image:
    """A picture of its own for each seed; `size` is width and height."""
    shape = (size[1], size[0], 3) if colour else (size[1], size[0])
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, np.uint8))


def write_classes(
    root: Path,
    classes: Iterable[str] = ("a", "b", "c"),
    count: int = 6,
    *,
    seed: int = 0,
    suffix: str = ".png",
    size: tuple[int, int] = (12, 10),
    colour: bool = False,
) -> Path:
    """A folder for each class with pictures `1.png`, `2.png` and so on, no two alike."""
    for place, name in enumerate(classes):
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, count + 1):
            picture = draw(1000 * seed + 100 * place + number, size, colour=colour)
            picture.save(folder / f"{number}{suffix}", **_LOSSLESS.get(suffix, {}))
    return root


def write_parts(root: Path, parts: Iterable[str] = ("train", "test"), **options: object) -> Path:
    """A folder for each part with folders for the classes in it."""
    for seed, part in enumerate(parts):
        write_classes(root / part, seed=seed, **options)
    return root


def zipped(folder: Path, path: Path) -> Path:
    """The folder as a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    return path
