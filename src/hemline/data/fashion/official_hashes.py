"""Short hashes of all 70,000 pictures of Fashion-MNIST, by which they are known again.

The file beside this one holds them. It was made from the four official files by

    python -m hemline.data.fashion.official_hashes FOLDER

Of every picture it keeps 32 bits of the SHA-256 of its 784 bytes, its label, and the part in which
it lies. Any other picture equals one of them by chance with a probability of 70,000 / 2^32, that is
one in 61,000; no decision rests on a single picture. The hashes are sorted, so that their
differences are small, and differences are laid byte beside byte, so that the upper ones compress:
of 32 bits 18 are left.
"""

import sys
import zlib
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.data.dataset import Labels
from hemline.files import write_whole
from hemline.pixels import Pixels

NAME = "official_hashes.bin"
CLASSES = 10
TRAIN, TEST = range(2)


class Hashes(NamedTuple):
    """Hashes in ascending order, uint32 `(n,)`, and what they stand for, uint8 `(n,)` each."""

    hashes: NDArray[np.uint32]
    labels: NDArray[np.uint8]
    parts: NDArray[np.uint8]


def hash_pictures(pixels: Pixels) -> NDArray[np.uint32]:
    """The first 32 bits of the SHA-256 of each picture, `(n,)`."""
    rows = np.ascontiguousarray(pixels).reshape(len(pixels), -1)
    digests = b"".join(sha256(row).digest()[:4] for row in rows)  # type: ignore[arg-type]
    return np.frombuffer(digests, ">u4").astype(np.uint32)


def pack(train: tuple[Pixels, Labels], test: tuple[Pixels, Labels]) -> bytes:
    """The content of the file, of pixels and labels of both parts."""
    hashes = np.concatenate([hash_pictures(pixels) for pixels, _ in (train, test)])
    codes = np.concatenate([train[1], test[1] + CLASSES]).astype(np.uint8)
    order = np.argsort(hashes)  # no two pictures are the same
    differences = np.diff(hashes[order], prepend=np.uint32(0)).astype("<u4")
    planes = differences.view(np.uint8).reshape(-1, 4).T
    return zlib.compress(planes.tobytes() + codes[order].tobytes(), 9)


def unpack(content: bytes) -> Hashes:
    """What `pack` was given."""
    planes = np.frombuffer(zlib.decompress(content), np.uint8).reshape(5, -1)
    differences = np.ascontiguousarray(planes[:4].T).view("<u4")[:, 0]
    hashes = np.cumsum(differences, dtype=np.uint32)
    return Hashes(hashes, planes[4] % CLASSES, planes[4] // CLASSES)


@cache
def official_hashes() -> Hashes:
    """The hashes of the official files; reading them takes a few milliseconds."""
    return unpack(files("hemline.data.fashion").joinpath(NAME).read_bytes())


def main(folder: str) -> None:
    """Write the file anew from the official ones in `folder`."""
    from hemline.data.sources import open_dataset

    official = open_dataset(folder)
    parts = ((part.pixels, part.labels) for part in (official.train, official.test))
    write_whole(Path(__file__).with_name(NAME), pack(*parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
