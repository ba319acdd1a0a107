"""The sets of `sets.py`: where each one lies, and what has to be done before it can be trained on.

What has no test part of the size that is told gets one here, once for all who train on it.
"""

import os
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hemline import Dataset, open_dataset
from hemline.data.building.splits import content_split

DRAWERS = 14  # of the 20 who drew every letter of Omniglot; the letters of the others are the test


class Places(NamedTuple):
    """Folders: with the sets, with the photographs, and one to write to."""

    sets: Path | None
    photos: Path | None
    work: Path


class PictureSet(NamedTuple):
    """A set, how it comes to lie as `--data` takes it, and models to start from as well."""

    name: str
    prepare: Callable[[Places], Path]
    starts: tuple[str, ...] = ()


def demand(path: Path | None, option: str) -> Path:
    """The path, if it is there."""
    if path is None or not path.exists():
        sys.exit(f"Expected the data, received {path or 'no folder'}; pass {option}.")
    return path


def as_it_lies(name: str) -> Callable[[Places], Path]:
    """A set with parts of its own."""
    return lambda places: demand(places.sets and places.sets / name, "--sets DIR")


def fashion(_: Places) -> Path:
    """The official one."""
    named = os.environ.get("HEMLINE_DATA")
    return demand(Path(named) if named else None, "its folder in HEMLINE_DATA")


def notmnist(places: Places) -> Path:
    """One part of 10,000: a fifth cut off by content, identical letters on one side."""
    whole = open_dataset(as_it_lies("notmnist")(places))
    pixels, labels = (
        np.concatenate([getattr(split, what) for split in (whole.train, whole.test)])
        for what in ("pixels", "labels")
    )
    kept, cut = content_split(pixels, labels, 0.2)
    names = np.array(whole.classes)[labels]
    path = places.work / "notmnist.npz"
    np.savez(path, x_train=pixels[kept], y_train=names[kept], x_test=pixels[cut], y_test=names[cut])
    return path


def omniglot(places: Places) -> Path:
    """Twenty pictures of every letter, each by somebody else: fourteen hands and six others."""
    source = as_it_lies("omniglot/images_background_small1.zip")(places)
    path = places.work / "omniglot.zip"
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(path, "w") as divided:
        for name in archive.namelist():
            if drawer := re.search(r"_(\d\d)\.png$", name):
                part = "train" if int(drawer[1]) <= DRAWERS else "test"
                inside = name.partition("/")[2]
                divided.writestr(f"{part}/{inside}", archive.read(name))
    return path


def clothes(places: Places) -> Path:
    """Photographs, their validation part as the test part."""
    folder = demand(places.photos, "--photos DIR").resolve()
    path = places.work / "clothes"
    path.mkdir()
    (path / "train").symlink_to(folder / "train")
    (path / "test").symlink_to(folder / "validation")
    return path


SETS = {
    "fashion": PictureSet("Fashion-MNIST", fashion),
    "mnist": PictureSet("MNIST", as_it_lies("mnist")),
    "notmnist": PictureSet("notMNIST", notmnist),
    "cifar": PictureSet("CIFAR-10 as JPEG", as_it_lies("cifar-10-jpeg.zip")),
    "pneumonia": PictureSet("PneumoniaMNIST", as_it_lies("pneumonia/pneumoniamnist.npz")),
    "omniglot": PictureSet("Omniglot, 136 letters", omniglot),
    "clothes": PictureSet("photographs of clothes", clothes, starts=("photo",)),
}


def write_arrays(dataset: Dataset, path: Path) -> None:
    """Pixels and labels as Hemline reads them, for its peers."""
    parts = {"train": dataset.train, "test": dataset.test}
    arrays = {f"x_{part}": split.pixels for part, split in parts.items()}
    labels = {f"y_{part}": split.labels for part, split in parts.items()}
    np.savez(path, **arrays, **labels)


def describe(dataset: Dataset) -> dict[str, Any]:
    """What the table says of a set."""
    return {
        "classes": len(dataset.classes),
        "form": str(dataset.form),
        "train": len(dataset.train),
        "test": len(dataset.test),
    }
