"""Splits keep their promises, and the test part is opened only when asked for."""

import numpy as np
import pytest

from hemline import Dataset, Split
from hemline.errors import DataError

PIXELS = np.zeros((3, 28, 28), np.uint8)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [([0, 1], "3 pictures and 2 labels"), ([0, 1, 10], "Expected labels from 0 to 9, received 10")],
)
def test_pictures_and_labels_must_fit(labels, sentence):
    with pytest.raises(DataError, match=sentence):
        Split(PIXELS, np.array(labels, np.uint8))


def test_no_picture_at_all_is_refused():
    with pytest.raises(DataError, match="at least one"):
        Split(PIXELS[:0], np.zeros(0, np.uint8))


def test_the_checksum_sees_pixels_and_labels():
    split = Split(PIXELS, np.array([0, 1, 2], np.uint8))
    other_labels = Split(PIXELS, np.array([0, 1, 3], np.uint8))
    other_pixels = Split(PIXELS + 1, np.array([0, 1, 2], np.uint8))
    assert len({split.checksum, other_labels.checksum, other_pixels.checksum}) == 3


def test_each_part_is_read_once_and_only_when_asked_for():
    opened = []

    def load(part: str) -> Split:
        opened.append(part)
        return Split(PIXELS, np.array([0, 1, 2], np.uint8))

    dataset = Dataset("name", "here", False, lambda: load("train"), lambda: load("test"))
    assert opened == []
    assert len(dataset.train) == len(dataset.train) == 3
    assert opened == ["train"]
