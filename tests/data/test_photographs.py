"""Photographs to train with: a folder a kind, what cannot be read left out and named."""

import numpy as np
import pytest

from hemline.data import read_photographs
from hemline.data.fashion.official import INTAKE
from hemline.errors import DataError
from hemline.photos import see
from tests.photos.drawing import COLOURS, draw_photo

NONE, ANY_SHOE = 10, 11


@pytest.fixture
def folder(tmp_path):
    for place, kind in enumerate(["dress", "T-shirt", "shoes", "hat"]):
        (tmp_path / kind).mkdir()
        for number in range(2):
            photo = draw_photo("t-shirt", COLOURS["red"], "plain", seed=2 * place + number)
            photo.save(tmp_path / kind / f"{number}.png")
    (tmp_path / "hat" / "bad.png").write_bytes(b"no picture")
    (tmp_path / "hat" / "notes.txt").write_text("left alone")
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_folders_name_the_labels(folder, sketches):
    read = read_photographs(folder, sketches)
    assert len(read.guesses) == 8
    labels = read.labels[read.best].tolist()
    assert sorted(labels) == sorted([3, 3, 0, 0, ANY_SHOE, ANY_SHOE, NONE, NONE])
    assert len(read.unread) == 1
    assert "bad.png" in read.unread[0]


def test_every_guess_at_a_garment_is_there_and_the_best_one_first(folder, sketches):
    read = read_photographs(folder, sketches)
    assert (read.guesses > 1).all()
    assert read.pixels.shape == (read.guesses.sum(), 28, 28)
    files = sorted(folder.glob("*/?.png"))
    assert len(files) == len(read.best)
    for file, best in zip(files, read.best, strict=True):
        assert np.array_equal(read.pixels[best], see(file, INTAKE).pixels)
    assert read.looks(1, 3).tolist() == [read.best[1] + place for place in range(3)]
    assert read.looks(0, read.guesses[0] + 1)[-1] == read.best[0]


def test_reading_again_gives_the_same(folder, sketches):
    one, other = read_photographs(folder, sketches), read_photographs(folder, sketches)
    assert one.checksum == other.checksum
    assert np.array_equal(one.labels, other.labels)


def test_a_folder_without_folders_is_refused(tmp_path, sketches):
    with pytest.raises(DataError, match="folders of photographs"):
        read_photographs(tmp_path, sketches)
