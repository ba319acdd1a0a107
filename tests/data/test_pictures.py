"""Picture files in the data set's form: read bit for bit, or refused."""

import gzip

import numpy as np
import pytest
from PIL import Image

from hemline.data import read_pictures
from hemline.errors import DataError, HemlineError, PixelsError
from tests.idx import idx_bytes

GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = np.arange(12, dtype=np.uint8) * 20
THREE = np.stack([GARMENT, GARMENT.T, GARMENT // 2])


@pytest.mark.parametrize("suffix", [".png", ".bmp"])
def test_a_grey_picture_is_read_bit_for_bit(suffix, tmp_path):
    path = tmp_path / f"boot{suffix}"
    Image.fromarray(GARMENT).save(path)
    (picture,) = read_pictures(path)
    assert (picture.pixels == GARMENT).all()
    assert picture.name == str(path)


@pytest.mark.parametrize("form", ["npy", "idx", "idx.gz"])
def test_files_of_many_are_read_in_order(form, tmp_path):
    path = tmp_path / f"three.{form}"
    if form == "npy":
        np.save(path, THREE)
    else:
        content = idx_bytes(THREE)
        path.write_bytes(gzip.compress(content) if form == "idx.gz" else content)
    pictures = list(read_pictures(path))
    assert [picture.name for picture in pictures] == [f"{path}[{i}]" for i in range(3)]
    assert (np.stack([picture.pixels for picture in pictures]) == THREE).all()


def _photo(path):
    Image.new("RGB", (640, 480), "white").save(path)


def _colour(path):
    Image.new("RGB", (28, 28)).save(path)


def _page(path):
    Image.fromarray(255 - GARMENT).save(path)


@pytest.mark.parametrize(
    ("name", "make", "error", "sentence"),
    [
        ("a.jpg", _photo, PixelsError, "640x480 RGB; photographs are not read yet"),
        ("a.png", _colour, PixelsError, "28x28 RGB"),
        ("a.png", _page, PixelsError, "pass 255 - pixels"),
        ("a.png", lambda p: p.write_bytes(b"hello"), DataError, "none of these"),
        ("a.png", lambda p: p.write_bytes(b""), DataError, "none of these"),
        ("a.tiff", lambda p: Image.fromarray(GARMENT).save(p), DataError, "none of these"),
        ("a.npy", lambda p: p.write_bytes(b"hello"), DataError, "NumPy cannot read"),
        ("a.npy", lambda p: np.save(p, GARMENT / 255), PixelsError, "scales by itself"),
        ("a.npy", lambda p: np.save(p, np.array([{}])), DataError, "NumPy cannot read"),
        ("a.png", lambda p: None, DataError, "No such file"),
        ("a.png", lambda p: p.mkdir(), DataError, "Is a directory"),
    ],
)
def test_other_files_are_refused_with_their_name(name, make, error, sentence, tmp_path):
    path = tmp_path / name
    make(path)
    with pytest.raises(error, match=sentence) as caught:
        list(read_pictures(path))
    assert name in str(caught.value)
    assert isinstance(caught.value, HemlineError)


def test_a_truncated_picture_is_refused(tmp_path):
    path = tmp_path / "half.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 99, (28, 28), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(HemlineError):
        list(read_pictures(path))
