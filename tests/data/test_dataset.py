"""Splits keep their promises, and the test part is opened only when asked for."""

import numpy as np
import pytest

from hemline import Dataset, Split
from hemline.errors import DataError, PixelsError
from hemline.photos import Intake
from hemline.pixels import Form

PIXELS = np.zeros((3, 28, 28), np.uint8)


INTAKE = Intake(Form(28, 28))


def dataset(**changes):
    parts = {part: lambda: Split(PIXELS, [0, 1, 2]) for part in ("load_train", "load_test")}
    return Dataset("name", "here", ("a", "b", "c"), INTAKE, **{**parts, **changes})


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0, 1], "3 pictures and 2 labels"),
        ([0, 1, -1], "labels from 0 to 65,535, received -1 to 1"),
        ([0.0, 1.0, 2.0], "whole numbers of shape .n,., received float64"),
        (["a", "b", "c"], "whole numbers"),
        ([[0], [1], [2]], r"of shape \(3, 1\)"),
    ],
)
def test_pictures_and_labels_must_fit(labels, sentence):
    with pytest.raises(DataError, match=sentence):
        Split(PIXELS, np.array(labels))


@pytest.mark.parametrize("scale", [255, 1.0])
def test_scaled_pixels_are_refused_at_this_entrance_as_well(scale):
    with pytest.raises(PixelsError, match="received float"):
        Split(PIXELS / scale, np.array([0, 1, 2]))


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8, np.uint16])
def test_labels_of_any_integers_are_the_same_labels(kind):
    split = Split(PIXELS, np.array([0, 1, 2], kind))
    assert split.labels.dtype == np.uint8
    assert split.checksum == Split(PIXELS, [0, 1, 2]).checksum


def test_more_classes_than_a_byte_holds():
    split = Split(PIXELS, [0, 1, 300])
    assert split.labels.tolist() == [0, 1, 300]
    assert split.counts(301)[300] == 1


def test_labels_beyond_the_classes_are_refused():
    with pytest.raises(DataError, match="labels from 0 to 2 in the training part of name"):
        _ = dataset(load_train=lambda: Split(PIXELS, [0, 1, 3])).train


def test_parts_of_another_form_are_refused():
    with pytest.raises(DataError, match="28x28 grey in the test part of name"):
        _ = dataset(load_test=lambda: Split(PIXELS[:, :20], [0, 1, 2])).test


def test_one_class_is_none():
    with pytest.raises(DataError, match=r"at least 2 classes, received 1 \(a\)"):
        dataset().replace(classes=("a",))


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

    data = dataset(load_train=lambda: load("train"), load_test=lambda: load("test"))
    assert opened == []
    assert len(data.train) == len(data.train) == 3
    assert opened == ["train"]


@pytest.mark.parametrize("name", ["a\0", "\x1b[31mred", "two\nlines", "a\x9b", "\ud800"])
def test_names_that_no_terminal_or_file_should_have_are_refused(name):
    with pytest.raises(DataError, match="without control characters, received "):
        dataset().replace(classes=("a", "b", name))


@pytest.mark.parametrize(
    "name", ["ботинок", "\N{WOMANS BOOTS}\ufe0f", "e\u0301", "من", "a b", "a\u3000b"]
)
def test_names_of_any_script_are_names(name):
    assert dataset().replace(classes=("a", "b", name)).classes[2] == name
