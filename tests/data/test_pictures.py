"""Picture files of every kind: the data set's form bit for bit, photographs, or refused."""

import gzip
import os

import numpy as np
import pytest
from PIL import Image

from hemline.data import read_pictures
from hemline.data.fashion.official import INTAKE
from hemline.errors import DataError, HemlineError, PhotoError, PixelsError
from tests.idx import idx_bytes
from tests.photos.drawing import draw_photo

GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = np.arange(12, dtype=np.uint8) * 20
THREE = np.stack([GARMENT, GARMENT.T, GARMENT // 2])


@pytest.mark.parametrize("suffix", [".png", ".bmp"])
def test_a_grey_picture_is_read_bit_for_bit(suffix, tmp_path):
    path = tmp_path / f"boot{suffix}"
    Image.fromarray(GARMENT).save(path)
    (picture,) = read_pictures(path, INTAKE)
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
    pictures = list(read_pictures(path, INTAKE))
    assert [picture.name for picture in pictures] == [f"{path}[{i}]" for i in range(3)]
    assert (np.stack([picture.pixels for picture in pictures]) == THREE).all()


def _blank(path):
    Image.new("RGB", (640, 480), "white").save(path)


def _page(path):
    Image.fromarray(255 - GARMENT).save(path)


@pytest.mark.parametrize(
    ("name", "make", "error", "sentence"),
    [
        ("a.jpg", _blank, PhotoError, "a.jpg in which nothing stands out"),
        ("a.jpg", os.mkfifo, DataError, "device or a pipe"),
        ("a.png", _page, PixelsError, "pass 255 - pixels"),
        ("a.png", lambda p: p.write_bytes(b"hello"), DataError, "none of these"),
        ("a.png", lambda p: p.write_bytes(b""), DataError, "none of these"),
        (
            "a.ico",
            lambda p: Image.fromarray(GARMENT).save(p),
            DataError,
            "format icon, which is not read",
        ),
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
        list(read_pictures(path, INTAKE))
    assert name in str(caught.value)
    assert isinstance(caught.value, HemlineError)


def test_a_photograph_becomes_pixels_and_keeps_its_steps(tmp_path):
    path = tmp_path / "photo.jpg"
    draw_photo(size=(300, 400)).save(path)
    (picture,) = read_pictures(path, INTAKE)
    assert picture.seen.colours.shape == (400, 300, 3)
    assert picture.pixels is picture.seen.pixels
    assert picture.pixels.max() > 100


def test_the_limit_on_pixels_is_passed_on(tmp_path):
    path = tmp_path / "photo.jpg"
    draw_photo(size=(300, 400)).save(path)
    with pytest.raises(PhotoError, match=r"300x400 \(0.1 megapixels\)"):
        list(read_pictures(path, INTAKE, megapixels=0.1))


def test_a_truncated_picture_is_refused(tmp_path):
    path = tmp_path / "half.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 99, (28, 28), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(HemlineError):
        list(read_pictures(path, INTAKE))
