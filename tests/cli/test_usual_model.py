"""Which model answers where none is named."""

import json

import numpy as np
import pytest

from hemline import Classifier
from tests.idx import idx_bytes
from tests.photos.drawing import draw_photo


@pytest.fixture
def pixels(sketches):
    return sketches.test.pixels[:3]


def probabilities(program, *arguments):
    rows = json.loads(program("predict", *arguments, "--json").stdout)
    return [row["probability"] for row in rows]


def test_the_same_pictures_get_the_same_answers_however_they_come(program, pixels, tmp_path):
    np.save(tmp_path / "some.npy", pixels)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx_bytes(pixels))
    named = probabilities(program, "--test-index", "0:3", "--data", "sketches")
    assert named == probabilities(program, tmp_path / "some.npy")
    assert named == probabilities(program, tmp_path / "t10k-images-idx3-ubyte")
    assert named == pytest.approx(Classifier.load("accurate").predict_proba(pixels).max(axis=1))


def test_photographs_are_answered_by_the_model_for_them(program, pixels, tmp_path):
    draw_photo("trousers", size=(90, 120)).save(tmp_path / "photo.jpg")
    np.save(tmp_path / "some.npy", pixels)
    mixed = probabilities(program, tmp_path / "photo.jpg", tmp_path / "some.npy")
    assert mixed[1:] == pytest.approx(Classifier.load("photo").predict_proba(pixels).max(axis=1))
