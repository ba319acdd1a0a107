"""Photographs to train with: a folder a kind of garment, all brought to 28x28."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from hemline.data.dataset import Split
from hemline.data.many import read_many
from hemline.data.splits import Places
from hemline.errors import DataError
from hemline.labels import ANY_SHOE, NONE
from hemline.photos import MEGAPIXELS, pictures_in

# Names of folders, as public collections of clothes use them; any other is none of the classes.
FOLDERS = {
    **dict.fromkeys(("t-shirt", "top"), 0),
    **dict.fromkeys(("trouser", "trousers", "pants"), 1),
    **dict.fromkeys(("pullover", "longsleeve"), 2),
    "dress": 3,
    **dict.fromkeys(("coat", "outwear"), 4),
    **dict.fromkeys(("sandal", "sandals"), 5),
    "shirt": 6,
    **dict.fromkeys(("sneaker", "sneakers"), 7),
    "bag": 8,
    **dict.fromkeys(("ankle-boot", "boots"), 9),
    "shoes": ANY_SHOE,
}


@dataclass(frozen=True)
class Photographs(Split):
    """Photographs as pixels `(n, 28, 28)`; labels 0 to 11, the last two `NONE` and `ANY_SHOE`.

    Attributes:
        guesses: int64 `(photographs,)`, at the garment in each of them: so many pictures, one
            after the other, the best guess first.
        unread: files that were left out, each with the reason.
    """

    guesses: Places
    unread: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        """The largest label."""
        return ANY_SHOE

    @cached_property
    def best(self) -> Places:
        """The place of the best guess at each photograph, int64 `(photographs,)`."""
        return np.cumsum(self.guesses) - self.guesses

    def looks(self, photograph: int, times: int) -> Places:
        """Places of the guesses at one photograph in turn, the best first, `times` in all."""
        return np.resize(self.best[photograph] + np.arange(self.guesses[photograph]), times)


def read_photographs(folder: str | Path) -> Photographs:
    """Read every picture in the folders of `folder`, each named for what lies in it.

    Raises:
        DataError: no such folder, or no picture in it.
    """
    folder = Path(folder)
    kinds = sorted(path for path in folder.glob("*") if path.is_dir())
    named = [(file, FOLDERS.get(kind.name.lower(), NONE)) for kind in kinds for file in _in(kind)]
    if not named:
        raise DataError(
            f"Expected folders of photographs named for their garments ({', '.join(FOLDERS)}; any "
            f"other for none of the classes), received {folder} without any; check the path."
        )
    reads = list(read_many([file for file, _ in named], megapixels=MEGAPIXELS, guesses=None))
    pixels = [picture.pixels for read in reads for picture in read.pictures]
    unread = [read.error for read in reads if read.error]
    if not pixels:
        raise DataError(f"Expected photographs, received none that can be read: {unread[0]}")
    counts = np.array([len(read.pictures) for read in reads])
    labels = np.repeat(np.array([label for _, label in named], np.uint8), counts)
    return Photographs(np.stack(pixels), labels, counts[counts > 0], tuple(unread))


def _in(kind: Path) -> list[Path]:
    return sorted(pictures_in(kind)) if any(kind.iterdir()) else []
