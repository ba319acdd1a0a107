"""Photographs to train with beside a data set: a folder a class, by its name or another one."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import file_digest
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hemline.data.building.splits import Places
from hemline.data.cache import key_of, load_pixels, store_pixels
from hemline.data.dataset import Dataset, Split
from hemline.data.folder_names import labels_of
from hemline.data.many import read_many
from hemline.errors import DataError
from hemline.photos import MEGAPIXELS, Intake, pictures_in
from hemline.pixels import Pixels

_VERSION = 2  # of how photographs become pixels: what an earlier one kept is made anew


class Folder(NamedTuple):
    """A folder of photographs.

    Attributes:
        name: of the folder.
        classes: that its name means: one, several of which nobody said which, or none.
        files: in it.
    """

    name: str
    classes: tuple[str, ...]
    files: int


@dataclass(frozen=True)
class Photographs(Split):
    """Photographs as pixels of the data set's form; a label may be none of its `K` classes.

    Label `K` is none of them; `K + 1` and on are one of several: nobody said which.

    Attributes:
        several: labels of the classes that label `K + 1`, `K + 2` and so on may be.
        unread: files that were left out, each with the reason.
        folders: what each was taken for.
    """

    several: tuple[tuple[int, ...], ...] = ()
    unread: tuple[str, ...] = ()
    folders: tuple[Folder, ...] = ()


def read_photographs(
    folder: str | Path, dataset: Dataset, progress: Callable[[float], None] = lambda _: None
) -> Photographs:
    """Read every picture in the folders of `folder`, each named for what lies in it.

    What was read is kept, so that the same files are soon read again.

    Args:
        folder: with a folder for each kind of garment.
        dataset: whose classes they are, and in whose form they come.
        progress: is told the share of the files that is read.

    Raises:
        DataError: no such folder, no picture in it, or a name that is near to a known one.
    """
    folder = Path(folder)
    kinds = sorted(path for path in folder.glob("*") if path.is_dir())
    names = [kind.name for kind in kinds]
    meant = labels_of(names, dataset.classes, dataset.aliases)
    several = tuple(sorted({labels for labels in meant if len(labels) > 1}))
    files = [_in(kind) for kind in kinds]
    if not any(files):
        raise DataError(
            f"Expected folders of photographs named for their classes "
            f"({', '.join([*dataset.classes, *dataset.aliases])}; any other for none of them), "
            f"received {folder} without any; check the path."
        )
    labels = [_label(each, several, len(dataset.classes)) for each in meant]
    pixels, found, unread = _read(list(chain.from_iterable(files)), dataset.intake, progress)
    if not len(pixels):
        raise DataError(f"Expected photographs, received none that can be read: {unread[0]}")
    sizes = [len(each) for each in files]
    return Photographs(
        pixels,
        np.repeat(np.array(labels, np.uint8), sizes)[found],
        several=several,
        unread=tuple(unread),
        folders=tuple(
            Folder(name, tuple(dataset.classes[label] for label in each), size)
            for name, each, size in zip(names, meant, sizes, strict=True)
        ),
    )


def _read(
    files: list[Path], intake: Intake, progress: Callable[[float], None]
) -> tuple[Pixels, Places, list[str]]:
    """Pixels of the files that can be read, the places of these, and why others have none."""
    key = _key(files, intake)
    if kept := load_pixels(key):
        pixels, facts = kept
        return pixels, np.array(facts["found"], np.int64), facts["unread"]
    reads = []
    for read in read_many(files, intake, megapixels=MEGAPIXELS):
        reads.append(read)
        progress(len(reads) / len(files))
    every = [picture.pixels for read in reads for picture in read.pictures]
    pixels = np.stack(every) if every else np.zeros((0, *intake.form.shape), np.uint8)
    found = [place for place, read in enumerate(reads) if read.pictures]
    unread = [read.error for read in reads if read.error]
    store_pixels(key, pixels, {"found": found, "unread": unread})
    return pixels, np.array(found, np.int64), unread


def _key(files: list[Path], intake: Intake) -> str:
    """Of names and contents, and the intake."""
    facts = ["photographs", _VERSION, intake.form.describe(), intake.describe()]
    return key_of(facts, ((str(file), _digest(file)) for file in files))


def _digest(file: Path) -> bytes:
    with contextlib.suppress(OSError), file.open("rb") as stream:
        return file_digest(stream, "sha256").digest()
    return b""


def _label(labels: tuple[int, ...], several: tuple[tuple[int, ...], ...], classes: int) -> int:
    if len(labels) == 1:
        return labels[0]
    return classes + 1 + several.index(labels) if labels else classes


def _in(kind: Path) -> list[Path]:
    return sorted(pictures_in(kind)) if any(kind.iterdir()) else []
