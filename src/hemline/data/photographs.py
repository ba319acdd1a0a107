"""Photographs to train with beside a data set: a folder a class, by its name or another one."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from hemline.data.building.splits import Places
from hemline.data.dataset import Dataset, Split
from hemline.data.many import read_many
from hemline.errors import DataError
from hemline.photos import MEGAPIXELS, pictures_in


@dataclass(frozen=True)
class Photographs(Split):
    """Photographs as pixels of the data set's form; a label may be none of its `K` classes.

    Label `K` is none of them; `K + 1` and on are one of several: nobody said which.

    Attributes:
        guesses: int64 `(photographs,)`, at what each of them shows: so many pictures, one after
            the other, the best guess first.
        several: labels of the classes that label `K + 1`, `K + 2` and so on may be.
        unread: files that were left out, each with the reason.
    """

    guesses: Places = None  # type: ignore[assignment]  # a field after others with defaults
    several: tuple[tuple[int, ...], ...] = ()
    unread: tuple[str, ...] = ()

    @cached_property
    def best(self) -> Places:
        """The place of the best guess at each photograph, int64 `(photographs,)`."""
        return np.cumsum(self.guesses) - self.guesses

    def looks(self, photograph: int, times: int) -> Places:
        """Places of the guesses at one photograph in turn, the best first, `times` in all."""
        return np.resize(self.best[photograph] + np.arange(self.guesses[photograph]), times)


def read_photographs(folder: str | Path, dataset: Dataset) -> Photographs:
    """Read every picture in the folders of `folder`, each named for what lies in it.

    Raises:
        DataError: no such folder, or no picture in it.
    """
    folder = Path(folder)
    kinds = sorted(path for path in folder.glob("*") if path.is_dir())
    meant = _labels_of([kind.name for kind in kinds], dataset)
    several = tuple(sorted({labels for labels in meant if len(labels) > 1}))
    named = [
        (file, _label(labels, several, len(dataset.classes)))
        for kind, labels in zip(kinds, meant, strict=True)
        for file in _in(kind)
    ]
    if not named:
        raise DataError(
            f"Expected folders of photographs named for their classes "
            f"({', '.join([*dataset.classes, *dataset.aliases])}; any other for none of them), "
            f"received {folder} without any; check the path."
        )
    files = [file for file, _ in named]
    reads = list(read_many(files, dataset.intake, megapixels=MEGAPIXELS, guesses=None))
    pixels = [picture.pixels for read in reads for picture in read.pictures]
    unread = [read.error for read in reads if read.error]
    if not pixels:
        raise DataError(f"Expected photographs, received none that can be read: {unread[0]}")
    counts = np.array([len(read.pictures) for read in reads])
    labels = np.repeat(np.array([label for _, label in named], np.uint8), counts)
    return Photographs(
        np.stack(pixels),
        labels,
        guesses=counts[counts > 0],
        several=several,
        unread=tuple(unread),
    )


def _labels_of(names: list[str], dataset: Dataset) -> list[tuple[int, ...]]:
    """Labels that each folder's name means; none of the classes if it is not known."""
    places = {name: place for place, name in enumerate(dataset.classes)}
    known = {name.lower(): (place,) for name, place in places.items()} | {
        alias: tuple(places[name] for name in names) for alias, names in dataset.aliases.items()
    }
    return [known.get(name.lower(), ()) for name in names]


def _label(labels: tuple[int, ...], several: tuple[tuple[int, ...], ...], classes: int) -> int:
    if len(labels) == 1:
        return labels[0]
    return classes + 1 + several.index(labels) if labels else classes


def _in(kind: Path) -> list[Path]:
    return sorted(pictures_in(kind)) if any(kind.iterdir()) else []
