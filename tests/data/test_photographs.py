"""Photographs to train with: a folder a kind, what cannot be read left out and named."""

import numpy as np
import pytest

from hemline.data import read_photographs
from hemline.errors import DataError
from hemline.labels import ANY_SHOE, NONE
from tests.photos.drawing import COLOURS, draw_photo


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


def test_folders_name_the_labels(folder):
    read = read_photographs(folder)
    assert read.pixels.shape == (8, 28, 28)
    assert sorted(read.labels.tolist()) == sorted([3, 3, 0, 0, ANY_SHOE, ANY_SHOE, NONE, NONE])
    assert len(read.unread) == 1
    assert "bad.png" in read.unread[0]


def test_reading_again_gives_the_same(folder):
    one, other = read_photographs(folder), read_photographs(folder)
    assert one.checksum == other.checksum
    assert np.array_equal(one.labels, other.labels)


def test_a_folder_without_folders_is_refused(tmp_path):
    with pytest.raises(DataError, match="folders of photographs"):
        read_photographs(tmp_path)
