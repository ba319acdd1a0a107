"""Packed files with bytes changed, lost or put in: read, or refused in one sentence."""

import contextlib
import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hemline.data import open_dataset
from hemline.errors import HemlineError
from tests.data import forms
from tests.data.folders import draw, write_classes

SMALL = forms.small()


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes changed, taken away, or put in."""
    place, length = int(rng.integers(len(content))), int(rng.integers(1, 200))
    odd = rng.integers(0, 256, length, np.uint8).tobytes()
    return [
        content[:place],
        content[:place] + odd[:3] + content[place + 3 :],
        content[:place] + content[place + length :],
        content[:place] + odd + content[place:],
        odd[:20] + content[20:],
    ][rng.integers(5)]


def compressed(root: Path) -> Path:
    """A zip whose directory may be damaged as well as its members."""
    path = root / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(12):
            archive.writestr(
                f"{'ab'[number % 2]}/{number}.png", forms.png(np.asarray(draw(number)))
            )
    return path


PACKED: dict[str, Callable[[Path], Path]] = {
    "zip": compressed,
    "tar.gz": lambda root: forms.tarred(write_classes(root / "set"), root / "set.tgz", "w:gz"),
    "npz": lambda root: forms.npz(root / "a.npz", X=SMALL.whole[0], y=SMALL.whole[1]),
    "csv.gz": lambda root: forms.write(
        root / "a.csv.gz",
        gzip.compress(forms.table(root / "x/a.csv", SMALL, SMALL.whole).read_bytes()),
    ),
    "idx.gz": lambda root: (
        forms.idx(root, {"train": SMALL.train}, pack=gzip.compress) / "train-labels-idx1-ubyte"
    ),
}


@pytest.mark.parametrize("form", PACKED)
def test_damage_of_packed_files_is_read_or_refused_in_one_sentence(form, tmp_path):
    path = PACKED[form](tmp_path)
    whole, rng = path.read_bytes(), np.random.default_rng(1)
    for _ in range(30):
        path.write_bytes(damaged(whole, rng))
        try:
            open_dataset(path)
        except HemlineError as error:
            assert str(error).startswith(("Expected", str(path.name), str(path)))


def test_what_tarfile_and_zipfile_raise_for_damage_is_a_sentence(tmp_path):
    """A gzip that ends where its header promises more, and a member without a name."""
    path = forms.write(tmp_path / "a.csv.gz", b"\x1f\x8b\x08\x04" + bytes(6))
    with pytest.raises(HemlineError):
        open_dataset(path)
    nameless = compressed(tmp_path).read_bytes().replace(b"a/0.png", b"\0\0\0\0\0\0\0")
    with contextlib.suppress(HemlineError):  # later versions of Python read the others
        open_dataset(forms.write(tmp_path / "nameless.zip", nameless))
